import { referenced, type BatchStore } from '../batch-store/store.js';
import type { Batch } from '../domain/batch/batch.js';
import { assignWaves } from '../domain/batch/waves.js';
import { batchHash } from '../domain/fingerprint.js';

/** Puts the tenants into the store; what is left is small enough for a payload. */
export async function stored(store: BatchStore, batch: Batch) {
  const { tenants, ...left } = sized(batch);
  await store.put(batch.batch, tenants);
  return left;
}

/** Hash of what a file would run: an approval is for this and nothing else. */
export function contentOf(batch: Batch): string {
  return sized(batch).content;
}

function sized(batch: Batch) {
  const { limits, targets } = batch;
  const assigned = assignWaves(batch);
  const tenants = assigned.map((one) => one.tenants);
  const { reference } = referenced(tenants);
  const waves = assigned.map(({ wave: { size: _taken, ...wave }, tenants: of }) => ({ ...wave, size: of.length }));
  const content = batchHash({ reference, waves, limits, targets });
  return { tenants, reference, waves, limits, targets, content };
}
