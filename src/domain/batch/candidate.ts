import { windowAt } from '../maintenance-window.js';
import type { Tenant } from '../tenant.js';
import { targetsOf, type Endpoint } from './endpoints.js';
import type { Wave } from './batch.js';
import type { Range } from './ledger.js';
import type { Candidate } from './reasons.js';
import type { BatchState } from './state.js';

/** In the order in which they are to start. By and by: of a hundred thousand, a page takes the first few. */
export function* inOrder(
  ranges: readonly Range[],
  tenants: readonly Tenant[],
  order: Wave['order'],
): Generator<number> {
  if (order === 'priority') {
    yield* [...positionsIn(ranges)].sort((one, other) => inPriority(tenants, one, other));
  } else {
    yield* positionsIn(ranges.toSorted(([one], [other]) => one - other));
  }
}

/** Who of a wave starts before the one at this position, by priority. */
export function beforeIn(tenants: readonly Tenant[], at: number): Range[] {
  const before: Range[] = [];
  for (const position of tenants.keys()) {
    if (inPriority(tenants, position, at) >= 0) continue;
    const last = before.at(-1);
    if (last && last[0] + last[1] === position) last[1] += 1;
    else before.push([position, 1]);
  }
  return before;
}

function inPriority(tenants: readonly Tenant[], one: number, other: number): number {
  return (tenants[one]?.priority ?? 0) - (tenants[other]?.priority ?? 0) || one - other;
}

export function* positionsIn(ranges: readonly Range[]): Generator<number> {
  for (const [from, length] of ranges) for (let at = from; at < from + length; at += 1) yield at;
}

/** What decides whether a tenant may start now; also what `why` reads out. Not for workflow code: time zones need a library. */
export function candidateOf(
  tenant: Tenant,
  { wave, at }: { wave: number; at: number },
  shared: readonly Endpoint[],
  targets: BatchState['targets'],
  now: Date,
): Candidate {
  return {
    id: tenant.id,
    wave,
    at,
    endpoints: shared.map(({ key }) => key),
    targets: Object.keys(targets).length === 0 ? [] : targetsOf(tenant),
    window: tenant.window ? windowAt(tenant.window, now) : null,
  };
}
