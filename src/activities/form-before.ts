import { ownedIntegration } from '../domain/owned.js';
import type { Integration, IntegrationFields } from '../domain/settings.js';
import type { Tenant } from '../domain/tenant.js';
import { sortUndo, staysFilled } from '../domain/undo.js';
import { wantedFields } from '../domain/wanted.js';
import type { ConsoleDriver } from '../gateways/console/driver.js';
import { secretFingerprints } from './snapshot.js';
import type { Systems } from './systems.js';

export interface FormSeen {
  /** As it stood before the switch. */
  snapshot: IntegrationFields;
  /** The form of E10, as it stands now. */
  found: Integration;
}

/**
 * What the form of E10 held before it was filled in together with the switch: noted or told on that trip, else asked for, where it shows
 * values of ours by now. Null where nobody filled it in with the switch, so that it stands as it was.
 */
export async function formBeforeFilling(
  tenant: Tenant,
  systems: Systems,
  driver: ConsoleDriver,
  seen: FormSeen,
): Promise<IntegrationFields | null> {
  const told = await driver.formBeforeFilling?.();
  if (told) return told;
  if ((await oursIn(tenant, systems, driver, seen)).length > 0) await driver.recallForm?.();
  return null;
}

/** Fields of the form that have our values by now; not those that nobody could put back on its page. */
export async function oursIn(
  tenant: Tenant,
  systems: Systems,
  driver: ConsoleDriver,
  { snapshot, found }: FormSeen,
): Promise<string[]> {
  const wrote = wantedFields(tenant, await secretFingerprints(systems));
  const values = ownedIntegration(snapshot, wrote, found.fields);
  const { restore } = sortUndo(values.filter((value) => !staysFilled(value, driver.cannotEmpty)));
  return restore.map(({ field }) => field);
}
