import type { LogTarget } from '../log.js';
import type { Workers, WorkersOptions } from '../worker.js';

let installed = false;

/** Starts workers in this process. What they need is loaded here and not before: it takes longer than most verbs. */
export async function startWorkersHere(options: WorkersOptions, target: LogTarget = 'file'): Promise<Workers> {
  const [{ startWorkers }, { installRuntime }] = await Promise.all([import('../worker.js'), import('../telemetry.js')]);
  if (!installed) installRuntime(options.config, target);
  installed = true;
  return startWorkers(options);
}
