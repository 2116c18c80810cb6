import type { Said } from '../said.js';
import { askingOf, isMoving, startsNobody, type Asking } from './asking.js';
import type { Ending } from './limits.js';
import { tolerated } from './limits.js';
import { limitUses, type LimitUse } from './limit-use.js';
import { awaitsApproval } from './control.js';
import { count, isOpen, sizeOf, type TenantState } from './ledger.js';
import { BREAKER, type Audited, type Hold } from './orders.js';
import { reasonsOfBatch, reasonsOfCutOver, reasonsOfWave } from './reasons.js';
import { widthOf } from './room.js';
import { FIRST_LOOK, isAtEndpoint, WAITING, type BatchState, type WavePhase, type WaveState } from './state.js';
import { undosOrdered } from './undo.js';

export const BATCH_OUTCOMES = ['done', 'done-with-warnings', 'partial', 'stopped-by-limit', 'aborted'] as const;
export type BatchOutcome = (typeof BATCH_OUTCOMES)[number];

export interface WaveStatus {
  name: string;
  /** `waiting` before its turn, `accepted` after it. */
  phase: WavePhase | 'waiting' | 'accepted';
  size: number;
  maxConcurrency: number;
  /** How many may run at once at the moment: grows while results are clean. */
  width: number;
  counts: Partial<Record<TenantState, number>>;
  running: number;
  finished: number;
  failed: number;
  /** Failures that are tolerated; null without a limit. */
  tolerated: number | null;
  blocked: number;
  /** Every limit of the wave that is set; absent in the answer of an older version. */
  limits?: LimitUse[];
}

/** Counts per state and wave, and who must act: the answer of the coordinator's query and, at its end, its result. */
export interface BatchStatus {
  batch: string;
  content: string;
  startedAt: string;
  startedBy: string;
  total: number;
  /** The wave under way; null when all are accepted. */
  wave: string | null;
  waves: WaveStatus[];
  /** Tenants by how they ended. */
  endings: Partial<Record<Ending, number>>;
  running: number;
  /** Started, and waiting for a held endpoint, a person's first look, or its maintenance window. */
  parked: number;
  /** Of those that are parked: a person is to tell what their pages show. */
  looking: number;
  /** Of those that are parked: they wait for a held endpoint; absent in the answer of an older version. */
  atEndpoint?: number;
  /** Whether nobody starts or goes on before one that runs ends, or somebody acts; absent in the answer of an older version. */
  startsNobody?: boolean;
  /** Those that wait for a person, as of the last look at them; absent in the answer of an older version. */
  asking?: Asking;
  /** Of those that run: undone by the gate of their wave, or because somebody ordered it. */
  undoing: number;
  /** Ended, and to be undone as soon as there is room. */
  toUndo: number;
  notStarted: number;
  /** Preflight and snapshot are done; nothing is written before the cut-over. */
  prepared: number;
  /** Whether everybody is only prepared, until somebody orders the cut-over. */
  until: 'snapshot' | null;
  /** Tenants that ended within a minute, lately; null before the first. */
  perMinute: number | null;
  /** Milliseconds until all have ended, at that rate; null where nobody can tell, as while nobody moves. */
  etaMs: number | null;
  /** The wave whose approval is awaited, or null. */
  awaitsApproval: string | null;
  /** Every limit of the whole batch that is set; absent in the answer of an older version. */
  limits?: LimitUse[];
  /** Why no more tenants start, in words; null while they do. */
  stoppedBy: string | null;
  /** What only time changes, while nobody runs: in words; absent in the answer of an older version. */
  waits?: Said[];
  holds: Hold[];
  /** The newest orders; of a batch that is over as many as it has kept. */
  trail: Audited[];
  /** How it ended; `stopped-by-limit` also while it is held. Null before. */
  outcome: BatchOutcome | null;
  over: boolean;
}

const TRAIL_SHOWN = 20;

/**
 * `now` in milliseconds since the epoch; `over`: the coordinator has nothing left to do. `exhausted`: waves of which everybody who
 * is left was found to be held back.
 */
export function batchStatus(
  batch: string,
  state: BatchState,
  now: number,
  over: boolean,
  exhausted: readonly number[] = [],
): BatchStatus {
  const waves = state.waves.map((wave, index) => waveStatus(state, wave, index));
  const endings = endingsOf(state);
  const total = waves.reduce((sum, { size }) => sum + size, 0);
  const perMinute = rateOf(state, now);
  return {
    batch,
    content: state.content,
    startedAt: state.startedAt,
    startedBy: state.startedBy,
    total,
    wave: waves[state.wave]?.name ?? null,
    waves,
    endings,
    running: countIn(state, 'running'),
    parked: countIn(state, 'parked'),
    looking: state.inFlight.filter(({ parkedAt, looked }) => parkedAt === FIRST_LOOK && !looked).length,
    atEndpoint: state.inFlight.filter(isAtEndpoint).length,
    startsNobody: startsNobody(state, now, exhausted),
    asking: askingOf(state, now, exhausted),
    undoing: state.inFlight.filter(({ undoing, rollback }) => undoing ?? rollback).length,
    toUndo: undosOrdered(state).length,
    notStarted: countIn(state, 'not-started'),
    prepared: countIn(state, 'prepared'),
    until: state.until ?? null,
    perMinute,
    etaMs: etaOf(state, waves, perMinute),
    awaitsApproval: awaitsApproval(state),
    limits: limitUses(state.whole, state.limits),
    stoppedBy: state.stoppedBy,
    waits: waitsOf(state, now),
    holds: state.holds,
    trail: over ? state.trail : state.trail.slice(-TRAIL_SHOWN),
    outcome: outcomeOf(state, endings, total, over),
    over,
  };
}

/** While nobody runs, and nobody holds the batch. */
function waitsOf(state: BatchState, now: number): Said[] {
  if (state.wave >= state.waves.length || state.inFlight.length > 0 || reasonsOfBatch(state).length > 0) return [];
  if (state.until !== undefined) return [];
  const reasons = [...reasonsOfWave(state, state.wave, now), ...reasonsOfCutOver(state, state.wave, now)];
  return reasons.flatMap(({ text, zh = text, until }) => (until === undefined ? [] : [{ en: text, zh }]));
}

/** Whether all that was asked for is prepared, and somebody has to order the cut-over. */
export function awaitsCutOver({ until, over, running, parked, notStarted }: BatchStatus): boolean {
  return until !== null && !over && running + parked + notStarted === 0;
}

/** Whether the batch itself waits for an order, whatever its tenants wait for. */
export function awaitsOrder(status: BatchStatus): boolean {
  const { outcome, stoppedBy, awaitsApproval, holds } = status;
  const asks = stoppedBy !== null || awaitsApproval !== null || holds.length > 0 || awaitsCutOver(status);
  return outcome === 'stopped-by-limit' || (outcome === null && asks);
}

/** Whether a person has paused it, or a wave of it: who ordered that will lift it, and wants it to go on then. */
export function isPausedByPerson({ holds }: BatchStatus): boolean {
  return holds.some(({ on, by }) => by !== BREAKER && ('batch' in on || 'wave' in on));
}

/** Whether nobody runs or waits for an order, and nobody who is left would ever start, as where no window is long enough. */
export function isAtAnEnd(status: BatchStatus): boolean {
  const { running, parked, toUndo, startsNobody, over } = status;
  return !over && startsNobody === true && running + parked + toUndo === 0 && !awaitsOrder(status);
}

/** Whether nothing of it goes on before somebody acts. A pause of the batch or a wave is none. */
export function waitsForPeople(status: BatchStatus): boolean {
  const { awaitsApproval, running, holds, asking, startsNobody } = status;
  if (status.outcome === 'stopped-by-limit' || awaitsCutOver(status)) return true;
  if (awaitsApproval !== null) return running === 0;
  if (isPausedByPerson(status)) return false;
  return (holds.length > 0 && running === 0 && startsNobody !== false) || asking?.only === true || isAtAnEnd(status);
}

/** The words for the end of a batch, from how its tenants ended. */
export function outcomeOfEndings(endings: BatchStatus['endings'], total: number): BatchOutcome {
  const well = (endings.migrated ?? 0) + (endings['already-migrated'] ?? 0);
  const warned = endings['migrated-with-warnings'] ?? 0;
  if (well === total) return 'done';
  return well + warned === total ? 'done-with-warnings' : 'partial';
}

function outcomeOf(
  state: BatchState,
  endings: BatchStatus['endings'],
  total: number,
  over: boolean,
): BatchOutcome | null {
  if (state.abort !== null) return over ? 'aborted' : null;
  if (over) return outcomeOfEndings(endings, total);
  if (state.stoppedBy !== null)
    return state.inFlight.some(({ parkedAt }) => parkedAt === null) ? null : 'stopped-by-limit';
  return null;
}

function waveStatus(state: BatchState, wave: WaveState, index: number): WaveStatus {
  const { settings, ledger, limits } = wave;
  const running = count(ledger, 'running', 'parked');
  const waiting = count(ledger, ...WAITING);
  const size = sizeOf(ledger);
  return {
    name: settings.name,
    phase: index < state.wave ? 'accepted' : index === state.wave ? state.phase : 'waiting',
    size,
    maxConcurrency: settings.maxConcurrency,
    width: widthOf(wave),
    counts: { ...ledger.counts },
    running,
    finished: size - running - waiting,
    failed: limits.failed,
    tolerated: settings.maxErrors === undefined ? null : tolerated(settings.maxErrors, size),
    blocked: limits.blocked,
    limits: limitUses(limits, settings),
  };
}

function endingsOf({ waves }: BatchState): BatchStatus['endings'] {
  const endings: BatchStatus['endings'] = {};
  for (const { ledger } of waves) {
    for (const [state, number] of Object.entries(ledger.counts)) {
      if (isOpen(state as TenantState)) continue;
      const ending = state as Ending;
      endings[ending] = (endings[ending] ?? 0) + number;
    }
  }
  return endings;
}

function countIn({ waves }: BatchState, state: TenantState): number {
  return waves.reduce((sum, { ledger }) => sum + count(ledger, state), 0);
}

/** Over the newest endings up to now, so that it sinks while nothing ends. */
function rateOf({ finished }: BatchState, now: number): number | null {
  const [first] = finished;
  if (!first) return null;
  const minutes = Math.max(now - (first.at - first.ms), 1_000) / 60_000;
  return finished.length / minutes;
}

/** While nobody moves, or most will never start, an estimate would be a guess. */
function etaOf(state: BatchState, waves: readonly WaveStatus[], perMinute: number | null): number | null {
  const left = waves.reduce((sum, { size, finished }) => sum + size - finished, 0);
  const isHeld = state.stoppedBy !== null || state.abort !== null || state.holds.some(({ on }) => 'batch' in on);
  if (perMinute === null || left === 0 || isHeld || !state.inFlight.some(isMoving)) return null;
  return Math.round((left / perMinute) * 60_000);
}

/** Tenants a minute as they are shown: digits that mean something. */
export function shownRate(perMinute: number): string {
  return perMinute >= 10 ? String(Math.round(perMinute)) : perMinute.toFixed(1);
}
