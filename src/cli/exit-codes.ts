import type { BatchOutcome } from '../domain/batch/status.js';
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
 * The code that a set of tenants comes to; null is one that is not over. 7 wins over all others: somebody's hands are needed.
 * 8 where nothing went wrong but not all are over: a success is only what is in the wanted state.
 */
export function exitCodeOf(endings: readonly (Ending | null)[], outcome: BatchOutcome | null = null): ExitCode {
  if (endings.includes('rollback-incomplete')) return EXIT.rollbackIncomplete;
  if (outcome === 'stopped-by-limit') return EXIT.stopped;
  if (endings.some((ending) => ending !== null && (isFailure(ending) || ending === 'cancelled'))) return EXIT.failed;
  if (endings.includes('blocked')) return EXIT.blocked;
  return endings.includes(null) ? EXIT.timeout : EXIT.ok;
}
