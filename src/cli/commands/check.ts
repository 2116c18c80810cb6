import { Command } from 'commander';
import { isBlocking } from '../../domain/findings.js';
import { withStateSelectors, type StateSelectors } from '../by-state.js';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { inspectAll, type Inspected } from '../inspecting.js';
import { policyOf, withPolicy, type PolicyOptions } from '../policy-options.js';
import { resolvedSelection } from '../resolving.js';
import { withSelectors, type Selectors } from '../selection.js';
import { findingLines } from '../tables.js';

/** In which of these states a tenant is: the inventory's classes. */
export type TenantClass = 'not-started' | 'partly-moved' | 'moved' | 'blocked' | 'unreachable';

export function checkCommand(register: Register): Command {
  return withPolicy(withStateSelectors(withSelectors(new Command('check'))))
    .description('look at every tenant and say what stands against its migration; writes nothing')
    .action((options: Selectors & StateSelectors & PolicyOptions) =>
      register(async (context) => {
        const { out } = context;
        const selection = await resolvedSelection(options, context);
        const inspected = await inspectAll(context, selection, policyOf(options));
        const of = ({ tenant }: { tenant: string }) => ({ file: options.file, tenant });
        const tenants = inspected.map((one) => ({ ...one.report, class: classOf(one), facts: one.inspection.facts }));
        out.data({ schemaVersion: 1, batch: selection.batch.batch, tenants }, () =>
          tenants
            .map((tenant) =>
              [
                `${tenant.tenant}  ${tenant.name}  ${tenant.class}`,
                findingLines(tenant.findings, { ...of(tenant), again: null }, out),
              ]
                .filter(Boolean)
                .join('\n'),
            )
            .join('\n'),
        );
        return tenants.some(({ findings }) => findings.some(isBlocking)) ? EXIT.blocked : EXIT.ok;
      }),
    );
}

function classOf({ inspection: { plan, findings } }: Inspected): TenantClass {
  if (findings.some(({ code }) => code.endsWith('-UNREACHABLE'))) return 'unreachable';
  if (findings.some(isBlocking)) return 'blocked';
  if (!plan || plan.changes.some(({ step }) => step === 'switch-mode')) return 'not-started';
  return plan.changes.length === 0 ? 'moved' : 'partly-moved';
}
