import pMap from 'p-map';
import type { Migrations, TenantRow } from '../client.js';
import { batchReport, type BatchReport } from '../reports/batch-report.js';
import { emptyReport, finishedReport, type TenantReport } from '../reports/tenant-report.js';
import type { Selected, Selection } from './selection.js';

const AT_ONCE = 20;

/**
 * What Temporal knows of the selected tenants: no worker is needed for it. `troubled`: only those that did not end well are asked
 * one by one, the others are as the lists show them.
 */
export async function readReport(
  migrations: Migrations,
  { batch, selected }: Selection,
  detail: 'all' | 'troubled' = 'all',
): Promise<BatchReport> {
  const rows = await migrations.newestRuns(
    batch.batch,
    selected.map(({ tenant }) => tenant.id),
  );
  const read = async ({ tenant, wave }: Selected): Promise<TenantReport> => {
    const report = emptyReport(batch.batch, tenant, wave);
    const row = rows.get(tenant.id);
    if (detail === 'troubled' && !isTroubled(row)) return { ...report, ...shownBy(row) };
    const end = await migrations.tenantEnd(tenant.id);
    return end ? finishedReport(report, end.ending, end.reason, end.result) : { ...report, ...shownBy(row) };
  };
  const reports = await pMap(selected, read, { concurrency: AT_ONCE });
  const row = await migrations.batchRow(batch.batch);
  return batchReport(batch.batch, reports, row?.outcome ?? null);
}

function isTroubled(row: TenantRow | undefined): boolean {
  const { ending = null } = row ?? {};
  return ending !== null && !ending.includes('migrated');
}

function shownBy(row: TenantRow | undefined): Partial<TenantReport> {
  if (!row) return {};
  const { ending, step, needsAttention } = row;
  return ending === null ? { step: step ?? 'preflight', needsAttention } : { outcome: ending, step };
}
