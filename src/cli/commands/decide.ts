import { Command } from 'commander';
import type { DecisionAction } from '../../domain/tenant-status.js';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

const DESCRIPTIONS = {
  retry: 'answer tenants that wait for a person: try it once more',
  skip: 'answer tenants that wait for a person: leave it as it is and go on',
} satisfies Partial<Record<DecisionAction, string>>;

/** The two answers to a tenant that waits for somebody. */
export function decideCommand(action: keyof typeof DESCRIPTIONS, register: Register): Command {
  return withSelectors(new Command(action))
    .description(DESCRIPTIONS[action])
    .requiredOption('--reason <text>', 'why; kept for the auditor')
    .action((options: Selectors & { reason: string }) =>
      register(async (context) => {
        const { out, by } = context;
        if (!options.tenant) throw new UsageError(`${action} wants --tenant`);
        const { batch, selected } = await loadSelection(options, out);
        const sites = [...new Set(selected.map(({ tenant }) => tenant.site))];
        await inSession({ ...context, serves: 'site', sites }, async ({ migrations }) => {
          for (const { tenant } of selected) await migrations.decide(tenant.id, { action, by, reason: options.reason });
        });
        const tenants = selected.map(({ tenant }) => tenant.id);
        out.data({ schemaVersion: 1, batch: batch.batch, action, tenants }, () =>
          tenants.map((tenant) => out.text.decided(tenant, action)).join('\n'),
        );
        return EXIT.ok;
      }),
    );
}

export function approveCommand(register: Register): Command {
  return withSelectors(new Command('approve'))
    .description('let the next wave start after one that asked for approval')
    .requiredOption('--reason <text>', 'why; kept for the auditor')
    .action((options: Selectors & { reason: string }) =>
      register(async (context) => {
        const { out, by } = context;
        const [wave, ...more] = options.wave ?? [];
        if (wave === undefined || more.length > 0) throw new UsageError('approve wants one --wave');
        const { batch } = await loadSelection(options, out);
        await inSession({ ...context, serves: 'all', sites: [] }, ({ migrations }) =>
          migrations.approveWave(batch.batch, { wave, by, reason: options.reason }),
        );
        out.data({ schemaVersion: 1, batch: batch.batch, wave, approved: true }, () => out.text.approved(wave));
        return EXIT.ok;
      }),
    );
}
