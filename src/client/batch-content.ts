import type { BatchStore } from '../batch-store/store.js';
import type { Batch } from '../domain/batch/batch.js';
import { assignWaves } from '../domain/batch/waves.js';
import { batchHash } from '../domain/fingerprint.js';

/** Puts the tenants into the store; what is left is small enough for a payload. */
export async function stored(store: BatchStore, { batch, waves, limits, targets, tenants }: Batch) {
  const assigned = assignWaves({ waves, tenants });
  const reference = await store.put(
    batch,
    assigned.map((one) => one.tenants),
  );
  const sized = assigned.map(({ wave: { size: _taken, ...wave }, tenants: of }) => ({ ...wave, size: of.length }));
  const content = batchHash({ reference, waves: sized, limits, targets });
  return { reference, waves: sized, limits, targets, content };
}

/** Hash of what a file would run: an approval is for this and nothing else. */
export async function contentOf(store: BatchStore, batch: Batch): Promise<string> {
  return (await stored(store, batch)).content;
}
