import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { batchFileOf } from './batch-file.js';
import { demoFaults, demoTenants } from './demo.js';
import { startWorld } from './world.js';

// Runs the simulated outside systems alone, until Ctrl-C: for a try with your own commands.
const world = await startWorld({ tenants: demoTenants });
demoFaults(world);
const folder = join('.qys-e10', 'simulators');
const { yaml, env } = batchFileOf(world, 'simulated');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'simulated.batch.yaml'), yaml);
await writeFile(
  join(folder, 'simulated.env'),
  Object.entries(env)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join(''),
  { mode: 0o600 },
);
console.log(`Simulated: ${world.tenants.length} tenants. In another terminal:
  . ${join(folder, 'simulated.env')}
  npx qys-e10 plan -f ${join(folder, 'simulated.batch.yaml')}
Ctrl-C ends it.`);
process.once('SIGINT', () => void world.close());
process.once('SIGTERM', () => void world.close());
