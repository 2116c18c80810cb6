import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** `qys-e10 worker` as it was built: with the embedded server, in a process of its own. */
export interface WorkerProcess {
  pid: number;
  stop(): Promise<void>;
  /** With -9, as a power cut would. */
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../bin/qys-e10.mjs', import.meta.url));
const READY = 'Worker runs for: default';

/** Resolves once it polls. What it logs goes to `worker.log` in its folder. */
export async function startWorker(dataDir: string, nodeOptions: string[] = []): Promise<WorkerProcess> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const child = spawn(process.execPath, [...nodeOptions, PROGRAM, 'worker'], {
    env: { ...process.env, QYS_E10_DATA: dataDir, QYS_E10_HTTP_TIMEOUT: '10' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.pipe(createWriteStream(join(dataDir, 'worker.log')));
  // A measurement that fails leaves nobody behind who computes beside the next one.
  const isOver = (): void => void child.kill('SIGINT');
  process.once('exit', isOver);
  child.once('exit', () => process.off('exit', isOver));
  await said(READY, child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return { pid: child.pid ?? 0, stop: () => end('SIGINT'), kill: () => end('SIGKILL') };
}

function said(words: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
    if (child.stderr === null) return;
    createInterface(child.stderr).on('line', (line) => {
      if (line.startsWith(words)) resolve();
    });
  });
}
