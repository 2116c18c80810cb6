import type { Config } from '../config.js';
import type { Workers, WorkersOptions } from '../worker.js';
import type { Output } from './output.js';
import type { ExitCode } from './exit-codes.js';

/** What every command is given. A command answers its exit code; nothing in it ends the process. */
export interface Context {
  config: Config;
  out: Output;
  /** Where secret references are looked up by a worker in this process. */
  env: Record<string, string | undefined>;
  /** Loads what workers need at the first call: that takes longer than most verbs. */
  startWorkers: (options: WorkersOptions) => Promise<Workers>;
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
  /** Asks on the terminal; undefined where there is none. */
  ask?: (question: string) => Promise<string>;
  /** Who gives an order, for the audit trail. */
  by: string;
}

export type Run = (context: Context) => Promise<ExitCode>;
/** Commands only parse; what they are to do is handed to `main.ts`, which opens the context and runs it. */
export type Register = (run: Run) => void;
