import { windowAt } from '../maintenance-window.js';
import type { Tenant } from '../tenant.js';
import { targetsOf, type Endpoint } from './endpoints.js';
import type { Candidate } from './reasons.js';
import type { BatchState } from './state.js';

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
