import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { type BatchStore } from '../batch-store/store.js';
import type { Batch } from '../domain/batch/batch.js';
import type { NewBatch } from '../domain/batch/state.js';
import { batchWorkflowId, fairnessKey } from '../domain/ids.js';
import type { Policy } from '../domain/policy.js';
import { targetThrottledSignal } from '../workflows/messages.js';
import type { migrateBatch } from '../workflows/index.js';
import { PACE, type Pace } from '../workflows/pace.js';
import { BATCH } from './tenant-rows.js';
import { createBatchOrders } from './batch-orders.js';
import { createBatchQuestions } from './batch-questions.js';
import { contentOf, stored } from './batch-content.js';

/** What came of asking for a batch: another one of the same name may be under way with other tenants or settings. */
export type BatchStart = 'started' | 'under-way' | 'another-under-way';

export interface BatchesOptions {
  client: Client;
  store: BatchStore;
  /** Where coordinators run. */
  coordinatorQueue: string;
}

/** Starts batches, asks them, and gives them orders. */
export function createBatches({ client, store, coordinatorQueue }: BatchesOptions) {
  const questions = createBatchQuestions({ client, store });
  async function begin(
    batch: Batch,
    how: Pick<NewBatch, 'startedBy' | 'until'>,
    policy?: Policy,
    pace?: Partial<Pace>,
  ): Promise<BatchStart> {
    const content = await stored(store, batch);
    try {
      await client.workflow.start<typeof migrateBatch>('migrateBatch', {
        workflowId: batchWorkflowId(batch.batch),
        taskQueue: coordinatorQueue,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: [{ key: BATCH, value: batch.batch }],
        memo: { content: content.content },
        priority: { fairnessKey: fairnessKey(batch.batch) },
        staticSummary: `${batch.batch} · ${batch.tenants.length} tenants`,
        args: [
          {
            batch: batch.batch,
            begin: { ...content, ...how },
            ...(policy ? { policy } : {}),
            pace: { ...PACE, ...pace },
          },
        ],
      });
      return 'started';
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const row = await questions.batchRow(batch.batch);
      return row?.content === content.content ? 'under-way' : 'another-under-way';
    }
  }

  return {
    ...questions,
    ...createBatchOrders({ client, store, membersOf: questions.membersOf }),

    /** Hash of what a file would run: an approval is for this and nothing else. */
    contentOf,

    /** Starts a batch, or finds the one that runs under this name: killed and called again, it goes on. */
    startBatch(batch: Batch, by: string, policy?: Policy, pace?: Partial<Pace>): Promise<BatchStart> {
      return begin(batch, { startedBy: by }, policy, pace);
    },

    /** As `startBatch`, but every tenant ends with its snapshot: nothing is written before `cutOver`. */
    prepareBatch(batch: Batch, by: string, policy?: Policy, pace?: Partial<Pace>): Promise<BatchStart> {
      return begin(batch, { startedBy: by, until: 'snapshot' }, policy, pace);
    },

    /** A tenant of a batch met a system that asks to be asked less often: its batch narrows. Never fails: it is only advice. */
    async tellThrottled(workflowId: string): Promise<void> {
      try {
        const { parentExecution, typedSearchAttributes } = await client.workflow.getHandle(workflowId).describe();
        const batch = typedSearchAttributes.get(BATCH);
        // Its parent may be a partition: what the width is, is decided by the coordinator.
        if (!parentExecution || batch === undefined) return;
        await client.workflow.getHandle(batchWorkflowId(batch)).signal(targetThrottledSignal, { tenantId: workflowId });
      } catch {
        // The batch is over.
      }
    },
  };
}
