import { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import { isOfBefore, type BatchRow, type Migrations } from '../../client.js';
import type { Ending } from '../../domain/batch/limits.js';
import { awaitsCutOver, awaitsOrder, isAtAnEnd, waitsForPeople, type BatchStatus } from '../../domain/batch/status.js';
import { isPrepared, type BatchReport } from '../../reports/batch-report.js';
import { batchLines, listedLines, listLinks, progressLine } from '../batch-lines.js';
import { asksForState, inState, withStateSelectors, type StateSelectors } from '../by-state.js';
import type { Context, Register } from '../context.js';
import { countedReport, countsTell, endingsOf } from '../counting.js';
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.js';
import { missingWorkers, sayMissing } from '../missing-workers.js';
import { readReport, type Known } from '../reporting.js';
import { loadSelection, withSelectors, type Selection, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { causeLines, tenantTable } from '../tables.js';

const WATCH_EVERY_MS = 2_000;
/** The batch itself looks every 20 s whom its tenants wait for: one that was answered may be about to go on. */
const LOOKS_BEFORE_BELIEVED = 12;
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
 * well, of those that have ended; what those that run say of themselves is for `report`. A large batch as a whole is told by the
 * coordinator's counts, and the lists are asked only for whoever is shown. Works while nothing runs, and never wakes a migration.
 * Nobody left by the state selectors is an answer like any other.
 */
async function status(options: StatusOptions, context: Context): Promise<ExitCode> {
  const { out } = context;
  const loaded = await loadSelection(options, out);
  const { batch } = loaded.batch;
  return inSession({ ...context, serves: 'nothing', sites: [] }, async ({ migrations, temporal }) => {
    // A server that ends with this look shows nobody anything.
    const ui = temporal.stays ? temporal : { ...temporal, uiUrl: null };
    if (ui.uiUrl !== null) out.say(out.text.webUi(ui.uiUrl));
    const missing = ({ selected }: Selection, over: ReadonlySet<string>) => {
      const tenants = selected.flatMap(({ tenant }) => (over.has(tenant.id) ? [] : [tenant]));
      return missingWorkers({ temporal, migrations }, tenants, 'migrate');
    };
    if (options.watch && (await migrations.batchRow(batch))?.running) {
      sayMissing(await missing(loaded, new Set()), out);
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
    const counts = !listed && counted && countsTell(counted, selected.length) ? counted : undefined;
    const report = counts
      ? await countedReport(migrations, selection, { row, status: counts })
      : await readReport(migrations, selection, detail, { row, status: counted });
    if (row?.running && (await missing(selection, new Set())).length > 0) {
      const over = counts ? await overIn(migrations, selection, row, counts) : overBy(report);
      sayMissing(await missing(selection, over), out);
    }
    out.data({ ...report, status: counted ?? null, ...(listed ? {} : { tenants: [] }) }, () =>
      [
        ...(counted ? [batchLines(counted, options.file, out)] : row ? [listedLines(report, row, out)] : []),
        selected.length === 0
          ? out.text.nobodyInState
          : listed
            ? tenantTable(report.tenants, out)
            : out.text.more(report.total),
        causeLines(report, options.file, out),
        listLinks(batch, ui, out).join('\n'),
      ]
        .filter(Boolean)
        .join('\n\n'),
    );
    if (selected.length === 0) return EXIT.ok;
    // One that is only prepared is not over; one that was left out is, and not as wanted.
    const endings = counts
      ? endingsOf(counts)
      : report.tenants.map((tenant) => (isPrepared(tenant) ? null : tenant.outcome));
    return exitOf(report, endings, { row, status: counted, narrowed });
  });
}

/** Asks the coordinator once per refresh, and no tenant. */
async function watch(migrations: Migrations, batch: string, { out }: Context): Promise<void> {
  for (let looks = 0; (await migrations.batchRow(batch))?.running; await pause(WATCH_EVERY_MS)) {
    const now = await migrations.batchStatus(batch);
    if (!now) continue;
    out.progress(progressLine(now, out));
    if (now.outcome !== null || awaitsCutOver(now)) return;
    looks = waitsForPeople(now) ? looks + 1 : 0;
    if (looks >= LOOKS_BEFORE_BELIEVED) return;
  }
}

/** Whose work is done, so that nobody has to be there for it. */
function overBy({ tenants }: BatchReport): Set<string> {
  return new Set(tenants.flatMap(({ tenant, outcome }) => (outcome === null ? [] : [tenant])));
}

/** The same where no tenant was listed: worth the whole list only where a worker is missing. */
async function overIn(
  migrations: Migrations,
  { batch, selected }: Selection,
  row: BatchRow,
  counted: BatchStatus,
): Promise<Set<string>> {
  const ids = selected.map(({ tenant }) => tenant.id);
  const rows = await migrations.newestRuns(batch.batch, ids, () => Promise.resolve(counted));
  const ended = [...rows.values()].filter((one) => one.ending !== null && !isOfBefore(one, row));
  return new Set(ended.map(({ tenantId }) => tenantId));
}

/**
 * Whether somebody is asked for is known from the lists, without a worker; but not whether only tenants ask that are not selected.
 * What the batch waits for is none of those that have ended.
 */
function exitOf(
  { outcome, counts }: BatchReport,
  endings: readonly (Ending | null)[],
  { row, status, narrowed }: Known & { narrowed: boolean },
): ExitCode {
  if (endings.includes('rollback-incomplete')) return EXIT.rollbackIncomplete;
  const isOpen = row !== undefined && row.outcome === null && (!narrowed || endings.includes(null));
  const asks = isOpen && (status ? awaitsOrder(status) || isAtAnEnd(status) : row.needsAttention);
  if (asks || counts.waiting !== undefined) return EXIT.waiting;
  // It goes on: whatever has become of some, there is no end to tell yet.
  if (row?.running && outcome === null && endings.includes(null)) return EXIT.timeout;
  return exitCodeOf(endings, outcome);
}
