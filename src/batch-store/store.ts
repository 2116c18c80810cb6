import { createHash } from 'node:crypto';
import type { Source } from '../domain/batch/state.js';
import { canonicalJson } from '../domain/canonical-json.js';
import type { Tenant } from '../domain/tenant.js';

/** A batch as it was when it was applied: its tenants by wave. Lies beside Temporal, since ten thousand tenants fit in no payload. */
export interface BatchStore {
  /** Keeps the tenants of each wave and answers a reference by content: the same tenants, the same reference. */
  put(batch: string, waves: readonly (readonly Tenant[])[]): Promise<string>;
  /** The tenants of each wave, in the order of the file. Throws `BatchMissing` where the reference is not of this store. */
  get(batch: string, reference: string): Promise<readonly (readonly Tenant[])[]>;
}

/** What a store is to keep, as text, and the reference by which it will give it again. */
export function referenced(waves: readonly (readonly Tenant[])[]): { reference: string; text: string } {
  const text = canonicalJson(waves);
  return { reference: createHash('sha256').update(text).digest('hex').slice(0, 16), text };
}

/** The store has no such batch, and asking again will not help; says where it looked. */
export class BatchMissing extends Error {
  override readonly name = 'BatchMissing';
}

/** A wave as the coordinator knows it: positions and letters, no tenants. */
export interface WaveInput {
  batch: string;
  wave: number;
  sources: Source[];
}

/** All tenants of a wave, with those that joined later behind the others. */
export async function tenantsOf(store: BatchStore, { batch, sources }: WaveInput): Promise<readonly Tenant[]> {
  const parts = await Promise.all(
    sources.map(async ({ reference, wave }) => (await store.get(batch, reference))[wave] ?? []),
  );
  const [only = [], ...more] = parts;
  return more.length === 0 ? only : parts.flat();
}
