import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import { OrderRefused, tenantsThatWait, type Migrations, type NoRollback, type RolledBack } from '../client.js';
import type { Batch } from '../domain/batch/batch.js';
import { rollbackReason, type Order } from '../domain/batch/orders.js';
import { nextAction } from '../domain/details.js';
import { emptyReport, finishedReport, type TenantReport } from '../reports/tenant-report.js';
import type { SelectedRow } from './by-state.js';
import { followTenant } from './following.js';
import type { Output } from './output.js';

export interface RollbackOrder {
  batch: Batch;
  order: Order;
}

const AT_ONCE = 10;
/** So many ended tenants are ordered to be undone before the next: others may want a place as well. */
const UNDONE_AT_ONCE = 200;
const ASK_EVERY_MS = 500;
/** Only after this many equal looks is "it waits" believed: a tenant may be just about to go on. */
const LOOKS_BEFORE_BELIEVED = 5;

/**
 * Undoes tenants wherever they stand, and follows each to its end or to where only a person can go on. A batch that is under way
 * is told, so that it counts them and starts none of them again; whoever is not of it is undone from here.
 */
export async function rollBack(
  migrations: Migrations,
  chosen: readonly SelectedRow[],
  { batch, order }: RollbackOrder,
  out: Output,
): Promise<TenantReport[]> {
  const isUnderWay = (await migrations.batchRow(batch.batch))?.running ?? false;
  if (!isUnderWay)
    return pMap(chosen, (one) => undoHere(migrations, one, { batch, order }, out), { concurrency: AT_ONCE });

  const reports: TenantReport[] = [];
  for (const page of pagesOf(chosen)) {
    const told = await tell(migrations, page, { batch, order });
    await untilUndone(migrations, batch.batch, new Set(told.accepted));
    const report = (one: SelectedRow): Promise<TenantReport> => undone(migrations, one, { batch, order, told }, out);
    reports.push(...(await pMap(page, report, { concurrency: AT_ONCE })));
  }
  return reports;
}

/** With the first order all who have not ended: none of them is to start meanwhile. */
function pagesOf(chosen: readonly SelectedRow[]): SelectedRow[][] {
  const ended = chosen.filter(({ row }) => row?.ending != null);
  const open = chosen.filter((one) => !ended.includes(one));
  const later = Math.max(0, Math.ceil(ended.length / UNDONE_AT_ONCE) - 1);
  return [
    [...open, ...ended.slice(0, UNDONE_AT_ONCE)],
    ...Array.from({ length: later }, (_, page) =>
      ended.slice((page + 1) * UNDONE_AT_ONCE, (page + 2) * UNDONE_AT_ONCE),
    ),
  ];
}

async function tell(
  migrations: Migrations,
  page: readonly SelectedRow[],
  { batch, order }: RollbackOrder,
): Promise<RolledBack> {
  const answered: string[] = [];
  for (const { tenant, row } of page) {
    if (row?.needsAttention && row.ending === null && (await answerUndo(migrations, tenant.id, order)))
      answered.push(tenant.id);
  }
  const tenantIds = page.map(({ tenant }) => tenant.id).filter((id) => !answered.includes(id));
  if (tenantIds.length === 0) return { accepted: answered, refused: [], elsewhere: [] };
  try {
    const told = await migrations.rollbackTenants(batch.batch, { ...order, tenantIds, withinMs: batch.undoWindowMs });
    return { ...told, accepted: [...answered, ...told.accepted] };
  } catch (error) {
    // Its last tenant has ended meanwhile.
    if (!(error instanceof OrderRefused) || (await migrations.batchRow(batch.batch))?.running) throw error;
    return { accepted: answered, refused: [], elsewhere: tenantIds };
  }
}

/** A tenant that asks what to do about a failure is answered: it ends as one that failed, and not as one that was cancelled. */
async function answerUndo(migrations: Migrations, tenantId: string, order: Order): Promise<boolean> {
  const waiting = (await migrations.tenantStatus(tenantId))?.waiting;
  if (!waiting?.allowed.includes('undo')) return false;
  await migrations.decide(tenantId, { action: 'undo', ...order });
  return true;
}

/** Until the batch has none of these any more that goes on by itself. */
async function untilUndone(migrations: Migrations, batch: string, accepted: ReadonlySet<string>): Promise<void> {
  for (let looks = 0; looks < LOOKS_BEFORE_BELIEVED; await pause(ASK_EVERY_MS)) {
    const undos = await migrations.undosOf(batch);
    if (undos === undefined && !(await migrations.batchRow(batch))?.running) return;
    const left = (undos ?? [...accepted]).filter((id) => accepted.has(id));
    if (left.length === 0) return;
    const waiting = new Set((await migrations.tenants(tenantsThatWait())).map(({ tenantId }) => tenantId));
    looks = left.every((id) => waiting.has(id)) ? looks + 1 : 0;
  }
}

async function undone(
  migrations: Migrations,
  one: SelectedRow,
  { batch, order, told }: RollbackOrder & { told: RolledBack },
  out: Output,
): Promise<TenantReport> {
  const { id } = one.tenant;
  if (told.elsewhere.includes(id)) return undoHere(migrations, one, { batch, order }, out);
  const report = emptyReport(batch.batch, one.tenant, one.wave);
  const refused = told.refused.find(({ tenantId }) => tenantId === id);
  if (refused) {
    const found = await migrations.lookForRollback(id, batch.undoWindowMs);
    const isNone = found.undo === 'nothing' || found.undo === 'too-late' || found.undo === 'unknown';
    return isNone ? notUndone(report, found, out) : { ...report, outcome: 'blocked', reason: refused.why };
  }
  const row = await migrations.tenantRow(id);
  if (!row || row.ending === 'skipped') return { ...report, reason: out.text.willNotStart };
  return followed(migrations, report, out);
}

/** For one whose batch is over, or that is of none. */
async function undoHere(
  migrations: Migrations,
  { tenant, wave, row }: SelectedRow,
  { batch, order }: RollbackOrder,
  out: Output,
): Promise<TenantReport> {
  const report = emptyReport(batch.batch, tenant, wave);
  const asks = row?.needsAttention === true && row.ending === null;
  if (!asks || !(await answerUndo(migrations, tenant.id, order))) {
    const begun = await migrations.startRollback(tenant, rollbackReason(order), batch.undoWindowMs);
    if (begun.undo !== 'under-way') return notUndone(report, begun, out);
  }
  return followed(migrations, report, out);
}

function notUndone(report: TenantReport, found: NoRollback, out: Output): TenantReport {
  if (found.undo === 'too-late') {
    return { ...report, outcome: 'blocked', reason: out.text.tooLate(found.endedAt.toISOString()) };
  }
  if (found.undo === 'unknown') {
    return finishedReport(report, found.end.ending, `${found.end.reason}; ${out.text.writesUnknown}`, null);
  }
  if (!found.end) return { ...report, reason: out.text.nothingToUndo };
  const { ending, reason, result } = found.end;
  const nothing = finishedReport(report, ending, `${out.text.nothingLeft} (${reason})`, result);
  return { ...nothing, outcome: ending === 'rolled-back' || ending === 'cancelled' ? ending : null };
}

async function followed(migrations: Migrations, report: TenantReport, out: Output): Promise<TenantReport> {
  const followed = await followTenant(migrations, report.tenant);
  if ('end' in followed) {
    const { ending, reason, result } = followed.end;
    return finishedReport(report, ending, reason, result);
  }
  const status = await migrations.tenantStatus(report.tenant);
  return {
    ...report,
    step: followed.waiting.step,
    needsAttention: true,
    reason: status ? out.text.waitsFor(report.tenant, nextAction(status)) : followed.waiting.what,
  };
}
