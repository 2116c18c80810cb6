import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config.js';
import { installRuntime } from '../../src/telemetry.js';
import { connectTemporal } from '../../src/temporal.js';
import { startWorkers } from '../../src/worker.js';
import { inputOf, serve } from './children.js';

/** What `apply` is on one machine: the embedded server on its file, and a worker in this process. */
export interface WorkerInput {
  dataDir: string;
  envFile: string;
}

export interface WorkerTold {
  address: string;
}

const { dataDir, envFile } = inputOf<WorkerInput>();
const config = loadConfig({ ...process.env, QYS_E10_DATA: dataDir, QYS_E10_HTTP_TIMEOUT: '10' });
installRuntime(config, 'file');
const temporal = await connectTemporal(config, { report: (line) => console.error(line) });
const env = JSON.parse(await readFile(envFile, 'utf8')) as Record<string, string>;
// As in production: webpack in the same process would be most of its memory.
const workflowBundle = { codePath: fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url)) };
const workers = await startWorkers({ config, temporal, sites: ['default'], serves: 'all', env, workflowBundle });
const told: WorkerTold = { address: temporal.address };
serve(told, { collected }, async () => {
  await workers.stop();
  await temporal.close();
});

/** Memory after a collection, where the process was started with --expose-gc. */
function collected(): object {
  globalThis.gc?.();
  return process.memoryUsage();
}
