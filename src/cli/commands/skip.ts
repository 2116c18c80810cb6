import { Command } from 'commander';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

export function skipCommand(register: Register): Command {
  return withSelectors(new Command('skip'))
    .description('answer tenants that wait for a person: leave it as it is and go on')
    .requiredOption('--reason <text>', 'why; kept for the auditor')
    .action((options: Selectors & { reason: string }) =>
      register(async (context) => {
        const { out, by } = context;
        if (!options.tenant) throw new UsageError(out.text.wantsTenant('skip'));
        const { batch, selected } = await loadSelection(options, out);
        const sites = [...new Set(selected.map(({ tenant }) => tenant.site))];
        const tenants = selected.map(({ tenant }) => tenant.id);
        await inSession({ ...context, serves: 'site', sites }, async ({ migrations }) => {
          for (const id of tenants) await migrations.decide(id, { action: 'skip', by, reason: options.reason });
        });
        out.data({ schemaVersion: 1, batch: batch.batch, action: 'skip', tenants }, () =>
          tenants.map((tenant) => out.text.ordered('skip', tenant)).join('\n'),
        );
        return EXIT.ok;
      }),
    );
}
