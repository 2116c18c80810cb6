import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/common';
import type { Finding } from '../domain/findings.js';
import type { Outcome, TenantResult } from '../domain/outcomes.js';
import { FAILURE_TYPES, findingOfTrouble, type Trouble } from '../domain/trouble.js';

/** Types of failure that workflows themselves throw: an outcome that needs somebody closes the run with its own name. */
export const FAILED_OUTCOMES = ['blocked', 'rolled-back', 'rollback-incomplete'] as const satisfies readonly Outcome[];

/** Closes a run as failed, so that the Web UI's own status is true; the details are the whole result. */
export function failedAs(result: TenantResult): ApplicationFailure {
  return ApplicationFailure.create({
    type: result.outcome,
    message: result.reason,
    nonRetryable: true,
    details: [result],
  });
}

/** A message that does not fit; thrown by validators. */
export function invalid(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'Invalid', message, nonRetryable: true });
}

const MISSING = 'BatchMissing';

/** The store does not hold what the batch was started with: the batch ends, and says so. */
export function missing(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: MISSING, message, nonRetryable: true });
}

/** Whether the store did not hold what was asked of it. */
export function isMissing(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof ApplicationFailure && cause.type === MISSING;
}

/** A finding that ends the procedure from inside the workflow. */
export function refused(finding: Finding): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.stepRefused,
    message: finding.message,
    nonRetryable: true,
    details: [finding],
  });
}

/** What lies below a failed activity, also where a child workflow failed by it. */
export function causeOf(error: unknown): unknown {
  const wraps = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  return wraps && error.cause !== undefined ? causeOf(error.cause) : error;
}

/** What a failed activity, or child, means to people. Never an empty reason. */
export function findingOfFailure(error: unknown): Finding {
  const cause = causeOf(error);
  if (cause instanceof ApplicationFailure) {
    const [detail] = cause.details ?? [];
    if (cause.type === FAILURE_TYPES.stepRefused) return detail as Finding;
    const trouble = detail as Trouble | undefined;
    return findingOfTrouble(trouble ?? { type: cause.type ?? 'Error', message: cause.message });
  }
  if (cause instanceof TimeoutFailure) {
    return { code: 'STEP-FAILED', severity: 'blocking', message: `no result in time (${cause.timeoutType})` };
  }
  const message = cause instanceof Error && cause.message ? cause.message : String(cause);
  return { code: 'STEP-FAILED', severity: 'blocking', message };
}
