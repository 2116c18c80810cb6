import type { Limits } from './batch.js';
import { rowOfFailures, share, tolerated, type LimitState } from './limits.js';

/** How much of a limit is used. From `stopsAt` on it holds the batch. */
export interface LimitUse {
  limit: 'maxErrors' | 'maxErrorRate' | 'consecutive' | 'maxBlocked' | 'rollback-incomplete';
  used: number;
  stopsAt: number;
  /** More than can happen: however many fail, it never holds. */
  never?: true;
  /** Of `maxErrors` with `strict`: how many have failed or run; from `stopsAt` on nobody else starts meanwhile. */
  atRisk?: number;
  /** Of `maxErrorRate`: how many of the `last` have ended; before all have, it never holds. */
  among?: { ended: number; last: number };
}

/**
 * Every limit that is set for a wave, or for the whole batch, with what is used of it; and undos that are not complete, which need
 * no limit to hold it, until an operator resumes.
 */
export function limitUses(state: LimitState, limits: Limits): LimitUse[] {
  const { maxErrors, maxErrorRate, consecutive, maxBlocked, strict } = limits;
  const { size, failed, blocked, recent, running, rollbackIncomplete } = state;
  const uses: LimitUse[] = [];
  if (rollbackIncomplete > 0) uses.push({ limit: 'rollback-incomplete', used: rollbackIncomplete, stopsAt: 1 });
  if (maxErrors !== undefined) {
    const stopsAt = tolerated(maxErrors, size) + 1;
    const risk = strict === true && stopsAt <= size ? { atRisk: failed + running } : {};
    uses.push({ limit: 'maxErrors', used: failed, stopsAt, ...neverAbove(size, stopsAt), ...risk });
  }
  if (maxErrorRate !== undefined) {
    const { percent, last } = maxErrorRate;
    const looked = recent.slice(-last);
    const among = { ended: looked.length, last };
    const used = looked.filter(Boolean).length;
    const stopsAt = share(percent, last) + 1;
    uses.push({ limit: 'maxErrorRate', used, stopsAt, ...neverAbove(last, stopsAt), among });
  }
  if (consecutive !== undefined) uses.push({ limit: 'consecutive', used: rowOfFailures(recent), stopsAt: consecutive });
  if (maxBlocked !== undefined) {
    const stopsAt = tolerated(maxBlocked, size) + 1;
    uses.push({ limit: 'maxBlocked', used: blocked, stopsAt, ...neverAbove(size, stopsAt) });
  }
  return uses;
}

function neverAbove(most: number, stopsAt: number): Pick<LimitUse, 'never'> {
  return stopsAt > most ? { never: true } : {};
}

/** The same for a person: `maxErrors 1 so far, stops at 3`. Limits have the names that the file gives them. */
export function limitUseWords({ limit, used, stopsAt, never, atRisk, among }: LimitUse): Record<'en' | 'zh', string> {
  const now = {
    en: among ? `${used} of the last ${among.ended}` : `${used} so far`,
    zh: among ? `最近 ${among.ended} 个中 ${used}` : `已有 ${used}`,
  };
  if (never) return { en: `${limit} ${now.en}, cannot be reached`, zh: `${limit} ${now.zh}，不可能达到` };
  const strict = {
    en: atRisk === undefined ? '' : ` (strict: ${atRisk} failed or running, starts wait at ${stopsAt})`,
    zh: atRisk === undefined ? '' : `（strict：失败与运行中共 ${atRisk}，到 ${stopsAt} 暂缓启动）`,
  };
  return {
    en: `${limit} ${now.en}, stops at ${stopsAt}${among ? ` of ${among.last}` : ''}${strict.en}`,
    zh: `${limit} ${now.zh}，${among ? `${among.last} 个中` : ''}到 ${stopsAt} 停止${strict.zh}`,
  };
}
