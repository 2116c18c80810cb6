import { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import type { BatchRow, Migrations } from '../../client.js';
import type { BatchReport } from '../../reports/batch-report.js';
import { awaitsCutOver, type BatchStatus } from '../../domain/batch/status.js';
import { batchLines, listedLines, listLinks, progressLine } from '../batch-lines.js';
import type { Context, Register } from '../context.js';
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.js';
import { missingWorkers, sayMissing } from '../missing-workers.js';
import { readReport } from '../reporting.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { causeLines, tenantTable } from '../tables.js';

const WATCH_EVERY_MS = 2_000;
/** More tenants than this are counted, not listed, unless they are selected. */
const LISTED = 50;

export function statusCommand(register: Register): Command {
  return withSelectors(new Command('status'))
    .description('where the batch and its tenants stand; starts nothing')
    .option('--watch', 'show it again and again, until the batch is over or waits for somebody')
    .action((options: Selectors & { watch?: boolean }) => register((context) => status(options, context)));
}

/** One question to the coordinator; tenants from Temporal's own lists. Works while nothing runs, and never wakes a migration. */
async function status(options: Selectors & { watch?: boolean }, context: Context): Promise<ExitCode> {
  const { out } = context;
  const selection = await loadSelection(options, out);
  const { batch } = selection.batch;
  return inSession({ ...context, serves: 'nothing', sites: [] }, async ({ migrations, temporal }) => {
    if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
    const sayWhoIsMissing = async (over: ReadonlySet<string>): Promise<void> => {
      const tenants = selection.selected.flatMap(({ tenant }) => (over.has(tenant.id) ? [] : [tenant]));
      sayMissing(await missingWorkers({ temporal, migrations }, tenants, 'migrate'), out);
    };
    if (options.watch && (await migrations.batchRow(batch))?.running) {
      await sayWhoIsMissing(new Set());
      await watch(migrations, batch, context);
    }
    const row = await migrations.batchRow(batch);
    const counted = await countsOf(migrations, batch, row);
    const narrowed = selection.selected.length < selection.batch.tenants.length;
    const listed = narrowed || selection.selected.length <= LISTED;
    const report = await readReport(migrations, selection, listed ? 'all' : 'troubled');
    if (row?.running) {
      const over = new Set(report.tenants.flatMap(({ tenant, outcome }) => (outcome === null ? [] : [tenant])));
      await sayWhoIsMissing(over);
    }
    out.data({ ...report, status: counted ?? null, ...(listed ? {} : { tenants: [] }) }, () =>
      [
        ...(counted ? [batchLines(counted, options.file, out)] : row ? [listedLines(report, row.running, out)] : []),
        listed ? tenantTable(report.tenants, out) : out.text.more(report.tenants.length),
        causeLines(report, options.file, out),
        listLinks(batch, temporal, out).join('\n'),
      ]
        .filter(Boolean)
        .join('\n\n'),
    );
    return exitOf(report, row);
  });
}

/** Asks the coordinator once per refresh, and no tenant. */
async function watch(migrations: Migrations, batch: string, { out }: Context): Promise<void> {
  while ((await migrations.batchRow(batch))?.running) {
    const now = await migrations.batchStatus(batch);
    if (now) out.progress(progressLine(now, out));
    if (now && (now.outcome !== null || awaitsCutOver(now))) return;
    await pause(WATCH_EVERY_MS);
  }
}

async function countsOf(
  migrations: Migrations,
  batch: string,
  row: BatchRow | undefined,
): Promise<BatchStatus | undefined> {
  if (!row) return undefined;
  if (row.running) return migrations.batchStatus(batch);
  return migrations.batchResult(batch).catch(() => undefined);
}

/** From the lists alone: whether somebody is asked for is known without a worker. */
function exitOf(report: BatchReport, row: BatchRow | undefined): ExitCode {
  const outcomes = report.tenants.map(({ outcome }) => outcome);
  if (outcomes.includes('rollback-incomplete')) return EXIT.rollbackIncomplete;
  const asks = row !== undefined && row.outcome === null && row.needsAttention;
  if (asks || report.tenants.some(({ needsAttention }) => needsAttention)) return EXIT.waiting;
  // A run ends as skipped where it was only prepared: not in the wanted state yet.
  return exitCodeOf(
    outcomes.map((outcome) => (outcome === 'skipped' ? null : outcome)),
    report.outcome,
  );
}
