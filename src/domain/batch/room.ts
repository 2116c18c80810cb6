import type { Lang } from '../said.js';
import { widthNow } from './slow-start.js';
import { FIRST_LOOK, isAway, waveOf, type BatchState, type InFlight } from './state.js';

/** Those that wait for an endpoint or their window take no place, but travel with the coordinator: no more start while so many do. */
export const MOST_AWAY = 1_000;

/** What starting a tenant of a wave comes to: before the cut-over it ends with its snapshot. */
export type Pass = 'prepare' | 'migrate';

/** How many more may be migrated beside those that are. */
export function room(state: BatchState): number {
  return roomFor(state, 'migrate', state.wave);
}

/**
 * How many more may start. Whoever waits for a first look takes no place while a wave widens, since nothing can break there yet;
 * but no more than `maxConcurrency` are begun with.
 */
export function roomFor(state: BatchState, pass: Pass, wave: number): number {
  if (awayIn(state) >= MOST_AWAY) return 0;
  const beside = besideIn(state, pass, wave);
  const looking = beside.filter(({ parkedAt }) => parkedAt === FIRST_LOOK).length;
  const running = beside.filter(({ parkedAt }) => parkedAt === null).length;
  const most = mostFor(state, pass, wave);
  const width = widthFor(state, pass, wave);
  return Math.max(0, Math.min(width - running, (pass === 'prepare' ? width : most) - running - looking));
}

/** How many more may go on, of those that gave up their place, or stood in it. */
export function roomBeside(state: BatchState, { prepares, wave }: InFlight): number {
  const pass = prepares ? 'prepare' : 'migrate';
  const running = besideIn(state, pass, wave).filter(({ parkedAt }) => parkedAt === null);
  return widthFor(state, pass, wave) - running.length;
}

function awayIn({ inFlight }: BatchState): number {
  return inFlight.filter(isAway).length;
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

export function concurrencyWords(state: BatchState, pass: Pass, wave: number): Record<Lang, string> {
  const [width, most] = [widthFor(state, pass, wave), mostFor(state, pass, wave)];
  const looking = besideIn(state, pass, wave).filter(({ parkedAt }) => parkedAt === FIRST_LOOK).length;
  const away = awayIn(state);
  if (away >= MOST_AWAY)
    return {
      en: `${away} tenants wait for endpoints or windows already`,
      zh: `已有 ${away} 个租户在等待端点或维护窗口`,
    };
  const narrow = width < most;
  return {
    en: `${width} of at most ${most} tenants run already${narrow ? `: it widens from ${width} while results are clean` : ''}${looking === 0 ? '' : `, and ${looking} wait for a person's first look`}`,
    zh: `已有 ${width} 个租户在运行，最多 ${most} 个${narrow ? `：结果正常时由 ${width} 逐步放宽` : ''}${looking === 0 ? '' : `；另有 ${looking} 个等待人工首次查看`}`,
  };
}
