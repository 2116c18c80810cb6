import { Command } from 'commander';
import type { Migrations } from '../../client.js';
import { nextAction } from '../../domain/details.js';
import type { Ending } from '../../domain/batch/limits.js';
import { emptyReport, finishedReport, type TenantReport } from '../../reports/tenant-report.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { followTenant } from '../following.js';
import type { Output } from '../output.js';
import { loadSelection, withSelectors, type Selected, type Selectors } from '../selection.js';
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
  const reason = `rolled back by ${by}: ${options.reason}`;
  const reports = await inSession({ ...context, serves: 'site', sites }, ({ migrations }) =>
    Promise.all(selected.map((one) => undo(migrations, one, { batch: batch.batch, reason }, out))),
  );
  out.data({ schemaVersion: 1, batch: batch.batch, tenants: reports }, () =>
    reports
      .map(({ tenant, outcome, reason: why }) => out.text.rolledBack(tenant, outcome ? `${outcome}: ${why}` : why))
      .join('\n'),
  );
  return exitOf(reports);
}

async function undo(
  migrations: Migrations,
  { tenant, wave }: Selected,
  { batch, reason }: { batch: string; reason: string },
  out: Output,
): Promise<TenantReport> {
  const report = emptyReport(batch, tenant, wave);
  const begun = await migrations.startRollback(tenant, reason);
  if (begun.undo === 'nothing') return { ...report, reason: out.text.nothingToUndo(tenant.id) };
  if (begun.undo === 'unknown') {
    return finishedReport(report, begun.end.ending, `${begun.end.reason}; ${out.text.writesUnknown}`, null);
  }
  const followed = await followTenant(migrations, tenant.id);
  if ('end' in followed) {
    const { ending, reason: why, result } = followed.end;
    return finishedReport(report, ending, why, result);
  }
  const status = await migrations.tenantStatus(tenant.id);
  return {
    ...report,
    step: followed.waiting.step,
    needsAttention: true,
    reason: status ? out.text.waitsFor(tenant.id, nextAction(status)) : followed.waiting.what,
  };
}

const UNDONE: readonly (Ending | null)[] = ['rolled-back', 'cancelled', 'blocked', null];

function exitOf(reports: readonly TenantReport[]): ExitCode {
  if (reports.some(({ outcome }) => outcome === 'rollback-incomplete')) return EXIT.rollbackIncomplete;
  if (reports.some(({ needsAttention }) => needsAttention)) return EXIT.waiting;
  return reports.every(({ outcome }) => UNDONE.includes(outcome)) ? EXIT.ok : EXIT.failed;
}
