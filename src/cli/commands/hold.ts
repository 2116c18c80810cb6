import { Command } from 'commander';
import type { Answered, Migrations } from '../../client.js';
import { endpointsOf } from '../../domain/batch/endpoints.js';
import { nameOf, type Order, type Scope } from '../../domain/batch/orders.js';
import { commandLine } from '../../domain/commands.js';
import type { Tenant } from '../../domain/tenant.js';
import {
  choosesTenants,
  selectedByState,
  withStateSelectors,
  type SelectedRow,
  type StateSelectors,
} from '../by-state.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { limitsOf, withLimits, type LimitOptions } from '../limit-options.js';
import { REASON } from '../reason-option.js';
import {
  loadSelection,
  refuseUnknown,
  refuseUnknownWaves,
  withSelectors,
  type Selection,
  type Selectors,
} from '../selection.js';
import { inSession } from '../session.js';
import { showAnswered, showScopes, tellScopes, tellTenants } from '../telling.js';
import { UsageError } from '../usage-error.js';

type Verb = 'pause' | 'resume';

type HoldOptions = Selectors & StateSelectors & { endpoint?: string[]; reason: string };

export function pauseCommand(register: Register): Command {
  return held(new Command('pause'))
    .description('start no more tenants, and stop running ones before their next step')
    .action((options: HoldOptions) => register((context) => hold('pause', options, context)));
}

export function resumeCommand(register: Register): Command {
  return withLimits(held(new Command('resume')))
    .description('go on after a pause, an endpoint that refused everybody, or a limit that was exceeded')
    .action((options: HoldOptions & LimitOptions) => register((context) => hold('resume', options, context)));
}

function held(command: Command): Command {
  return withStateSelectors(withSelectors(command))
    .option('--endpoint <key...>', 'these endpoints, as status names them')
    .requiredOption(...REASON);
}

/** Waves alone are held as such, also for whoever joins them later; anything else that selects tenants holds those tenants. */
async function hold(verb: Verb, options: HoldOptions & LimitOptions, context: Context): Promise<ExitCode> {
  const { out } = context;
  const ofTenants = choosesTenants(options);
  if (ofTenants && options.endpoint) throw new UsageError(out.text.endpointsAlone(verb));
  const limits = limitsOf(options);
  if (limits && (ofTenants || options.wave || options.endpoint)) throw new UsageError(out.text.limitsForBatchOnly);
  const order: Order = { by: context.by, reason: options.reason };
  if (ofTenants) return holdTenants(verb, await loadSelection(options, out), order, options, context);

  const { batch, tenants, waves } = (await loadSelection({ file: options.file }, out)).batch;
  refuseUnknownWaves(options.wave, waves);
  const keys = tenants.flatMap((tenant) => endpointsOf(tenant).map(({ key }) => key));
  refuseUnknown('endpoint', options.endpoint, keys);
  const unshared = unsharedOf(options.endpoint ?? [], tenants);
  const refuse = ([found]: readonly Unshared[]): void => {
    if (!found) return;
    const command = commandLine(verb, '-f', options.file, '--tenant', found.tenant, '--reason', '…');
    throw new UsageError(out.text.endpointOfOne(found.key, found.tenant, command));
  };
  if (verb === 'pause') refuse(unshared);
  const scopes = scopesOf(options);
  return inSession({ ...context, serves: 'all', sites: [] }, async ({ migrations }) => {
    if (unshared.length > 0) refuse(await notHeld(migrations, batch, unshared));
    if (scopes.length > 0)
      return showScopes(verb, batch, await tellScopes(scopes, (on) => migrations[verb](batch, { ...order, on })), out);
    const on: Scope = { batch: true };
    await migrations[verb](batch, { ...order, on, ...(limits ? { limits } : {}) });
    out.data({ schemaVersion: 1, batch, accepted: [on], refused: [] }, () => out.text.ordered(verb, nameOf(on)));
    return EXIT.ok;
  });
}

async function holdTenants(
  verb: Verb,
  selection: Selection,
  order: Order,
  options: HoldOptions,
  context: Context,
): Promise<ExitCode> {
  const { out } = context;
  const { batch } = selection.batch;
  // A tenant that is told itself needs a worker at its site to hear it.
  const sites = [...new Set(selection.selected.map(({ tenant }) => tenant.site))];
  return inSession({ ...context, serves: 'all', sites }, async ({ migrations, temporal }) => {
    const chosen = await selectedByState(migrations, selection, options, out);
    const asked = chosen.map(({ tenant }) => tenant.id);
    const running = (await migrations.batchRow(batch))?.running;
    const passOver = options.tenant ? {} : ({ passOver: true } as const);
    const tell = verb === 'pause' ? migrations.pauseTenants : migrations.resumeTenants;
    const answered = running
      ? await tell(batch, { ...order, ...passOver, tenantIds: asked })
      : await tellThemselves(verb, migrations, order, options.tenant ? asked : chosen.flatMap(runsNow));
    const code = showAnswered(verb, { batch, asked, answered }, out);
    // With the batch over, nobody else has this machine's worker run.
    const alone = !running && verb === 'resume' && answered.accepted.length > 0;
    if (alone && temporal.mode === 'embedded') out.say(out.text.goesOnWithWorker);
    return code;
  });
}

/** Of a batch that is over nobody but the tenant itself can be told. */
function tellThemselves(verb: Verb, migrations: Migrations, order: Order, ids: readonly string[]): Promise<Answered> {
  return tellTenants(ids, (id) => migrations.holdTenant(id, verb, order));
}

function runsNow({ tenant, row }: SelectedRow): string[] {
  return row !== null && row.ending === null ? [tenant.id] : [];
}

/** An endpoint that one tenant of the file has alone: a batch holds only what several of its tenants share. */
interface Unshared {
  key: string;
  tenant: string;
}

function unsharedOf(keys: readonly string[], tenants: readonly Tenant[]): Unshared[] {
  return keys.flatMap((key) => {
    const [only, ...others] = tenants.filter((tenant) => endpointsOf(tenant).some((one) => one.key === key));
    return only === undefined || others.length > 0 ? [] : [{ key, tenant: only.id }];
  });
}

/** Of these those that the batch does not hold; none where nobody can tell, so that the batch itself answers. */
async function notHeld(migrations: Migrations, batch: string, unshared: readonly Unshared[]): Promise<Unshared[]> {
  const status = await migrations.batchStatus(batch);
  if (!status) return [];
  return unshared.filter(({ key }) => !status.holds.some(({ on }) => 'endpoint' in on && on.endpoint === key));
}

function scopesOf({ wave = [], endpoint = [] }: HoldOptions): Scope[] {
  return [
    ...[...new Set(wave)].map((name) => ({ wave: name })),
    ...[...new Set(endpoint)].map((key) => ({ endpoint: key })),
  ];
}
