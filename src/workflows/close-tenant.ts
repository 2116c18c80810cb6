import { CancellationScope, CancelledFailure, getExternalWorkflowHandle, upsertMemo } from '@temporalio/workflow';
import { batchWorkflowId } from '../domain/ids.js';
import type { TenantResult } from '../domain/outcomes.js';
import { failedAs, FAILED_OUTCOMES } from './failures.js';
import { tenantEndedSignal } from './messages.js';
import type { Progress } from './progress.js';

/**
 * The end of a run: shown in the lists, told to the batch, and then the run's own status says the same. What is well
 * completes it, a proved cancellation cancels it, anything that needs somebody fails it with the result as details.
 */
export async function closeTenant(
  result: TenantResult,
  progress: Progress,
  batch: string | undefined,
): Promise<TenantResult> {
  progress.close(result.outcome);
  if (batch !== undefined) await CancellationScope.nonCancellable(() => tellBatch(batch, result));
  if (result.outcome === 'cancelled') {
    // A cancelled run has no result to read; what became of it stays in its memo.
    upsertMemo({
      outcome: result.outcome,
      reason: result.reason,
      proof: result.undo && `${result.undo.equal}/${result.undo.total}`,
    });
    throw new CancelledFailure(result.reason);
  }
  if ((FAILED_OUTCOMES as readonly string[]).includes(result.outcome)) throw failedAs(result);
  return result;
}

/** Thrown by `closeTenant` on purpose: nothing is left to undo. */
export function isClosing(error: unknown, progress: Progress): boolean {
  return progress.status.outcome !== null && error instanceof Error;
}

async function tellBatch(batch: string, { tenantId, outcome }: TenantResult): Promise<void> {
  try {
    await getExternalWorkflowHandle(batchWorkflowId(batch)).signal(tenantEndedSignal, { tenantId, ending: outcome });
  } catch {
    // The batch is over, or never was: there is nobody to tell.
  }
}
