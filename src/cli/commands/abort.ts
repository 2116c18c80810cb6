import { Command } from 'commander';
import { nothingRuns } from '../../client/order-refused.js';
import { chooses, withStateSelectors, type StateSelectors } from '../by-state.js';
import { confirmed } from '../confirming.js';
import { liftedBy } from '../../domain/batch/held.js';
import { outcomeLine } from '../batch-lines.js';
import type { Context, Register } from '../context.js';
import { EXIT, exitCodeOfBatch, type ExitCode } from '../exit-codes.js';
import { REASON } from '../reason-option.js';
import { readReport } from '../reporting.js';
import { loadSelection, narrowedTo, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { tenantTable } from '../tables.js';
import { UsageError } from '../usage-error.js';
import { watchBatch } from '../watch.js';

interface AbortOptions extends Selectors, StateSelectors {
  undo?: boolean;
  finishStep?: boolean;
  yes?: boolean;
  reason: string;
}

export function abortCommand(register: Register): Command {
  const command = withStateSelectors(withSelectors(new Command('abort')));
  // Known, so that whoever gives one is told what else does it.
  for (const option of command.options) option.hideHelp(!option.mandatory);
  return command
    .description('end the batch: start no more tenants, and undo running ones or stop them before their next step')
    .option('--undo', 'undo the tenants that run')
    .option('--finish-step', 'let them finish their step; they wait then, for resume or rollback')
    .option('-y, --yes', 'do not ask')
    .requiredOption(...REASON)
    .action((options: AbortOptions) => register((context) => abort(options, context)));
}

async function abort(options: AbortOptions, context: Context): Promise<ExitCode> {
  const { out, by } = context;
  if (chooses(options)) throw new UsageError(out.text.abortsWhole);
  if (options.undo === options.finishStep) throw new UsageError(out.text.abortHow);
  const how = options.undo ? 'undo' : 'finish-step';
  const selection = await loadSelection({ file: options.file }, out);
  const { batch, selected } = selection;
  const sites = [...new Set(selected.map(({ tenant }) => tenant.site))];
  return inSession({ ...context, serves: 'all', sites }, async ({ migrations, temporal }) => {
    if (!(await migrations.batchRow(batch.batch))?.running) throw nothingRuns(`batch ${batch.batch}`);
    const rows = await migrations.newestRuns(
      batch.batch,
      selected.map(({ tenant }) => tenant.id),
    );
    const isOurs = (id: string): boolean => rows.get(id)?.batch === batch.batch;
    const running = selected.filter(({ tenant }) => rows.get(tenant.id)?.ending === null && isOurs(tenant.id));
    for (const { tenant } of running) {
      out.say(out.text.willHappen(tenant.id, rows.get(tenant.id)?.step ?? 'preflight', how));
    }
    if (!(await confirmed(context, options.yes))) return EXIT.usage;
    await migrations.abort(batch.batch, { by, reason: options.reason, how });
    const tenants = selected.map(({ tenant }) => tenant);
    const followed = { batch: batch.batch, temporal, tenants, timeoutMs: null, file: options.file };
    const end = await watchBatch(migrations, followed, out);
    const status =
      'status' in end
        ? end.status
        : ((await migrations.batchStatus(batch.batch)) ?? (await migrations.batchResult(batch.batch)));
    const report = await readReport(migrations, narrowedTo(selection, new Set(running.map(({ tenant }) => tenant.id))));
    out.data({ schemaVersion: 1, ...status }, () =>
      [out.text.ordered('abort', batch.batch), ...(running.length > 0 ? [tenantTable(report.tenants, out)] : [])].join(
        '\n\n',
      ),
    );
    out.say(outcomeLine(status, out) ?? out.text.undoWaits(options.file));
    const code = exitCodeOfBatch(status);
    const [first, ...more] = how === 'finish-step' ? running.map(({ tenant }) => ({ tenant: tenant.id })) : [];
    if (first) {
      out.say(out.text.standStill);
      out.say(out.text.resumeHint(options.file, liftedBy([first, ...more])));
    }
    const someWait = end.because === 'people' || first !== undefined;
    return someWait && code !== EXIT.rollbackIncomplete ? EXIT.waiting : code;
  });
}
