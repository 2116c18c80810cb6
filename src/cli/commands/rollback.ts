import { Command } from 'commander';
import type { Ending } from '../../domain/batch/limits.js';
import type { TenantReport } from '../../reports/tenant-report.js';
import { chooses, selectedByState, withStateSelectors, type StateSelectors } from '../by-state.js';
import { confirmed } from '../confirming.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { REASON } from '../reason-option.js';
import { rollBack } from '../rolling-back.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

export interface RollbackOptions extends Selectors, StateSelectors {
  all?: boolean;
  yes?: boolean;
  reason: string;
}

export function rollbackCommand(register: Register): Command {
  return withStateSelectors(withSelectors(new Command('rollback')))
    .description('undo tenants in reverse, with proof: running ones, and finished ones within the undo window')
    .option('--all', 'all tenants of the file')
    .option('-y, --yes', 'do not ask; a few tenants named by --tenant are never asked about')
    .requiredOption(...REASON)
    .action((options: RollbackOptions) => register((context) => rollback(options, context)));
}

async function rollback(options: RollbackOptions, context: Context): Promise<ExitCode> {
  const { out, by } = context;
  if (!chooses(options) && !options.all) throw new UsageError(out.text.rollbackWants);
  const selection = await loadSelection(options, out);
  const { batch } = selection;
  const sites = [...new Set(selection.selected.map((one) => one.tenant.site))];
  const order = { by, reason: options.reason };
  const reports = await inSession({ ...context, serves: 'all', sites }, async ({ migrations }) => {
    const chosen = await selectedByState(migrations, selection, options, out);
    if (!options.tenant) {
      out.say(out.text.willRollBack(chosen.map((one) => one.tenant.id)));
      if (!(await confirmed(context, options.yes))) return null;
    }
    return rollBack(migrations, chosen, { file: options.file, batch, order }, out);
  });
  if (reports === null) return EXIT.usage;
  out.data({ schemaVersion: 1, batch: batch.batch, tenants: reports }, () =>
    reports
      .map(({ tenant, outcome, reason: why }) => out.text.rolledBack(tenant, outcome ? `${outcome}: ${why}` : why))
      .join('\n'),
  );
  return exitOf(reports);
}

const UNDONE: readonly (Ending | null)[] = ['rolled-back', 'cancelled', null];

function exitOf(reports: readonly TenantReport[]): ExitCode {
  if (reports.some(({ outcome }) => outcome === 'rollback-incomplete')) return EXIT.rollbackIncomplete;
  if (reports.some(({ needsAttention }) => needsAttention)) return EXIT.waiting;
  if (reports.every(({ outcome }) => UNDONE.includes(outcome))) return EXIT.ok;
  // Refused, and nothing written: longer ago than the undo window.
  return reports.every(({ outcome }) => outcome === 'blocked' || UNDONE.includes(outcome)) ? EXIT.blocked : EXIT.failed;
}
