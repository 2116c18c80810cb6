import { BREAKER, NAMED, shortList, type Audited, type Order } from './orders.js';
import type { BatchState } from './state.js';

/** As many orders as the coordinator keeps at hand; older ones stand in the event history. */
const TRAIL_KEPT = 200;
/** Ids of Updates outlast the trail: a client may send one again long after. */
const DONE_KEPT = 1_000;

/** Keeps an order in the audit trail. `at` is ISO 8601. Answers the entry that the trail has from now on. */
export function audit(state: BatchState, what: string, { by, reason }: Order, at: string, updateId?: string): Audited {
  const entry: Audited = { at, what, by, reason, ...(updateId === undefined ? {} : { updateId }) };
  state.trail = [...state.trail, entry].slice(-TRAIL_KEPT);
  if (updateId !== undefined) state.done = [...(state.done ?? []), updateId].slice(-DONE_KEPT);
  return entry;
}

/**
 * Keeps what happens to one tenant after the other for one reason in one entry: thousands of them must not push out the orders of
 * people. `did` is followed by whom: `adopted`.
 */
export function auditTogether(state: BatchState, did: string, id: string, order: Order, at: string): void {
  for (const entry of state.trail.toReversed()) {
    if (!entry.together) break;
    if (entry.together.did !== did || entry.reason !== order.reason || entry.by !== order.by) continue;
    const { first, count } = entry.together;
    // It happens to this one once more.
    if (first.includes(id)) break;
    entry.together = { did, first: [...first, id].slice(0, NAMED), count: count + 1 };
    entry.what = `${did} ${shortList(entry.together.first, count + 1)}`;
    return;
  }
  audit(state, `${did} ${id}`, order, at).together = { did, first: [id], count: 1 };
}

/** What nobody ordered: a rule of the batch did it. */
export function byRule(reason: string): Order {
  return { by: BREAKER, reason };
}

/** Whether the Update of this id was carried out already, by whichever run of the coordinator. */
export function isDone({ trail, done }: Pick<BatchState, 'trail' | 'done'>, updateId: string | undefined): boolean {
  if (updateId === undefined) return false;
  return done?.includes(updateId) === true || trail.some((entry) => entry.updateId === updateId);
}
