import type { Batch, ErrorLimit, Limits, Wave } from './batch.js';
import { limitUses } from './limit-use.js';
import { noneStarted, share, tolerated } from './limits.js';
import { assignWaves } from './waves.js';

/** What a file says about failures, in numbers: a sentence for each wave, and one for the whole batch where it has limits of its own. */
export interface LimitSentences {
  waves: { name: string; tenants: number; limit: string }[];
  limit: string | null;
}

export function limitSentences(batch: Pick<Batch, 'waves' | 'limits' | 'tenants'>): LimitSentences {
  const { limits, tenants } = batch;
  const waves = assignWaves(batch).map(({ wave, tenants: of }) => ({
    name: wave.name,
    tenants: of.length,
    limit: sentence(wave, of.length),
  }));
  const maxConcurrency = Math.max(...batch.waves.map((wave) => wave.maxConcurrency));
  const whole = { name: 'all waves', maxConcurrency, ...limits };
  return { waves, limit: LIMITS.some((one) => limits[one] !== undefined) ? sentence(whole, tenants.length) : null };
}

/** The same as lines for a person. */
export function limitLines(batch: Pick<Batch, 'waves' | 'limits' | 'tenants'>): string[] {
  const { waves, limit } = limitSentences(batch);
  return [...waves.map((wave) => wave.limit), ...(limit === null ? [] : [limit])];
}

const LIMITS = ['maxErrors', 'maxErrorRate', 'consecutive', 'maxBlocked'] as const;

type Limited = Pick<Wave, 'name' | 'maxConcurrency'> & Limits;

/** The limits on failures of a wave in one sentence. */
export function sentence(wave: Limited, size: number): string {
  const start = `${wave.name}: ${counted(size, 'tenant')}`;
  const others = otherLimits(wave, size).join(' or ');
  return `${sentenceOf(wave, size, start, others)}${unreachable(wave, size)}`;
}

function sentenceOf(wave: Limited, size: number, start: string, others: string): string {
  if (wave.maxErrors === undefined)
    return others === '' ? `${start}; no limit on failures` : `${start}; new starts stop at ${others}`;
  const limit = tolerated(wave.maxErrors, size);
  const says = `${start}; ${toleratedFailures(wave.maxErrors, limit)}`;
  if (limit >= size)
    return `${says}; more than can happen, so ${others === '' ? 'starts never stop' : `new starts stop only at ${others}`}`;
  return `${says}; ${stop(wave, limit, size)}${others === '' ? '' : `; they stop at ${others} as well`}`;
}

function toleratedFailures(maxErrors: ErrorLimit, limit: number): string {
  const percent = 'percent' in maxErrors ? `${maxErrors.percent} % = ` : '';
  return `${percent}${counted(limit, 'failure')} ${limit === 1 ? 'is' : 'are'} tolerated`;
}

function stop({ strict, maxConcurrency }: Limited, limit: number, size: number): string {
  const others = strict === true ? 0 : Math.min(maxConcurrency - 1, size - limit - 1);
  const running = `${others === 0 ? 'no' : `up to ${others}`} ${others === 1 ? 'other' : 'others'}`;
  return `new starts stop at the ${ordinal(limit + 1)}; ${running} may be running then; at most ${limit + 1 + others} can fail`;
}

function otherLimits(limits: Limits, size: number): string[] {
  const never = neverReached(limits, size);
  const { maxErrorRate: rate, consecutive, maxBlocked } = limits;
  return [
    ...(rate && !never.includes('maxErrorRate')
      ? [`${counted(share(rate.percent, rate.last) + 1, 'failure')} among the last ${rate.last}`]
      : []),
    ...(consecutive === undefined ? [] : [`${counted(consecutive, 'failure')} in a row`]),
    ...(maxBlocked && !never.includes('maxBlocked') ? [`${tolerated(maxBlocked, size) + 1} blocked`] : []),
  ];
}

function unreachable(limits: Limits, size: number): string {
  const never = neverReached(limits, size);
  return never.length === 0 ? '' : `; ${never.join(' and ')} cannot be reached`;
}

/** Beside `maxErrors`, of which the sentence itself says so. */
function neverReached(limits: Limits, size: number): string[] {
  return limitUses(noneStarted(size), limits).flatMap(({ limit, never }) =>
    never && limit !== 'maxErrors' ? [limit] : [],
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function ordinal(count: number): string {
  const teen = count % 100 >= 11 && count % 100 <= 13;
  const ending = { 1: 'st', 2: 'nd', 3: 'rd' }[count % 10];
  return `${count}${teen || ending === undefined ? 'th' : ending}`;
}
