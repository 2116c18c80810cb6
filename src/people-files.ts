import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.js';
import { createOnce } from './gateways/seal.js';
import { createFileSeal } from './gateways/sealed-file.js';
import { sealKeyOf } from './seal-key.js';
import { createPeopleStores, type PeopleStores } from './people-store/store.js';

const HOME_BYTES = 6;

/** The lists of people on this machine, for a worker and for the commands that show and delete them. */
export async function openPeopleStores(config: Config): Promise<PeopleStores> {
  const sealKey = await sealKeyOf(config);
  return createPeopleStores({ dataDir: config.dataDir, sealKey, files: createFileSeal(sealKey) });
}

/**
 * The name of this machine's data folder, for the task queue of its own: made once, kept in it. Processes that share a folder
 * share the queue, and the lists.
 */
export async function peopleHome({ dataDir }: Pick<Config, 'dataDir'>): Promise<string> {
  const file = join(dataDir, 'people', 'home');
  if (!existsSync(file)) await createOnce(file, randomBytes(HOME_BYTES).toString('hex'));
  return (await readFile(file, 'utf8')).trim();
}
