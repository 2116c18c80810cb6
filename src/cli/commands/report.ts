import { Command } from 'commander';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { readReport } from '../reporting.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { causeLines, changeLines, evidenceLines, findingLines, stateOf, tenantTable } from '../tables.js';

export function reportCommand(register: Register): Command {
  return withSelectors(new Command('report'))
    .description('what happened to each tenant: steps, changes, findings, proofs')
    .action((options: Selectors) =>
      register(async (context) => {
        const { out } = context;
        const selection = await loadSelection(options, out);
        const report = await inSession({ ...context, serves: 'nothing', sites: [] }, ({ migrations }) =>
          readReport(migrations, selection),
        );
        out.data(report, () =>
          [
            tenantTable(report.tenants, out),
            causeLines(report, options.file, out),
            ...report.tenants.map((tenant) =>
              [
                `${tenant.tenant}  ${tenant.name}  ${stateOf(tenant, out)}`,
                `  ${tenant.reason}`,
                ...tenant.steps.map(
                  ({ step, state, note }) => `  ${step}: ${state}${note === undefined ? '' : ` (${note})`}`,
                ),
                tenant.planHash === null ? '' : changeLines(tenant.changes, out),
                findingLines(tenant.findings, out),
                evidenceLines(tenant.evidence, out),
              ]
                .filter((line) => line.trim() !== '')
                .join('\n'),
            ),
          ]
            .filter(Boolean)
            .join('\n\n'),
        );
        return EXIT.ok;
      }),
    );
}
