import { setTimeout as pause } from 'node:timers/promises';
import type { Migrations } from '../client.js';
import { chromiumOf } from '../console-browser.js';
import { heldTogether, liftedBy } from '../domain/batch/held.js';
import { isAtAnEnd, type BatchStatus } from '../domain/batch/status.js';
import { isPrepared, type BatchReport } from '../reports/batch-report.js';
import { countsIn, outcomeLine } from './batch-lines.js';
import type { Policy } from '../domain/policy.js';
import type { Context } from './context.js';
import { EXIT, exitCodeOf, exitCodeOfBatch, type ExitCode } from './exit-codes.js';
import type { Output } from './output.js';
import { readReport } from './reporting.js';
import type { Selection } from './selection.js';
import type { Session } from './session.js';
import { causeLines, tenantTable } from './tables.js';
import { UsageError } from './usage-error.js';
import { watchBatch, type WatchEnd } from './watch.js';

export interface RunOptions {
  /** For the commands that are printed. */
  file: string;
  policy?: Policy | undefined;
  timeoutMs?: number | undefined;
  /** Prepares only; without it a prepared batch cuts over. */
  until?: 'snapshot' | undefined;
}

/** Starts the batch, or goes on with it; watches it to its end, or to where only people can go on; reports. */
export async function runBatch(
  { temporal, migrations }: Session,
  selection: Selection,
  { file, policy, timeoutMs, until }: RunOptions,
  { config, out, by }: Context,
): Promise<ExitCode> {
  const { batch } = selection.batch;
  // On one machine nobody else could take them.
  const needsBrowser = selection.selected.some(({ tenant }) => tenant.qiyuesuo.driver === 'browser');
  if (needsBrowser && temporal.mode === 'embedded' && chromiumOf(config) === undefined)
    throw new UsageError(out.text.noChromium);
  if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
  const started = until
    ? await migrations.prepareBatch(selection.batch, by, policy)
    : await migrations.startBatch(selection.batch, by, policy);
  if (started === 'another-under-way') throw new UsageError(out.text.otherBatch(batch));
  if (started === 'under-way') {
    const cutsOver = await cutOver(migrations, batch, { until, by }, out);
    out.say(cutsOver ? out.text.cutsOver(batch) : out.text.goesOn(batch));
  }

  const tenants = selection.selected.map(({ tenant }) => tenant);
  await migrations.lookNow(tenants.map(({ id }) => id));
  const end = await watchBatch(migrations, { temporal, batch, tenants, timeoutMs: timeoutMs ?? null, file }, out);
  if (end.because === 'timeout') {
    out.say(temporal.mode === 'embedded' ? out.text.timedOutHere : out.text.timedOut);
    return EXIT.timeout;
  }
  const report = await settledReport(migrations, selection, end);
  showReport(report, file, out);
  return finish(end, report, file, out);
}

/** A batch that was only prepared goes on to write; one that writes already cannot go back to preparing. */
async function cutOver(
  migrations: Migrations,
  batch: string,
  { until, by }: { until: RunOptions['until']; by: string },
  out: Output,
): Promise<boolean> {
  const status = await answered(migrations, batch, out);
  if (until && status.until !== until) throw new UsageError(out.text.cutsOverAlready(batch));
  if (until || status.until !== 'snapshot') return false;
  await migrations.cutOver(batch, { by, reason: 'applied without --until' });
  return true;
}

/** A worker that has just started, on a busy machine, may need more than one question; guessing would leave a batch unwritten. */
async function answered(migrations: Migrations, batch: string, out: Output): Promise<BatchStatus> {
  for (let asked = 0; asked < QUESTIONS; asked += 1) {
    const status = await migrations.batchStatus(batch);
    if (status) return status;
    await pause(LOOK_AGAIN_MS);
  }
  throw new Error(out.text.noAnswer(batch));
}

const QUESTIONS = 20;

/** A tenant tells its batch right before it closes: the last ones get a moment to do so. */
async function settledReport(migrations: Migrations, selection: Selection, end: WatchEnd): Promise<BatchReport> {
  for (let looks = 0; ; looks += 1) {
    const report = await readReport(migrations, selection, 'all', end.because === 'over' ? { status: end.status } : {});
    const isClosing = end.because === 'over' && end.status.over && report.counts.running !== undefined;
    if (!isClosing || looks >= LOOKS_AT_THE_LAST) return report;
    await pause(LOOK_AGAIN_MS);
  }
}

const LOOKS_AT_THE_LAST = 10;
const LOOK_AGAIN_MS = 300;

export function showReport(report: BatchReport, file: string, out: Output): void {
  out.data(report, () =>
    [tenantTable(report.tenants, out), causeLines(report, file, out)].filter(Boolean).join('\n\n'),
  );
}

function finish(
  end: Exclude<WatchEnd, { because: 'timeout' }>,
  report: BatchReport,
  file: string,
  out: Output,
): ExitCode {
  if (end.because === 'cancelled') {
    out.say(out.text.result('aborted', countsIn(report.counts)));
    out.say(out.text.retryHint(file));
    const endings = report.tenants.map(({ outcome }) => outcome);
    return exitCodeOf(endings, 'aborted');
  }
  const outcome = end.because === 'over' ? outcomeLine(end.status, out) : null;
  out.say(outcome ?? out.text.result(report.outcome, countsIn(report.counts)));
  if (end.because === 'prepared') {
    out.say(out.text.prepared(end.status.prepared, file));
    // Nobody runs: one that is not prepared and has no end was dropped.
    const others = report.tenants.filter((tenant) => !isPrepared(tenant));
    return exitCodeOf(others.map((tenant) => tenant.outcome ?? 'skipped'));
  }
  if (end.because === 'people') {
    const { awaitsApproval, holds, notStarted } = end.status;
    // Who looked has said why.
    const isStuck = isAtAnEnd(end.status);
    if (!isStuck) out.say(out.text.onlyPeople);
    if (awaitsApproval !== null) out.say(out.text.waitsForApproval(awaitsApproval, file));
    else if (!isStuck && holds.length === 0 && notStarted > 0) out.say(out.text.notBegun(notStarted));
    for (const { on } of heldTogether(holds)) out.say(out.text.resumeHint(file, liftedBy(on)));
    if (report.tenants.some(({ order }) => order !== null)) out.say(out.text.ordersHint(file));
    const isIncomplete = report.tenants.some((tenant) => tenant.outcome === 'rollback-incomplete');
    return isIncomplete ? EXIT.rollbackIncomplete : EXIT.waiting;
  }
  const code = exitCodeOfBatch(end.status);
  if (end.status.outcome === 'stopped-by-limit') out.say(out.text.stoppedBy(end.status.stoppedBy ?? '', file));
  else out.say(code === EXIT.ok ? out.text.reportHint(file) : out.text.retryHint(file));
  return code;
}
