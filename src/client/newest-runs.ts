import type { Client } from '@temporalio/client';
import pMap from 'p-map';
import type { BatchStatus } from '../domain/batch/status.js';
import { newestRows, runsNotWell, runsOfBatch, runsOfTenants, tenantsThatWait, type TenantRow } from './tenant-rows.js';

/** Asked for by id in lists of this many; above, by their batch. */
const IDS_IN_A_FILTER = 100;
export const IDS_IN_A_LIST = 500;
const LISTS_AT_ONCE = 5;

export interface NewestRunsOptions {
  client: Client;
  /** The counts of a batch; undefined where nobody can tell. */
  batchStatus(batch: string): Promise<BatchStatus | undefined>;
  /** More tenants than this are looked for by their batch. */
  idsInAList?: number;
}

/** Looks for the runs of tenants in Temporal's lists. */
export function createNewestRuns({ client, batchStatus, idsInAList = IDS_IN_A_LIST }: NewestRunsOptions) {
  async function rowsOf(tenantIds: readonly string[]): Promise<TenantRow[]> {
    const pages = Array.from({ length: Math.ceil(tenantIds.length / IDS_IN_A_FILTER) }, (_, page) =>
      tenantIds.slice(page * IDS_IN_A_FILTER, (page + 1) * IDS_IN_A_FILTER),
    );
    const list = (ids: readonly string[]): Promise<TenantRow[]> => newestRows(client, runsOfTenants(ids));
    return (await pMap(pages, list, { concurrency: LISTS_AT_ONCE })).flat();
  }

  return {
    /**
     * The newest run of each of these tenants; those that never ran are left out. Of a large batch its own runs are looked at, one
     * list instead of hundreds, and by their ids only those without one, where its counts say that some of them have run: a run that
     * it took over from another batch is listed under that one's name. `counts`: for a caller who knows them.
     */
    async newestRuns(
      batch: string,
      tenantIds: readonly string[],
      counts: () => Promise<BatchStatus | undefined> = () => batchStatus(batch),
    ): Promise<Map<string, TenantRow>> {
      if (tenantIds.length <= idsInAList) return byTenant(await rowsOf(tenantIds));
      const wanted = new Set(tenantIds);
      const listed = await newestRows(client, runsOfBatch(batch));
      const rows = byTenant(listed.filter(({ tenantId }) => wanted.has(tenantId)));
      const missing = tenantIds.filter((id) => !rows.has(id));
      const status = missing.length === 0 ? undefined : await counts();
      if (!status || !haveRun(status, { listed: listed.length, missing: missing.length })) return rows;
      return new Map([...rows, ...byTenant(await rowsOf(missing))]);
    },

    /**
     * Those tenants of a batch whose newest run did not end well. `expected`: how many its counts have of them; where the list has
     * others, some may have run again since, and are looked for.
     */
    async notWell(batch: string, expected: number): Promise<TenantRow[]> {
      const rows = await newestRows(client, runsNotWell(batch));
      if (rows.length === expected) return rows;
      const newest = byTenant(await rowsOf(rows.map(({ tenantId }) => tenantId)));
      return rows.filter(({ tenantId, runId }) => newest.get(tenantId)?.runId === runId);
    },

    /** How many tenants of a batch wait for somebody. */
    async waitingIn(batch: string): Promise<number> {
      return (await client.workflow.count(tenantsThatWait(batch))).count;
    },
  };
}

/** Whether some of those that the list of a batch lacks have run all the same. Who was left out has none. */
function haveRun(
  { total, notStarted, endings }: BatchStatus,
  { listed, missing }: { listed: number; missing: number },
): boolean {
  const without = notStarted + (endings.skipped ?? 0);
  return listed < total - without || missing > without;
}

function byTenant(rows: readonly TenantRow[]): Map<string, TenantRow> {
  return new Map(rows.map((row) => [row.tenantId, row]));
}
