import { join } from 'node:path';
import { writeBatch } from './batch-file.js';
import { demoFaults, demoTenants } from './demo.js';
import { startWorld } from './world.js';

// Runs the simulated outside systems alone, until Ctrl-C: for a try with your own commands.
const world = await startWorld({ tenants: demoTenants });
demoFaults(world);
const file = await writeBatch(world, 'simulated', join(process.env['QYS_E10_DATA'] ?? '.qys-e10', 'simulators'));
console.log(`Simulated: ${world.tenants.length} tenants. In another terminal:
  npx qys-e10 plan -f ${file}
Ctrl-C ends it.`);
process.once('SIGINT', () => void world.close());
process.once('SIGTERM', () => void world.close());
