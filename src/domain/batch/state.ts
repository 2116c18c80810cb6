import type { Limits, Wave } from './batch.js';
import {
  ended,
  noneStarted,
  reopened,
  started,
  tripped,
  withdrawn,
  type Ending,
  type LimitReason,
  type LimitState,
  type TenantEnding,
} from './limits.js';
import {
  count,
  extend,
  isOpen,
  newLedger,
  positionsOf,
  setState,
  stateAt,
  type Ledger,
  type TenantState,
} from './ledger.js';
import type { Audited, Hold, LimitChange, Order } from './orders.js';
import { narrow, throttled, widened, widthNow, type SlowStart } from './slow-start.js';

/** A wave with its size; who is in it lies in the store. */
export type SizedWave = Omit<Wave, 'size'> & { size: number };

/** Tenants of a wave in the store. A wave has one source, and one more for each group that joined later. */
export interface Source {
  reference: string;
  /** Index of the wave in that stored batch. */
  wave: number;
  size: number;
}

/** `starting` until all of the wave have ended; then the soak, the second look, the approval, and on to the next wave. */
export type WavePhase = 'starting' | 'soaking' | 'verifying' | 'approval';

export type NextPhase = Exclude<WavePhase, 'starting'> | 'next-wave';

export interface WaveState {
  settings: SizedWave;
  sources: Source[];
  ledger: Ledger;
  limits: LimitState;
  width: SlowStart;
  /** How many are prepared at once since a target throttled; absent: as many as may run. */
  lookWidth?: number;
}

/** A tenant that was started and has not ended. At most as many as waves are wide, and those that wait without a place. */
export interface InFlight {
  id: string;
  wave: number;
  at: number;
  /** Milliseconds since the epoch. */
  since: number;
  /** Keys of the endpoints that it shares with others of the batch. */
  endpoints: string[];
  targets: string[];
  /** The endpoint that it waits for, `FIRST_LOOK` or `WINDOW`; null while it runs. */
  parkedAt: string | null;
  /** Its first look is over, or its window is open again: it goes on as soon as there is room. */
  looked?: true;
  /** Whether it was told to stop before its next step. */
  paused: boolean;
  /** How often it was told to stop, or to go on; absent where it never was. */
  told?: number;
  /** It has told that it stands, and stands until it is told to go on. */
  stands?: true;
  /** Whether it ends with its snapshot. */
  prepares?: true;
  /** It is being undone though it had ended: why, and how. */
  undoing?: UndoCause & { was: Ending };
  /** Who ordered to undo it while it runs. */
  rollback?: Order;
  /** Whether it was told to be undone, which is told once. */
  cancelled?: boolean;
  /** It waits for a person's decision or work order, as of the last look at it. */
  asks?: true;
  /** It stood still in between, for whatever reason, so that its time says nothing of what a tenant takes. */
  stood?: true;
  /** Its run is another batch's, or nobody's: an abort leaves it as it is. */
  adopted?: true;
  /** The partition that started it; absent where the coordinator did. */
  partition?: number;
}

/** Where a tenant waits of which a person is to tell what the console shows: nothing is written yet. */
export const FIRST_LOOK = 'first look';

/** Where a tenant waits whose maintenance window had closed before its first write. */
export const WINDOW = 'maintenance window';

/** A migrated tenant of the wave under way that the second look found changed. */
export interface Drift {
  id: string;
  /** Its position in the wave; absent in the state of an older version. */
  at?: number;
  code: string;
  /** What it shares, which may hold back its undo. */
  endpoints?: string[];
  targets?: string[];
  /** Why it could not be undone, where its wave undoes. */
  left?: string;
}

/** Why a tenant that has ended is undone: what the second look found, or somebody's order. */
export type UndoCause = { code: string } | Order;

/** A tenant that has ended and is to be undone, with what it shares: that may hold its undo back. */
export interface Undo {
  id: string;
  wave: number;
  at: number;
  endpoints: string[];
  targets: string[];
  cause: UndoCause;
}

/** Everything that a coordinator carries from one run to the next: bounded, however large the batch is. */
export interface BatchState {
  /** ISO 8601. */
  startedAt: string;
  startedBy: string;
  /** Hash of what was applied; an approval is for this and nothing else. Changes when tenants join. */
  content: string;
  limits: Limits;
  /** Everybody is only prepared, until somebody orders the cut-over. */
  until?: 'snapshot';
  /** Tenants that may run at once against one origin; `*` is any that is not named. */
  targets: Record<string, number>;
  /** Index of the wave under way; as many as there are waves when all are accepted. */
  wave: number;
  phase: WavePhase;
  /** End of the soak in milliseconds since the epoch. */
  soakUntil: number;
  /** How far the second look has come, and whom it found changed. */
  verified: number;
  drifted: Drift[];
  /** How many more it found changed than are kept. */
  driftedMore?: number;
  /** Ended tenants that somebody ordered to undo, and that have no place yet; absent in the state of an older version. */
  undos?: Undo[];
  waves: WaveState[];
  whole: LimitState;
  inFlight: InFlight[];
  /** How many partitions were ever needed: those that are told when the batch is over. */
  partitions?: number;
  holds: Hold[];
  /** Why no more tenants start, in words; null while they do. */
  stoppedBy: string | null;
  abort: 'finish-step' | 'undo' | null;
  /** Who ordered that; absent where nobody did, and in the state of an older version. */
  abortedBy?: Order;
  /** The newest endings: for the rate, and, of those that went the whole way, for what a tenant usually takes. */
  finished: { at: number; ms: number; wholeWay: boolean }[];
  trail: Audited[];
  /** Ids of Updates that were carried out, oldest first; absent where an older version kept them in the trail alone. */
  done?: string[];
}

const FINISHED_KEPT = 50;
const DRIFTED_KEPT = 50;
const MUCH_LATER_MS = 60_000;

export interface NewBatch {
  startedAt: string;
  startedBy: string;
  content: string;
  reference: string;
  waves: readonly SizedWave[];
  limits: Limits;
  until?: 'snapshot';
  targets: Record<string, number>;
}

export function newBatchState({
  startedAt,
  startedBy,
  content,
  reference,
  waves,
  limits,
  until,
  targets,
}: NewBatch): BatchState {
  return {
    startedAt,
    startedBy,
    content,
    limits,
    ...(until === undefined ? {} : { until }),
    targets,
    wave: 0,
    phase: 'starting',
    soakUntil: 0,
    verified: 0,
    drifted: [],
    waves: waves.map((settings, wave) => ({
      settings,
      sources: [{ reference, wave, size: settings.size }],
      ledger: newLedger(settings.size),
      limits: noneStarted(settings.size),
      width: narrow(),
    })),
    whole: noneStarted(waves.reduce((sum, { size }) => sum + size, 0)),
    inFlight: [],
    holds: [],
    stoppedBy: null,
    abort: null,
    finished: [],
    trail: [],
  };
}

/** Throws on a wave that the batch does not have. */
export function waveOf(state: Pick<BatchState, 'waves'>, index: number): WaveState {
  const wave = state.waves[index];
  if (!wave) throw new Error(`the batch has no wave ${index}`);
  return wave;
}

/** Whether there is somebody in the wave under way, and in a later one: what leads from one wave to the next is for those. */
export function leadsOn({ waves, wave }: Pick<BatchState, 'waves' | 'wave'>): boolean {
  const [current, ...later] = waves.slice(wave).map(({ settings }) => settings.size);
  return current !== undefined && current > 0 && later.some((size) => size > 0);
}

/** A tenant starts: before its run is there, since it may end while the start is being confirmed. */
export function tenantStarted(state: BatchState, tenant: Omit<InFlight, 'parkedAt' | 'paused'>): void {
  const wave = waveOf(state, tenant.wave);
  setState(wave.ledger, tenant.at, 'running');
  wave.limits = started(wave.limits);
  state.whole = started(state.whole);
  state.inFlight.push({ ...tenant, parkedAt: null, paused: false });
}

/** Settles a tenant once, however often it is told; and stops the batch where a limit is exceeded. */
export function tenantEnded(state: BatchState, { tenantId, ending }: TenantEnding, now: number): void {
  const index = state.inFlight.findIndex(({ id }) => id === tenantId);
  const [tenant] = index < 0 ? [] : state.inFlight.splice(index, 1);
  if (!tenant) return;
  const wave = waveOf(state, tenant.wave);
  // A run ends as skipped where it was only to prepare, also one that somebody else had started: it wrote nothing on purpose, and
  // that is neither an end nor a sign of how the others will fare.
  const isPrepared = ending === 'skipped';
  // Whoever was to be undone starts no more.
  setState(wave.ledger, tenant.at, isPrepared && !tenant.rollback ? 'prepared' : ending);
  const wasOrdered = tenant.undoing !== undefined && !('code' in tenant.undoing);
  wave.limits = ended(wave.limits, ending, wasOrdered);
  state.whole = ended(state.whole, ending, wasOrdered);
  if (isPrepared) {
    if (wave.lookWidth !== undefined) wave.lookWidth += 1;
    return;
  }
  if (tenant.rollback && LEAVES_SOMETHING.includes(ending)) undoLater(state, tenant, tenant.rollback);
  const finish = { at: now, ms: now - tenant.since, wholeWay: WHOLE_WAY.includes(ending) && !tenant.stood };
  state.finished = [...state.finished, finish].slice(-FINISHED_KEPT);
  const current = state.waves[Math.min(state.wave, state.waves.length - 1)];
  if (current) current.width = widened(current.width, CLEAN.includes(ending), current.settings.maxConcurrency);
  state.stoppedBy ??= exceeded(state);
}

/** Nothing is to be followed up at once: it is as wanted. */
export const CLEAN: readonly Ending[] = ['migrated', 'migrated-with-warnings', 'already-migrated'];
/** It ended before it could be told to undo, so that it is undone afterwards. */
const LEAVES_SOMETHING: readonly Ending[] = [...CLEAN, 'terminated', 'timed-out'];
const WHOLE_WAY: readonly Ending[] = ['migrated', 'migrated-with-warnings'];

/** Somebody ordered to undo a tenant that has ended: as soon as there is room. */
export function undoLater(
  state: BatchState,
  { id, wave, at, endpoints, targets }: Omit<Undo, 'cause'>,
  order: Order,
): void {
  const others = (state.undos ?? []).filter((one) => one.id !== id);
  state.undos = [...others, { id, wave, at, endpoints, targets, cause: order }];
}

/** Which limit is exceeded by now, in words; null where none is. */
export function exceeded(state: BatchState): string | null {
  const [first] = limitsExceeded(state);
  return first ? `${first.because} of ${first.wave === null ? 'the batch' : `wave ${first.wave}`}` : null;
}

/** Whose limits are exceeded by now; `wave` null: those of the whole batch. */
export function limitsExceeded(state: BatchState): { wave: string | null; because: LimitReason }[] {
  const groups = [
    ...state.waves.map(({ settings, limits }) => ({ wave: settings.name, because: tripped(limits, settings) })),
    { wave: null, because: tripped(state.whole, state.limits) },
  ];
  return groups.flatMap(({ wave, because }) => (because === null ? [] : [{ wave, because }]));
}

/** A target asked to be asked less often: the wave under way narrows, and those that prepare. */
export function targetThrottled(state: BatchState): void {
  const preparing = state.inFlight.filter(({ prepares }) => prepares);
  for (const index of new Set(preparing.map((one) => one.wave))) {
    const at = waveOf(state, index);
    at.lookWidth = Math.max(1, Math.floor(preparing.filter((one) => one.wave === index).length / 2));
  }
  const wave = state.waves[state.wave];
  if (!wave || (preparing.length > 0 && preparing.length === state.inFlight.length)) return;
  const width = widthNow(wave.width, wave.settings);
  wave.width = throttled({ ...wave.width, width }, wave.settings.maxConcurrency);
}

/** A started tenant meets an endpoint that refuses everybody, or waits for a first look or its window: it leaves its place to others. */
export function tenantParked(state: BatchState, id: string, endpoint: string): void {
  const tenant = state.inFlight.find((one) => one.id === id);
  if (!tenant || tenant.parkedAt !== null || tenant.cancelled) return;
  tenant.parkedAt = endpoint;
  tenant.stood = true;
  setState(waveOf(state, tenant.wave).ledger, tenant.at, 'parked');
}

/**
 * A person has told what the pages of a tenant show, or its window is open again. False where it has no place to wait for: it goes
 * on at once.
 */
export function tenantReady(state: BatchState, id: string, at: typeof FIRST_LOOK | typeof WINDOW): boolean {
  const tenant = state.inFlight.find((one) => one.id === id);
  if (tenant?.parkedAt !== at) return false;
  tenant.looked = true;
  return true;
}

export function tenantWoken(state: BatchState, id: string): void {
  const tenant = state.inFlight.find((one) => one.id === id);
  if (!tenant || tenant.parkedAt === null) return;
  tenant.parkedAt = null;
  delete tenant.looked;
  setState(waveOf(state, tenant.wave).ledger, tenant.at, 'running');
}

/** A tenant is told to stop before its next step, or to go on. */
export function tenantTold(state: BatchState, id: string, paused: boolean): void {
  const tenant = state.inFlight.find((one) => one.id === id);
  if (!tenant) return;
  tenant.paused = paused;
  tenant.told = (tenant.told ?? 0) + 1;
  tenant.stood = true;
  delete tenant.stands;
}

/** Whether it has left its place, and waits for an endpoint or its window. */
export function isAway({ parkedAt }: Pick<InFlight, 'parkedAt'>): boolean {
  return parkedAt !== null && parkedAt !== FIRST_LOOK;
}

export function isAtEndpoint(tenant: Pick<InFlight, 'parkedAt'>): boolean {
  return isAway(tenant) && tenant.parkedAt !== WINDOW;
}

/** Whether it tells itself when it may go on. */
export function tellsWhen({ parkedAt }: Pick<InFlight, 'parkedAt'>): boolean {
  return parkedAt === FIRST_LOOK || parkedAt === WINDOW;
}

/**
 * The coordinator goes on later than it wanted. Where that is much, its worker was off, and most likely those of its tenants as well:
 * what they take says nothing of what a tenant usually takes.
 */
export function cameLate(state: BatchState, ms: number): void {
  if (ms > MUCH_LATER_MS) for (const tenant of state.inFlight) tenant.stood = true;
}

/** Not begun with anything that writes. */
export const WAITING: readonly TenantState[] = ['not-started', 'prepared'];

/** An ended tenant is to start again. What it had ended as no longer counts. */
export function tenantReopened(state: BatchState, wave: number, at: number): void {
  const of = waveOf(state, wave);
  const was = stateAt(of.ledger, at);
  if (isOpen(was)) return;
  setState(of.ledger, at, 'not-started');
  of.limits = reopened(of.limits, was);
  state.whole = reopened(state.whole, was);
  if (wave === state.wave) state.phase = 'starting';
}

/** A tenant that has not started is left out: it ends as `skipped`. */
export function tenantDropped(state: BatchState, wave: number, at: number): void {
  const { ledger } = waveOf(state, wave);
  if (WAITING.includes(stateAt(ledger, at))) setState(ledger, at, 'skipped');
}

/** More tenants join a wave that is not accepted yet. */
export function tenantsAdded(state: BatchState, wave: number, source: Source, content: string): void {
  const of = waveOf(state, wave);
  of.sources.push(source);
  extend(of.ledger, source.size);
  of.settings = { ...of.settings, size: of.settings.size + source.size };
  of.limits = { ...of.limits, size: of.limits.size + source.size };
  state.whole = { ...state.whole, size: state.whole.size + source.size };
  state.content = content;
  if (wave === state.wave) state.phase = 'starting';
}

/** New limits hold from the next start on. `wave` null: those of the whole batch. */
export function limitsChanged(
  state: BatchState,
  wave: string | null,
  { maxConcurrency, ...limits }: LimitChange,
): void {
  if (wave === null) state.limits = { ...state.limits, ...limits };
  for (const one of state.waves) {
    if (wave !== null && one.settings.name !== wave) continue;
    const of = wave === null ? {} : limits;
    one.settings = { ...one.settings, ...of, ...(maxConcurrency === undefined ? {} : { maxConcurrency }) };
  }
  state.stoppedBy ??= exceeded(state);
}

/** The second half of a wave's life. `now` in milliseconds since the epoch. */
export function entered(state: BatchState, phase: NextPhase, now: number): void {
  if (phase === 'next-wave') {
    state.wave += 1;
    state.phase = 'starting';
    return;
  }
  state.phase = phase;
  if (phase === 'soaking') state.soakUntil = now + (waveOf(state, state.wave).settings.soakMs ?? 0);
  if (phase === 'verifying') {
    state.verified = 0;
    forgetDrift(state);
  }
}

/** The second look at the migrated tenants of the wave has come so far. */
export function waveVerified(state: BatchState, upTo: number, drifted: readonly Drift[]): void {
  state.verified = upTo;
  const all = [...state.drifted, ...drifted];
  state.drifted = all.slice(0, DRIFTED_KEPT);
  const more = (state.driftedMore ?? 0) + all.length - state.drifted.length;
  if (more > 0) state.driftedMore = more;
}

/** What the second look found no longer counts. */
export function forgetDrift(state: BatchState): void {
  state.drifted = [];
  delete state.driftedMore;
}

/** Its start came to nothing, since it runs elsewhere: it waits as it did, or is left out. */
export function startWithdrawn(state: BatchState, id: string, to: 'not-started' | 'prepared' | 'skipped'): void {
  const index = state.inFlight.findIndex((one) => one.id === id);
  const [tenant] = index < 0 ? [] : state.inFlight.splice(index, 1);
  if (!tenant) return;
  const wave = waveOf(state, tenant.wave);
  setState(wave.ledger, tenant.at, tenant.rollback ? 'skipped' : to);
  wave.limits = withdrawn(wave.limits);
  state.whole = withdrawn(state.whole);
}

/** Migrated tenants of the wave under way that are still to be looked at again. */
export function toVerify(state: BatchState, limit: number): number[] {
  return positionsOf(waveOf(state, state.wave).ledger, CLEAN, { from: state.verified, limit });
}

/** Tenants of a wave whose run is under way. */
export function underWay(state: BatchState, wave: number): number {
  return count(waveOf(state, wave).ledger, 'running', 'parked');
}
