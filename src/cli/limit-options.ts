import { InvalidArgumentError, type Command } from 'commander';
import type { ErrorLimit } from '../domain/batch/batch.js';
import type { LimitChange } from '../domain/batch/orders.js';

export interface LimitOptions {
  maxConcurrency?: number;
  maxErrors?: ErrorLimit;
  maxBlocked?: ErrorLimit;
  maxErrorRate?: { percent: number; last: number };
  consecutive?: number;
  strict?: boolean;
}

export function withLimits(command: Command): Command {
  return command
    .option('--max-concurrency <n>', 'tenants that run at once', wholeNumber)
    .option('--max-errors <limit>', 'failed tenants that are tolerated: N or P%', errorLimit)
    .option('--max-blocked <limit>', 'blocked tenants that are tolerated: N or P%', errorLimit)
    .option('--max-error-rate <percent/last>', 'stop when more than percent of the last failed, e.g. 20/50', errorRate)
    .option('--consecutive <n>', 'stop after so many failures in a row', wholeNumber)
    .option('--strict', 'a tenant starts only while failed + running stay within --max-errors')
    .option('--no-strict', 'running tenants do not count before they have failed');
}

/** Undefined where none is given. */
export function limitsOf(options: LimitOptions): LimitChange | undefined {
  const { maxConcurrency, maxErrors, maxBlocked, maxErrorRate, consecutive, strict } = options;
  const change: LimitChange = {
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(maxErrors === undefined ? {} : { maxErrors }),
    ...(maxBlocked === undefined ? {} : { maxBlocked }),
    ...(maxErrorRate === undefined ? {} : { maxErrorRate }),
    ...(consecutive === undefined ? {} : { consecutive }),
    ...(strict === undefined ? {} : { strict }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('give a whole number from 1');
  return Number(text);
}

function errorLimit(text: string): ErrorLimit {
  const [, count, percent] = /^(?:(\d{1,6})|(\d{1,3}(?:\.\d{1,4})?)%)$/.exec(text) ?? [];
  if (count !== undefined) return { count: Number(count) };
  if (percent === undefined || Number(percent) > 100) throw new InvalidArgumentError('give a number such as 3, or 2%');
  return { percent: Number(percent) };
}

function errorRate(text: string): { percent: number; last: number } {
  const [, percent, last] = /^(\d{1,3}(?:\.\d{1,4})?)\/(\d{1,3})$/.exec(text) ?? [];
  const rate = { percent: Number(percent), last: Number(last) };
  if (last === undefined || rate.percent > 100 || rate.last < 1 || rate.last > 200) {
    throw new InvalidArgumentError('give percent/last such as 20/50; last is 200 at most');
  }
  return rate;
}
