import { isOpen, setState, stateAt } from './ledger.js';
import { reopened, started, withdrawn, type Ending } from './limits.js';
import type { Order } from './orders.js';
import { reasonsOfOrderedUndos, type Reason } from './reasons.js';
import { CLEAN, exceeded, undoLater, waveOf, WAITING, type BatchState, type Drift, type Undo } from './state.js';

/** So many ordered undos wait for a place: they travel through Continue-As-New. */
export const UNDOS_ORDERED = 1_000;

/** Whom the second look at the wave under way found changed; not who was undone since, by whomever. */
export function stillChanged(state: BatchState): Drift[] {
  return state.phase === 'verifying' ? changedInWave(state) : [];
}

function changedInWave({ drifted, waves, wave }: BatchState): Drift[] {
  const ledger = waves[wave]?.ledger;
  if (!ledger) return [];
  return drifted.filter(({ at }) => at === undefined || CLEAN.includes(stateAt(ledger, at) as Ending));
}

/** Whether somebody is still to be undone; also where a wave was opened again since, and is looked at once more. */
export function owesUndo(state: BatchState): boolean {
  if (undosOrdered(state).length > 0) return true;
  if (state.waves[state.wave]?.settings.gate !== 'undo') return false;
  return changedInWave(state).some(({ at, left }) => at !== undefined && left === undefined);
}

/** Who is to be undone by the rule of the wave under way: found changed, and not tried yet. */
export function undosOfGate(state: BatchState): Undo[] {
  const { waves, wave } = state;
  if (waves[wave]?.settings.gate !== 'undo') return [];
  return stillChanged(state).flatMap(({ id, at, code, endpoints = [], targets = [], left }) =>
    at === undefined || left !== undefined ? [] : [{ id, wave, at, endpoints, targets, cause: { code } }],
  );
}

/** Who is to be undone because somebody ordered it. While the batch is being aborted nobody is. */
export function undosOrdered({ abort, undos = [] }: BatchState): Undo[] {
  return abort === null ? undos : [];
}

/** Who is being undone, and who will be as soon as nothing holds that back. */
export interface UndosUnderWay {
  begun: string[];
  queued: { id: string; reasons: Reason[] }[];
}

export function undosUnderWay(state: BatchState): UndosUnderWay {
  const reasonsOf = reasonsOfOrderedUndos(state);
  return {
    begun: state.inFlight.flatMap(({ id, undoing, rollback }) => (undoing || rollback ? [id] : [])),
    queued: undosOrdered(state).map((undo) => ({ id: undo.id, reasons: reasonsOf(undo) })),
  };
}

/** Who of these has not started starts no more; their ids. */
export function leaveOut(
  state: BatchState,
  places: readonly { tenantId: string; wave: number; at: number }[],
): Set<string> {
  const waiting = places.filter(({ wave, at }) => WAITING.includes(stateAt(waveOf(state, wave).ledger, at)));
  for (const { wave, at } of waiting) setState(waveOf(state, wave).ledger, at, 'skipped');
  return new Set(waiting.map(({ tenantId }) => tenantId));
}

/** A tenant of the batch that somebody orders to undo. */
export interface ToRollBack extends Omit<Undo, 'cause'> {
  /** Why its runs left nothing that could be put back; null where they did. */
  nothing: string | null;
  /** It had not started, and starts no more. */
  waited: boolean;
}

/** For whom an order to undo was carried out. `leftOut`: of those who are accepted, who had not started and holds nothing. */
export interface RollbackAnswer {
  accepted: string[];
  leftOut: string[];
  refused: { tenantId: string; why: string }[];
}

/**
 * Somebody orders to undo tenants, wherever they stand: who runs is cancelled, which undoes it, and who has ended is undone as soon as
 * there is a place; so is who had not started where an earlier run left something.
 */
export function rollbackOrdered(state: BatchState, tenants: readonly ToRollBack[], order: Order): RollbackAnswer {
  const answer: RollbackAnswer = { accepted: [], leftOut: [], refused: [] };
  // Somebody may have said `retry` while it was looked what their runs left.
  const again = leaveOut(
    state,
    tenants.map(({ id, wave, at }) => ({ tenantId: id, wave, at })),
  );
  for (const tenant of tenants) {
    const { id, waited, nothing } = tenant;
    const isLeftOut = (waited || again.has(id)) && nothing !== null;
    const why = isLeftOut ? null : undoOrdered(state, tenant, order);
    if (isLeftOut) answer.leftOut.push(id);
    if (why === null) answer.accepted.push(id);
    else answer.refused.push({ tenantId: id, why });
  }
  return answer;
}

function undoOrdered(state: BatchState, tenant: ToRollBack, order: Order): string | null {
  const { id, wave, at, nothing } = tenant;
  if (isOpen(stateAt(waveOf(state, wave).ledger, at))) {
    const running = state.inFlight.find((one) => one.id === id);
    if (running && !running.undoing) running.rollback ??= order;
    return null;
  }
  const ordered = state.undos ?? [];
  if (ordered.some((one) => one.id === id)) return null;
  if (nothing !== null) return nothing;
  if (ordered.length >= UNDOS_ORDERED) return `${UNDOS_ORDERED} others wait to be undone: order it again later`;
  undoLater(state, tenant, order);
  return null;
}

/** A tenant that had ended is undone from now on: it takes a place as if it had started, and ends anew. */
export function undoBegun(state: BatchState, { id, wave, at, endpoints, targets, cause }: Undo, now: number): void {
  const of = waveOf(state, wave);
  const was = stateAt(of.ledger, at) as Ending;
  if ('code' in cause) state.drifted = state.drifted.filter((one) => one.id !== id);
  else state.undos = (state.undos ?? []).filter((one) => one.id !== id);
  setState(of.ledger, at, 'running');
  of.limits = started(reopened(of.limits, was));
  state.whole = started(reopened(state.whole, was));
  const held = { endpoints, targets, parkedAt: null, paused: false };
  state.inFlight.push({ id, wave, at, since: now, ...held, undoing: { ...cause, was } });
}

/** Its undo could not begin: it stands as it did. The gate stops for one that it cannot undo. */
export function undoRefused(state: BatchState, id: string, why: string): void {
  const index = state.inFlight.findIndex((one) => one.id === id);
  const [tenant] = index < 0 ? [] : state.inFlight.splice(index, 1);
  if (!tenant?.undoing) return;
  const { undoing, at } = tenant;
  const wave = waveOf(state, tenant.wave);
  setState(wave.ledger, at, undoing.was);
  wave.limits = withdrawn(wave.limits, undoing.was);
  state.whole = withdrawn(state.whole, undoing.was);
  if ('code' in undoing) state.drifted = [...state.drifted, { id, at, code: undoing.code, left: why }];
  // It counts again as it had ended.
  state.stoppedBy ??= exceeded(state);
}
