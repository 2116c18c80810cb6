import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from './config.js';

/**
 * Makes a folder and those above it, one by one. Node's own `recursive` tries for ever where the system says that a folder which is
 * there is not, as below `/proc`. `mode`: of the folder itself. Throws what the system says, with the path.
 */
export function makeFolder(folder: string, mode = 0o777): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Somebody else made it at the same moment.
    if (!existsSync(folder)) throw error;
  }
}

/** Where batches lie that are under way. */
export function batchFolder(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'batches');
}
