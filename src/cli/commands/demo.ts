import { Command, Option } from 'commander';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { readBatchFile } from '../../batch-file/read.js';
import type { Config } from '../../config.js';
import { openConsolePages } from '../../console-browser.js';
import type { DriverKind } from '../../domain/tenant.js';
import { LockHeld, withFileLock } from '../../embedded/lock.js';
import { connectTemporal } from '../../temporal.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';
import { logInEach } from '../logging-in.js';
import { showReport } from '../running.js';
import { readReport } from '../reporting.js';
import { wholeNumber } from '../policy-options.js';
import { loadSelection } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';
import { apply } from './apply.js';
import { board } from './board.js';

interface DemoOptions {
  attempts: number;
  driver: DriverKind;
  keep?: true;
}

export function demoCommand(register: Register): Command {
  return new Command('demo')
    .description('migrate simulated tenants that together show every branch; touches nothing outside this machine')
    .addOption(
      new Option('--driver <kind>', 'who acts on the consoles: an adapter, you by the board, or a browser')
        .choices(['api', 'manual', 'browser'])
        .default('api'),
    )
    .option('--keep', 'leave the simulated systems up afterwards, until Ctrl-C')
    .option('--attempts <n>', 'attempts of a step before it counts as failed', wholeNumber, DEMO_ATTEMPTS)
    .action((options: DemoOptions) => register((context) => alone(context, () => demo(options, context))));
}

/** Simulated systems come back after a second or never. */
const DEMO_ATTEMPTS = 6;
/** The demo's own data: never mixed up with that of real batches. */
const FOLDER = 'demo';

/** A second demo would take the first one's data away. */
async function alone(context: Context, work: () => Promise<ExitCode>): Promise<ExitCode> {
  const { config, out } = context;
  try {
    return await withFileLock(join(config.dataDir, `${FOLDER}.lock`), 500, work);
  } catch (error) {
    if (error instanceof LockHeld) throw new UsageError(out.text.demoRuns(error.message));
    throw error;
  }
}

/** The same commands as for real tenants, against simulated systems; plays the people whom a reader cannot be. */
async function demo({ driver, attempts, keep }: DemoOptions, given: Context): Promise<ExitCode> {
  const { out } = given;
  const { startWorld, demoTenants, tenantsByHand, demoFaults, batchFileOf } = await simulators();
  const world = await startWorld({ tenants: driver === 'api' ? demoTenants : tenantsByHand(driver) });
  const done = new AbortController();
  try {
    const config = { ...given.config, dataDir: join(given.config.dataDir, FOLDER) };
    const name = `demo-${new Date()
      .toISOString()
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 14)}`;
    const { yaml, env } = batchFileOf(world, name, { waves: WAVES[driver] });
    const context = { ...given, config, env: { ...given.env, ...env } };
    await forget(config, out);
    const file = join(config.dataDir, 'demo.batch.yaml');
    await mkdir(config.dataDir, { recursive: true });
    await writeFile(file, yaml);
    for (const { id, story } of world.tenants) out.say(`  ${id.padEnd(15)} ${story}`);

    if (driver === 'browser') await playOperators(world, file, context);
    if (driver === 'api') {
      demoFaults(world);
      void playAdministrator(world, done.signal);
    }
    const code =
      driver === 'manual' ? await byHand(world, file, context) : await apply({ file, yes: true, attempts }, context);
    await afterwards({ keep: keep === true, file, env }, context);
    return code;
  } finally {
    done.abort();
    await world.close();
  }
}

/** What can still be tried: everything while the simulated systems are there, and else only what Temporal knows. */
async function afterwards(
  { keep, file, env }: { keep: boolean; file: string; env: Record<string, string> },
  { config, out, interrupted }: Context,
): Promise<void> {
  if (interrupted.aborted) return;
  const [folder, batch] = [config.dataDir, file].map((path) => relative(process.cwd(), path) || path);
  if (!keep) return out.say(out.text.demoIsOver(folder ?? '', batch ?? ''));
  const variables = join(config.dataDir, 'demo.env');
  const lines = Object.entries({ ...env, QYS_E10_DATA: config.dataDir }).map(
    ([name, value]) => `${name}=${quoted(value)}\n`,
  );
  await writeFile(variables, lines.join(''), { mode: 0o600 });
  out.say(out.text.demoIsKept(relative(process.cwd(), variables), batch ?? ''));
  await once(interrupted, 'abort');
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

type World = Awaited<ReturnType<Awaited<ReturnType<typeof simulators>>['startWorld']>>;

const ALL_AT_ONCE = [{ name: 'all', rest: true, maxConcurrency: 3, slowStart: false }];
const WAVES: Record<DriverKind, object[]> = {
  api: [
    { name: 'canary', count: 3, maxConcurrency: 1, maxErrors: 0 },
    { name: 'rest', rest: true, maxConcurrency: 10, maxErrors: 5 },
  ],
  manual: ALL_AT_ONCE,
  browser: ALL_AT_ONCE,
};

/** You are the operator: orders on the board, pages in the simulated consoles. Ends when all tenants have. */
async function byHand(world: World, file: string, context: Context): Promise<ExitCode> {
  const { out, by } = context;
  const selection = await loadSelection({ file }, out);
  const { batch } = selection.batch;
  for (const { id, at, administrator } of world.tenants) {
    out.say(out.text.demoConsole(id, at.console, administrator.user, administrator.password));
  }
  const start = async (): Promise<void> =>
    inSession({ ...context, serves: 'nothing', sites: [] }, async ({ migrations }) => {
      await migrations.startBatch(selection.batch, by);
    });
  const code = await board(
    {
      file,
      port: 0,
      host: '127.0.0.1',
      worker: true,
      reveal: true,
      async until(migrations) {
        await start();
        await migrations.batchResult(batch).catch(() => undefined);
        showReport(await readReport(migrations, selection), file, out);
      },
    },
    context,
  );
  return context.interrupted.aborted ? EXIT.interrupted : code;
}

/** Logs in as the operator of each console would; a real one does it with `console login`. */
async function playOperators(world: World, file: string, { config, out, interrupted }: Context): Promise<void> {
  const pages = await openConsolePages(config);
  if (!pages) throw new UsageError(out.text.noChromium);
  const { logIn } = await import('../../../simulators/operator.js');
  try {
    await logInEach(pages, (await readBatchFile(file)).tenants, ({ id }, at) => {
      out.say(out.text.demoLogsIn(id));
      const onOpen = (page: Page): Promise<void> => logIn(page, world.tenant(id), at);
      return { headless: true, timeoutMs: 60_000, signal: interrupted, onOpen };
    });
  } finally {
    await pages.close();
  }
}

/** The world of an earlier demo is gone, with its addresses; so is what its tenants were waiting for. */
async function forget(config: Config, out: Output): Promise<void> {
  // Takes over what a killed demo left running, and stops it.
  if (existsSync(join(config.dataDir, 'server.json')))
    await (await connectTemporal(config, { report: out.say })).close();
  await rm(config.dataDir, { recursive: true, force: true });
}

/** Adds the forward some seconds after the tenant asked for it, as a person would. */
async function playAdministrator(world: World, signal: AbortSignal): Promise<void> {
  const asked = () => world.journal.times({ tenant: 'forward-later', effect: 'people-sync.run' }) > 0;
  while (!signal.aborted && !asked()) await pause(500);
  await pause(3_000);
  if (!signal.aborted) world.tenant('forward-later').setForward('proxied');
}

/** Loaded only here: they are no part of the product. */
async function simulators() {
  const [{ startWorld }, { demoFaults, demoTenants, tenantsByHand }, { batchFileOf }] = await Promise.all([
    import('../../../simulators/world.js'),
    import('../../../simulators/demo.js'),
    import('../../../simulators/batch-file.js'),
  ]);
  return { startWorld, demoFaults, demoTenants, tenantsByHand, batchFileOf };
}
