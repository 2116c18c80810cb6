import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logFile, type LogTarget } from '../log.js';
import type { Workers, WorkersOptions } from '../worker.js';
import type { Context } from './context.js';

/**
 * Starts workers whose coordinators have, on one machine, a process of their own: what is asked of them, `status` above all, does
 * not wait there behind the work of the tenants. On many machines that is what `worker --coordinator-only` is for. `log`: where
 * its log goes.
 */
export function withCoordinatorBeside(startWorkers: Context['startWorkers'], log: LogTarget): Context['startWorkers'] {
  return async (options) => {
    if (options.serves !== 'all' || options.temporal.mode === 'remote') return startWorkers(options);
    const coordinator = await startCoordinator(options, log);
    // What is begun from here on gives way to the server and the coordinators: everything waits for those two.
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    try {
      const sites = await startWorkers({ ...options, serves: 'site', givesWay: true });
      return {
        running: Promise.all([coordinator.running, sites.running]).then(() => undefined),
        async stop() {
          await sites.stop();
          await coordinator.stop();
        },
      };
    } catch (error) {
      await coordinator.stop();
      throw error;
    }
  };
}

/** Not what this process was started with: that may be another program, such as the demo's. */
const PROGRAM = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../bin/qys-e10.mjs' : './main.js', import.meta.url),
);

/** It ends with this process, however that one ends: the channel between them closes then. */
async function startCoordinator({ config, env }: WorkersOptions, log: LogTarget): Promise<Workers> {
  const stderr = log === 'file' ? appending(logFile(config)) : process.stderr.fd;
  const child = fork(PROGRAM, ['worker', '--coordinator-only', '--beside'], {
    // It finds the embedded server by the folder. The port of the metrics is this process's.
    env: { ...env, QYS_E10_DATA: config.dataDir, QYS_E10_METRICS: '' },
    // Ctrl-C is for this process, which lets the other one go when it has nothing left to do.
    detached: true,
    stdio: ['ignore', 'ignore', stderr, 'ipc'],
    // What `fork` hands on to `spawn`, and does not name.
    ...{ windowsHide: true },
  });
  if (log === 'file') closeSync(stderr);
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let stopping = false;
  const running = exited.then(([code, signal]) => {
    if (!stopping) throw new Error(`the process of the coordinators ended with ${signal ?? code}`);
  });
  running.catch(() => undefined);
  await Promise.race([once(child, 'message'), running]);
  return {
    running,
    async stop() {
      stopping = true;
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

function appending(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a');
}
