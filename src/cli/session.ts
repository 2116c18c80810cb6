import { createFileBatchStore } from '../batch-store/files.js';
import { createMigrations, type Migrations } from '../client.js';
import type { Config } from '../config.js';
import { batchFolder } from '../data-folder.js';
import { connectTemporal, type Temporal } from '../temporal.js';
import type { Workers, WorkersOptions } from '../worker.js';
import type { Context } from './context.js';
import type { Output } from './output.js';

/** A connection to Temporal and, on one machine, the worker that goes with it. */
export interface Session {
  temporal: Temporal;
  migrations: Migrations;
  workers: Workers | null;
}

export interface SessionOptions {
  config: Config;
  out: Output;
  env: Record<string, string | undefined>;
  startWorkers: Context['startWorkers'];
  /** Looks before a worker starts here, which would carry on whatever is under way. What it throws ends the session. */
  beforeWork?: (migrations: Migrations) => Promise<void>;
  /** What a worker in this process is needed for; on many machines the workers are elsewhere. `nothing`: for lists. */
  serves: WorkersOptions['serves'] | 'nothing';
  sites: readonly string[];
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
}

/** Ctrl-C while something was under way: what runs in Temporal is kept. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Opens, works, and closes in the right order whatever happens. Rejects with `Interrupted` on Ctrl-C. */
export async function inSession<T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const { config, out, serves, interrupted } = options;
  const temporal = await connectTemporal(config, { report: (line) => out.say(line) });
  let workers: Workers | null = null;
  try {
    const migrations = createMigrations({ client: temporal.client, store: createFileBatchStore(batchFolder(config)) });
    await options.beforeWork?.(migrations);
    if (temporal.mode === 'embedded' && serves !== 'nothing') {
      workers = await options.startWorkers({ ...options, serves, temporal });
    }
    const failed = workers?.running.then(() => new Promise<never>(() => undefined));
    const stopped = rejectedBy(interrupted);
    return await Promise.race([stopped, work({ temporal, migrations, workers }), ...(failed ? [failed] : [])]);
  } finally {
    await workers?.stop();
    await temporal.close();
  }
}

function rejectedBy(interrupted: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Interrupted());
    if (interrupted.aborted) stop();
    else interrupted.addEventListener('abort', stop, { once: true });
  });
}
