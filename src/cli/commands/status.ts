import { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import type { Context, Register } from '../context.js';
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.js';
import { readReport } from '../reporting.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { causeLines, tenantTable } from '../tables.js';
import { progressLine } from '../watch.js';

const WATCH_EVERY_MS = 2_000;

export function statusCommand(register: Register): Command {
  return withSelectors(new Command('status'))
    .description('where the tenants stand; starts nothing')
    .option('--watch', 'show it again and again, until the batch is over')
    .action((options: Selectors & { watch?: boolean }) => register((context) => status(options, context)));
}

/** Reads Temporal's own lists, so that it works while nothing runs, and never wakes a migration. */
async function status(options: Selectors & { watch?: boolean }, context: Context): Promise<ExitCode> {
  const { out } = context;
  const selection = await loadSelection(options, out);
  return inSession({ ...context, serves: 'nothing', sites: [] }, async ({ migrations, temporal }) => {
    if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
    while (options.watch && (await migrations.batchRow(selection.batch.batch))?.running) {
      const now = await migrations.batchStatus(selection.batch.batch);
      if (now) out.progress(progressLine(now, out));
      await pause(WATCH_EVERY_MS);
    }
    const report = await readReport(migrations, selection);
    out.data(report, () => [tenantTable(report.tenants, out), causeLines(report, out)].filter(Boolean).join('\n\n'));
    const endings = report.tenants.map(({ outcome }) => outcome);
    if (endings.includes('rollback-incomplete')) return EXIT.rollbackIncomplete;
    if (report.tenants.some(({ needsAttention }) => needsAttention)) return EXIT.waiting;
    return exitCodeOf(endings, report.outcome);
  });
}
