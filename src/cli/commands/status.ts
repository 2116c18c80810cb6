import { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import type { BatchRow, Migrations } from '../../client.js';
import { awaitsCutOver, awaitsOrder, type BatchStatus } from '../../domain/batch/status.js';
import { isPrepared, type BatchReport } from '../../reports/batch-report.js';
import { batchLines, listedLines, listLinks, progressLine } from '../batch-lines.js';
import { asksForState, inState, withStateSelectors, type StateSelectors } from '../by-state.js';
import type { Context, Register } from '../context.js';
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.js';
import { missingWorkers, sayMissing } from '../missing-workers.js';
import { readReport } from '../reporting.js';
import { loadSelection, withSelectors, type Selection, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { causeLines, tenantTable } from '../tables.js';

const WATCH_EVERY_MS = 2_000;
/** More tenants than this are counted, not listed, unless they are selected; of more, nobody's result is read. */
const LISTED = 50;

type StatusOptions = Selectors & StateSelectors & { watch?: boolean };

export function statusCommand(register: Register): Command {
  return withStateSelectors(withSelectors(new Command('status')))
    .description('where the batch and its tenants stand; starts nothing')
    .option('--watch', 'show it again and again, until the batch is over or waits for somebody')
    .action((options: StatusOptions) => register((context) => status(options, context)));
}

/**
 * One question to the coordinator, and Temporal's own lists: no tenant is asked. Of a few that are selected the results are read as
 * well, of those that have ended; what those that run say of themselves is for `report`. Works while nothing runs, and never wakes
 * a migration. Nobody left by the state selectors is an answer like any other.
 */
async function status(options: StatusOptions, context: Context): Promise<ExitCode> {
  const { out } = context;
  const loaded = await loadSelection(options, out);
  const { batch } = loaded.batch;
  return inSession({ ...context, serves: 'nothing', sites: [] }, async ({ migrations, temporal }) => {
    if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
    const sayWhoIsMissing = async ({ selected }: Selection, over: ReadonlySet<string>): Promise<void> => {
      const tenants = selected.flatMap(({ tenant }) => (over.has(tenant.id) ? [] : [tenant]));
      sayMissing(await missingWorkers({ temporal, migrations }, tenants, 'migrate'), out);
    };
    if (options.watch && (await migrations.batchRow(batch))?.running) {
      await sayWhoIsMissing(loaded, new Set());
      await watch(migrations, batch, context);
    }
    const row = await migrations.batchRow(batch);
    const counted = row ? await migrations.batchStatus(batch) : undefined;
    const selection = asksForState(options)
      ? { ...loaded, selected: await inState(migrations, loaded, options) }
      : loaded;
    const { selected } = selection;
    const narrowed = selected.length < selection.batch.tenants.length;
    const detail = narrowed && selected.length <= LISTED ? 'results' : 'listed';
    const listed = narrowed || selected.length <= LISTED;
    const report = await readReport(migrations, selection, detail, { row, status: counted });
    if (row?.running) {
      const over = new Set(report.tenants.flatMap(({ tenant, outcome }) => (outcome === null ? [] : [tenant])));
      await sayWhoIsMissing(selection, over);
    }
    out.data({ ...report, status: counted ?? null, ...(listed ? {} : { tenants: [] }) }, () =>
      [
        ...(counted ? [batchLines(counted, options.file, out)] : row ? [listedLines(report, row, out)] : []),
        selected.length === 0
          ? out.text.nobodyInState
          : listed
            ? tenantTable(report.tenants, out)
            : out.text.more(report.tenants.length),
        causeLines(report, options.file, out),
        listLinks(batch, temporal, out).join('\n'),
      ]
        .filter(Boolean)
        .join('\n\n'),
    );
    return selected.length === 0 ? EXIT.ok : exitOf(report, row, counted);
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

/** Whether somebody is asked for is known from the lists, without a worker; but not whether only tenants ask that are not selected. */
function exitOf(report: BatchReport, row: BatchRow | undefined, counted: BatchStatus | undefined): ExitCode {
  const outcomes = report.tenants.map(({ outcome }) => outcome);
  if (outcomes.includes('rollback-incomplete')) return EXIT.rollbackIncomplete;
  const asks = row !== undefined && row.outcome === null && (counted ? awaitsOrder(counted) : row.needsAttention);
  if (asks || report.tenants.some(({ needsAttention }) => needsAttention)) return EXIT.waiting;
  // One that is only prepared is not over; one that was left out is, and not as wanted.
  return exitCodeOf(
    report.tenants.map((tenant) => (isPrepared(tenant) ? null : tenant.outcome)),
    report.outcome,
  );
}
