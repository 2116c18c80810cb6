import type { Migrations } from '../client.js';
import { runsOfTenants } from '../client.js';
import { batchReport, type BatchReport } from '../reports/batch-report.js';
import { emptyReport, finishedReport, type TenantReport } from '../reports/tenant-report.js';
import type { Selection } from './selection.js';

const AT_ONCE = 20;

/** What Temporal knows of the selected tenants: no worker is needed for it. */
export async function readReport(migrations: Migrations, { batch, selected }: Selection): Promise<BatchReport> {
  const reports: TenantReport[] = [];
  for (let from = 0; from < selected.length; from += AT_ONCE) {
    const some = selected.slice(from, from + AT_ONCE);
    const rows = new Map(
      (await migrations.tenants(runsOfTenants(some.map(({ tenant }) => tenant.id)))).map((row) => [row.tenantId, row]),
    );
    reports.push(
      ...(await Promise.all(
        some.map(async ({ tenant, wave }): Promise<TenantReport> => {
          const report = emptyReport(batch.batch, tenant, wave);
          const row = rows.get(tenant.id);
          const end = await migrations.tenantEnd(tenant.id);
          if (end) return finishedReport(report, end.ending, end.reason, end.result);
          if (!row || row.ending !== null) return report;
          return { ...report, step: row.step ?? 'preflight', needsAttention: row.needsAttention };
        }),
      )),
    );
  }
  const row = await migrations.batchRow(batch.batch);
  return batchReport(batch.batch, reports, row?.outcome ?? null);
}
