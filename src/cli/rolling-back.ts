import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import {
  isOfBefore,
  OrderRefused,
  tenantsThatWait,
  type BatchRow,
  type Migrations,
  type NoRollback,
  type RolledBack,
} from '../client.js';
import { reasonIn } from '../domain/batch/reasons.js';
import type { Batch } from '../domain/batch/batch.js';
import { refusalOfWords } from '../domain/batch/control.js';
import { rollbackWords, type Order } from '../domain/batch/orders.js';
import { emptyReport, finishedReport, type TenantReport } from '../reports/tenant-report.js';
import type { SelectedRow } from './by-state.js';
import { followTenant } from './following.js';
import type { Output } from './output.js';
import { tellTenants } from './telling.js';
import { UsageError } from './usage-error.js';

export interface RollbackOrder {
  /** For the commands that are printed. */
  file: string;
  batch: Batch;
  order: Order;
}

/** What came of the order to a batch. `held`: why those have no place yet whom only a person can help to one. */
interface Told extends RolledBack {
  held: ReadonlyMap<string, string>;
}

const AT_ONCE = 10;
/** So many ended tenants are ordered to be undone before the next: others may want a place as well. */
const UNDONE_AT_ONCE = 200;
const ASK_EVERY_MS = 1_000;
/** Only after this many equal looks is "only a person can help" believed: a tenant may be just about to go on. */
const LOOKS_BEFORE_BELIEVED = 4;
/** A batch that takes no order any more is over in a moment. */
const OVER_WITHIN_LOOKS = 10;

/**
 * Undoes tenants wherever they stand, and follows each to its end or to where only a person can go on. A batch that is under way
 * is told, so that it counts them and starts none of them again; whoever is not of it is undone from here.
 */
export async function rollBack(
  migrations: Migrations,
  chosen: readonly SelectedRow[],
  given: RollbackOrder,
  out: Output,
): Promise<TenantReport[]> {
  const { batch, order } = given;
  const under = await migrations.batchRow(batch.batch);
  const here = (one: SelectedRow): Promise<TenantReport> => undoHere(migrations, one, given, out);
  if (!under?.running) return pMap(chosen, here, { concurrency: AT_ONCE });

  // Said before anybody is told.
  const refusal = refusalOfWords(order);
  if (refusal !== null) throw new UsageError(refusal);
  const reports: TenantReport[] = [];
  for (const page of pagesOf(chosen, under)) {
    const answered = await tell(migrations, page, given);
    const held = await untilUndone(migrations, batch.batch, new Set(answered.accepted), out);
    const told = { ...answered, held };
    const report = (one: SelectedRow): Promise<TenantReport> => undone(migrations, one, { ...given, told }, out);
    reports.push(...(await pMap(page, report, { concurrency: AT_ONCE })));
  }
  return reports;
}

/** With the first order all who have not ended in this batch: none of them is to start meanwhile. */
function pagesOf(chosen: readonly SelectedRow[], under: BatchRow): SelectedRow[][] {
  const ended = chosen.filter(({ row }) => row !== null && row.ending !== null && !isOfBefore(row, under));
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
  const asking = page.filter(({ row }) => row?.needsAttention && row.ending === null).map(({ tenant }) => tenant.id);
  const answered = await answerUndo(migrations, asking, order);
  const tenantIds = page.map(({ tenant }) => tenant.id).filter((id) => !answered.includes(id));
  const nobody: RolledBack = { accepted: answered, leftOut: [], refused: [], elsewhere: [] };
  if (tenantIds.length === 0) return nobody;
  try {
    const told = await migrations.rollbackTenants(batch.batch, { ...order, tenantIds, withinMs: batch.undoWindowMs });
    return { ...told, accepted: [...answered, ...told.accepted] };
  } catch (error) {
    // Its last tenant has ended meanwhile.
    if (error instanceof OrderRefused && (await isOver(migrations, batch.batch)))
      return { ...nobody, elsewhere: tenantIds };
    throw error;
  }
}

async function isOver(migrations: Migrations, batch: string): Promise<boolean> {
  for (let looks = 0; looks < OVER_WITHIN_LOOKS; looks += 1) {
    if (!(await migrations.batchRow(batch))?.running) return true;
    await pause(ASK_EVERY_MS / 2);
  }
  return false;
}

/** Tenants that ask what to do about a failure are answered: they end as ones that failed, and not as ones that were cancelled. */
async function answerUndo(migrations: Migrations, asking: readonly string[], order: Order): Promise<string[]> {
  const allowed = await pMap(
    asking,
    async (id) => (await migrations.tenantStatus(id))?.waiting?.allowed.includes('undo') ?? false,
    { concurrency: AT_ONCE },
  );
  const answer = (id: string): Promise<void> => migrations.decide(id, { action: 'undo', ...order });
  const { accepted } = await tellTenants(
    asking.filter((_, index) => allowed[index]),
    answer,
  );
  return accepted;
}

/** Until the batch has none of these any more that goes on by itself; says why those have no place yet that stay. */
async function untilUndone(
  migrations: Migrations,
  batch: string,
  accepted: ReadonlySet<string>,
  out: Output,
): Promise<Map<string, string>> {
  let told = '';
  for (let looks = 0; ; await pause(ASK_EVERY_MS)) {
    const undos = await migrations.undosOf(batch);
    if (undos === undefined) {
      if (!(await migrations.batchRow(batch))?.running) return new Map();
      continue;
    }
    const begun = undos.begun.filter((id) => accepted.has(id));
    const queued = undos.queued.filter(({ id }) => accepted.has(id));
    if (begun.length + queued.length === 0) return new Map();
    const waiting = await migrations.tenants(tenantsThatWait());
    const waits = new Set(waiting.map(({ tenantId }) => tenantId));
    // All who have a place wait for a person, so that none becomes free.
    const running = queued.length === 0 ? 0 : ((await migrations.batchStatus(batch))?.running ?? 0);
    const isFull = running > 0 && waiting.filter((row) => row.batch === batch).length >= running;
    const isHeld = queued.every(({ reasons }) => isFull || reasons.some(({ because }) => because === 'endpoint'));
    const isStuck = begun.every((id) => waits.has(id)) && isHeld;
    const held = new Map(
      queued.map(({ id, reasons }) => [id, reasons.map((reason) => reasonIn(reason, out.lang)).join('; ')]),
    );
    const [first] = held;
    if (first && first[1] !== told) out.say(out.text.waitsFor(first[0], first[1]));
    told = first?.[1] ?? told;
    looks = isStuck ? looks + 1 : 0;
    if (looks >= LOOKS_BEFORE_BELIEVED) return held;
  }
}

async function undone(
  migrations: Migrations,
  one: SelectedRow,
  { told, ...given }: RollbackOrder & { told: Told },
  out: Output,
): Promise<TenantReport> {
  const { file, batch } = given;
  const { id } = one.tenant;
  if (told.elsewhere.includes(id)) return undoHere(migrations, one, given, out);
  const report = emptyReport(batch.batch, one.tenant, one.wave);
  if (told.leftOut.includes(id)) {
    // It starts no more; but an earlier run may have left what can no longer be undone.
    const found = one.row === null ? null : await migrations.lookForRollback(id, batch.undoWindowMs);
    const isLost = found?.undo === 'too-late' || found?.undo === 'unknown';
    return isLost ? notUndone(report, found, out) : { ...report, reason: out.text.willNotStart };
  }
  const held = told.held.get(id);
  if (held !== undefined) return { ...report, needsAttention: true, reason: out.text.waitsFor(id, held) };
  const refused = told.refused.find(({ tenantId }) => tenantId === id);
  if (refused) {
    const found = await migrations.lookForRollback(id, batch.undoWindowMs);
    const isNone = found.undo === 'nothing' || found.undo === 'too-late' || found.undo === 'unknown';
    return isNone ? notUndone(report, found, out) : { ...report, outcome: 'blocked', reason: refused.why };
  }
  const end = await followed(migrations, report, file, out);
  if (end.needsAttention || (end.outcome !== null && UNDONE.includes(end.outcome))) return end;
  // It was accepted, and did not begin: the batch was ended before it came to that, or tells why.
  const status = await migrations.batchStatus(batch.batch);
  if (status === undefined || status.over) return undoHere(migrations, one, given, out);
  const why = status.trail.findLast(({ what }) => what === `could not undo ${id}`)?.reason;
  return why === undefined ? end : { ...end, outcome: 'blocked', reason: why };
}

const UNDONE: readonly TenantReport['outcome'][] = ['rolled-back', 'rollback-incomplete', 'cancelled'];

/** For one whose batch is over, or that is of none. */
async function undoHere(
  migrations: Migrations,
  { tenant, wave, row }: SelectedRow,
  { file, batch, order }: RollbackOrder,
  out: Output,
): Promise<TenantReport> {
  const report = emptyReport(batch.batch, tenant, wave);
  const asks = row?.needsAttention === true && row.ending === null;
  const answered = asks && (await answerUndo(migrations, [tenant.id], order)).length > 0;
  if (!answered) {
    const begun = await migrations.startRollback(tenant, rollbackWords(order).en, batch.undoWindowMs);
    if (begun.undo !== 'under-way') return notUndone(report, begun, out);
  }
  return followed(migrations, report, file, out);
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

async function followed(
  migrations: Migrations,
  report: TenantReport,
  file: string,
  out: Output,
): Promise<TenantReport> {
  const followed = await followTenant(migrations, report.tenant, file);
  if ('end' in followed) {
    const { ending, reason, result } = followed.end;
    return finishedReport(report, ending, reason, result);
  }
  const { step, order, next } = followed.asked;
  return {
    ...report,
    step,
    needsAttention: true,
    order: order === null ? null : `${report.tenant}/${order}`,
    reason: out.text.waitsFor(report.tenant, next),
  };
}
