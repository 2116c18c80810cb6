import { isHeld } from './held.js';
import { BREAKER } from './orders.js';
import { tenantParked, type BatchState } from './state.js';
import { audit, byRule } from './trail.js';

/** So many endpoints are held by themselves before that is a matter for a person: it may well have one cause. */
const MOST_ENDPOINTS_REFUSED = 50;
const LONGEST_REFUSAL = 500;

/** An endpoint that refuses a credential that several tenants share is held once, instead of failing each of them. */
export function endpointRefused(state: BatchState, key: string, why: string, at: string): void {
  if (isHeld(state, { endpoint: key }) || state.abort === 'undo') return;
  const order = byRule(why.slice(0, LONGEST_REFUSAL));
  state.holds.push({ on: { endpoint: key }, ...order, at });
  leavePlaces(state);
  audit(state, `paused endpoint ${key}`, order, at);
  const refused = state.holds.filter(({ on, by }) => 'endpoint' in on && by === BREAKER).length;
  if (refused >= MOST_ENDPOINTS_REFUSED)
    state.stoppedBy ??= `${refused} endpoints refuse their credentials, which may have one cause; the last is ${key}`;
}

/** A tenant tells that it stands, as it was told then; what it was told since counts. */
export function tenantStands(state: BatchState, id: string, told: number): void {
  const tenant = state.inFlight.find((one) => one.id === id);
  if (!tenant?.paused || tenant.told !== told) return;
  tenant.stands = true;
  leavePlaces(state);
}

/**
 * Whoever stands for a held endpoint leaves its place to others. At once, and not as a move of the coordinator's: where a task leaves
 * nothing in the history, a worker that does not know the run yet carries it out together with the order that follows.
 */
export function leavePlaces(state: BatchState): void {
  const held = new Set(state.holds.flatMap(({ on }) => ('endpoint' in on ? [on.endpoint] : [])));
  for (const { id, stands, undoing, rollback, endpoints } of state.inFlight) {
    const endpoint = stands && !undoing && !rollback ? endpoints.find((key) => held.has(key)) : undefined;
    if (endpoint !== undefined) tenantParked(state, id, endpoint);
  }
}
