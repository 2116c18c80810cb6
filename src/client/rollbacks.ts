import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { fairnessKey, siteTaskQueue, tenantWorkflowId } from '../domain/ids.js';
import type { UndoRecord } from '../domain/outcomes.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import type { rollbackTenant } from '../workflows/index.js';
import { cancelReasonSignal } from '../workflows/messages.js';
import { endOfTenant, type TenantEnd } from './endings.js';
import { BATCH, SITE, TENANT, WAVE } from './tenant-rows.js';
import { leftToUndo } from './undo-records.js';

/** What came of asking for an undo. `unknown`: a run was ended from outside, and nobody can tell any more what it wrote. */
export type RollbackStart =
  | { undo: 'under-way' }
  /** `end`: how its newest run ended; absent where it never ran. */
  | { undo: 'nothing'; end?: TenantEnd }
  | { undo: 'too-late'; endedAt: Date }
  | { undo: 'unknown'; end: TenantEnd };

/** The batch that undoes one of its tenants by the rule of a wave. It is told how that ended. */
export interface UndoingBatch {
  batch: string;
  wave: string;
  policy?: Policy;
}

/** Undoes tenants from what their runs left. */
export function createRollbacks(client: Client) {
  const { workflow } = client;

  async function start(tenant: Tenant, records: UndoRecord[], reason: string, by?: UndoingBatch): Promise<void> {
    await workflow.start<typeof rollbackTenant>('rollbackTenant', {
      workflowId: tenantWorkflowId(tenant.id),
      taskQueue: siteTaskQueue(tenant.site),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      typedSearchAttributes: [
        { key: TENANT, value: tenant.id },
        { key: SITE, value: tenant.site },
        ...(by
          ? [
              { key: BATCH, value: by.batch },
              { key: WAVE, value: by.wave },
            ]
          : []),
      ],
      staticSummary: `${tenant.name.slice(0, 60)} · rollback`,
      ...(by ? { priority: { fairnessKey: fairnessKey(by.batch) } } : {}),
      args: [{ tenant, records, reason, ...by }],
    });
  }

  return {
    /**
     * A tenant that runs is cancelled, which undoes it; one that is over is undone from what its runs left, unless that is longer
     * ago than `withinMs`.
     */
    async startRollback(tenant: Tenant, reason: string, withinMs = Number.POSITIVE_INFINITY): Promise<RollbackStart> {
      if ((await openRun(client, tenant.id)) !== null) {
        const handle = workflow.getHandle(tenantWorkflowId(tenant.id));
        // A cancellation carries no words of its own.
        await handle.signal(cancelReasonSignal, reason);
        await handle.cancel();
        return { undo: 'under-way' };
      }
      const left = await leftToUndo(client, tenant.id);
      if ('unknown' in left) return { undo: 'unknown', end: left.unknown };
      if (left.records.length === 0) {
        const end = await endOfTenant(client, tenant.id);
        return { undo: 'nothing', ...(end ? { end } : {}) };
      }
      if (Date.now() - left.endedAt.getTime() > withinMs) return { undo: 'too-late', endedAt: left.endedAt };
      await start(tenant, left.records, reason);
      return { undo: 'under-way' };
    },

    /**
     * The same for a batch, which touches no run of somebody else's. Answers why it cannot be undone; null where that is under way
     * or done, by whomever: so it may be asked again.
     */
    async undoOfBatch(tenant: Tenant, reason: string, by: UndoingBatch): Promise<string | null> {
      const open = await openRun(client, tenant.id);
      if (open !== null) return open === 'rollbackTenant' ? null : 'another run of it is under way';
      const left = await leftToUndo(client, tenant.id);
      if ('unknown' in left) return `a run of it was ${left.unknown.ending}, and nobody can tell what it wrote`;
      if (left.records.length === 0) {
        const end = await endOfTenant(client, tenant.id);
        if (end?.ending === 'rolled-back') return null;
        return 'it holds nothing that a run of ours wrote';
      }
      await start(tenant, left.records, reason, by);
      return null;
    },
  };
}

/** The type of the run that is under way; null where none is. */
async function openRun(client: Client, tenantId: string): Promise<string | null> {
  try {
    const { status, type } = await client.workflow.getHandle(tenantWorkflowId(tenantId)).describe();
    return status.name === 'RUNNING' ? type : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
