import { setState, stateAt, isOpen } from './ledger.js';
import { reopened, started, withdrawn, type Ending } from './limits.js';
import type { Order } from './orders.js';
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

/** Ids of all who are being undone, or are to be. */
export function undosOf(state: BatchState): string[] {
  const begun = state.inFlight.filter(({ undoing, rollback }) => undoing ?? rollback);
  return [...undosOrdered(state), ...begun].map(({ id }) => id);
}

/**
 * Somebody orders to undo a tenant, wherever it stands: one that has not started is left out, one that runs is cancelled, which
 * undoes it, and one that has ended is undone as soon as there is a place. Why that does not fit; null where it does.
 */
export function rollbackOrdered(
  state: BatchState,
  { id, wave, at, endpoints, targets }: Omit<Undo, 'cause'>,
  order: Order,
): string | null {
  const { ledger } = waveOf(state, wave);
  const standing = stateAt(ledger, at);
  if (WAITING.includes(standing)) {
    setState(ledger, at, 'skipped');
    return null;
  }
  if (isOpen(standing)) {
    const tenant = state.inFlight.find((one) => one.id === id);
    if (tenant?.undoing || tenant?.cancelled) return 'it is being undone already';
    if (tenant) tenant.rollback ??= order;
    return null;
  }
  const ordered = state.undos ?? [];
  if (ordered.some((one) => one.id === id)) return null;
  if (ordered.length >= UNDOS_ORDERED) return `${UNDOS_ORDERED} others wait to be undone: order it again later`;
  undoLater(state, { id, wave, at, endpoints, targets }, order);
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
