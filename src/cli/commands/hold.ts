import { Command } from 'commander';
import type { Migrations } from '../../client.js';
import { endpointsOf } from '../../domain/batch/endpoints.js';
import { nameOf, type Scope } from '../../domain/batch/orders.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { limitsOf, withLimits, type LimitOptions } from '../limit-options.js';
import { loadSelection, refuseUnknown, type Selection } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

interface ScopeOptions {
  file: string;
  tenant?: string[];
  wave?: string;
  endpoint?: string;
  reason: string;
}

export function pauseCommand(register: Register): Command {
  return scoped(new Command('pause'))
    .description('start no more tenants, and stop running ones before their next step')
    .action((options: ScopeOptions) => register((context) => hold('pause', options, context)));
}

export function resumeCommand(register: Register): Command {
  return withLimits(scoped(new Command('resume')))
    .description('go on after a pause, an endpoint that refused everybody, or a limit that was exceeded')
    .action((options: ScopeOptions & LimitOptions) => register((context) => hold('resume', options, context)));
}

function scoped(command: Command): Command {
  return command
    .requiredOption('-f, --file <file>', 'the batch file')
    .option('--tenant <id...>', 'these tenants only')
    .option('--wave <name>', 'this wave only')
    .option('--endpoint <key>', 'this endpoint only, as status names it')
    .requiredOption('--reason <text>', 'why; kept for the auditor');
}

async function hold(
  verb: 'pause' | 'resume',
  options: ScopeOptions & LimitOptions,
  context: Context,
): Promise<ExitCode> {
  const { out, by } = context;
  const selection = await loadSelection(
    { file: options.file, ...(options.tenant ? { tenant: options.tenant } : {}) },
    out,
  );
  const scopes = scopesOf(options);
  const keys = selection.batch.tenants.flatMap((tenant) => endpointsOf(tenant).map(({ key }) => key));
  refuseUnknown('endpoint', options.endpoint === undefined ? undefined : [options.endpoint], keys);
  refuseUnknown(
    'wave',
    options.wave === undefined ? undefined : [options.wave],
    selection.batch.waves.map(({ name }) => name),
  );
  const limits = limitsOf(options);
  if (limits && !('batch' in (scopes[0] ?? {}))) throw new UsageError(out.text.limitsForBatchOnly);
  const order = { by, reason: options.reason };
  await inSession({ ...context, serves: 'all', sites: sitesOf(scopes, selection) }, async ({ migrations }) => {
    for (const on of scopes) await give(verb, migrations, selection, { ...order, on, ...(limits ? { limits } : {}) });
  });
  out.data({ schemaVersion: 1, batch: selection.batch.batch, [verb]: scopes }, () =>
    scopes.map((on) => out.text.ordered(verb, nameOf(on))).join('\n'),
  );
  return EXIT.ok;
}

/** A tenant whose batch is over is told itself; everything else is the batch's to know. */
async function give(
  verb: 'pause' | 'resume',
  migrations: Migrations,
  { batch: { batch } }: Selection,
  order: Parameters<Migrations['resume']>[1],
): Promise<void> {
  const running = (await migrations.batchRow(batch))?.running;
  if ('tenant' in order.on && !running) return migrations.holdTenant(order.on.tenant, verb, order);
  await migrations[verb](batch, order);
}

function scopesOf({ tenant, wave, endpoint }: ScopeOptions): Scope[] {
  const scopes: Scope[] = [
    ...(tenant ?? []).map((id) => ({ tenant: id })),
    ...(wave === undefined ? [] : [{ wave }]),
    ...(endpoint === undefined ? [] : [{ endpoint }]),
  ];
  return scopes.length === 0 ? [{ batch: true }] : scopes;
}

/** A tenant that is told itself needs a worker at its site to hear it. */
function sitesOf(scopes: readonly Scope[], { selected }: Selection): string[] {
  return scopes.some((on) => 'tenant' in on) ? [...new Set(selected.map(({ tenant }) => tenant.site))] : [];
}
