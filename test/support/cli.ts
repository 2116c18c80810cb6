import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batchFileOf } from '../../simulators/batch-file.js';
import type { World } from '../../simulators/world.js';

/** The program as a user runs it, in a folder of its own, with an embedded server. */
export interface Cli {
  file: string;
  dataDir: string;
  /** What a run said, and the end of the logs that it and its server wrote: for what a test says of a failure. */
  told(of: Finished): Promise<string>;
  /** Everything that any run has printed. */
  printed(): string;
  run(...args: string[]): Promise<Finished>;
  start(...args: string[]): Running;
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  finished: Promise<Finished>;
}

export const BIN = fileURLToPath(new URL('../../bin/qys-e10.mjs', import.meta.url));

export async function aCli(
  world: World,
  more: Record<string, unknown> = {},
  variables: Record<string, string> = {},
): Promise<Cli> {
  const folder = await mkdtemp(join(tmpdir(), 'qys-e10-cli-'));
  const { yaml, env } = batchFileOf(world, 'e2e', more);
  const file = join(folder, 'e2e.batch.yaml');
  await writeFile(file, yaml);
  const dataDir = join(folder, 'data');
  let printed = '';

  function start(...args: string[]): Running {
    const { TEMPORAL_ADDRESS: _, ...inherited } = process.env;
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: folder,
      env: { ...inherited, ...variables, ...env, QYS_E10_DATA: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const finished = new Promise<Finished>((resolve) => {
      child.once('close', (code) => {
        printed += stdout + stderr;
        resolve({ code, stdout, stderr });
      });
    });
    return { process: child, finished };
  }

  async function told({ stderr, stdout }: Finished): Promise<string> {
    const logs = ['logs/qys-e10.log', 'temporal-server.log'].map(async (name) => {
      const text = await readFile(join(dataDir, name), 'utf8').catch(() => '');
      return `${name}:\n${text.trim().split('\n').slice(-10).join('\n')}`;
    });
    return [stderr, stdout, ...(await Promise.all(logs))].join('\n');
  }

  return { file, dataDir, told, printed: () => printed, start, run: (...args) => start(...args).finished };
}
