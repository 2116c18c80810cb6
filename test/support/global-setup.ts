import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { temporalCliPlaces } from '../../src/config.js';
import { freePort, startDevServer } from '../../src/embedded/dev-server.js';
import { stopProcess } from '../../src/embedded/processes.js';
import { ensureTemporalCli } from '../../src/temporal-cli.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the one Temporal server of the run. Use your own task queue and workflow ids in it. */
    temporalAddress: string;
    /** For `Worker.create({ workflowBundle: { codePath } })`. */
    workflowBundlePath: string;
  }
}

/** One server and one bundle for all files of the project `temporal`: each takes seconds. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const executable = await ensureTemporalCli(temporalCliPlaces(), (line) => console.error(line));
  const folder = await mkdtemp(join(tmpdir(), 'qys-e10-test-'));
  const port = await freePort(null);
  const [pid] = await Promise.all([
    startDevServer({
      executable,
      port,
      uiPort: await freePort(null, [port]),
      dbFilename: null,
      logFile: join(folder, 'temporal-server.log'),
    }),
    bundleWorkflows(join(folder, 'workflow-bundle.js')),
  ]);
  project.provide('temporalAddress', `127.0.0.1:${port}`);
  project.provide('workflowBundlePath', join(folder, 'workflow-bundle.js'));
  return async () => {
    await stopProcess(pid, 5_000);
    await rm(folder, { recursive: true, force: true });
  };
}

async function bundleWorkflows(file: string): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(file, code);
}
