import type { Limits, Wave } from './batch.js';
import { outcomeOfBatch, type BatchStatus, type TenantEnding } from './batch-status.js';
import { ended, mayStart, noneStarted, started, tripped, type LimitState } from './limits.js';

/** A wave with its size; who is in it lies in the store. */
export type SizedWave = Omit<Wave, 'size'> & { size: number };

/** Everything that a coordinator carries from one run to the next: bounded, however large the batch is. */
export interface BatchState {
  startedAt: string;
  /** Index of the wave under way. */
  wave: number;
  /** How many tenants of it were started. */
  next: number;
  /** Tenants that were started and have not ended: the window. */
  inFlight: string[];
  waves: LimitState[];
  whole: LimitState;
  endings: BatchStatus['endings'];
  awaitsApproval: string | null;
  stoppedBy: string | null;
}

export function noTenantStarted(waves: readonly SizedWave[], startedAt: string): BatchState {
  return {
    startedAt,
    wave: 0,
    next: 0,
    inFlight: [],
    waves: waves.map(({ size }) => noneStarted(size)),
    whole: noneStarted(waves.reduce((sum, { size }) => sum + size, 0)),
    endings: {},
    awaitsApproval: null,
    stoppedBy: null,
  };
}

/** What the coordinator does next. The one place where a start is decided. */
export type NextMove = 'start' | 'wait' | 'end-wave' | 'stop';

export function nextMove(state: BatchState, wave: SizedWave, limits: Limits): NextMove {
  const running = state.inFlight.length;
  if (state.stoppedBy !== null) return running > 0 ? 'wait' : 'stop';
  if (state.next >= wave.size) return running > 0 ? 'wait' : 'end-wave';
  const inWave = mayStart(waveState(state), wave);
  const inWhole = mayStart(state.whole, limits);
  return running < wave.maxConcurrency && inWave.start && inWhole.start ? 'start' : 'wait';
}

export function tenantStarted(state: BatchState, tenantId: string): void {
  state.next += 1;
  state.inFlight.push(tenantId);
  state.waves[state.wave] = started(waveState(state));
  state.whole = started(state.whole);
}

/** Settles a tenant once, however often it is told; and stops the batch where a limit is exceeded. */
export function tenantEnded(
  state: BatchState,
  { tenantId, ending }: TenantEnding,
  wave: SizedWave,
  limits: Limits,
): void {
  const at = state.inFlight.indexOf(tenantId);
  if (at < 0) return;
  state.inFlight.splice(at, 1);
  state.endings[ending] = (state.endings[ending] ?? 0) + 1;
  state.waves[state.wave] = ended(waveState(state), ending);
  state.whole = ended(state.whole, ending);
  const inWave = tripped(waveState(state), wave);
  const inWhole = tripped(state.whole, limits);
  if (inWave !== null) state.stoppedBy ??= `${inWave} of wave ${wave.name}`;
  else if (inWhole !== null) state.stoppedBy ??= `${inWhole} of the batch`;
}

export function batchStatus(batch: string, state: BatchState, waves: readonly SizedWave[], over: boolean): BatchStatus {
  const total = state.whole.size;
  return {
    batch,
    total,
    wave: over ? null : (waves[state.wave]?.name ?? null),
    waves: waves.map(({ name, size, maxConcurrency }, index) => {
      const { running = 0, failed = 0, blocked = 0 } = state.waves[index] ?? {};
      const begun = index < state.wave ? size : index === state.wave ? state.next : 0;
      return { name, size, maxConcurrency, started: begun, running, finished: begun - running, failed, blocked };
    }),
    endings: state.endings,
    running: state.inFlight.length,
    awaitsApproval: state.awaitsApproval,
    stoppedBy: state.stoppedBy,
    outcome: over ? outcomeOfBatch(state.endings, total, state.stoppedBy !== null) : null,
    startedAt: state.startedAt,
  };
}

function waveState(state: BatchState): LimitState {
  const found = state.waves[state.wave];
  if (!found) throw new Error(`there is no wave ${state.wave}`);
  return found;
}
