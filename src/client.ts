import {
  ApplicationFailure,
  CancelledFailure,
  defineSearchAttributeKey,
  SearchAttributeType,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import type { BatchStore } from './activities/batch-store.js';
import type { Batch } from './domain/batch.js';
import type { BatchStatus, TenantEnding } from './domain/batch-status.js';
import type { Ending } from './domain/limits.js';
import {
  batchWorkflowId,
  COORDINATOR_TASK_QUEUE,
  inspectionTaskQueue,
  inspectionWorkflowId,
  siteTaskQueue,
  tenantOfWorkflowId,
  tenantWorkflowId,
} from './domain/ids.js';
import { OUTCOMES, type Outcome, type TenantResult } from './domain/outcomes.js';
import { STEPS, type Step } from './domain/steps.js';
import type { Policy } from './domain/policy.js';
import { SEARCH_ATTRIBUTES, type SearchAttribute } from './domain/search-attributes.js';
import type { Decision, TenantStatus } from './domain/tenant-status.js';
import type { Tenant } from './domain/tenant.js';
import { assignWaves } from './domain/waves.js';
import type { Inspection } from './workflows/inspect-tenant.js';
import { approveWaveUpdate, batchStatusQuery, decideUpdate, tenantStatusQuery } from './workflows/messages.js';
import type { inspectTenant, migrateBatch, rollbackTenant } from './workflows/index.js';

/** One tenant as the lists of Temporal show it: needs no worker and no query. */
export interface TenantRow {
  tenantId: string;
  batch: string | null;
  wave: string | null;
  step: Step | null;
  /** Null while it runs. */
  outcome: Outcome | null;
  ending: Ending | null;
  findings: string[];
  needsAttention: boolean;
  startedAt: string;
  endedAt: string | null;
  runId: string;
}

/** What became of a tenant: its own result, or how it ended from outside. */
export type TenantEnd = { ending: Ending; result: TenantResult | null; reason: string };

/** The only door to Temporal for CLI and web: start, ask, tell, each as a typed function. */
export type Migrations = ReturnType<typeof createMigrations>;

const key = (name: SearchAttribute) => SEARCH_ATTRIBUTES[name].name;
const BATCH = defineSearchAttributeKey(key('batch'), SearchAttributeType.KEYWORD);
const TENANT = defineSearchAttributeKey(key('tenant'), SearchAttributeType.KEYWORD);
const WAVE = defineSearchAttributeKey(key('wave'), SearchAttributeType.KEYWORD);
const SITE = defineSearchAttributeKey(key('site'), SearchAttributeType.KEYWORD);
const STEP = defineSearchAttributeKey(key('step'), SearchAttributeType.KEYWORD);
const OUTCOME = defineSearchAttributeKey(key('outcome'), SearchAttributeType.KEYWORD);
const FINDINGS = defineSearchAttributeKey(key('findings'), SearchAttributeType.KEYWORD_LIST);
const NEEDS_ATTENTION = defineSearchAttributeKey(key('needsAttention'), SearchAttributeType.BOOL);

const ALL_RUNS = "WorkflowType IN ('migrateTenant', 'rollbackTenant')";

export function createMigrations({ client, store }: { client: Client; store: BatchStore }) {
  const { workflow } = client;

  return {
    /** Starts a batch, or finds the one that runs under this name: killed and called again, it goes on. */
    async startBatch(batch: Batch, policy?: Policy): Promise<{ started: boolean }> {
      const assigned = assignWaves(batch);
      const reference = await store.put(
        batch.batch,
        assigned.map(({ tenants }) => tenants),
      );
      try {
        await workflow.start<typeof migrateBatch>('migrateBatch', {
          workflowId: batchWorkflowId(batch.batch),
          taskQueue: COORDINATOR_TASK_QUEUE,
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          typedSearchAttributes: [{ key: BATCH, value: batch.batch }],
          staticSummary: `${batch.batch} · ${batch.tenants.length} tenants`,
          args: [
            {
              batch: batch.batch,
              reference,
              waves: assigned.map(({ wave: { size: _taken, ...wave }, tenants }) => ({
                ...wave,
                size: tenants.length,
              })),
              limits: batch.limits,
              ...(policy ? { policy } : {}),
            },
          ],
        });
        return { started: true };
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return { started: false };
        throw error;
      }
    },

    /** Asks the coordinator; undefined where there is none, or no worker answers. */
    async batchStatus(batch: string): Promise<BatchStatus | undefined> {
      try {
        const handle = workflow.getHandle<typeof migrateBatch>(batchWorkflowId(batch));
        return await client.withDeadline(Date.now() + 3_000, () => handle.query(batchStatusQuery));
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
    async tenants(where: string): Promise<TenantRow[]> {
      const newest = new Map<string, TenantRow>();
      for await (const info of workflow.list({ query: where })) {
        const row = rowOf(info);
        if (!row) continue;
        const known = newest.get(row.tenantId);
        if (!known || known.startedAt < row.startedAt) newest.set(row.tenantId, row);
      }
      return [...newest.values()];
    },

    /** How a tenant's newest run ended; undefined where it runs, or never ran. */
    async tenantEnd(tenantId: string): Promise<TenantEnd | undefined> {
      return endOf(client, tenantId);
    },

    async endingsOf(tenantIds: readonly string[]): Promise<TenantEnding[]> {
      const ends = await Promise.all(
        tenantIds.map(async (tenantId) => ({ tenantId, ending: (await endOf(client, tenantId))?.ending })),
      );
      return ends.flatMap(({ tenantId, ending }) => (ending ? [{ tenantId, ending }] : []));
    },

    /** Asks the tenant itself; needs a worker at its site. */
    async tenantStatus(tenantId: string): Promise<TenantStatus | undefined> {
      try {
        const handle = workflow.getHandle(tenantWorkflowId(tenantId));
        return await client.withDeadline(Date.now() + 3_000, () => handle.query(tenantStatusQuery));
      } catch {
        return undefined;
      }
    },

    /** Looks at a tenant without writing: findings and plan. */
    async inspect(tenant: Tenant, policy?: Policy): Promise<Inspection> {
      return workflow.execute<typeof inspectTenant>('inspectTenant', {
        workflowId: inspectionWorkflowId(tenant.id),
        taskQueue: inspectionTaskQueue(tenant.site),
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
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

    /** A tenant that runs is cancelled, which undoes it; one that is over is undone from what its run left. */
    async rollback(tenant: Tenant, reason: string): Promise<TenantEnd | undefined> {
      const handle = workflow.getHandle(tenantWorkflowId(tenant.id));
      const end = await endOf(client, tenant.id);
      const record = end?.result?.undoRecord;
      if (end && !record) return undefined;
      if (!end) await handle.cancel();
      else if (record) {
        await workflow.start<typeof rollbackTenant>('rollbackTenant', {
          workflowId: tenantWorkflowId(tenant.id),
          taskQueue: siteTaskQueue(tenant.site),
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          typedSearchAttributes: [
            { key: TENANT, value: tenant.id },
            { key: SITE, value: tenant.site },
          ],
          staticSummary: `${tenant.name.slice(0, 60)} · rollback`,
          args: [{ tenant, record, reason }],
        });
      }
      await handle.result().catch(() => undefined);
      return endOf(client, tenant.id);
    },
  };
}

/** The list filter for tenants that wait for somebody, in whatever batch. */
export function tenantsThatWait(): string {
  return `${ALL_RUNS} AND ExecutionStatus = 'Running' AND ${key('needsAttention')} = true`;
}

/** The list filter for the runs of these tenants, in whatever batch. */
export function runsOfTenants(tenantIds: readonly string[]): string {
  const ids = tenantIds.map((id) => `'${id}'`).join(', ');
  return `${ALL_RUNS} AND ${key('tenant')} IN (${ids})`;
}

function rowOf(info: WorkflowExecutionInfo): TenantRow | undefined {
  const tenantId = tenantOfWorkflowId(info.workflowId);
  if (tenantId === undefined) return undefined;
  const attributes = info.typedSearchAttributes;
  const outcome = asOutcome(attributes.get(OUTCOME));
  return {
    tenantId,
    batch: attributes.get(BATCH) ?? null,
    wave: attributes.get(WAVE) ?? null,
    step: STEPS.find((step) => step === attributes.get(STEP)) ?? null,
    outcome,
    ending: info.status.name === 'RUNNING' ? null : (outcome ?? outsideEnding(info.status.name)),
    findings: attributes.get(FINDINGS) ?? [],
    needsAttention: info.status.name === 'RUNNING' && (attributes.get(NEEDS_ATTENTION) ?? false),
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
    runId: info.runId,
  };
}

function outsideEnding(status: string): Ending {
  if (status === 'CANCELLED') return 'cancelled';
  return status === 'TIMED_OUT' ? 'timed-out' : 'terminated';
}

async function endOf(client: Client, tenantId: string): Promise<TenantEnd | undefined> {
  const handle = client.workflow.getHandle(tenantWorkflowId(tenantId));
  let description;
  try {
    description = await handle.describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
  if (description.status.name === 'RUNNING') return undefined;
  try {
    const result = (await client.workflow.getHandle(handle.workflowId, description.runId).result()) as TenantResult;
    return { ending: result.outcome, result, reason: result.reason };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return failedEnd(error.cause, description.memo ?? {});
  }
}

function failedEnd(cause: unknown, memo: Record<string, unknown>): TenantEnd {
  if (cause instanceof ApplicationFailure) {
    const result = (cause.details?.[0] ?? null) as TenantResult | null;
    return { ending: asOutcome(cause.type) ?? 'terminated', result, reason: cause.message };
  }
  if (cause instanceof CancelledFailure) {
    const reason = typeof memo['reason'] === 'string' ? memo['reason'] : 'cancelled';
    return { ending: 'cancelled', result: null, reason };
  }
  if (cause instanceof TimeoutFailure) return { ending: 'timed-out', result: null, reason: 'the run timed out' };
  const reason = cause instanceof TerminatedFailure ? cause.message || 'terminated' : 'terminated';
  return { ending: 'terminated', result: null, reason };
}

function asOutcome(value: string | null | undefined): Outcome | null {
  return OUTCOMES.find((outcome) => outcome === value) ?? null;
}
