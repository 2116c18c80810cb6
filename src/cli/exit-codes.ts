import type { BatchOutcome, BatchStatus } from '../domain/batch/status.js';
import { isFailure, type Ending } from '../domain/batch/limits.js';

/** The exit codes of the CLI: documented, never reused. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  failed: 3,
  stopped: 4,
  blocked: 5,
  waiting: 6,
  rollbackIncomplete: 7,
  timeout: 8,
  changes: 10,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * The code that a set of tenants comes to, and the outcome of their batch; null is one that is not over. 7 wins over all others:
 * somebody's hands are needed. A success is only what is in the wanted state: a tenant that was left out is not, whoever wished it
 * so. 8 only where the run goes on: not where the batch is over, whatever few of its tenants had started.
 */
export function exitCodeOf(endings: readonly (Ending | null)[], outcome: BatchOutcome | null = null): ExitCode {
  if (endings.includes('rollback-incomplete')) return EXIT.rollbackIncomplete;
  if (outcome === 'stopped-by-limit') return EXIT.stopped;
  if (endings.some((ending) => ending !== null && (isFailure(ending) || ending === 'cancelled'))) return EXIT.failed;
  if (outcome === 'aborted') return EXIT.failed;
  if (endings.includes('blocked')) return EXIT.blocked;
  if (outcome === 'partial' || endings.includes('skipped')) return EXIT.failed;
  return endings.includes(null) ? EXIT.timeout : EXIT.ok;
}

/** The code of a batch as its coordinator counts it: of one that is over, or held by a limit. */
export function exitCodeOfBatch({ endings, outcome }: Pick<BatchStatus, 'endings' | 'outcome'>): ExitCode {
  return exitCodeOf(Object.keys(endings) as Ending[], outcome);
}
