import { Command } from 'commander';
import { isBlocking } from '../../domain/findings.js';
import { limitLines, limitSentences } from '../../domain/batch/limit-sentences.js';
import { renderForward } from '../../domain/forward-block.js';
import { withStateSelectors, type StateSelectors } from '../by-state.js';
import type { Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { inspectAll, type Inspected } from '../inspecting.js';
import type { Output } from '../output.js';
import { policyOf, withPolicy, type PolicyOptions } from '../policy-options.js';
import type { TenantReport } from '../../reports/tenant-report.js';
import { resolvedSelection } from '../resolving.js';
import { withSelectors, type Selection, type Selectors } from '../selection.js';
import { changeLines, findingLines } from '../tables.js';

export function planCommand(register: Register): Command {
  return withPolicy(withStateSelectors(withSelectors(new Command('plan'))))
    .description('show what would be written, per field before and after; writes nothing')
    .option('--detailed-exitcode', 'end with 10 where there are changes')
    .action((options: Selectors & StateSelectors & PolicyOptions & { detailedExitcode?: boolean }) =>
      register(async (context) => {
        const selection = await resolvedSelection(options, context);
        const inspected = await inspectAll(context, selection, policyOf(options));
        showPlan(selection, inspected, context.out);
        return planExit(inspected, options.detailedExitcode ?? false);
      }),
    );
}

/** The plan of each tenant, and the limits of each wave as one sentence with numbers. */
export function showPlan({ file, batch }: Selection, inspected: readonly Inspected[], out: Output): void {
  const { waves, limit } = limitSentences(batch);
  const tenants = inspected.map((one) => ({ ...one.report, forward: forwardOf(one) }));
  out.data({ schemaVersion: 1, batch: batch.batch, waves, limit, tenants }, () =>
    [
      ...limitLines(batch),
      ...inspected.map(({ report, inspection }) =>
        [
          `${report.tenant}  ${report.name}  ${isUnread(report) ? out.text.changesUnknown : out.text.changes(report.changes.length)}${report.planHash === null ? '' : `  plan ${report.planHash}`}`,
          isUnread(report) ? '' : changeLines(report.changes, out),
          forwardOf({ report, inspection })?.trimEnd() ?? '',
          findingLines(report.findings, { file, tenant: report.tenant, again: null }, out),
        ]
          .filter(Boolean)
          .join('\n'),
      ),
    ].join('\n'),
  );
}

/** The nginx block for the site's administrator, where the plan has a forward. */
function forwardOf({ report, inspection: { mode } }: Inspected): string | null {
  const needed = mode === 'forward' && report.changes.some(({ target }) => target === 'proxy.forward');
  return needed ? renderForward({ tenantId: report.tenant }) : null;
}

export function planExit(inspected: readonly Inspected[], detailed: boolean): ExitCode {
  if (inspected.some(({ report }) => report.findings.some(isBlocking))) return EXIT.blocked;
  const mayChange = inspected.some(({ report }) => report.changes.length > 0 || isUnread(report));
  return detailed && mayChange ? EXIT.changes : EXIT.ok;
}

/** Nobody has looked at its console yet: what would change is not known. */
function isUnread({ findings }: Pick<TenantReport, 'findings'>): boolean {
  return findings.some(({ code }) => code === 'CONSOLE-NOT-READ');
}
