import type { Wave } from './batch.js';
import { selects, type Selectable } from '../selectors.js';
import { share } from './limits.js';

/** A wave and the tenants that it took. */
export interface AssignedWave<T extends Selectable> {
  wave: Wave;
  tenants: T[];
}

/**
 * Deals the tenants out: wave by wave, in the order of the file, each from what the earlier waves left, so every tenant is in
 * one wave at most. A percentage is of all tenants, rounded down but at least one: a canary of nobody would prove nothing.
 */
export function assignWaves<T extends Selectable>(batch: {
  waves: readonly Wave[];
  tenants: readonly T[];
}): AssignedWave<T>[] {
  let left = [...batch.tenants];
  return batch.waves.map((wave) => {
    const tenants = taken(wave, left, batch.tenants.length);
    const gone = new Set(tenants);
    left = left.filter((tenant) => !gone.has(tenant));
    return { wave, tenants };
  });
}

/** The batch with these tenants only, in the waves that they were in; waves of which nobody is left are left out. */
export function narrowedBatch<B extends { waves: readonly Wave[]; tenants: readonly T[] }, T extends Selectable>(
  batch: B & { tenants: readonly T[] },
  wanted: ReadonlySet<string>,
): B {
  if (batch.tenants.every(({ id }) => wanted.has(id))) return batch;
  const waves = assignWaves<T>(batch)
    .map(({ wave, tenants }) => ({ wave, tenants: tenants.filter(({ id }) => wanted.has(id)) }))
    .filter(({ tenants }) => tenants.length > 0);
  return {
    ...batch,
    waves: waves.map(({ wave, tenants }) => ({ ...wave, size: { count: tenants.length } })),
    tenants: waves.flatMap(({ tenants }) => tenants),
  };
}

/** Tenants that no wave took: they would never be migrated. */
export function withoutWave<T extends Selectable>(batch: { waves: readonly Wave[]; tenants: readonly T[] }): T[] {
  const assigned = new Set(assignWaves(batch).flatMap(({ tenants }) => tenants));
  return batch.tenants.filter((tenant) => !assigned.has(tenant));
}

function taken<T extends Selectable>({ size }: Wave, left: T[], all: number): T[] {
  if ('rest' in size) return left;
  if ('match' in size) return left.filter(selects(size.match));
  return left.slice(0, 'count' in size ? size.count : Math.max(1, share(size.percent, all)));
}
