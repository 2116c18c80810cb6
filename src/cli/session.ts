import { createFileBatchStore } from '../batch-store.js';
import { createMigrations, type Migrations } from '../client.js';
import type { Config } from '../config.js';
import { connectTemporal, type Temporal } from '../temporal.js';
import { batchFolder, startWorkers, type Workers, type WorkersOptions } from '../worker.js';
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
  /** What a worker in this process is needed for; on many machines the workers are elsewhere. `nothing`: for lists. */
  serves: WorkersOptions['serves'] | 'nothing';
  sites: readonly string[];
}

/** Opens, works, and closes in the right order whatever happens. */
export async function inSession<T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const { config, out, serves } = options;
  const temporal = await connectTemporal(config, { report: (line) => out.say(line) });
  let workers: Workers | null = null;
  try {
    if (temporal.mode === 'embedded' && serves !== 'nothing') {
      workers = await startWorkers({ ...options, serves, temporal });
    }
    const migrations = createMigrations({ client: temporal.client, store: createFileBatchStore(batchFolder(config)) });
    const failed = workers?.running.then(() => new Promise<never>(() => undefined));
    return await Promise.race([work({ temporal, migrations, workers }), ...(failed ? [failed] : [])]);
  } finally {
    await workers?.stop();
    await temporal.close();
  }
}
