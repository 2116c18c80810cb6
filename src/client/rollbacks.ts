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

/** Why there is no undo. `unknown`: a run was ended from outside, and nobody can tell any more what it wrote. */
export type NoRollback =
  /** `end`: how its newest run ended; absent where it never ran. */
  { undo: 'nothing'; end?: TenantEnd } | { undo: 'too-late'; endedAt: Date } | { undo: 'unknown'; end: TenantEnd };

/** What an undo would come to: a run that is under way would be cancelled, or there are records left. */
export type RollbackLook = { undo: 'runs' } | { undo: 'left'; records: UndoRecord[] } | NoRollback;

/** What came of asking for an undo. */
export type RollbackStart = { undo: 'under-way' } | NoRollback;

/** The batch that undoes one of its tenants that has ended. It is told how that ended. */
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

  async function look(tenantId: string, withinMs: number): Promise<Exclude<RollbackLook, { undo: 'runs' }>> {
    const left = await leftToUndo(client, tenantId);
    if ('unknown' in left) return { undo: 'unknown', end: left.unknown };
    if (left.records.length === 0) {
      const end = await endOfTenant(client, tenantId);
      return { undo: 'nothing', ...(end ? { end } : {}) };
    }
    if (Date.now() - left.endedAt.getTime() > withinMs) return { undo: 'too-late', endedAt: left.endedAt };
    return { undo: 'left', records: left.records };
  }

  /** What an undo of a tenant would come to. Starts nothing. */
  async function lookForRollback(tenantId: string, withinMs = Number.POSITIVE_INFINITY): Promise<RollbackLook> {
    return (await openRun(client, tenantId)) === null ? look(tenantId, withinMs) : { undo: 'runs' };
  }

  return {
    lookForRollback,

    /**
     * A tenant that runs is cancelled, which undoes it; one that is over is undone from what its runs left, unless that is longer
     * ago than `withinMs`. For one whose batch is over: a batch that is under way is told (`rollbackTenants`).
     */
    async startRollback(tenant: Tenant, reason: string, withinMs?: number): Promise<RollbackStart> {
      const found = await lookForRollback(tenant.id, withinMs);
      if (found.undo === 'runs') {
        const handle = workflow.getHandle(tenantWorkflowId(tenant.id));
        // A cancellation carries no words of its own.
        await handle.signal(cancelReasonSignal, reason);
        await handle.cancel();
      } else if (found.undo === 'left') await start(tenant, found.records, reason);
      else return found;
      return { undo: 'under-way' };
    },

    /** Why a batch could not undo this tenant of its own that has ended; null where it could. Starts nothing. */
    async refusesUndo(tenant: Tenant, withinMs?: number): Promise<string | null> {
      return refusalOf(await lookForRollback(tenant.id, withinMs));
    },

    /**
     * The same as `startRollback` for a batch, which touches no run of somebody else's. Answers why it cannot be undone; null where
     * that is under way or done, by whomever: so it may be asked again.
     */
    async undoOfBatch(tenant: Tenant, reason: string, by: UndoingBatch): Promise<string | null> {
      if ((await openRun(client, tenant.id)) === 'rollbackTenant') return null;
      const found = await lookForRollback(tenant.id);
      if (found.undo === 'left') await start(tenant, found.records, reason, by);
      const isDone = found.undo === 'nothing' && found.end?.ending === 'rolled-back';
      return isDone ? null : refusalOf(found);
    },
  };
}

function refusalOf(found: RollbackLook): string | null {
  switch (found.undo) {
    case 'left':
      return null;
    case 'runs':
      return 'another run of it is under way';
    case 'nothing':
      return 'it holds nothing that a run of ours wrote';
    case 'too-late':
      return `it ended at ${found.endedAt.toISOString()}, which is longer ago than the undo window`;
    case 'unknown':
      return `a run of it was ${found.end.ending}, and nobody can tell what it wrote`;
  }
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
