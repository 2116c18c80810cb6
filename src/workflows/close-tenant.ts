import { CancellationScope, CancelledFailure, getExternalWorkflowHandle, upsertMemo } from '@temporalio/workflow';
import { evidenceOf, PICTURES_AT_MOST } from '../domain/evidence.js';
import { batchWorkflowId, partitionWorkflowId } from '../domain/ids.js';
import type { TenantResult } from '../domain/outcomes.js';
import { failedAs, FAILED_OUTCOMES } from './failures.js';
import { tenantEndedSignal } from './messages.js';
import type { Progress } from './progress.js';

/**
 * The end of a run: shown in the lists, told to the batch, and then the run's own status says the same. What is well
 * completes it, a proved cancellation cancels it, anything that needs somebody fails it with the result as details.
 */
export async function closeTenant(
  ended: Omit<TenantResult, 'evidence'>,
  progress: Progress,
  { batch, partition }: { batch?: string | undefined; partition?: number | undefined } = {},
): Promise<TenantResult> {
  const evidence = evidenceOf(progress.status);
  const result: TenantResult = { ...ended, ...(evidence.length === 0 ? {} : { evidence }) };
  progress.close(result.outcome);
  if (batch !== undefined) {
    const toTell = [
      ...(partition === undefined ? [] : [partitionWorkflowId(batch, partition)]),
      batchWorkflowId(batch),
    ];
    await CancellationScope.nonCancellable(() => tellFirst(toTell, result));
  }
  if (result.outcome === 'cancelled') {
    // A cancelled run has no result to read; what became of it stays in its memo.
    upsertMemo({
      outcome: result.outcome,
      reason: result.reason,
      proof: result.undo && `${result.undo.equal}/${result.undo.total}`,
      ...(evidence.length === 0 ? {} : { evidence: evidence.slice(-PICTURES_AT_MOST.lists) }),
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

/** The first of them that is there: a partition may have been terminated, and a batch be over. */
async function tellFirst(workflowIds: readonly string[], { tenantId, outcome }: TenantResult): Promise<void> {
  for (const workflowId of workflowIds) {
    try {
      await getExternalWorkflowHandle(workflowId).signal(tenantEndedSignal, { tenantId, ending: outcome });
      return;
    } catch {
      // Not there.
    }
  }
}
