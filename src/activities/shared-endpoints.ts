import { LRUCache } from 'lru-cache';
import type { BatchStore, WaveInput } from '../batch-store/store.js';
import { endpointsOf, type Endpoint } from '../domain/batch/endpoints.js';
import type { Tenant } from '../domain/tenant.js';

/** Which endpoints of a tenant somebody else of the same stored batch has as well. */
export type SharedEndpoints = (wave: WaveInput, tenant: Tenant) => Promise<Endpoint[]>;

export function createSharedEndpoints(store: BatchStore): SharedEndpoints {
  /** By reference: how many tenants have an endpoint. */
  const counted = new LRUCache<string, ReadonlyMap<string, number>, string>({
    max: REFERENCES_KEPT,
    ignoreFetchAbort: true, // one that has to go meanwhile is answered all the same
    fetchMethod: (reference, _, { context: batch }) => countAll(batch, reference),
  });

  async function countAll(batch: string, reference: string): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const tenant of (await store.get(batch, reference)).flat()) {
      const keys = new Set(endpointsOf(tenant).map(({ key }) => key));
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  return async ({ batch, sources }, tenant) => {
    const counts = await Promise.all(sources.map(({ reference }) => counted.forceFetch(reference, { context: batch })));
    return endpointsOf(tenant).filter(({ key }) => counts.reduce((sum, of) => sum + (of.get(key) ?? 0), 0) > 1);
  };
}

/** A batch has one, and one more for each order that added tenants to it. */
const REFERENCES_KEPT = 200;
