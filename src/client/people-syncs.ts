import { randomUUID } from 'node:crypto';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { peopleSyncWorkflowId, siteTaskQueue, tenantWorkflowId } from '../domain/ids.js';
import type { Finding } from '../domain/findings.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import type { TenantStatus } from '../domain/tenant-status.js';
import type { syncPeople } from '../workflows/index.js';
import { findingOfFailure } from '../workflows/failures.js';
import { tenantStatusQuery } from '../workflows/messages.js';
import type { SyncPeopleResult } from '../workflows/sync-people.js';
import { SITE, TENANT } from './tenant-rows.js';

/**
 * What came of asking for a people sync. `migrating`: the tenant's migration is under way, which syncs its people itself.
 * `rehearsing`: a look that ends before anything is written is under way, and not a sync.
 */
export type PeopleSyncStart = 'started' | 'under-way' | 'rehearsing' | 'migrating';

/** That a sync only looks; in its memo. */
const REHEARSES = 'rehearses';

/** How a people sync ended: its result, or why there is none. */
export type PeopleSyncEnd = { result: SyncPeopleResult } | { failed: Finding };

const QUERY_WITHIN_MS = 3_000;

/** People syncs that are started alone. */
export function createPeopleSyncs(client: Client) {
  const handleOf = (tenantId: string) => client.workflow.getHandle<typeof syncPeople>(peopleSyncWorkflowId(tenantId));

  return {
    /** Of a tenant that has moved. `until: 'guard'` looks only. */
    async startPeopleSync(
      tenant: Tenant,
      how: { until?: 'guard'; policy?: Policy | undefined },
    ): Promise<PeopleSyncStart> {
      if (await isRunning(client, tenantWorkflowId(tenant.id))) return 'migrating';
      const run = randomUUID();
      const { until, policy } = how;
      try {
        await client.workflow.start<typeof syncPeople>('syncPeople', {
          workflowId: peopleSyncWorkflowId(tenant.id),
          taskQueue: siteTaskQueue(tenant.site),
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          typedSearchAttributes: [
            { key: TENANT, value: tenant.id },
            { key: SITE, value: tenant.site },
          ],
          staticSummary: `${tenant.name.slice(0, 60)} · 人员同步`,
          memo: { [REHEARSES]: until === 'guard' },
          args: [{ tenant, run, key: run, snapshot: null, ...(until ? { until } : {}), ...(policy ? { policy } : {}) }],
        });
        return 'started';
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        return (await this.peopleSyncUnderWay(tenant.id)) === 'rehearsal' ? 'rehearsing' : 'under-way';
      }
    },

    /** What is under way of a tenant's people alone, if anything is. */
    async peopleSyncUnderWay(tenantId: string): Promise<'sync' | 'rehearsal' | undefined> {
      try {
        const { status, memo } = await handleOf(tenantId).describe();
        if (status.name !== 'RUNNING') return undefined;
        return memo?.[REHEARSES] === true ? 'rehearsal' : 'sync';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },

    /** Ends the one that is under way, at its next page or wait; resolves when it has ended. Needs a worker at its site. */
    async cancelPeopleSync(tenantId: string): Promise<void> {
      const handle = handleOf(tenantId);
      await handle.cancel();
      await handle.result().catch(() => undefined);
    },

    /** How the newest one ended; undefined while it runs, or where there never was one. */
    async peopleSyncEnd(tenantId: string): Promise<PeopleSyncEnd | undefined> {
      const handle = handleOf(tenantId);
      try {
        const { status } = await handle.describe();
        if (status.name === 'RUNNING') return undefined;
        return { result: await handle.result() };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        if (!(error instanceof WorkflowFailedError)) throw error;
        return { failed: findingOfFailure(error.cause) };
      }
    },

    /** How far it is; needs a worker at its site. Undefined where none answers. */
    async peopleSyncStatus(tenantId: string): Promise<TenantStatus | undefined> {
      try {
        return await client.withDeadline(Date.now() + QUERY_WITHIN_MS, () =>
          handleOf(tenantId).query(tenantStatusQuery),
        );
      } catch {
        return undefined;
      }
    },
  };
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
