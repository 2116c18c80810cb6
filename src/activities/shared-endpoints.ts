import type { BatchStore, WaveInput } from '../batch-store/store.js';
import { endpointsOf, type Endpoint } from '../domain/batch/endpoints.js';
import type { Tenant } from '../domain/tenant.js';

/** Which endpoints of a tenant somebody else of the same stored batch has as well. */
export type SharedEndpoints = (wave: WaveInput, tenant: Tenant) => Promise<Endpoint[]>;

export function createSharedEndpoints(store: BatchStore): SharedEndpoints {
  const counted = new Map<string, Promise<ReadonlyMap<string, number>>>();

  async function countAll(batch: string, reference: string): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const tenant of (await store.get(batch, reference)).flat()) {
      for (const { key } of endpointsOf(tenant)) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  return async ({ batch, sources }, tenant) => {
    const counts = await Promise.all(
      sources.map(({ reference }) => {
        const known = counted.get(reference) ?? countAll(batch, reference);
        counted.set(reference, known);
        known.catch(() => counted.delete(reference));
        return known;
      }),
    );
    return endpointsOf(tenant).filter(({ key }) => counts.reduce((sum, of) => sum + (of.get(key) ?? 0), 0) > 1);
  };
}
