import { Command } from 'commander';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { emptyReport, finishedReport, type TenantReport } from '../../reports/tenant-report.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

export interface RollbackOptions extends Selectors {
  reason: string;
}

export function rollbackCommand(register: Register): Command {
  return withSelectors(new Command('rollback'))
    .description('undo tenants in reverse, with proof: running ones and finished ones')
    .requiredOption('--reason <text>', 'why; kept for the auditor')
    .action((options: RollbackOptions) => register((context) => rollback(options, context)));
}

async function rollback(options: RollbackOptions, context: Context): Promise<ExitCode> {
  const { out, by } = context;
  if (!options.tenant) throw new UsageError('rollback wants --tenant: nobody undoes a whole batch by accident');
  const { batch, selected } = await loadSelection(options, out);
  const sites = [...new Set(selected.map(({ tenant }) => tenant.site))];
  const reports = await inSession({ ...context, serves: 'site', sites }, async ({ migrations }) => {
    const undone: TenantReport[] = [];
    for (const { tenant, wave } of selected) {
      const end = await migrations.rollback(tenant, `rolled back by ${by}: ${options.reason}`);
      const report = emptyReport(batch.batch, tenant, wave);
      undone.push(
        end
          ? finishedReport(report, end.ending, end.reason, end.result)
          : { ...report, reason: out.text.nothingToUndo(tenant.id) },
      );
    }
    return undone;
  });
  out.data({ schemaVersion: 1, batch: batch.batch, tenants: reports }, () =>
    reports
      .map(({ tenant, outcome, reason }) => out.text.rolledBack(tenant, outcome ? `${outcome}: ${reason}` : reason))
      .join('\n'),
  );
  const undone = reports.every(
    ({ outcome }) => outcome === null || outcome === 'rolled-back' || outcome === 'cancelled' || outcome === 'blocked',
  );
  return undone
    ? EXIT.ok
    : reports.some(({ outcome }) => outcome === 'rollback-incomplete')
      ? EXIT.rollbackIncomplete
      : EXIT.failed;
}
