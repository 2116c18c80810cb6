import type { WindowNow } from '../maintenance-window.js';
import type { Lang } from '../said.js';
import { mayStart } from './limits.js';
import { count, type Range } from './ledger.js';
import { nameOf, type Hold, type Scope } from './orders.js';
import { isAway, waveOf, WAITING, type BatchState, type InFlight, type Undo } from './state.js';
import { concurrencyWords, room, roomFor, type Pass } from './room.js';

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
  window: WindowNow | null;
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
  /** The same in Chinese; absent in the answer of an older version. */
  zh?: string;
  /** When time alone changes it, in milliseconds since the epoch. */
  until?: number;
}

/** The fields of a reason that are its words. */
export function inWords({ en, zh }: Record<Lang, string>): Pick<Reason, 'text' | 'zh'> {
  return { text: en, zh };
}

/** A reason, for whoever reads it. */
export function reasonIn({ text, zh = text }: Pick<Reason, 'text' | 'zh'>, lang: Lang): string {
  return lang === 'zh' ? zh : text;
}

export function passOf(state: BatchState, wave: number, now: number): Pass {
  return reasonsOfCutOver(state, wave, now).length > 0 ? 'prepare' : 'migrate';
}

/** Why nothing of this wave is written yet. */
export function reasonsOfCutOver(state: BatchState, wave: number, now: number): Reason[] {
  if (state.until === 'snapshot') {
    const words = {
      en: 'the batch only prepares its tenants: apply it without --until',
      zh: '本批次只做准备：请不带 --until 再次执行 apply',
    };
    return [{ because: 'complete-after', ...inWords(words) }];
  }
  const { name, completeAfter } = waveOf(state, wave).settings;
  if (completeAfter === undefined || now >= Date.parse(completeAfter)) return [];
  const words = {
    en: `nothing of wave ${name} is written before ${completeAfter}`,
    zh: `${completeAfter} 之前不写入波次 ${name} 的任何内容`,
  };
  return [{ because: 'complete-after', ...inWords(words), until: Date.parse(completeAfter) }];
}

/** What holds everybody back, whoever it is. */
export function reasonsOfBatch(state: BatchState): Reason[] {
  const paused = state.holds.find(({ on }) => 'batch' in on);
  const reasons: Reason[] = [];
  if (state.abort !== null)
    reasons.push({ because: 'aborted', ...inWords({ en: 'the batch is being aborted', zh: '批次正在中止' }) });
  if (state.stoppedBy !== null) {
    const { stoppedBy } = state;
    reasons.push({ because: 'stopped', ...inWords({ en: `stopped: ${stoppedBy}`, zh: `已停止：${stoppedBy}` }) });
  }
  if (paused) reasons.push(pausedBy(paused, { en: 'the batch', zh: '批次' }));
  return reasons;
}

/** That somebody holds it: a batch, a wave, a tenant, or what `what` says. */
export function pausedBy(
  { by, reason }: Hold,
  what: Record<Lang, string>,
  because: Reason['because'] = 'paused',
): Reason {
  const words = { en: `${what.en} is paused by ${by}: ${reason}`, zh: `${spaced(what.zh)}由 ${by} 暂停：${reason}` };
  return { because, ...inWords(words) };
}

/** What holds a wave back. */
export function reasonsOfWave(state: BatchState, index: number, now: number): Reason[] {
  const { settings, limits } = waveOf(state, index);
  const pass = passOf(state, index, now);
  const reasons: Reason[] = [];
  // Whoever is only prepared need not wait for what becomes of others.
  if (index > state.wave && pass === 'migrate') reasons.push(...reasonsOfEarlierWave(state));
  const paused = state.holds.find(({ on }) => 'wave' in on && on.wave === settings.name);
  if (paused) reasons.push(pausedBy(paused, waveWords(settings.name)));
  const startAfter = settings.startAfter === undefined ? 0 : Date.parse(settings.startAfter);
  if (now < startAfter) {
    const words = {
      en: `wave ${settings.name} starts after ${settings.startAfter ?? ''}`,
      zh: `波次 ${settings.name} 在 ${settings.startAfter ?? ''} 之后开始`,
    };
    reasons.push({ because: 'start-after', ...inWords(words), until: startAfter });
  }
  const inWave = mayStart(limits, settings);
  if (!inWave.start) reasons.push(limitReason(inWave.because, waveWords(settings.name), limits));
  const inWhole = mayStart(state.whole, state.limits);
  if (!inWhole.start) reasons.push(limitReason(inWhole.because, { en: 'the batch', zh: '批次' }, state.whole));
  if (roomFor(state, pass, index) === 0) {
    reasons.push({ because: 'concurrency', ...inWords(concurrencyWords(state, pass, index)) });
  }
  return reasons;
}

function reasonsOfEarlierWave(state: BatchState): Reason[] {
  const { settings, ledger } = waveOf(state, state.wave);
  const { en, zh } = waveWords(settings.name);
  if (state.phase === 'soaking') {
    const words = { en: `${en} soaks`, zh: `${zh} 处于观察期` };
    return [{ because: 'soak', ...inWords(words), until: state.soakUntil }];
  }
  if (state.phase === 'verifying')
    return [
      { because: 'soak', ...inWords({ en: `the tenants of ${en} are looked at again`, zh: `正在复查${zh} 的租户` }) },
    ];
  if (state.phase === 'approval')
    return [{ because: 'approval', ...inWords({ en: `${en} waits for approval`, zh: `${zh} 等待批准` }) }];
  const left = count(ledger, ...WAITING, 'running', 'parked');
  const words = {
    en: `${en} comes first: ${left} of its ${settings.size} tenants have not ended`,
    zh: `须先完成${zh}：其 ${settings.size} 个租户中还有 ${left} 个未结束`,
  };
  return [{ because: 'earlier-wave', ...inWords(words) }];
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

/** How many ask each target now: not those that wait for an endpoint or their window. */
export function runningAgainst(inFlight: BatchState['inFlight']): Map<string, number> {
  const running = new Map<string, number>();
  for (const one of inFlight) {
    if (isAway(one)) continue;
    for (const target of one.targets) running.set(target, (running.get(target) ?? 0) + 1);
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
    if ('tenant' in hold.on && hold.on.tenant === id) reasons.push(pausedBy(hold, named(id)));
    if ('endpoint' in hold.on && endpoints.includes(hold.on.endpoint))
      reasons.push(pausedBy(hold, named(hold.on.endpoint), 'endpoint'));
  }
  return [...reasons, ...reasonsOfTargets(full, targets), ...windowReasons(window, now, usualMs)];
}

/** Which of these targets are full. */
export function reasonsOfTargets(full: Holding['full'], targets: readonly string[]): Reason[] {
  return full.flatMap(({ target, running, limit }) => {
    if (!targets.includes(target)) return [];
    const words = {
      en: `${running} of at most ${limit} tenants run against ${target}`,
      zh: `访问 ${target} 的租户已有 ${running} 个，最多 ${limit} 个`,
    };
    return [{ because: 'target', ...inWords(words) }];
  });
}

function windowReasons(window: Candidate['window'], now: number, usualMs: number): Reason[] {
  if (!window) return [];
  if ('opensAt' in window) {
    const opens = iso(window.opensAt);
    const words = { en: `its maintenance window opens at ${opens}`, zh: `其维护窗口于 ${opens} 开始` };
    return now < window.opensAt ? [{ because: 'window', ...inWords(words), until: window.opensAt }] : [];
  }
  const { closesAt, openMs = Infinity } = window;
  if (closesAt - now >= Math.max(usualMs, 1)) return [];
  const [closes, minutes] = [iso(closesAt), Math.ceil(usualMs / 60_000)];
  if (usualMs > openMs) {
    const open = Math.floor(openMs / 60_000);
    const words = {
      en: `its maintenance window is open for ${open} min, and a tenant usually takes ${minutes} min: it never fits. Give it a longer one, and apply again after an abort`,
      zh: `其维护窗口只有 ${open} 分钟，而一个租户通常需要 ${minutes} 分钟：永远放不下。请延长窗口，abort 后再次 apply`,
    };
    return [{ because: 'window', ...inWords(words) }];
  }
  const words = {
    en: `its maintenance window closes at ${closes}, and a tenant usually takes ${minutes} min`,
    zh: `其维护窗口于 ${closes} 结束，而一个租户通常需要 ${minutes} 分钟`,
  };
  return [{ because: 'window', ...inWords(words), until: closesAt }];
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
  const words = inWords(concurrencyWords(going, 'migrate', state.wave));
  const full: Reason[] = room(going) > 0 ? [] : [{ because: 'concurrency', ...words }];
  return ({ id, wave, at, endpoints, targets }) => {
    const reasons = reasonsOfTenant(holding, { id, wave, at, endpoints, targets, window: null }, 0, 0);
    return [...reasons.filter(({ because }) => because !== 'paused'), ...full];
  };
}

/** Without whoever stands still: what those that run leave free. */
export function withoutPaused(state: BatchState): BatchState {
  return { ...state, inFlight: state.inFlight.filter(({ paused }) => !paused) };
}

function limitReason(
  because: string,
  of: Record<Lang, string>,
  { failed, running }: { failed: number; running: number },
): Reason {
  const words = {
    en: `${because} of ${of.en}: ${failed} failed, ${running} running`,
    zh: `${spaced(of.zh)}的 ${because}：失败 ${failed}，运行中 ${running}`,
  };
  return { because: 'limit', ...inWords(words) };
}

function waveWords(name: string): Record<Lang, string> {
  return { en: `wave ${name}`, zh: `波次 ${name}` };
}

/** What a pause is on, in words. */
export function scopeWords(on: Scope): Record<Lang, string> {
  if ('batch' in on) return { en: nameOf(on), zh: '批次' };
  if ('wave' in on) return waveWords(on.wave);
  return { en: nameOf(on), zh: 'tenant' in on ? `租户 ${on.tenant}` : `端点 ${on.endpoint}` };
}

/** Chinese goes on behind a Latin name after a blank. */
function spaced(zh: string): string {
  return /[\x21-\x7e]$/.test(zh) ? `${zh} ` : zh;
}

/** Names are the same in both languages. */
function named(name: string): Record<Lang, string> {
  return { en: name, zh: name };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
