import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.js';
import { createDecisionSeal } from './gateways/decision-seal.js';
import { createOnce } from './gateways/seal.js';
import { createFileSeal } from './gateways/sealed-file.js';
import { sealKeyOf } from './seal-key.js';
import { createPeopleStores, type PeopleStores } from './people-store/store.js';
import type { Tidied } from './people-store/tidying.js';

const HOME_BYTES = 6;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The lists of people on this machine, for a worker and for the commands that show and delete them. */
export async function openPeopleStores(config: Config): Promise<PeopleStores> {
  const sealKey = await sealKeyOf(config);
  return createPeopleStores({
    dataDir: config.dataDir,
    sealKey,
    files: createFileSeal(sealKey),
    decisionSeal: createDecisionSeal(sealKey),
  });
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

/**
 * Seals what a sync has left plain that was terminated, or lost its worker; and deletes what is older than it may become. At once,
 * and every hour until the returned function is called, which seals what is left by then: whoever goes on opens it again. `tell`
 * hears of what was done.
 */
export function keepPeopleTidy(
  stores: PeopleStores,
  { people: { keepDays } }: Pick<Config, 'people'>,
  tell: (tidied: Tidied) => void,
): () => Promise<void> {
  const how = { untouchedMs: HOUR_MS, keepMs: keepDays === null ? null : keepDays * DAY_MS };
  const tidy = (untouchedMs = how.untouchedMs): Promise<void> =>
    // A disk that cannot be read now is looked at again in an hour.
    stores.tidy({ ...how, untouchedMs }).then(tell, (error: unknown) => {
      tell({ sealed: 0, forgotten: 0, problems: [String(error)] });
    });
  void tidy();
  const timer = setInterval(() => void tidy(), HOUR_MS).unref();
  return () => {
    clearInterval(timer);
    return tidy(0);
  };
}
