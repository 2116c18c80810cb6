import type { Client } from '@temporalio/client';
import { BATCH_OUTCOMES, type BatchOutcome } from '../domain/batch/status.js';
import { batchOfWorkflowId } from '../domain/ids.js';
import { NEEDS_ATTENTION, OUTCOME } from './tenant-rows.js';

/** A batch among others, as the lists of Temporal show its newest run. */
export interface ListedBatch {
  batch: string;
  running: boolean;
  outcome: BatchOutcome | null;
  needsAttention: boolean;
  /** ISO 8601. Of a batch that went on as new, of that run. */
  startedAt: string;
  endedAt: string | null;
}

/** Every batch that Temporal still knows: running ones first, then the newest. Needs no worker. */
export async function listBatches(client: Client): Promise<ListedBatch[]> {
  const newest = new Map<string, ListedBatch>();
  for await (const info of client.workflow.list({ query: "WorkflowType = 'migrateBatch'" })) {
    const batch = batchOfWorkflowId(info.workflowId);
    const startedAt = info.startTime.toISOString();
    if (batch === undefined || (newest.get(batch)?.startedAt ?? '') > startedAt) continue;
    const running = info.status.name === 'RUNNING';
    const outcome = info.typedSearchAttributes.get(OUTCOME);
    newest.set(batch, {
      batch,
      running,
      outcome: BATCH_OUTCOMES.find((one) => one === outcome) ?? null,
      needsAttention: running && (info.typedSearchAttributes.get(NEEDS_ATTENTION) ?? false),
      startedAt,
      endedAt: info.closeTime?.toISOString() ?? null,
    });
  }
  return [...newest.values()].sort(
    (one, other) => Number(other.running) - Number(one.running) || other.startedAt.localeCompare(one.startedAt),
  );
}
