import { createHash } from 'node:crypto';
import type { Fault, FaultKind } from '../../simulators/kernel/faults.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';

/** Tenants on one shared OA host: more would make each request look through more of them. */
const TENANTS_OF_A_HOST = 50;

/** A small private-cloud tenant that goes through every step. The same index and seed give the same tenant. */
export function aTenant(index: number, seed: number): TenantSpec {
  const number = String(index).padStart(5, '0');
  const spec: TenantSpec = {
    id: `t${number}`,
    oaHost: `shared-${Math.floor(index / TENANTS_OF_A_HOST)}`,
    people: { e9: 4, e10: 4, units: 2, leavers: 1, secondary: 1 },
    categories: { legacy: 1, none: 0 },
    syncSeconds: 0,
  };
  return troubleOf(index, seed) === 'sync-fails' ? { ...spec, syncFails: true } : spec;
}

/** What goes wrong with a tenant; with 98 of 100 nothing. */
type Trouble = FaultKind | 'sync-fails' | null;

const TROUBLES: readonly NonNullable<Trouble>[] = [
  'error-before',
  'error-after',
  'throttle-seconds',
  'timeout-after',
  'sync-fails',
];

/** Two of a hundred, evenly over the kinds. */
export function troubleOf(index: number, seed: number): Trouble {
  const dice = createHash('sha256').update(`${seed} ${index}`).digest();
  if (dice.readUInt32BE(0) / 2 ** 32 >= 0.02) return null;
  return TROUBLES[dice.readUInt32BE(4) % TROUBLES.length] ?? null;
}

/** The fault that a tenant meets once; undefined where none. */
export function faultOf(index: number, seed: number): Fault | undefined {
  const kind = troubleOf(index, seed);
  const tenant = aTenant(index, seed).id;
  switch (kind) {
    case 'error-before':
      return { tenant, system: 'console', method: 'PUT', path: '/integration', kind };
    case 'error-after':
      return { tenant, system: 'console', method: 'PUT', path: '/integration/oa-version', kind };
    case 'throttle-seconds':
      return { tenant, system: 'open-api', from: 'outside', kind, ms: 1_000 };
    case 'timeout-after':
      return { tenant, system: 'console', method: 'PUT', path: '/callback', kind, ms: 500 };
    default:
      return undefined;
  }
}
