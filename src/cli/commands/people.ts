import { Command, Option } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { commandLine, peopleCommandLine } from '../../domain/commands.js';
import { COMPARISONS, type Comparison } from '../../domain/people/outcomes.js';
import type { Tenant } from '../../domain/tenant.js';
import { openPeopleStores } from '../../people-files.js';
import type { InvalidLine } from '../../people-store/decisions.js';
import type { PeopleStore, PeopleStores } from '../../people-store/store.js';
import { confirmed } from '../confirming.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

/** One of the two. */
interface Deciding {
  from?: string;
  undo?: string[];
}

interface OfOne {
  file: string;
  tenant: string;
  run?: string;
  comparison?: Comparison;
}

/** What syncs of people have left on this machine: the details of everybody, and who is not certain. Only `forget` asks Temporal. */
export function peopleCommand(register: Register): Command {
  const people = new Command('people').description('the people of syncs on this machine: details, decisions, deletion');
  people.addCommand(
    ofOne(new Command('export'))
      .description('write everybody with outcome, reason and fields before and after into a file')
      .requiredOption('--to <file>', 'is written anew, for its owner only')
      .addOption(new Option('--format <format>', 'form of the file').choices(['csv', 'parquet']).default('csv'))
      .option('--personal', 'with names and numbers; without it nobody can be told from the file')
      .action((options: OfOne & { to: string; format: 'csv' | 'parquet'; personal?: boolean }) =>
        register((context) => exportAll(options, context)),
      ),
  );
  people.addCommand(
    ofOne(new Command('ambiguous'))
      .description('write who is not certain as CSV: fill in its last column, and give it back with decide')
      .requiredOption('--to <file>', 'has names and numbers: for those who decide alone')
      .action((options: OfOne & { to: string }) => register((context) => writeAmbiguous(options, context))),
  );
  people.addCommand(
    ofOne(new Command('decide'))
      .description('take a CSV that was filled in, and compare again')
      .option('--from <file>', 'as ambiguous wrote it, with yes or no in its last column')
      .option('--undo <person...>', 'take back what was decided about these, by their ids in the first column')
      .action((options: OfOne & Deciding) => register((context) => decide(options, context))),
  );
  people.addCommand(
    withSelectors(new Command('forget'))
      .description('delete everything that syncs have kept of the people of these tenants on this machine')
      .option('-y, --yes', 'do not ask')
      .action((options: Selectors & { yes?: boolean }) => register((context) => forget(options, context))),
  );
  return people;
}

function ofOne(command: Command): Command {
  return command
    .requiredOption('-f, --file <file>', 'the batch file')
    .requiredOption('--tenant <id>', 'whose people')
    .option('--run <reference>', 'as the report names it; the newest if absent')
    .addOption(
      new Option(
        '--comparison <name>',
        'E9 with E10, what the run would do, or what it did; the last that was made if absent',
      ).choices(COMPARISONS),
    );
}

async function exportAll(
  options: OfOne & { to: string; format: 'csv' | 'parquet'; personal?: boolean },
  context: Context,
): Promise<ExitCode> {
  const { to, format, personal } = options;
  usableFile(to, context.out);
  const { rows } = await inStore(options, context, (store, comparison) =>
    store.export({ comparison, file: resolve(to), format, content: personal ? 'personal' : 'opaque' }),
  );
  const { out } = context;
  out.data({ schemaVersion: 1, file: to, rows }, () => out.text.wroteRows(rows, to));
  return EXIT.ok;
}

async function writeAmbiguous(options: OfOne & { to: string }, context: Context): Promise<ExitCode> {
  const { to, file, tenant, run, comparison: chosen } = options;
  const { out } = context;
  usableFile(to, out);
  const next = peopleCommandLine(
    'decide',
    { file, tenant, run: run ?? null },
    ...(chosen === undefined ? [] : ['--comparison', chosen]),
    '--from',
    to,
  );
  const written = await inStore(options, context, (store, comparison) => store.writeAmbiguous(comparison, resolve(to)));
  out.data({ schemaVersion: 1, file: to, ...written }, () =>
    written.people === 0 ? out.text.nobodyAmbiguous : out.text.wroteAmbiguous(written.people, to, next),
  );
  return EXIT.ok;
}

async function decide(options: OfOne & Deciding, context: Context): Promise<ExitCode> {
  const { from, undo } = options;
  if (from !== undefined && undo === undefined) return takeFrom(from, options, context);
  if (undo !== undefined && from === undefined) return takeBack(undo, options, context);
  throw new UsageError(context.out.text.decideWants);
}

/** Nothing is applied where one line cannot be taken. */
async function takeFrom(from: string, options: OfOne, context: Context): Promise<ExitCode> {
  const { out } = context;
  if (!existsSync(from)) throw new UsageError(out.text.cannotUse(from, out.text.noSuchFile));
  const decided = await inStore(options, context, async (store, comparison) => {
    const applied = await store.applyDecisions(comparison, resolve(from));
    if (applied.invalid.length > 0) return { ...applied, counts: null };
    return { ...applied, counts: (await store.compareAgain(comparison)).counts };
  });
  const told = ({ line, column, problem, zh }: InvalidLine): string =>
    `${from}:${line}: ${column}: ${out.lang === 'zh' ? zh : problem}`;
  out.data({ schemaVersion: 1, ...decided }, () =>
    decided.counts === null
      ? decided.invalid.map(told).join('\n')
      : out.text.decided(decided.same, decided.nobody, decided.counts.ambiguous),
  );
  return decided.counts === null ? EXIT.usage : EXIT.ok;
}

/** Nothing is taken back where one of them is not decided about. */
async function takeBack(people: readonly string[], options: OfOne, context: Context): Promise<ExitCode> {
  const { out } = context;
  const left = await inStore(options, context, async (store, comparison) => {
    const { undecided } = await store.undoDecisions(comparison, people);
    if (undecided.length > 0) throw new UsageError(out.text.notDecided(undecided));
    return (await store.compareAgain(comparison)).counts.ambiguous;
  });
  const takenBack = new Set(people).size;
  out.data({ schemaVersion: 1, takenBack, ambiguous: left }, () => out.text.tookBack(takenBack, left));
  return EXIT.ok;
}

async function forget(options: Selectors & { yes?: boolean }, context: Context): Promise<ExitCode> {
  const { out, config } = context;
  const { selected } = await loadSelection(options, out);
  const ids = selected.map(({ tenant }) => tenant.id);
  await refuseUnderWay(ids, options.file, context);
  out.say(out.text.willForget(ids));
  if (!(await confirmed(context, options.yes))) return EXIT.usage;
  const stores = await openPeopleStores(config);
  const tenants: { tenant: string; runs: number; bytes: number }[] = [];
  for (const tenant of ids) tenants.push({ tenant, ...(await stores.forgetTenant(tenant)) });
  out.data({ schemaVersion: 1, tenants }, () =>
    tenants.map(({ tenant, runs }) => out.text.forgot(tenant, runs)).join('\n'),
  );
  return EXIT.ok;
}

/** A sync that is under way needs what it has read; and what it still reads would lie here afterwards. */
async function refuseUnderWay(tenants: readonly string[], file: string, context: Context): Promise<void> {
  const { out } = context;
  const [underWay, alone] = await inSession({ ...context, serves: 'nothing', sites: [] }, async ({ migrations }) => {
    const found: string[] = [];
    const ofNoMigration: string[] = [];
    for (const tenant of tenants) {
      if ((await migrations.peopleSyncUnderWay(tenant)) === undefined) continue;
      found.push(tenant);
      if ((await migrations.tenantRow(tenant))?.ending !== null) ofNoMigration.push(tenant);
    }
    return [found, ofNoMigration];
  });
  if (underWay.length === 0) return;
  const cancel = alone.length === 0 ? null : commandLine('sync', '-f', file, '--tenant', ...alone, '--cancel');
  throw new UsageError(out.text.syncNeedsThem(underWay, cancel));
}

/** Opens what is sealed, and seals it again whatever happens; what somebody else has open stays theirs. */
async function inStore<T>(
  options: OfOne,
  { config, out }: Context,
  work: (store: PeopleStore, comparison: Comparison) => Promise<T>,
): Promise<T> {
  const { selected } = await loadSelection({ file: options.file, tenant: [options.tenant] }, out);
  const stores = await openPeopleStores(config);
  const run = await runOf(stores, (selected[0] as { tenant: Tenant }).tenant, options, out.text.noPeopleHere);
  const store = await stores.open(run);
  try {
    const compared = await store.compared();
    const comparison = options.comparison ?? COMPARISONS.findLast((one) => compared.includes(one)) ?? 'actual';
    if (!compared.includes(comparison)) throw new UsageError(out.text.notCompared(comparison, compared));
    return await work(store, comparison);
  } finally {
    await store.close();
    await stores.seal(run);
  }
}

/** Said before a file is opened that may take a minute. */
function usableFile(to: string, { text }: Output): void {
  if (!existsSync(dirname(resolve(to)))) throw new UsageError(text.cannotUse(to, text.noFolder));
  if (existsSync(to) && statSync(to).isDirectory()) throw new UsageError(text.cannotUse(to, text.isFolder));
}

async function runOf(
  stores: PeopleStores,
  { id }: Tenant,
  { run }: OfOne,
  nothing: (tenant: string) => string,
): Promise<{ tenantId: string; reference: string }> {
  const known = await stores.referencesOf(id);
  const reference = run ?? known[0];
  if (reference === undefined || !known.includes(reference)) throw new UsageError(nothing(id));
  return { tenantId: id, reference };
}
