import { mayStart } from './limits.js';
import { gateReason, isHeld, needsApproval } from './control.js';
import { count } from './ledger.js';
import type { Hold } from './orders.js';
import { widthNow } from './slow-start.js';
import {
  FIRST_LOOK,
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

/** A tenant that could start, with what decides whether it may. */
export interface Candidate {
  id: string;
  wave: number;
  at: number;
  /** Keys of the endpoints that it shares with others. */
  endpoints: string[];
  targets: string[];
  /** Its maintenance window: when it closes, where it is open; else when it opens. Milliseconds since the epoch. */
  window: { closesAt: number } | { opensAt: number } | null;
}

/** Why something does not start. The scheduler starts what has none of these; `why` reads them out. */
export interface Reason {
  because:
    | 'paused'
    | 'stopped'
    | 'aborted'
    | 'limit'
    | 'concurrency'
    | 'earlier-wave'
    | 'soak'
    | 'approval'
    | 'start-after'
    | 'complete-after'
    | 'window'
    | 'endpoint'
    | 'first-look'
    | 'target'
    | 'undo';
  /** One sentence with the numbers. */
  text: string;
  /** When time alone changes it, in milliseconds since the epoch. */
  until?: number;
}

/** What the coordinator does next. The one place where that is decided. */
export type Move =
  | { do: 'tell'; tenants: { id: string; paused: boolean }[] }
  /** Running tenants that are to be undone. */
  | { do: 'cancel'; tenants: Pick<InFlight, 'id' | 'rollback'>[] }
  | { do: 'wake'; id: string }
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
  if (state.abort === 'undo') return state.inFlight.length > 0 ? { do: 'wait', until: null } : { do: 'over' };
  const tenants = state.inFlight.filter((one) => shouldPause(state, one) !== one.paused);
  if (tenants.length > 0) return { do: 'tell', tenants: tenants.map(({ id, paused }) => ({ id, paused: !paused })) };
  if (state.abort !== null) return { do: 'over' };
  if (isOver(state)) return { do: 'over' };

  // What somebody orders to put back waits for no resume, and for no window.
  const ordered = undosOrdered(state).find((one) => reasonsOfOrderedUndo(state, one).length === 0);
  if (ordered) return { do: 'undo', undo: ordered };

  const held = reasonsOfBatch(state);
  if (held.length > 0) return { do: 'wait', until: earliest(held) };

  const parked = state.inFlight.find((one) => isOpenAgain(state, one) && roomBeside(state, one) > 0);
  if (parked) return { do: 'wake', id: parked.id };

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
  const times = [...reasons.flat(), ...waves.flatMap((wave) => reasonsOfCutOver(state, wave, now))];
  return { do: 'wait', until: earliest([...times, ...(next?.until == null ? [] : [{ until: next.until }])]) };
}

function isOpenAgain(state: BatchState, { parkedAt, looked }: InFlight): boolean {
  if (parkedAt === FIRST_LOOK) return looked ?? false;
  return parkedAt !== null && !isHeld(state, { endpoint: parkedAt });
}

/** Whatever holds back a start holds back an undo; but its window does not: what is broken is put back at once. */
function reasonsOfUndo(state: BatchState, { id, wave, at, endpoints, targets }: Undo): Reason[] {
  return reasonsOfTenant(holdingOf(state), { id, wave, at, endpoints, targets, window: null }, 0, 0);
}

/** Whoever paused a tenant and orders to undo it means both; and who is paused keeps nobody from being undone. */
export function reasonsOfOrderedUndo(state: BatchState, undo: Undo): Reason[] {
  const going = withoutPaused(state);
  const reasons = reasonsOfUndo(going, undo).filter(({ because }) => because !== 'paused');
  if (room(going) > 0) return reasons;
  return [...reasons, { because: 'concurrency', text: concurrencyText(going, 'migrate', state.wave) }];
}

function withoutPaused(state: BatchState): BatchState {
  return { ...state, inFlight: state.inFlight.filter(({ paused }) => !paused) };
}

function shouldCancel({ abort }: BatchState, { undoing, rollback }: InFlight): boolean {
  return undoing === undefined && (abort === 'undo' || rollback !== undefined);
}

/** What starting a tenant of a wave comes to: before the cut-over it ends with its snapshot. */
export type Pass = 'prepare' | 'migrate';

export function passOf(state: BatchState, wave: number, now: number): Pass {
  return reasonsOfCutOver(state, wave, now).length > 0 ? 'prepare' : 'migrate';
}

/** Why nothing of this wave is written yet. */
export function reasonsOfCutOver(state: BatchState, wave: number, now: number): Reason[] {
  if (state.until === 'snapshot') {
    return [{ because: 'complete-after', text: 'the batch only prepares its tenants: apply it without --until' }];
  }
  const { name, completeAfter } = waveOf(state, wave).settings;
  if (completeAfter === undefined || now >= Date.parse(completeAfter)) return [];
  const text = `nothing of wave ${name} is written before ${completeAfter}`;
  return [{ because: 'complete-after', text, until: Date.parse(completeAfter) }];
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
  const { soakMs, gate } = wave.settings;
  const isLast = state.wave === state.waves.length - 1;
  const afterLooks = (): WaveMove => ({ do: 'enter', phase: needsApproval(state) ? 'approval' : 'next-wave' });
  switch (state.phase) {
    case 'starting':
      return soakMs === undefined || (isLast && gate !== 'undo') ? afterLooks() : { do: 'enter', phase: 'soaking' };
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

function isOver(state: BatchState): boolean {
  const accepted = state.wave >= state.waves.length;
  // Where nobody is left to start, there is nothing to hold, and nothing to cut over; but a gate that stops is for a person.
  const idle = state.until !== undefined || (state.stoppedBy !== null && gateReason(state) === null);
  const done = (accepted || idle) && state.inFlight.length === 0 && !owesUndo(state);
  return done && state.waves.every(({ ledger }) => count(ledger, ...WAITING) === 0);
}

/** How many more may be migrated beside those that are. */
export function room(state: BatchState): number {
  return roomFor(state, 'migrate', state.wave);
}

/**
 * How many more may start. Whoever waits for a first look takes no place while a wave widens, since nothing can break there yet;
 * but no more than `maxConcurrency` are begun with.
 */
function roomFor(state: BatchState, pass: Pass, wave: number): number {
  const beside = besideIn(state, pass, wave);
  const looking = beside.filter(({ parkedAt }) => parkedAt === FIRST_LOOK).length;
  const running = beside.filter(({ parkedAt }) => parkedAt === null).length;
  const most = mostFor(state, pass, wave);
  const width = widthFor(state, pass, wave);
  return Math.max(0, Math.min(width - running, (pass === 'prepare' ? width : most) - running - looking));
}

/** How many more may go on, of those that gave up their place. */
function roomBeside(state: BatchState, { prepares, wave }: InFlight): number {
  const pass = prepares ? 'prepare' : 'migrate';
  const running = besideIn(state, pass, wave).filter(({ parkedAt }) => parkedAt === null);
  return widthFor(state, pass, wave) - running.length;
}

/** Whoever is only prepared takes no place of those that are migrated; each wave prepares as wide as it may be. */
function besideIn({ inFlight }: BatchState, pass: Pass, wave: number): InFlight[] {
  const prepares = pass === 'prepare';
  return inFlight.filter((one) => (one.prepares ?? false) === prepares && (!prepares || one.wave === wave));
}

function mostFor(state: BatchState, pass: Pass, wave: number): number {
  return (pass === 'prepare' ? waveOf(state, wave) : currentWave(state)).settings.maxConcurrency;
}

/** Looking at one more breaks nothing: only migrations begin with one and widen. */
function widthFor(state: BatchState, pass: Pass, wave: number): number {
  if (pass === 'migrate') return widthOf(currentWave(state));
  const { settings, lookWidth } = waveOf(state, wave);
  return Math.min(settings.maxConcurrency, lookWidth ?? settings.maxConcurrency);
}

function currentWave(state: BatchState): BatchState['waves'][number] {
  return waveOf(state, Math.min(state.wave, state.waves.length - 1));
}

export function widthOf({ settings, width }: BatchState['waves'][number]): number {
  return widthNow(width, settings);
}

/** What holds everybody back, whoever it is. */
export function reasonsOfBatch(state: BatchState): Reason[] {
  const paused = state.holds.find(({ on }) => 'batch' in on);
  return [
    ...(state.abort === null ? [] : [{ because: 'aborted' as const, text: 'the batch is being aborted' }]),
    ...(state.stoppedBy === null ? [] : [{ because: 'stopped' as const, text: `stopped: ${state.stoppedBy}` }]),
    ...(paused ? [{ because: 'paused' as const, text: `the batch is paused by ${paused.by}: ${paused.reason}` }] : []),
  ];
}

/** What holds a wave back. */
export function reasonsOfWave(state: BatchState, index: number, now: number): Reason[] {
  const { settings, limits } = waveOf(state, index);
  const pass = passOf(state, index, now);
  const reasons: Reason[] = [];
  // Whoever is only prepared need not wait for what becomes of others.
  if (index > state.wave && pass === 'migrate') reasons.push(...reasonsOfEarlierWave(state));
  const paused = state.holds.find(({ on }) => 'wave' in on && on.wave === settings.name);
  if (paused)
    reasons.push({ because: 'paused', text: `wave ${settings.name} is paused by ${paused.by}: ${paused.reason}` });
  const startAfter = settings.startAfter === undefined ? 0 : Date.parse(settings.startAfter);
  if (now < startAfter) {
    reasons.push({
      because: 'start-after',
      text: `wave ${settings.name} starts after ${settings.startAfter ?? ''}`,
      until: startAfter,
    });
  }
  const inWave = mayStart(limits, settings);
  if (!inWave.start)
    reasons.push({ because: 'limit', text: limitText(inWave.because, `wave ${settings.name}`, limits) });
  const inWhole = mayStart(state.whole, state.limits);
  if (!inWhole.start) reasons.push({ because: 'limit', text: limitText(inWhole.because, 'the batch', state.whole) });
  if (roomFor(state, pass, index) === 0) {
    reasons.push({ because: 'concurrency', text: concurrencyText(state, pass, index) });
  }
  return reasons;
}

function concurrencyText(state: BatchState, pass: Pass, wave: number): string {
  const most = mostFor(state, pass, wave);
  const looking = besideIn(state, pass, wave).filter(({ parkedAt }) => parkedAt === FIRST_LOOK).length;
  const beside = looking === 0 ? '' : `, and ${looking} wait for a person's first look`;
  return `${widthFor(state, pass, wave)} of at most ${most} tenants run already${beside}`;
}

function reasonsOfEarlierWave(state: BatchState): Reason[] {
  const { settings, ledger } = waveOf(state, state.wave);
  if (state.phase === 'soaking')
    return [{ because: 'soak', text: `wave ${settings.name} soaks`, until: state.soakUntil }];
  if (state.phase === 'verifying')
    return [{ because: 'soak', text: `the tenants of wave ${settings.name} are looked at again` }];
  if (state.phase === 'approval') return [{ because: 'approval', text: `wave ${settings.name} waits for approval` }];
  const left = count(ledger, ...WAITING, 'running', 'parked');
  return [
    {
      because: 'earlier-wave',
      text: `wave ${settings.name} comes first: ${left} of its ${settings.size} tenants have not ended`,
    },
  ];
}

/** What may hold single tenants back: the same few facts, however many are in flight. */
export interface Holding {
  holds: Hold[];
  /** Targets against which as many run as may. */
  full: { target: string; running: number; limit: number }[];
}

export function holdingOf({ holds, targets, inFlight }: BatchState): Holding {
  if (Object.keys(targets).length === 0) return { holds, full: [] };
  const running = new Map<string, number>();
  for (const one of inFlight) {
    if (one.parkedAt !== null && one.parkedAt !== FIRST_LOOK) continue;
    for (const target of one.targets) running.set(target, (running.get(target) ?? 0) + 1);
  }
  const full = [...running].flatMap(([target, number]) => {
    const limit = targets[target] ?? targets['*'];
    return limit !== undefined && number >= limit ? [{ target, running: number, limit }] : [];
  });
  return { holds, full };
}

/** For where the reasons are only counted: a thousand holds with their words would fill the history. */
export function withoutWords({ holds, full }: Holding): Holding {
  const words = { by: '', reason: '', at: '' };
  const single = holds.filter(({ on }) => 'tenant' in on || 'endpoint' in on);
  return { holds: single.map(({ on }) => ({ on, ...words })), full };
}

/** What holds one tenant back while its wave may start. `usualMs`: what a tenant usually takes; 0 where that is not known. */
export function reasonsOfTenant(
  { holds, full }: Holding,
  candidate: Candidate,
  now: number,
  usualMs: number,
): Reason[] {
  const { id, endpoints, targets, window } = candidate;
  const reasons: Reason[] = [];
  for (const hold of holds) {
    if ('tenant' in hold.on && hold.on.tenant === id)
      reasons.push({ because: 'paused', text: `${id} is paused by ${hold.by}: ${hold.reason}` });
    if ('endpoint' in hold.on && endpoints.includes(hold.on.endpoint)) {
      reasons.push({ because: 'endpoint', text: `${hold.on.endpoint} is paused by ${hold.by}: ${hold.reason}` });
    }
  }
  for (const { target, running, limit } of full) {
    if (targets.includes(target))
      reasons.push({ because: 'target', text: `${running} of at most ${limit} tenants run against ${target}` });
  }
  return [...reasons, ...windowReasons(window, now, usualMs)];
}

function windowReasons(window: Candidate['window'], now: number, usualMs: number): Reason[] {
  if (!window) return [];
  if ('opensAt' in window) {
    return now < window.opensAt
      ? [{ because: 'window', text: `its maintenance window opens at ${iso(window.opensAt)}`, until: window.opensAt }]
      : [];
  }
  const left = window.closesAt - now;
  if (left >= Math.max(usualMs, 1)) return [];
  const text = `its maintenance window closes at ${iso(window.closesAt)}, and a tenant usually takes ${Math.ceil(usualMs / 60_000)} min`;
  return [{ because: 'window', text, until: window.closesAt }];
}

/** What nine of ten tenants that went the whole way took at most, once ten are known; 0 before. */
export function usualDuration({ finished }: Pick<BatchState, 'finished'>): number {
  const sorted = finished.flatMap(({ ms, wholeWay }) => (wholeWay ? [ms] : [])).sort((one, other) => one - other);
  return sorted.length < 10 ? 0 : (sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0);
}

function shouldPause(state: BatchState, { id, wave, endpoints, undoing, rollback }: InFlight): boolean {
  // An undo has no gate before its steps: it is never stopped half-way.
  if (undoing || rollback) return false;
  if (state.abort === 'finish-step') return true;
  const { name } = waveOf(state, wave).settings;
  return state.holds.some(
    ({ on }) =>
      'batch' in on ||
      ('wave' in on && on.wave === name) ||
      ('tenant' in on && on.tenant === id) ||
      ('endpoint' in on && endpoints.includes(on.endpoint)),
  );
}

function limitText(because: string, of: string, { failed, running }: { failed: number; running: number }): string {
  return `${because} of ${of}: ${failed} failed, ${running} running`;
}

function earliest(reasons: readonly Pick<Reason, 'until'>[]): number | null {
  const times = reasons.flatMap(({ until }) => (until === undefined ? [] : [until]));
  return times.length === 0 ? null : Math.min(...times);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
