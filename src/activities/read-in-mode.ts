import type { Integration, OaVersion } from '../domain/settings.js';
import type { ConsoleDriver } from '../gateways/console/driver.js';
import { Conflict } from '../gateways/errors.js';
import { settled } from './look-and-write.js';

/** The form of one OA version. Somebody may have switched back between two steps: nothing of ours is for the other set of fields. */
export async function readInMode(driver: ConsoleDriver, mode: OaVersion): Promise<Integration> {
  const found = await settled(
    () => driver.readIntegration(),
    ({ oaVersion }) => oaVersion === mode,
  );
  if (found.oaVersion === mode) return found;
  throw new Conflict(
    { system: 'console', method: 'GET', path: '/integration' },
    { text: `the OA version is ${found.oaVersion}, not ${mode}: somebody switched it since` },
  );
}
