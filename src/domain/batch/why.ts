import type { Lang } from '../said.js';
import { stateAt, type Ledger, type Range, type TenantState } from './ledger.js';
import { BREAKER, type Hold } from './orders.js';
import { leftOut, type LeftOut } from './left-out.js';
import {
  holdsOne,
  inWords,
  passOf,
  pausedBy,
  reasonsOfBatch,
  reasonsOfCutOver,
  reasonsOfOrderedUndos,
  reasonsOfTargets,
  reasonsOfTenant,
  reasonsOfUndo,
  holdingOf,
  reasonsOfWave,
  scopeWords,
  usualDuration,
  type Candidate,
  type Reason,
} from './reasons.js';
import { shouldPause } from './schedule.js';
import { FIRST_LOOK, WAITING, WINDOW, waveOf, type BatchState, type InFlight, type UndoCause } from './state.js';
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
  if (ordered) return [toBeUndone(ordered.cause), ...reasonsOfOrderedUndos(state)(ordered)];
  const gated = undosOfGate(state).find(({ id }) => id === candidate.id);
  if (gated) {
    return [
      toBeUndone(gated.cause),
      ...reasonsOfBatch(state),
      ...reasonsOfWave(state, gated.wave, now),
      ...reasonsOfUndo(state, gated),
    ];
  }
  if (standing === 'skipped') return [leftOut(state, candidate.id)];
  const running = state.inFlight.find(({ id }) => id === candidate.id);
  return running ? reasonsOfRunning(state, running) : [];
}

/** What holds one that has begun. */
function reasonsOfRunning(state: BatchState, running: InFlight): Reason[] {
  const reasons: Reason[] = [];
  const { parkedAt, looked } = running;
  const cause = running.undoing ?? running.rollback;
  if (cause) {
    const { en, zh } = causeWords(cause);
    reasons.push({ because: 'undo', ...inWords({ en: `it is being undone: ${en}`, zh: `正在回退：${zh}` }) });
  }
  if (parkedAt === FIRST_LOOK) {
    reasons.push({ because: 'first-look', ...inWords(looked ? GOES_ON : TO_BE_TOLD) });
    if (looked) reasons.push(...reasonsOfBatch(state));
  } else if (parkedAt === WINDOW) {
    reasons.push({ because: 'window', ...inWords(looked ? GOES_ON : CLOSED) });
    if (looked) reasons.push(...reasonsOfBatch(state), ...reasonsOfTargets(holdingOf(state).full, running.targets));
  } else if (parkedAt !== null) {
    const refuses = { en: `${parkedAt} refuses its credentials`, zh: `${parkedAt} 拒绝其凭据` };
    if (state.holds.some((hold) => isRefusal(hold, parkedAt))) {
      reasons.push({ because: 'endpoint', ...inWords(refuses) });
    } else if (!shouldPause(state, running)) {
      reasons.push({ because: 'endpoint', ...inWords(GOES_ON) });
      reasons.push(...reasonsOfBatch(state), ...reasonsOfTargets(holdingOf(state).full, running.targets));
    }
  }
  if (running.paused && parkedAt === null && !shouldPause(state, running))
    reasons.push({ because: 'concurrency', ...inWords(GOES_ON) });
  // Of a refusal it has been told.
  const holds = state.holds.filter((one) => holdsOne(state, one, running) && !isRefusal(one, parkedAt));
  if (shouldPause(state, running) && (holds.length > 0 || state.abort !== null)) {
    reasons.push({ because: 'paused', ...inWords(running.stands ? STANDS : STOPS) });
    reasons.push(...holds.map((hold) => pausedBy(hold, scopeWords(hold.on))));
  }
  return reasons;
}

const GOES_ON = { en: 'it goes on as soon as there is room', zh: '一有空位即继续' };
const CLOSED = {
  en: 'its maintenance window had closed before its first write: it waits for the next',
  zh: '其维护窗口在首次写入之前已结束：等待下一个窗口',
};
const TO_BE_TOLD = { en: 'a person is to tell what its pages show', zh: '等待人工填报其页面内容' };
const STANDS = { en: 'it stands before its next step until it is resumed', zh: '已在下一步之前停住，直到恢复' };
const STOPS = { en: 'it stops before its next step until it is resumed', zh: '在下一步之前停下，直到恢复' };

/** Whether the breaker holds this endpoint. */
function isRefusal({ on, by }: Hold, endpoint: string | null): boolean {
  return by === BREAKER && 'endpoint' in on && on.endpoint === endpoint;
}

function toBeUndone(cause: UndoCause): Reason {
  const { en, zh } = causeWords(cause);
  const words = {
    en: `it is to be undone as soon as there is room: ${en}`,
    zh: `一有空位即回退：${zh}`,
  };
  return { because: 'undo', ...inWords(words) };
}

function causeWords(cause: UndoCause): Record<Lang, string> {
  return 'code' in cause
    ? { en: `the second look found it changed (${cause.code})`, zh: `复查发现其已改变（${cause.code}）` }
    : { en: `${cause.by} ordered it: ${cause.reason}`, zh: `${cause.by} 的指令：${cause.reason}` };
}

function waitingIn(ledger: Ledger, ranges: readonly Range[]): number {
  let waiting = 0;
  for (const [from, length] of ranges)
    for (let at = from; at < from + length; at += 1) if (WAITING.includes(stateAt(ledger, at))) waiting += 1;
  return waiting;
}
