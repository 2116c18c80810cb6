import { isHeld } from './control.js';
import { stateAt, type Ledger, type Range, type TenantState } from './ledger.js';
import { leftOut, type LeftOut } from './left-out.js';
import { nameOf } from './orders.js';
import {
  holdsOne,
  passOf,
  reasonsOfBatch,
  reasonsOfCutOver,
  reasonsOfOrderedUndos,
  reasonsOfTenant,
  reasonsOfUndo,
  holdingOf,
  reasonsOfWave,
  usualDuration,
  type Candidate,
  type Reason,
} from './reasons.js';
import { FIRST_LOOK, WAITING, waveOf, type BatchState, type UndoCause } from './state.js';
import { undosOfGate, undosOrdered } from './undo.js';

/** Where a tenant of a batch stands and what keeps it there, from the very rules by which the batch starts tenants. */
export interface Explanation {
  tenantId: string;
  wave: string;
  /** Its place in the order of the wave, from 1. */
  position: number;
  state: TenantState;
  /** What holds it back, or who left it out; empty where nothing does. */
  reasons: (Reason | LeftOut)[];
  /** How many of its wave stand before it and have not started. */
  ahead: number;
}

export function explain(state: BatchState, candidate: Candidate, now: number): Explanation {
  const { id, wave, at } = candidate;
  const { settings, ledger } = waveOf(state, wave);
  const standing = stateAt(ledger, at);
  const before: Range[] = settings.order === 'priority' && candidate.before ? candidate.before : [[0, at]];
  return {
    tenantId: id,
    wave: settings.name,
    position: 1 + before.reduce((sum, [, length]) => sum + length, 0),
    state: standing,
    reasons: reasonsOf(state, candidate, standing, now),
    ahead: WAITING.includes(standing) ? waitingIn(ledger, before) : 0,
  };
}

function reasonsOf(
  state: BatchState,
  candidate: Candidate,
  standing: TenantState,
  now: number,
): Explanation['reasons'] {
  if (standing === 'not-started' || standing === 'prepared') {
    const prepares = passOf(state, candidate.wave, now) === 'prepare';
    return [
      ...reasonsOfBatch(state),
      ...reasonsOfWave(state, candidate.wave, now),
      ...(standing === 'prepared' ? reasonsOfCutOver(state, candidate.wave, now) : []),
      ...reasonsOfTenant(
        holdingOf(state),
        prepares ? { ...candidate, window: null } : candidate,
        now,
        usualDuration(state),
      ),
    ];
  }
  const ordered = undosOrdered(state).find(({ id }) => id === candidate.id);
  if (ordered) {
    const text = `it is to be undone as soon as there is room: ${causeText(ordered.cause)}`;
    return [{ because: 'undo', text }, ...reasonsOfOrderedUndos(state)(ordered)];
  }
  const gated = undosOfGate(state).find(({ id }) => id === candidate.id);
  if (gated) {
    const text = `it is to be undone as soon as there is room: ${causeText(gated.cause)}`;
    return [
      { because: 'undo', text },
      ...reasonsOfBatch(state),
      ...reasonsOfWave(state, gated.wave, now),
      ...reasonsOfUndo(state, gated),
    ];
  }
  if (standing === 'skipped') return [leftOut(state, candidate.id)];
  const running = state.inFlight.find(({ id }) => id === candidate.id);
  if (!running) return [];
  const reasons: Reason[] = [];
  const goesOn = 'it goes on as soon as there is room';
  const cause = running.undoing ?? running.rollback;
  if (cause) reasons.push({ because: 'undo', text: `it is being undone: ${causeText(cause)}` });
  if (running.parkedAt === FIRST_LOOK) {
    const text = running.looked ? goesOn : 'a person is to tell what its pages show';
    reasons.push({ because: 'first-look', text }, ...(running.looked ? reasonsOfBatch(state) : []));
  } else if (running.parkedAt !== null) {
    const still = isHeld(state, { endpoint: running.parkedAt });
    const text = still ? `${running.parkedAt} refuses its credentials` : goesOn;
    reasons.push({ because: 'endpoint', text }, ...(still ? [] : reasonsOfBatch(state)));
  }
  if (running.paused) {
    reasons.push({ because: 'paused', text: 'it stops before its next step until it is resumed' });
    for (const hold of state.holds.filter((one) => holdsOne(state, one, running)))
      reasons.push({ because: 'paused', text: `${nameOf(hold.on)} is paused by ${hold.by}: ${hold.reason}` });
  }
  return reasons;
}

function causeText(cause: UndoCause): string {
  return 'code' in cause
    ? `the second look found it changed (${cause.code})`
    : `${cause.by} ordered it: ${cause.reason}`;
}

function waitingIn(ledger: Ledger, ranges: readonly Range[]): number {
  let waiting = 0;
  for (const [from, length] of ranges)
    for (let at = from; at < from + length; at += 1) if (WAITING.includes(stateAt(ledger, at))) waiting += 1;
  return waiting;
}
