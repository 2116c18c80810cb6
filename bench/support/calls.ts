import type { AnsweredCall } from './simulators.js';

/** What the outside saw of one tenant: from its first request to its last answer. */
interface Visit {
  from: number;
  to: number;
}

/** How a pause showed from outside, in milliseconds from the moment that its order was answered. */
export interface Stopping {
  /** When the last call was answered that had been under way. */
  running: number;
  /** When the last call was answered that wrote; 0 where nothing was written any more. */
  lastWrite: number;
  /** When the last call of all was answered. */
  last: number;
  /** How many calls were answered after the order was. */
  calls: number;
}

/** Each answer comes `latencyMs` after its request, so what came sooner than that after the order was under way. */
export function stoppingOf(calls: readonly AnsweredCall[], { since, until, latencyMs }: Phase): Stopping {
  const later = calls.filter(({ at }) => at > since && at < until);
  const last = (some: readonly AnsweredCall[]): number => Math.max(since, ...some.map(({ at }) => at)) - since;
  return {
    running: last(later.filter(({ at }) => at - latencyMs <= since)),
    lastWrite: last(later.filter(({ writes }) => writes)),
    last: last(later),
    calls: later.length,
  };
}

interface Phase {
  since: number;
  until: number;
  latencyMs: number;
}

/** What came of starts: how many tenants were under way right after one of this phase, the most of all. */
export function mostAtAStart(calls: readonly AnsweredCall[], phase: Phase): number {
  return Math.max(0, ...startsIn(calls, phase).map(({ beside }) => beside));
}

/** When so many had started, in milliseconds from the beginning of the phase; null where fewer did. */
export function startedAfter(calls: readonly AnsweredCall[], many: number, phase: Phase): number | null {
  const starts = startsIn(calls, phase).map(({ at }) => at - phase.since);
  return starts.sort((one, other) => one - other)[many - 1] ?? null;
}

/** Every start, with how many were under way then. Whoever was before counts beside them, as from its first request to its last answer. */
function startsIn(
  calls: readonly AnsweredCall[],
  { since, until, latencyMs }: Phase,
): { at: number; beside: number }[] {
  const visits = visitsOf(calls, latencyMs);
  const isThen = (at: number) => (one: Visit) => one.from <= at && one.to >= at;
  return visits
    .filter(({ from }) => from > since && from < until)
    .map(({ from }) => ({ at: from, beside: visits.filter(isThen(from)).length }));
}

function visitsOf(calls: readonly AnsweredCall[], latencyMs: number): Visit[] {
  const visits = new Map<string, Visit>();
  for (const { tenant, at } of calls) {
    const visit = visits.get(tenant);
    if (visit) visit.to = at;
    else visits.set(tenant, { from: at - latencyMs, to: at });
  }
  return [...visits.values()];
}
