import { gateReason, needsApproval } from './control.js';
import { isHeld } from './held.js';
import { count } from './ledger.js';
import {
  CLEAN,
  FIRST_LOOK,
  isAway,
  leadsOn,
  tellsWhen,
  toVerify,
  underWay,
  waveOf,
  WAITING,
  type BatchState,
  type InFlight,
  type NextPhase,
  type Undo,
} from './state.js';
import { owesUndo, undosOfGate, undosOrdered } from './undo.js';
import { roomBeside } from './room.js';
import {
  holdingOf,
  holdsOne,
  passOf,
  reasonsOfBatch,
  reasonsOfCutOver,
  reasonsOfOrderedUndos,
  reasonsOfTargets,
  reasonsOfUndo,
  reasonsOfWave,
  withoutPaused,
  type Holding,
  type Reason,
} from './reasons.js';

/** What the coordinator does next. The one place where that is decided. */
export type Move =
  | { do: 'tell'; tenants: { id: string; paused: boolean }[] }
  /** Running tenants that are to be undone. */
  | { do: 'cancel'; tenants: Pick<InFlight, 'id' | 'rollback'>[] }
  /** They have a place again, and go on. */
  | { do: 'wake'; ids: string[] }
  /** Waves that may start somebody now, in order. */
  | { do: 'start'; waves: number[] }
  | { do: 'verify' }
  /** A tenant that has ended: by the gate of its wave, or by somebody's order. */
  | { do: 'undo'; undo: Undo }
  | { do: 'enter'; phase: NextPhase }
  | { do: 'stop'; because: string }
  | { do: 'wait'; until: number | null }
  | { do: 'over' };

/** `exhausted`: waves of which everybody who is left was found to be held back by something of their own. */
export function nextMove(state: BatchState, now: number, exhausted: readonly number[] = []): Move {
  const cancelled = state.inFlight.filter((one) => one.cancelled !== true && shouldCancel(state, one));
  if (cancelled.length > 0) return { do: 'cancel', tenants: cancelled };
  const freed = state.abort === null ? [] : state.inFlight.filter((one) => one.paused && !isOurs(one));
  if (freed.length > 0) return { do: 'tell', tenants: freed.map(({ id }) => ({ id, paused: false })) };
  if (state.abort === 'undo') return state.inFlight.some(isOurs) ? { do: 'wait', until: null } : { do: 'over' };
  const tenants = [...toStop(state), ...toLetGoOn(state)];
  if (tenants.length > 0) return { do: 'tell', tenants: tenants.map(({ id, paused }) => ({ id, paused: !paused })) };
  if (state.abort !== null) return { do: 'over' };
  if (isOver(state)) return { do: 'over' };

  // What somebody orders to put back waits for no resume, and for no window.
  const ordered = nextOrderedUndo(state);
  if (ordered) return { do: 'undo', undo: ordered };

  const held = reasonsOfBatch(state);
  if (held.length > 0) return { do: 'wait', until: earliest(held) };

  const ids = mayGoOn(state);
  if (ids.length > 0) return { do: 'wake', ids };

  const waves = state.waves.map((_, wave) => wave);
  const reasons = waves.map((wave) => reasonsOfWave(state, wave, now));
  const mayStart = (wave: number): boolean =>
    reasons[wave]?.length === 0 && startable(state, wave, now) > 0 && !exhausted.includes(wave);
  const open = waves.filter(mayStart);
  if (open.length > 0) return { do: 'start', waves: open };

  const undo = undosOfGate(state).find((one) => reasonsOfUndo(state, one).length === 0);
  if (undo && reasons[state.wave]?.length === 0) return { do: 'undo', undo };

  const next = waveMove(state, now);
  if (next && next.do !== 'wait') return next;
  const times = [
    ...reasons.flatMap(timesAlone),
    ...reasonsOfCutOver(state, Math.min(state.wave, waves.length - 1), now),
  ];
  return { do: 'wait', until: earliest([...times, ...(next?.until == null ? [] : [{ until: next.until }])]) };
}

/**
 * Those that gave up their place and may have one again, each beside the ones before it. Whoever waits for a first look counts against
 * its targets meanwhile.
 */
function mayGoOn(state: BatchState): string[] {
  const open = state.inFlight.filter((one) => isOpenAgain(state, one) && !shouldPause(state, one));
  const goOn = beside(state, open, (trial, one) => {
    trial[trial.indexOf(one)] = { ...one, parkedAt: null };
  });
  return goOn.map(({ id }) => id);
}

/** As many of these as there is room for, each beside the ones before it. */
function beside(
  state: BatchState,
  tenants: readonly InFlight[],
  join: (inFlight: InFlight[], one: InFlight) => void,
): InFlight[] {
  if (tenants.length === 0) return [];
  const trial = { ...state, inFlight: [...state.inFlight] };
  let full: Holding['full'] | undefined;
  return tenants.filter((one) => {
    // One that is undone has its place, and one of a first look needs none yet.
    const needsNone =
      one.cancelled === true || one.undoing !== undefined || (one.parkedAt === FIRST_LOOK && !one.looked);
    if (!needsNone && roomBeside(trial, one) <= 0) return false;
    full ??= holdingOf(trial).full;
    // Of a first look the target is taken already.
    if (!needsNone && one.parkedAt !== FIRST_LOOK && reasonsOfTargets(full, one.targets).length > 0) return false;
    join(trial.inFlight, one);
    full = undefined;
    return true;
  });
}

function isOpenAgain(state: BatchState, one: InFlight): boolean {
  const { parkedAt, looked } = one;
  if (tellsWhen(one)) return looked ?? false;
  return parkedAt !== null && !isHeld(state, { endpoint: parkedAt });
}

function nextOrderedUndo(state: BatchState): Undo | undefined {
  const undos = undosOrdered(state);
  if (undos.length === 0) return undefined;
  const reasonsOf = reasonsOfOrderedUndos(state);
  return undos.find((undo) => reasonsOf(undo).length === 0);
}

function shouldCancel({ abort }: BatchState, one: InFlight): boolean {
  return one.undoing === undefined && ((abort === 'undo' && isOurs(one)) || one.rollback !== undefined);
}

/** An abort is for what the batch has begun; what another one has goes on, unless somebody orders to undo that tenant. */
function isOurs({ adopted, rollback, cancelled }: InFlight): boolean {
  return !adopted || cancelled === true || rollback !== undefined;
}

function startable(state: BatchState, wave: number, now: number): number {
  const { ledger } = waveOf(state, wave);
  return passOf(state, wave, now) === 'prepare' ? count(ledger, 'not-started') : count(ledger, ...WAITING);
}

type WaveMove = Extract<Move, { do: 'verify' | 'enter' | 'stop' | 'wait' }>;

/** From the last tenant of a wave to the first of the next: soak, second look, gate, approval. */
function waveMove(state: BatchState, now: number): WaveMove | null {
  const wave = state.waves[state.wave];
  if (!wave || count(wave.ledger, ...WAITING) > 0 || underWay(state, state.wave) > 0) return null;
  // Nobody is undone, and no wave is accepted, before it is time to write.
  if (passOf(state, state.wave, now) === 'prepare') return null;
  const { gate } = wave.settings;
  const afterLooks = (): WaveMove => ({ do: 'enter', phase: needsApproval(state) ? 'approval' : 'next-wave' });
  switch (state.phase) {
    case 'starting':
      return soaks(state) ? { do: 'enter', phase: 'soaking' } : afterLooks();
    case 'soaking':
      return now < state.soakUntil ? { do: 'wait', until: state.soakUntil } : { do: 'enter', phase: 'verifying' };
    case 'verifying': {
      if (undosOfGate(state).length > 0) return null;
      const because = gateReason(state);
      if (toVerify(state, 1).length > 0 && (because === null || gate !== 'undo')) return { do: 'verify' };
      return because === null ? afterLooks() : { do: 'stop', because };
    }
    case 'approval':
      return null;
  }
}

/** After the last wave nobody is looked at again, unless its gate undoes. */
function soaks(state: BatchState): boolean {
  const { soakMs, gate, size } = waveOf(state, state.wave).settings;
  return soakMs !== undefined && (leadsOn(state) || (gate === 'undo' && size > 0));
}

/** Whether the second look at the wave under way is still to come, and finds somebody. */
function owesLook(state: BatchState): boolean {
  if (state.wave >= state.waves.length || !soaks(state)) return false;
  const migrated = count(waveOf(state, state.wave).ledger, ...CLEAN) > 0;
  if (state.phase === 'verifying') return toVerify(state, 1).length > 0;
  return migrated && (state.phase === 'starting' || state.phase === 'soaking');
}

function isOver(state: BatchState): boolean {
  const accepted = state.wave >= state.waves.length;
  // Where nobody is left to start, there is nothing to hold, and nothing to cut over; but a gate that stops is for a person.
  const idle =
    state.until !== undefined || (state.stoppedBy !== null && gateReason(state) === null && !owesLook(state));
  const done = (accepted || idle) && state.inFlight.length === 0 && !owesUndo(state);
  return done && state.waves.every(({ ledger }) => count(ledger, ...WAITING) === 0);
}

/** Whether a tenant that runs is to stop before its next step. */
export function shouldPause(state: BatchState, one: InFlight): boolean {
  const { id, wave, endpoints, undoing, rollback } = one;
  // An undo has no gate before its steps: it is never stopped half-way.
  if (undoing || rollback || (state.abort !== null && !isOurs(one))) return false;
  if (state.abort === 'finish-step') return true;
  return state.holds.some((hold) => holdsOne(state, hold, { id, wave, endpoints }));
}

function toStop(state: BatchState): InFlight[] {
  return state.inFlight.filter((one) => !one.paused && shouldPause(state, one));
}

/**
 * Who has left its place goes on when it has one again. All others have theirs; but where somebody was undone meanwhile, that one may
 * still be in it.
 */
function toLetGoOn(state: BatchState): InFlight[] {
  const held = state.inFlight.filter((one) => one.paused && !isAway(one) && !shouldPause(state, one));
  return beside(withoutPaused(state), held, (trial, one) => trial.push(one));
}

/** Where something else holds it back as well, time alone changes nothing. */
function timesAlone(reasons: readonly Reason[]): Reason[] {
  return reasons.every(({ until }) => until !== undefined) ? [...reasons] : [];
}

function earliest(reasons: readonly Pick<Reason, 'until'>[]): number | null {
  const times = reasons.flatMap(({ until }) => (until === undefined ? [] : [until]));
  return times.length === 0 ? null : Math.min(...times);
}
