import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../../config.js';
import { connectTemporal } from '../../temporal.js';
import type { Context, Register } from '../context.js';
import type { ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';
import { apply } from './apply.js';

export function demoCommand(register: Register): Command {
  return new Command('demo')
    .description('migrate simulated tenants that together show every branch; touches nothing outside this machine')
    .option('--attempts <n>', 'attempts of a step before it counts as failed', String(DEMO_ATTEMPTS))
    .action((options: { attempts: string }) => register((context) => demo(Number(options.attempts), context)));
}

/** Simulated systems come back after a second or never. */
const DEMO_ATTEMPTS = 6;
/** The demo's own data: never mixed up with that of real batches. */
const FOLDER = 'demo';

/** The same `apply` as for real tenants, against simulated systems; plays the administrator who adds a forward late. */
async function demo(attempts: number, context: Context): Promise<ExitCode> {
  const { out } = context;
  const { startWorld, demoTenants, demoFaults, batchFileOf } = await simulators();
  const world = await startWorld({ tenants: demoTenants });
  const done = new AbortController();
  try {
    demoFaults(world);
    const config = { ...context.config, dataDir: join(context.config.dataDir, FOLDER) };
    const waves = [
      { name: 'canary', count: 3, maxConcurrency: 1, maxErrors: 0 },
      { name: 'rest', rest: true, maxConcurrency: 10, maxErrors: 5 },
    ];
    const batch = `demo-${new Date()
      .toISOString()
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 14)}`;
    const { yaml, env } = batchFileOf(world, batch, { waves });
    await forget(config, out);
    const file = join(config.dataDir, 'demo.batch.yaml');
    await mkdir(config.dataDir, { recursive: true });
    await writeFile(file, yaml);
    for (const { id, story } of world.tenants) out.say(`  ${id.padEnd(15)} ${story}`);

    void playAdministrator(world, done.signal);
    const code = await apply({ file, yes: true, attempts }, { ...context, config, env: { ...context.env, ...env } });
    out.say(out.text.demoIsOver(relative(process.cwd(), config.dataDir)));
    return code;
  } finally {
    done.abort();
    await world.close();
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
async function playAdministrator(
  world: Awaited<ReturnType<Awaited<ReturnType<typeof simulators>>['startWorld']>>,
  signal: AbortSignal,
): Promise<void> {
  const asked = () => world.journal.times({ tenant: 'forward-later', effect: 'people-sync.run' }) > 0;
  while (!signal.aborted && !asked()) await pause(500);
  await pause(3_000);
  if (!signal.aborted) world.tenant('forward-later').setForward('proxied');
}

/** Loaded only here: they are no part of the product. */
async function simulators() {
  const [{ startWorld }, { demoFaults, demoTenants }, { batchFileOf }] = await Promise.all([
    import('../../../simulators/world.js'),
    import('../../../simulators/demo.js'),
    import('../../../simulators/batch-file.js'),
  ]);
  return { startWorld, demoFaults, demoTenants, batchFileOf };
}
