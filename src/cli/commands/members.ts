import { Command } from 'commander';
import type { Tenant } from '../../domain/tenant.js';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { answeredLines } from '../tables.js';
import { UsageError } from '../usage-error.js';

type MemberOptions = Selectors & { reason: string };

export function addCommand(register: Register): Command {
  return withSelectors(new Command('add'))
    .description('let tenants of the file join the running batch, in the waves that the file gives them')
    .requiredOption('--reason <text>', 'why; kept for the auditor')
    .action((options: MemberOptions) =>
      register(async (context) => {
        const { out, by } = context;
        if (!options.tenant) throw new UsageError(out.text.wantsTenant('add'));
        const { batch, selected } = await loadSelection(options, out);
        const joining = new Map<string, Tenant[]>();
        for (const { tenant, wave } of selected) joining.set(wave, [...(joining.get(wave) ?? []), tenant]);
        await inSession({ ...context, serves: 'all', sites: [] }, ({ migrations }) =>
          migrations.addTenants(batch, { by, reason: options.reason }, joining),
        );
        const tenants = selected.map(({ tenant, wave }) => ({ tenant: tenant.id, wave }));
        out.data({ schemaVersion: 1, batch: batch.batch, added: tenants }, () =>
          tenants.map(({ tenant, wave }) => out.text.ordered('add', `${tenant} → wave ${wave}`)).join('\n'),
        );
        return EXIT.ok;
      }),
    );
}

export function dropCommand(register: Register): Command {
  return withSelectors(new Command('drop'))
    .description('leave tenants out that have not started; they end as skipped')
    .requiredOption('--reason <text>', 'why; kept for the auditor')
    .action((options: MemberOptions) =>
      register(async (context) => {
        const { out, by } = context;
        if (!options.tenant && !options.where && !options.wave) throw new UsageError(out.text.wantsTenant('drop'));
        const { batch, selected } = await loadSelection(options, out);
        const tenantIds = selected.map(({ tenant }) => tenant.id);
        const answered = await inSession({ ...context, serves: 'all', sites: [] }, ({ migrations }) =>
          migrations.dropTenants(batch.batch, { by, reason: options.reason, tenantIds }),
        );
        out.data({ schemaVersion: 1, batch: batch.batch, ...answered }, () => answeredLines('drop', answered, out));
        return answered.refused.length > 0 ? EXIT.failed : EXIT.ok;
      }),
    );
}
