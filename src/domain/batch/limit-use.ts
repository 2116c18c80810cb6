import type { Limits } from './batch.js';
import { rowOfFailures, share, tolerated, type LimitState } from './limits.js';

/** How much of a limit is used. From `stopsAt` on it holds the batch. */
export interface LimitUse {
  limit: 'maxErrors' | 'maxErrorRate' | 'consecutive' | 'maxBlocked';
  used: number;
  stopsAt: number;
  /** Of `maxErrorRate`: how many of the `last` have ended; before all have, it never holds. */
  among?: { ended: number; last: number };
}

/** Every limit that is set for a wave, or for the whole batch, with what is used of it. */
export function limitUses(state: LimitState, { maxErrors, maxErrorRate, consecutive, maxBlocked }: Limits): LimitUse[] {
  const { size, failed, blocked, recent } = state;
  const uses: LimitUse[] = [];
  if (maxErrors !== undefined) uses.push({ limit: 'maxErrors', used: failed, stopsAt: tolerated(maxErrors, size) + 1 });
  if (maxErrorRate !== undefined) {
    const { percent, last } = maxErrorRate;
    const looked = recent.slice(-last);
    const among = { ended: looked.length, last };
    const used = looked.filter(Boolean).length;
    uses.push({ limit: 'maxErrorRate', used, stopsAt: share(percent, last) + 1, among });
  }
  if (consecutive !== undefined) uses.push({ limit: 'consecutive', used: rowOfFailures(recent), stopsAt: consecutive });
  if (maxBlocked !== undefined)
    uses.push({ limit: 'maxBlocked', used: blocked, stopsAt: tolerated(maxBlocked, size) + 1 });
  return uses;
}

/** The same for a person: `maxErrors 1, stops at 3`. Limits have the names that the file gives them. */
export function limitUseWords({ limit, used, stopsAt, among }: LimitUse): Record<'en' | 'zh', string> {
  if (among === undefined)
    return { en: `${limit} ${used}, stops at ${stopsAt}`, zh: `${limit} ${used}，到 ${stopsAt} 停止` };
  const { ended, last } = among;
  return {
    en: `${limit} ${used} of the last ${ended}, stops at ${stopsAt} of ${last}`,
    zh: `${limit} 最近 ${ended} 个中 ${used}，${last} 个中到 ${stopsAt} 停止`,
  };
}
