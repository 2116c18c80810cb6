import type { Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import type { BatchStore } from './batch-store/store.js';
import { listBatches, type ListedBatch } from './client/batch-list.js';
import { createBatches } from './client/batches.js';
import { createOrders } from './client/orders.js';
import { createPeopleSyncs } from './client/people-syncs.js';
import { createRollbacks } from './client/rollbacks.js';
import { endOfTenant, newestRunsOf, type TenantEnd, type TenantRun } from './client/endings.js';
import { leftBefore } from './client/left-before.js';
import { createNewestRuns } from './client/newest-runs.js';
import { runUnderWay } from './client/run-elsewhere.js';
import { tenantAsStarted } from './client/tenant-as-started.js';
import {
  newestRow,
  newestRows,
  runsOfBatch,
  SITE,
  TENANT,
  tenantsThatWait,
  type TenantRow,
} from './client/tenant-rows.js';
import { ordered } from './client/refused.js';
import { troublesOf, type Trouble } from './client/troubles.js';
import type { RunElsewhere } from './domain/batch/adoption.js';
import type { Order } from './domain/batch/orders.js';
import { COORDINATOR_TASK_QUEUE, inspectionTaskQueue, inspectionWorkflowId, tenantWorkflowId } from './domain/ids.js';
import type { Finding } from './domain/findings.js';
import type { LeftBefore } from './domain/left-before.js';
import type { Change } from './domain/plan.js';
import type { Policy } from './domain/policy.js';
import type { Decision, TenantStatus } from './domain/tenant-status.js';
import type { Tenant } from './domain/tenant.js';
import type { Inspection } from './workflows/inspect-tenant.js';
import { decideUpdate, lookNowSignal, pauseUpdate, resumeUpdate, tenantStatusQuery } from './workflows/messages.js';
import type { inspectTenant } from './workflows/index.js';

export { BatchMissing } from './batch-store/store.js';
export type { Answered, RolledBack } from './workflows/messages.js';
export type { BatchRow } from './client/batch-questions.js';
export type { BatchStart } from './client/batches.js';
export type { TenantEnd } from './client/endings.js';
export type { PeopleSyncEnd, PeopleSyncStart } from './client/people-syncs.js';
export type { OpenOrder } from './client/orders.js';
export type { NoRollback, RollbackLook, RollbackStart } from './client/rollbacks.js';
export type { ListedBatch } from './client/batch-list.js';
export { secretsOf } from './client/order-secrets.js';
export { NobodyAnswers, OrderRefused, whyNot } from './client/order-refused.js';
export { endedBefore, isOfBefore, runsOfBatch, tenantsThatWait, type TenantRow } from './client/tenant-rows.js';
export { IDS_IN_A_LIST } from './client/newest-runs.js';
export type { Trouble } from './client/troubles.js';
export { listUrls, tenantUrl, WEB_UI_LISTS, type WebUi, type WebUiList } from './client/web-ui.js';

/** The only door to Temporal for CLI and web: start, ask, tell, each as a typed function. */
export type Migrations = ReturnType<typeof createMigrations>;

const QUERY_WITHIN_MS = 3_000;
// Of temporal.api.enums.v1.TaskQueueType: the package with the enum is none of our dependencies.
const ACTIVITY_TASKS = 2;
/** An inspection that nobody waits for any more ends by itself. */
const INSPECTION_WITHIN = '1 hour';

export interface MigrationsOptions {
  client: Client;
  store: BatchStore;
  /** Where coordinators run; another one keeps two installations in one namespace apart. */
  coordinatorQueue?: string;
  /** More tenants than this are looked for by their batch instead of their ids. */
  idsInAList?: number;
}

export function createMigrations({
  client,
  store,
  coordinatorQueue = COORDINATOR_TASK_QUEUE,
  ...limits
}: MigrationsOptions) {
  const { workflow } = client;
  const batches = createBatches({ client, store, coordinatorQueue });

  return {
    ...batches,
    ...createNewestRuns({ client, batchStatus: (batch) => batches.batchStatus(batch), ...limits }),
    ...createRollbacks(client),
    ...createOrders(client),
    ...createPeopleSyncs(client),

    /** Every batch that Temporal still knows: running ones first, then the newest. Needs no worker. */
    batches(): Promise<ListedBatch[]> {
      return listBatches(client);
    },

    /** Who asks this queue for work, by identity: also whoever left within the last minutes. */
    async pollersOf(taskQueue: string): Promise<string[]> {
      const { namespace } = client.options;
      const { pollers } = await client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: ACTIVITY_TASKS,
      });
      return (pollers ?? []).flatMap(({ identity }) => identity ?? []);
    },

    /** A tenant as a run was started with, the newest if none is named; undefined where there is none. Needs no worker. */
    tenantAsStarted(tenantId: string, runId?: string): Promise<Tenant | undefined> {
      return tenantAsStarted(client, tenantId, runId);
    },

    /** The newest run of every tenant that matches. `where` is a list filter of Temporal. */
    tenants(where: string): Promise<TenantRow[]> {
      return newestRows(client, where);
    },

    /** The newest run of one tenant, never of a moment ago as in the lists; undefined where it never ran. */
    tenantRow(tenantId: string): Promise<TenantRow | undefined> {
      return newestRow(client, tenantId);
    },

    /** Whoever of these waits for the administrator's forward looks at once, instead of after a pause that has grown long. Never fails: it is only advice. */
    async lookNow(tenantIds: readonly string[]): Promise<void> {
      const wanted = new Set(tenantIds);
      try {
        const waiting = (await newestRows(client, tenantsThatWait())).filter(
          ({ tenantId, step }) => step === 'rewrite-categories' && wanted.has(tenantId),
        );
        const tell = ({ tenantId }: TenantRow) => workflow.getHandle(tenantWorkflowId(tenantId)).signal(lookNowSignal);
        await pMap(waiting, tell, { concurrency: 20, stopOnError: false });
      } catch {
        // They look by themselves a little later, or are over.
      }
    },

    /** Running tenants of a batch, of which some ask again and again; looks at the first `limit` of them. */
    async troubles(batch: string, limit = 10): Promise<Trouble[]> {
      const rows = await newestRows(client, `${runsOfBatch(batch)} AND ExecutionStatus = 'Running'`);
      return troublesOf(client, rows.slice(0, limit));
    },

    /** How a tenant's newest run ended; undefined where it runs, or never ran. */
    tenantEnd(tenantId: string): Promise<TenantEnd | undefined> {
      return endOfTenant(client, tenantId);
    },

    /** What its last run that wrote has left to follow up; null where that is nothing. */
    leftBefore(tenantId: string): Promise<LeftBefore | null> {
      return leftBefore(client, tenantId);
    },

    /** The newest run of each tenant; those that never ran are left out. */
    newestRunsOf(tenantIds: readonly string[]): Promise<TenantRun[]> {
      return newestRunsOf(client, tenantIds);
    },

    /** What runs under the id of a tenant, and whose it is; null where nothing does. */
    runUnderWay(tenantId: string): Promise<RunElsewhere | null> {
      return runUnderWay(client, tenantId);
    },

    /** What the newest run of a tenant planned and did not write; null where it is gone, or was something else. */
    async plannedOf(tenantId: string): Promise<Change[] | null | 'still-runs'> {
      const [run] = await newestRunsOf(client, [tenantId]);
      if (run?.ending === null) return 'still-runs';
      const result = (await endOfTenant(client, tenantId))?.result;
      return result?.outcome === 'skipped' ? result.changes : null;
    },

    /** What the newest run of a tenant left for somebody to follow up. */
    async warningsOf(tenantId: string): Promise<Finding[]> {
      const { findings = [] } = (await endOfTenant(client, tenantId))?.result ?? {};
      return findings.filter(({ severity }) => severity === 'warning');
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
      const handle = workflow.getHandle(tenantWorkflowId(tenantId));
      await ordered(tenantId, (updateId) => handle.executeUpdate(decideUpdate, { args: [decision], updateId }));
    },

    /** Stops a tenant that runs alone before its next step, or lets it go on. Rejects where it does not fit. */
    async holdTenant(tenantId: string, what: 'pause' | 'resume', { by, reason }: Order): Promise<void> {
      const update = what === 'pause' ? pauseUpdate : resumeUpdate;
      const order = { by, reason, on: { tenant: tenantId } };
      const handle = workflow.getHandle(tenantWorkflowId(tenantId));
      await ordered(tenantId, (updateId) => handle.executeUpdate(update, { args: [order], updateId }));
    },
  };
}
