import { createHash } from 'node:crypto';
import type { Fault } from '../../simulators/kernel/faults.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';

/** Tenants on one shared OA host: more would make each request look through more of them. */
const TENANTS_OF_A_HOST = 50;

/**
 * A small tenant that goes through every step of its deployment. The same index and seed give the same tenant; of ten tenants
 * so many are of a private cloud, whose way is twice as long.
 */
export function aTenant(index: number, seed: number, privateOfTen: number): TenantSpec {
  const isPrivate = hash(seed, index, 'deployment') % 10 < privateOfTen;
  return {
    id: `t${String(index).padStart(5, '0')}`,
    deployment: isPrivate ? 'private' : 'public',
    oaHost: `shared-${Math.floor(index / TENANTS_OF_A_HOST)}`,
    people: { e9: 4, e10: 4, units: 2, leavers: 1, secondary: 1 },
    categories: { legacy: 1, none: 0 },
    syncSeconds: 0,
  };
}

const TROUBLES = ['error-before', 'error-after', 'throttled', 'timeout', 'refused'] as const;

/** What a tenant meets once, with two of a hundred: evenly an error, a lost answer, a time-out, a throttling, a refusal. */
export function faultOf(index: number, seed: number): Fault | undefined {
  if (hash(seed, index, 'trouble') % 100 >= 2) return undefined;
  const tenant = aTenant(index, seed, 0).id;
  const saving = { tenant, system: 'console', method: 'PUT', path: '/integration' } as const;
  switch (TROUBLES[hash(seed, index, 'kind') % TROUBLES.length]) {
    case 'error-before':
      return { ...saving, kind: 'error-before' };
    case 'error-after':
      return { ...saving, kind: 'error-after' };
    case 'throttled':
      return { tenant, system: 'open-api', from: 'outside', kind: 'throttle-seconds', ms: 1_000 };
    case 'timeout':
      return { ...saving, kind: 'timeout-after', ms: 500 };
    // The only one that ends otherwise: the tenant is undone.
    case 'refused':
      return { ...saving, kind: 'error-before', status: 422 };
    default:
      return undefined;
  }
}

function hash(...parts: (number | string)[]): number {
  return createHash('sha256').update(parts.join(' ')).digest().readUInt32BE(0);
}
