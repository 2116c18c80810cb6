import pMap from 'p-map';
import { isOfBefore, type Migrations, type TenantRow } from '../client.js';
import { nextAction } from '../domain/details.js';
import { evidenceOf } from '../domain/evidence.js';
import type { TenantStatus } from '../domain/tenant-status.js';
import { isOpen } from '../domain/work-orders/work-order.js';
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
  { file, batch, selected }: Selection,
  detail: 'all' | 'troubled' = 'all',
): Promise<BatchReport> {
  const under = await migrations.batchRow(batch.batch);
  const rows = await migrations.newestRuns(
    batch.batch,
    selected.map(({ tenant }) => tenant.id),
  );
  const noneIsLeft = selected.some(({ tenant }) => !rows.has(tenant.id)) && (await migrations.isThrough(batch, under));
  let answers = true;
  const read = async ({ tenant, wave }: Selected): Promise<TenantReport> => {
    const report = emptyReport(batch.batch, tenant, wave);
    const row = rows.get(tenant.id);
    if (row && isOfBefore(row, under)) return report;
    if (!row && noneIsLeft) return { ...report, outcome: 'skipped', reason: DROPPED };
    if (row?.ending === null && answers && (detail === 'all' || row.needsAttention)) {
      const status = await migrations.tenantStatus(tenant.id);
      answers = status !== undefined;
      return { ...report, ...shownBy(row, file), ...(status ? saidBy(status, file) : {}) };
    }
    if (detail === 'troubled' && !isTroubled(row)) return { ...report, ...shownBy(row, file) };
    const end = await migrations.tenantEnd(tenant.id);
    if (!end) return { ...report, ...shownBy(row, file) };
    // A run that was cancelled, or ended from outside, leaves no result. What it still says of itself, but for evidence, needs a worker.
    const said = end.result === null && answers ? await migrations.tenantStatus(tenant.id) : undefined;
    answers &&= end.result !== null || said !== undefined;
    const leftBefore = end.ending === 'already-migrated' ? await migrations.leftBefore(tenant.id) : null;
    const { evidence = [] } = end;
    const shown = { ...report, evidence, ...(said ? saidBy(said, file) : {}), leftBefore };
    return finishedReport(shown, end.ending, end.reason, end.result);
  };
  const reports = await pMap(selected, read, { concurrency: AT_ONCE });
  return batchReport(batch.batch, reports, under?.outcome ?? null);
}

const DROPPED = 'dropped: left out of the batch before it started';

/** What a tenant says of itself. */
function saidBy(status: TenantStatus, file: string): Partial<TenantReport> {
  const { steps, findings, waiting, held, orders } = status;
  const waits = waiting !== null || held !== null || orders.some(isOpen);
  return { steps, findings, evidence: evidenceOf(status), ...(waits ? { reason: nextAction(status, file) } : {}) };
}

function isTroubled(row: TenantRow | undefined): boolean {
  const { ending = null } = row ?? {};
  return ending !== null && !ending.includes('migrated');
}

function shownBy(row: TenantRow | undefined, file: string): Partial<TenantReport> {
  if (!row) return {};
  const { ending, step, needsAttention, waits, order } = row;
  if (ending !== null) return { outcome: ending, step };
  const number = order === null ? null : `${row.tenantId}/${order.number}`;
  return {
    step: step ?? 'preflight',
    needsAttention,
    reason: waits?.replaceAll('-f FILE', `-f ${file}`) ?? '',
    order: number,
  };
}
