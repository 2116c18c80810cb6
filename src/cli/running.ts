import type { BatchReport } from '../reports/batch-report.js';
import type { Policy } from '../domain/policy.js';
import type { Context } from './context.js';
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.js';
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
}

/** Starts the batch, or goes on with it; watches it to its end, or to where only people can go on; reports. */
export async function runBatch(
  { temporal, migrations }: Session,
  selection: Selection,
  { file, policy, timeoutMs }: RunOptions,
  { out, by }: Context,
): Promise<ExitCode> {
  const { batch } = selection.batch;
  if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
  const started = await migrations.startBatch(selection.batch, by, policy);
  if (started === 'another-under-way') throw new UsageError(out.text.otherBatch(batch));
  if (started === 'under-way') out.say(out.text.goesOn(batch));

  const tenantIds = new Set(selection.selected.map(({ tenant }) => tenant.id));
  const end = await watchBatch(migrations, { batch, tenantIds, timeoutMs: timeoutMs ?? null, file }, out);
  if (end.because === 'timeout') {
    out.say(temporal.mode === 'embedded' ? out.text.timedOutHere : out.text.timedOut);
    return EXIT.timeout;
  }
  const report = await readReport(migrations, selection);
  showReport(report, file, out);
  return finish(end, report, file, out);
}

export function showReport(report: BatchReport, file: string, out: Output): void {
  out.data(report, () =>
    [tenantTable(report.tenants, out), causeLines(report, file, out)].filter(Boolean).join('\n\n'),
  );
}

function finish(end: WatchEnd, report: BatchReport, file: string, out: Output): ExitCode {
  const counts = Object.entries(report.counts).map(([state, count]) => `${count} ${state}`);
  out.say(out.text.result(counts.join(', ')));
  const endings = report.tenants.map(({ outcome }) => outcome);
  if (end.because === 'people') {
    out.say(out.text.onlyPeople);
    return endings.includes('rollback-incomplete') ? EXIT.rollbackIncomplete : EXIT.waiting;
  }
  const outcome = end.because === 'over' ? end.status.outcome : null;
  const code = exitCodeOf(endings, outcome);
  if (outcome === 'stopped-by-limit' && end.because === 'over') {
    out.say(out.text.stoppedBy(end.status.stoppedBy ?? '', file));
  } else out.say(code === EXIT.ok ? out.text.reportHint(file) : out.text.retryHint(file));
  return code;
}
