import { Command } from 'commander';
import type { Tenant } from '../../domain/tenant.js';
import { chooses, selectedByState, withStateSelectors, type StateSelectors } from '../by-state.js';
import type { Context, Register } from '../context.js';
import type { ExitCode } from '../exit-codes.js';
import { REASON } from '../reason-option.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { showAnswered } from '../telling.js';
import { UsageError } from '../usage-error.js';

type MemberOptions = Selectors & StateSelectors & { reason: string };

export function addCommand(register: Register): Command {
  return withStateSelectors(withSelectors(new Command('add')))
    .description('let tenants of the file join the running batch, in the waves that the file gives them')
    .requiredOption(...REASON)
    .action((options: MemberOptions) => register((context) => add(options, context)));
}

export function dropCommand(register: Register): Command {
  return withStateSelectors(withSelectors(new Command('drop')))
    .description('leave tenants out that have not started; they end as skipped')
    .requiredOption(...REASON)
    .action((options: MemberOptions) => register((context) => drop(options, context)));
}

async function add(options: MemberOptions, context: Context): Promise<ExitCode> {
  const { out, by } = context;
  if (!chooses(options)) throw new UsageError(out.text.wantsSelector('add'));
  const selection = await loadSelection(options, out);
  const { batch } = selection;
  return inSession({ ...context, serves: 'all', sites: [] }, async ({ migrations }) => {
    const chosen = await selectedByState(migrations, selection, options, out);
    const joining = new Map<string, Tenant[]>();
    for (const { tenant, wave } of chosen) joining.set(wave, [...(joining.get(wave) ?? []), tenant]);
    const answered = await migrations.addTenants(batch, { by, reason: options.reason }, joining);
    const asked = chosen.map(({ tenant }) => tenant.id);
    return showAnswered('add', { batch: batch.batch, asked, answered }, out);
  });
}

/** Who has begun is asked of the batch, which knows it at that moment; the lists are a little late. */
async function drop(options: MemberOptions, context: Context): Promise<ExitCode> {
  const { out, by } = context;
  if (!chooses(options)) throw new UsageError(out.text.wantsSelector('drop'));
  const selection = await loadSelection(options, out);
  const { batch } = selection.batch;
  return inSession({ ...context, serves: 'all', sites: [] }, async ({ migrations }) => {
    const chosen = await selectedByState(migrations, selection, options, out);
    const asked = chosen.map(({ tenant }) => tenant.id);
    const passOver = options.tenant ? {} : ({ passOver: true } as const);
    const answered = await migrations.dropTenants(batch, { by, reason: options.reason, tenantIds: asked, ...passOver });
    return showAnswered('drop', { batch, asked, answered }, out);
  });
}
