import type { Config } from '../config.js';
import type { LogTarget } from '../log.js';
import type { Context } from './context.js';

/** Starts workers in this process. What they need, and Temporal's runtime, is there from the first one on, and not before. */
export function workersStarter(config: Config, target: LogTarget): Context['startWorkers'] {
  let loaded: Promise<Context['startWorkers']> | undefined;
  return async (options) => {
    const startWorkers = await (loaded ??= load(config, target));
    return startWorkers(options);
  };
}

async function load(config: Config, target: LogTarget): Promise<Context['startWorkers']> {
  const [{ startWorkers }, { installRuntime }] = await Promise.all([import('../worker.js'), import('../telemetry.js')]);
  installRuntime(config, target);
  return startWorkers;
}
