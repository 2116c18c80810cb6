import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestProject } from 'vitest/node';
import { temporalCliPlaces } from '../../src/config.js';
import { acquireEmbeddedServer } from '../../src/embedded/server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the one Temporal server of the run. Use your own task queue and workflow ids in it. */
    temporalAddress: string;
    /** For `Worker.create({ workflowBundle: { codePath } })`. */
    workflowBundlePath: string;
  }
}

/** One server and one build for all files of the project `temporal`: each takes seconds, and the built program starts at once. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'qys-e10-test-'));
  const [server] = await Promise.all([
    acquireEmbeddedServer({
      dataDir,
      temporalCli: temporalCliPlaces(),
      report: (line) => console.error(line),
    }),
    build(),
  ]);
  project.provide('temporalAddress', server.address);
  project.provide('workflowBundlePath', join(ROOT, 'dist', 'workflow-bundle.js'));
  return async () => {
    await server.release();
    await rm(dataDir, { recursive: true, force: true });
  };
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function build(): Promise<void> {
  const child = spawn('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the build failed');
}
