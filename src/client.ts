import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { BatchStore } from './activities/batch-store.js';
import { endOfTenant, type TenantEnd } from './client/endings.js';
import { BATCH, newestRows, SITE, TENANT, type TenantRow } from './client/tenant-rows.js';
import { leftToUndo } from './client/undo-records.js';
import type { Batch } from './domain/batch.js';
import type { BatchStatus, TenantEnding } from './domain/batch-status.js';
import { batchHash } from './domain/fingerprint.js';
import {
  batchWorkflowId,
  COORDINATOR_TASK_QUEUE,
  inspectionTaskQueue,
  inspectionWorkflowId,
  siteTaskQueue,
  tenantWorkflowId,
} from './domain/ids.js';
import type { Policy } from './domain/policy.js';
import type { Decision, TenantStatus } from './domain/tenant-status.js';
import type { Tenant } from './domain/tenant.js';
import { assignWaves } from './domain/waves.js';
import type { Inspection } from './workflows/inspect-tenant.js';
import { approveWaveUpdate, batchStatusQuery, decideUpdate, tenantStatusQuery } from './workflows/messages.js';
import type { inspectTenant, migrateBatch, rollbackTenant } from './workflows/index.js';

export type { TenantEnd } from './client/endings.js';
export { runsOfTenants, tenantsThatWait, type TenantRow } from './client/tenant-rows.js';

/** What came of asking for a batch: another one of the same name may be under way with other tenants or settings. */
export type BatchStart = 'started' | 'under-way' | 'another-under-way';

/** What came of asking for an undo. `unknown`: a run was ended from outside, and nobody can tell any more what it wrote. */
export type RollbackStart = { undo: 'under-way' } | { undo: 'nothing' } | { undo: 'unknown'; end: TenantEnd };

/** The only door to Temporal for CLI and web: start, ask, tell, each as a typed function. */
export type Migrations = ReturnType<typeof createMigrations>;

const QUERY_WITHIN_MS = 3_000;
/** An inspection that nobody waits for any more ends by itself. */
const INSPECTION_WITHIN = '1 hour';

export function createMigrations({ client, store }: { client: Client; store: BatchStore }) {
  const { workflow } = client;

  return {
    /** Starts a batch, or finds the one that runs under this name: killed and called again, it goes on. */
    async startBatch(batch: Batch, policy?: Policy): Promise<BatchStart> {
      const assigned = assignWaves(batch);
      const waves = assigned.map(({ wave: { size: _taken, ...wave }, tenants }) => ({ ...wave, size: tenants.length }));
      const reference = await store.put(
        batch.batch,
        assigned.map(({ tenants }) => tenants),
      );
      const content = batchHash({ reference, waves, limits: batch.limits });
      try {
        await workflow.start<typeof migrateBatch>('migrateBatch', {
          workflowId: batchWorkflowId(batch.batch),
          taskQueue: COORDINATOR_TASK_QUEUE,
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          typedSearchAttributes: [{ key: BATCH, value: batch.batch }],
          memo: { content },
          staticSummary: `${batch.batch} · ${batch.tenants.length} tenants`,
          args: [{ batch: batch.batch, reference, waves, limits: batch.limits, ...(policy ? { policy } : {}) }],
        });
        return 'started';
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const { memo } = await workflow.getHandle(batchWorkflowId(batch.batch)).describe();
        return memo?.['content'] === content ? 'under-way' : 'another-under-way';
      }
    },

    /** Asks the coordinator; undefined where there is none, or no worker answers. */
    async batchStatus(batch: string): Promise<BatchStatus | undefined> {
      try {
        const handle = workflow.getHandle<typeof migrateBatch>(batchWorkflowId(batch));
        return await client.withDeadline(Date.now() + QUERY_WITHIN_MS, () => handle.query(batchStatusQuery));
      } catch {
        return undefined;
      }
    },

    /** Whether a batch of this name is running. */
    async isRunning(batch: string): Promise<boolean> {
      try {
        return (await workflow.getHandle(batchWorkflowId(batch)).describe()).status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },

    /** Waits for the batch's end; its counts. Rejects where it was cancelled or terminated. */
    batchResult(batch: string): Promise<BatchStatus> {
      return workflow.getHandle<typeof migrateBatch>(batchWorkflowId(batch)).result();
    },

    /** Whether the newest batch of this name ended because a limit was exceeded. */
    async batchStopped(batch: string): Promise<boolean> {
      try {
        const handle = workflow.getHandle<typeof migrateBatch>(batchWorkflowId(batch));
        if ((await handle.describe()).status.name !== 'COMPLETED') return false;
        return (await handle.result()).outcome === 'stopped-by-limit';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },

    /** The newest run of every tenant that matches. `where` is a list filter of Temporal. */
    tenants(where: string): Promise<TenantRow[]> {
      return newestRows(client, where);
    },

    /** How a tenant's newest run ended; undefined where it runs, or never ran. */
    tenantEnd(tenantId: string): Promise<TenantEnd | undefined> {
      return endOfTenant(client, tenantId);
    },

    async endingsOf(tenantIds: readonly string[]): Promise<TenantEnding[]> {
      const ends = await Promise.all(
        tenantIds.map(async (tenantId) => ({ tenantId, ending: (await endOfTenant(client, tenantId))?.ending })),
      );
      return ends.flatMap(({ tenantId, ending }) => (ending ? [{ tenantId, ending }] : []));
    },

    /** Asks the tenant itself; needs a worker at its site. Undefined where none answers. */
    async tenantStatus(tenantId: string): Promise<TenantStatus | undefined> {
      try {
        const handle = workflow.getHandle(tenantWorkflowId(tenantId));
        return await client.withDeadline(Date.now() + QUERY_WITHIN_MS, () => handle.query(tenantStatusQuery));
      } catch {
        return undefined;
      }
    },

    /** Looks at a tenant without writing: findings and plan. Takes no lock, so two people may look at once. */
    async inspect(tenant: Tenant, policy?: Policy): Promise<Inspection> {
      return workflow.execute<typeof inspectTenant>('inspectTenant', {
        workflowId: inspectionWorkflowId(tenant.id, randomUUID()),
        taskQueue: inspectionTaskQueue(tenant.site),
        workflowExecutionTimeout: INSPECTION_WITHIN,
        typedSearchAttributes: [
          { key: TENANT, value: tenant.id },
          { key: SITE, value: tenant.site },
        ],
        args: [{ tenant, ...(policy ? { policy } : {}) }],
      });
    },

    /** Answers a tenant that waits for somebody. Rejects with the reason where the answer does not fit. */
    async decide(tenantId: string, decision: Decision): Promise<void> {
      await workflow.getHandle(tenantWorkflowId(tenantId)).executeUpdate(decideUpdate, { args: [decision] });
    },

    async approveWave(batch: string, approval: { wave: string; by: string; reason: string }): Promise<void> {
      await workflow.getHandle(batchWorkflowId(batch)).executeUpdate(approveWaveUpdate, { args: [approval] });
    },

    /** A tenant that runs is cancelled, which undoes it; one that is over is undone from what its runs left. */
    async startRollback(tenant: Tenant, reason: string): Promise<RollbackStart> {
      const handle = workflow.getHandle(tenantWorkflowId(tenant.id));
      if (await isOpen(handle)) {
        await handle.cancel();
        return { undo: 'under-way' };
      }
      const left = await leftToUndo(client, tenant.id);
      if ('unknown' in left) return { undo: 'unknown', end: left.unknown };
      if (left.records.length === 0) return { undo: 'nothing' };
      await workflow.start<typeof rollbackTenant>('rollbackTenant', {
        workflowId: tenantWorkflowId(tenant.id),
        taskQueue: siteTaskQueue(tenant.site),
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        typedSearchAttributes: [
          { key: TENANT, value: tenant.id },
          { key: SITE, value: tenant.site },
        ],
        staticSummary: `${tenant.name.slice(0, 60)} · rollback`,
        args: [{ tenant, records: left.records, reason }],
      });
      return { undo: 'under-way' };
    },
  };
}

async function isOpen(handle: { describe(): Promise<{ status: { name: string } }> }): Promise<boolean> {
  try {
    return (await handle.describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
