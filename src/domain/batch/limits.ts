import type { ErrorLimit, Limits } from './batch.js';
import type { Outcome } from '../outcomes.js';
import type { LimitChange } from './orders.js';

/** How far back `maxErrorRate` and `consecutive` may look: bounds the state that a batch carries along. */
export const MAX_RECENT = 200;

/** How a tenant's run ended: by its own outcome, or from outside. */
export type Ending = Outcome | 'terminated' | 'timed-out';

/** How a tenant's run ended, as its batch is told. */
export interface TenantEnding {
  tenantId: string;
  ending: Ending;
}

/** As a partition tells it. `since` says which of several starts of the tenant is meant; absent where the partition cannot know. */
export type DealtEnding = TenantEnding & { since?: number };

/** What the limits of a wave, or of the whole batch, are held against. */
export interface LimitState {
  /** Tenants of the wave, or of the batch. Percentages are of this. */
  size: number;
  running: number;
  /** Includes those whose rollback is incomplete. */
  failed: number;
  blocked: number;
  /** Only those that no operator has answered yet with a resume. */
  rollbackIncomplete: number;
  /** Whether each failed, oldest first, the newest `MAX_RECENT`. Blocked, cancelled and skipped ones are not in it. */
  recent: readonly boolean[];
}

export type LimitReason = 'max-errors' | 'error-rate' | 'consecutive' | 'max-blocked' | 'rollback-incomplete';

export function noneStarted(size: number): LimitState {
  return { size, running: 0, failed: 0, blocked: 0, rollbackIncomplete: 0, recent: [] };
}

/** How many are tolerated, as a number. Percentages are rounded down, so a limit never tolerates more than it says. */
export function tolerated(limit: ErrorLimit, size: number): number {
  return 'count' in limit ? limit.count : share(limit.percent, size);
}

/**
 * A percentage of a number, rounded down. Through whole numbers, because 4.1 % of 1000 is 41 and not the 40 that
 * `Math.floor(1000 * 4.1 / 100)` says; good for percentages of up to four decimals.
 */
export function share(percent: number, of: number): number {
  return Math.floor(Math.round(percent * 10_000 * of) / 1_000_000);
}

/** Failed: something was written and is not as wanted. The others ended as asked, or before any write. */
export function isFailure(ending: Ending): boolean {
  return (
    ending === 'rolled-back' || ending === 'rollback-incomplete' || ending === 'terminated' || ending === 'timed-out'
  );
}

/** What somebody has to look into: failed, or ended before anything was written, though it was not wished. */
export function isNotWell(ending: Ending): boolean {
  return isFailure(ending) || ending === 'blocked' || ending === 'cancelled';
}

export function started(state: LimitState): LimitState {
  return { ...state, running: state.running + 1 };
}

/** A start, or an undo of one that had ended, came to nothing: it counts again as what it was. */
export function withdrawn(state: LimitState, was?: Ending): LimitState {
  return {
    ...state,
    running: state.running - 1,
    failed: state.failed + Number(was !== undefined && isFailure(was)),
    blocked: state.blocked + Number(was === 'blocked'),
  };
}

/**
 * A running tenant ended. Blocked, cancelled and skipped ones neither count as failures nor dilute or break a row of them. Nor does
 * one that somebody ordered to undo make a row: it says nothing of how the others will fare.
 */
export function ended(state: LimitState, ending: Ending, wasOrdered = false): LimitState {
  const failed = isFailure(ending);
  const silent = wasOrdered || ending === 'blocked' || ending === 'cancelled' || ending === 'skipped';
  return {
    ...state,
    running: state.running - 1,
    failed: state.failed + Number(failed),
    blocked: state.blocked + Number(ending === 'blocked'),
    rollbackIncomplete: state.rollbackIncomplete + Number(ending === 'rollback-incomplete'),
    recent: silent ? state.recent : [...state.recent, failed].slice(-MAX_RECENT),
  };
}

/** An ended tenant is to start again, or to be undone: what it had ended as no longer counts. */
export function reopened(state: LimitState, was: Ending): LimitState {
  return {
    ...state,
    failed: state.failed - Number(isFailure(was)),
    blocked: state.blocked - Number(was === 'blocked'),
    rollbackIncomplete: Math.max(0, state.rollbackIncomplete - Number(was === 'rollback-incomplete')),
  };
}

/** An operator resumed: what cannot be answered by a higher number is forgotten, else it would trip again at once. */
export function resumed(state: LimitState): LimitState {
  return { ...state, rollbackIncomplete: 0, recent: [] };
}

/** The limit that is exceeded, or null. An exceeded limit holds the batch until an operator resumes or aborts. */
export function tripped(state: LimitState, limits: Limits): LimitReason | null {
  if (state.rollbackIncomplete > 0) return 'rollback-incomplete';
  if (limits.maxErrors !== undefined && state.failed > tolerated(limits.maxErrors, state.size)) return 'max-errors';
  if (limits.maxErrorRate !== undefined && rateExceeded(state.recent, limits.maxErrorRate)) return 'error-rate';
  if (limits.consecutive !== undefined && rowOfFailures(state.recent) >= limits.consecutive) return 'consecutive';
  if (limits.maxBlocked !== undefined && state.blocked > tolerated(limits.maxBlocked, state.size)) return 'max-blocked';
  return null;
}

/**
 * Whether one more tenant may start. With `strict` a no may only mean "not yet": nothing is `tripped`, and the next tenant
 * that ends well makes room.
 */
export function mayStart(state: LimitState, limits: Limits): { start: true } | { start: false; because: LimitReason } {
  const because = tripped(state, limits);
  if (because !== null) return { start: false, because };
  const { maxErrors, strict } = limits;
  if (strict === true && maxErrors !== undefined && state.failed + state.running > tolerated(maxErrors, state.size)) {
    return { start: false, because: 'max-errors' };
  }
  return { start: true };
}

/** What `resume` is to be given where a limit has stopped the batch: nothing where going on forgets it. */
export function resumeOption(stoppedBy: string, least?: number): string {
  const [, limit] = /^(max-errors|max-blocked) of /.exec(stoppedBy) ?? [];
  return limit === undefined ? '' : ` --${limit} ${least ?? 'N'}`;
}

/** Why these limits cannot be held; null where they can. */
export function refusalOfLimits({
  maxConcurrency,
  consecutive,
  maxErrors,
  maxBlocked,
  maxErrorRate,
}: LimitChange): string | null {
  const isWhole = (number: number | undefined, from: number, to = Infinity): boolean =>
    number === undefined || (Number.isInteger(number) && number >= from && number <= to);
  const isPercent = (percent: number): boolean => percent >= 0 && percent <= 100;
  const fits = (limit: ErrorLimit | undefined): boolean =>
    limit === undefined || ('count' in limit ? isWhole(limit.count, 0) : isPercent(limit.percent));
  if (!isWhole(maxConcurrency, 1)) return 'maxConcurrency is a whole number from 1';
  if (!isWhole(consecutive, 1, MAX_RECENT)) return `consecutive is a whole number from 1 to ${MAX_RECENT}`;
  if (!fits(maxErrors)) return 'maxErrors is a whole number, or a percentage from 0 to 100';
  if (!fits(maxBlocked)) return 'maxBlocked is a whole number, or a percentage from 0 to 100';
  if (maxErrorRate && !(isPercent(maxErrorRate.percent) && isWhole(maxErrorRate.last, 1, MAX_RECENT)))
    return `maxErrorRate is a percentage from 0 to 100 of the last 1 to ${MAX_RECENT}`;
  return null;
}

function rateExceeded(recent: readonly boolean[], { percent, last }: { percent: number; last: number }): boolean {
  const looked = recent.slice(-last);
  return looked.length === last && looked.filter(Boolean).length > share(percent, last);
}

/** How many failed in a row, up to now. */
export function rowOfFailures(recent: readonly boolean[]): number {
  return recent.length - 1 - recent.lastIndexOf(false);
}
