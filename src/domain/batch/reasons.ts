import { mayStart } from './limits.js';
import { count, type Range } from './ledger.js';
import type { Hold } from './orders.js';
import { FIRST_LOOK, waveOf, WAITING, type BatchState, type InFlight, type Undo } from './state.js';
import { concurrencyText, room, roomFor, type Pass } from './room.js';

/** A tenant that could start, with what decides whether it may. */
export interface Candidate {
  id: string;
  wave: number;
  at: number;
  /** Keys of the endpoints that it shares with others. */
  endpoints: string[];
  targets: string[];
  /** Who of its wave starts before it, where that is by priority; absent where it is as in the file. */
  before?: Range[];
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

/** Whether a hold is for a tenant that runs. */
export function holdsOne(
  state: Pick<BatchState, 'waves'>,
  { on }: Hold,
  { id, wave, endpoints }: Pick<InFlight, 'id' | 'wave' | 'endpoints'>,
): boolean {
  if ('wave' in on) return on.wave === waveOf(state, wave).settings.name;
  if ('tenant' in on) return on.tenant === id;
  return 'batch' in on || endpoints.includes(on.endpoint);
}

/** What may hold single tenants back: the same few facts, however many are in flight. */
export interface Holding {
  holds: Hold[];
  /** Targets against which as many run as may. */
  full: { target: string; running: number; limit: number }[];
}

export function holdingOf({ holds, targets, inFlight }: BatchState): Holding {
  if (Object.keys(targets).length === 0) return { holds, full: [] };
  const full = [...runningAgainst(inFlight)].flatMap(([target, number]) => {
    const limit = targets[target] ?? targets['*'];
    return limit !== undefined && number >= limit ? [{ target, running: number, limit }] : [];
  });
  return { holds, full };
}

/** How many ask each target now: not those that wait for an endpoint. */
export function runningAgainst(inFlight: BatchState['inFlight']): Map<string, number> {
  const running = new Map<string, number>();
  for (const { parkedAt, targets } of inFlight) {
    if (parkedAt !== null && parkedAt !== FIRST_LOOK) continue;
    for (const target of targets) running.set(target, (running.get(target) ?? 0) + 1);
  }
  return running;
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

/** Whatever holds back a start holds back an undo; but its window does not: what is broken is put back at once. */
export function reasonsOfUndo(state: BatchState, { id, wave, at, endpoints, targets }: Undo): Reason[] {
  return reasonsOfTenant(holdingOf(state), { id, wave, at, endpoints, targets, window: null }, 0, 0);
}

/** What holds back an undo that somebody ordered: no pause, for who orders to undo means that, and nobody who is paused. */
export function reasonsOfOrderedUndos(state: BatchState): (undo: Undo) => Reason[] {
  const going = withoutPaused(state);
  const holding = holdingOf(going);
  const text = concurrencyText(going, 'migrate', state.wave);
  const full: Reason[] = room(going) > 0 ? [] : [{ because: 'concurrency', text }];
  return ({ id, wave, at, endpoints, targets }) => {
    const reasons = reasonsOfTenant(holding, { id, wave, at, endpoints, targets, window: null }, 0, 0);
    return [...reasons.filter(({ because }) => because !== 'paused'), ...full];
  };
}

function withoutPaused(state: BatchState): BatchState {
  return { ...state, inFlight: state.inFlight.filter(({ paused }) => !paused) };
}

function limitText(because: string, of: string, { failed, running }: { failed: number; running: number }): string {
  return `${because} of ${of}: ${failed} failed, ${running} running`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
