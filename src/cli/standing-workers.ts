import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Migrations } from '../client.js';
import { COORDINATOR_TASK_QUEUE, siteTaskQueue } from '../domain/ids.js';
import { isRunning } from '../embedded/processes.js';
import type { Workers, WorkersOptions } from '../worker.js';
import type { Context } from './context.js';

const LOOK_EVERY_MS = 3_000;

/**
 * On one machine: sees to it that somebody works for as long as `until` has not come. Where another process does, such as
 * `worker` or an `apply` under way, it is left to that one, which has the secrets; when it has gone, workers start here, and stay.
 * Rejects when they fail.
 */
export async function standingWorkers(
  options: WorkersOptions &
    Pick<Context, 'startWorkers'> & {
      until: AbortSignal;
      migrations: Pick<Migrations, 'pollersOf'>;
      started: () => void;
    },
): Promise<void> {
  const { until, migrations, sites, started } = options;
  const queues = [COORDINATOR_TASK_QUEUE, ...sites.map(siteTaskQueue)];
  let workers: Workers | undefined;
  try {
    while (!until.aborted) {
      if (!workers && !(await somebodyWorks(migrations, queues))) {
        workers = await options.startWorkers(options);
        started();
      }
      const next = pause(LOOK_EVERY_MS, undefined, { signal: until }).catch(() => undefined);
      await Promise.race([next, ...(workers ? [workers.running] : [])]);
    }
  } finally {
    await workers?.stop();
  }
}

/** Whether every queue has a worker whose process still runs. */
async function somebodyWorks(
  { pollersOf }: Pick<Migrations, 'pollersOf'>,
  queues: readonly string[],
): Promise<boolean> {
  for (const queue of queues) {
    const pollers = await pollersOf(queue);
    const alive = await Promise.all(pollers.map(isAlive));
    if (!alive.includes(true)) return false;
  }
  return true;
}

/** By the identity that `startWorkers` gives: host and process. The embedded server is reached from this machine alone. */
async function isAlive(identity: string): Promise<boolean> {
  const [, host, pid] = /^qys-e10@(.+)\/(\d+)$/.exec(identity) ?? [];
  return host === hostname() && Number(pid) !== process.pid && isRunning(Number(pid));
}
