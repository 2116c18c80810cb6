import pMap from 'p-map';
import { endedBefore, isOfBefore, type BatchRow, type Migrations, type TenantRow } from '../client.js';
import { isNotWell } from '../domain/batch/limits.js';
import type { Batch } from '../domain/batch/batch.js';
import { leftOut } from '../domain/batch/left-out.js';
import type { BatchStatus } from '../domain/batch/status.js';
import { nextAction } from '../domain/details.js';
import { evidenceOf } from '../domain/evidence.js';
import { FINDING_CODES } from '../domain/findings.js';
import type { TenantStatus } from '../domain/tenant-status.js';
import { isOpen } from '../domain/work-orders/work-order.js';
import { batchReport, type BatchReport, type BatchWord } from '../reports/batch-report.js';
import { emptyReport, finishedReport, type TenantReport } from '../reports/tenant-report.js';
import type { Selected, Selection } from './selection.js';

const AT_ONCE = 20;

/**
 * How much is read of each tenant. `listed`: what Temporal's lists show, nothing of anybody alone. `results`: also how each one
 * ended that has, which needs no worker. `all`: those that run are asked as well.
 */
export type Detail = 'listed' | 'results' | 'all';

/** What the caller knows of the batch by now. */
export interface Known {
  row?: BatchRow | undefined;
  /** The coordinator's answer, or its result. */
  status?: BatchStatus | undefined;
}

/** What Temporal knows of the selected tenants: no worker is needed for it. */
export async function readReport(
  migrations: Migrations,
  selection: Pick<Selection, 'file' | 'batch' | 'selected'>,
  detail: Detail = 'all',
  known: Known = {},
): Promise<BatchReport> {
  const { file, batch, selected } = selection;
  const under = known.row ?? (await migrations.batchRow(batch.batch));
  const rows = await migrations.newestRuns(
    batch.batch,
    selected.map(({ tenant }) => tenant.id),
    ...('status' in known ? [() => Promise.resolve(known.status)] : []),
  );
  // Of one that is over it is its result, which needs no worker.
  const status = known.status ?? (under?.running === false ? await migrations.batchStatus(batch.batch) : undefined);
  const isLeftOut = selected.some(({ tenant }) => !rows.has(tenant.id))
    ? await leftOutOf(migrations, batch, { row: under, status })
    : () => false;
  const hasTurn = [...rows.values()].some((row) => isOfBefore(row, under))
    ? await migrations.turnsIn(batch, status)
    : () => false;
  let answers = true;
  const read = async ({ tenant, wave }: Selected): Promise<TenantReport> => {
    const report = emptyReport(batch.batch, tenant, wave);
    const row = rows.get(tenant.id);
    if (row && isOfBefore(row, under) && hasTurn(tenant.id)) return report;
    if (!row && isLeftOut(tenant.id)) {
      const { text, zh } = leftOut(status ?? { trail: [] }, tenant.id);
      return { ...report, outcome: 'skipped', reason: text, zh };
    }
    if (row?.batch != null && row.batch !== batch.batch) report.inBatch = row.batch;
    else if (row?.batch === batch.batch && endedBefore(row, under)) report.ofEarlierRun = true;
    const isShown = detail === 'listed' || (detail === 'results' && (row?.ending ?? null) === null);
    if (isShown) return { ...report, ...shownBy(row, file) };
    if (row?.ending === null && answers) {
      const said = await migrations.tenantStatus(tenant.id);
      answers = said !== undefined;
      return { ...report, ...shownBy(row, file), ...(said ? saidBy(said, file) : {}) };
    }
    const end = await migrations.tenantEnd(tenant.id);
    if (!end) return { ...report, ...shownBy(row, file) };
    // A run that was cancelled, or ended from outside, leaves no result. What it still says of itself, but for evidence, needs a worker.
    const said =
      end.result === null && answers && detail === 'all' ? await migrations.tenantStatus(tenant.id) : undefined;
    answers &&= end.result !== null || said !== undefined;
    const leftBefore = end.ending === 'already-migrated' ? await migrations.leftBefore(tenant.id) : null;
    const { evidence = [] } = end;
    const shown = { ...report, evidence, ...(said ? saidBy(said, file) : {}), leftBefore };
    return finishedReport(shown, end.ending, end.reason, end.result);
  };
  const reports = await pMap(selected, read, { concurrency: AT_ONCE });
  return batchReport(batch.batch, reports, wordOf(selection, { row: under, status }));
}

/** A retry of some of them, or a file that has changed since, leaves a run of the batch that speaks of others. */
function wordOf({ batch, selected }: Pick<Selection, 'batch' | 'selected'>, { row, status }: Known): BatchWord {
  const outcome = status?.outcome ?? row?.outcome ?? null;
  if (row === undefined || selected.length < batch.tenants.length) return { outcome, ofThese: false };
  return { outcome, ofThese: (status?.total ?? selected.length) === selected.length };
}

/** Who has no run because the batch left it out; while it is under way only its coordinator can tell. */
async function leftOutOf(
  migrations: Migrations,
  batch: Batch,
  { row, status }: Known,
): Promise<(tenantId: string) => boolean> {
  if (row?.running) {
    const ids = status?.endings.skipped === undefined ? undefined : await migrations.leftOut(batch.batch);
    return (id) => ids?.has(id) ?? false;
  }
  const isThrough = migrations.isThrough(batch, row);
  return () => isThrough;
}

/** What a tenant says of itself. */
function saidBy(status: TenantStatus, file: string): Partial<TenantReport> {
  const { steps, findings, waiting, held, orders } = status;
  const waits = waiting !== null || held !== null || orders.some(isOpen);
  return { steps, findings, evidence: evidenceOf(status), ...(waits ? { reason: nextAction(status, file) } : {}) };
}

export function shownBy(row: TenantRow | undefined, file: string): Partial<TenantReport> {
  if (!row) return {};
  const { ending, step, needsAttention, waits, order, findings } = row;
  if (ending !== null) {
    const codes = FINDING_CODES.filter((code) => findings.includes(code));
    return { outcome: ending, step, ...(isNotWell(ending) && codes.length > 0 ? { codes } : {}) };
  }
  const number = order === null ? null : `${row.tenantId}/${order.number}`;
  return {
    step: step ?? 'preflight',
    needsAttention,
    reason: waits?.replaceAll('-f FILE', `-f ${file}`) ?? '',
    order: number,
  };
}
