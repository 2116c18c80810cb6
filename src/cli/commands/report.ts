import { Command } from 'commander';
import type { Again, OfTenant } from '../../domain/commands.js';
import type { TenantReport } from '../../reports/tenant-report.js';
import { selectedByState, withStateSelectors, type StateSelectors } from '../by-state.js';
import type { Register } from '../context.js';
import type { Output } from '../output.js';
import { EXIT } from '../exit-codes.js';
import { peopleLines } from '../../reports/people-lines.js';
import { usableFolder, writePeoplePages } from '../people-pages.js';
import { readReport } from '../reporting.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import {
  causeLines,
  changeLines,
  evidenceLines,
  findingLines,
  reasonIn,
  stateOf,
  tenantTable,
  trailLines,
} from '../tables.js';

export function reportCommand(register: Register): Command {
  return withStateSelectors(withSelectors(new Command('report')))
    .description('what happened to each tenant: steps, changes, findings, proofs; and who ordered what')
    .option('--people-html <folder>', 'write a page with plots of the people of each tenant into this folder')
    .action((options: Selectors & StateSelectors & { peopleHtml?: string }) =>
      register(async (context) => {
        const { out } = context;
        const selection = await loadSelection(options, out);
        if (options.peopleHtml !== undefined) usableFolder(options.peopleHtml, out);
        const report = await inSession({ ...context, serves: 'nothing', sites: [] }, async ({ migrations }) => {
          const selected = await selectedByState(migrations, selection, options, out);
          const status = await migrations.batchStatus(selection.batch.batch);
          const told = await readReport(migrations, { ...selection, selected }, 'all', { status });
          return { ...told, orders: status?.trail ?? [] };
        });
        if (options.peopleHtml !== undefined) await writePeoplePages(options.peopleHtml, report.tenants, out);
        out.data(report, () =>
          [
            tenantTable(report.tenants, out),
            causeLines(report, options.file, out),
            trailLines(report.orders, out),
            ...report.tenants.map((tenant) =>
              [
                `${tenant.tenant}  ${tenant.name}  ${stateOf(tenant, out)}`,
                `  ${reasonIn(tenant, out)}`,
                ...tenant.steps.map(
                  ({ step, state, note, zh = note }) =>
                    `  ${step}: ${state}${note === undefined ? '' : ` (${out.lang === 'zh' ? zh : note})`}`,
                ),
                tenant.planHash === null ? '' : changeLines(tenant.changes, out),
                tenant.people
                  ? peopleLines(tenant.people, { file: options.file, tenant: tenant.tenant }, out.lang)
                      .map((line) => `  ${line}`)
                      .join('\n')
                  : '',
                findingLines(tenant.findings, helped(tenant, options.file), out),
                ...leftLines(tenant, options.file, out),
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

function leftLines(tenant: TenantReport, file: string, out: Output): string[] {
  const { leftBefore } = tenant;
  if (leftBefore === null) return [];
  const title = `  ${out.text.leftBefore(leftBefore)}:`;
  return [title, findingLines(leftBefore.findings, helped(tenant, file), out)];
}

function helped({ tenant, people }: TenantReport, file: string): OfTenant & { again: Again } {
  return { file, tenant, run: people?.reference ?? null, again: 'retry' };
}
