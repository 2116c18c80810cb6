import { ownedIntegration } from '../domain/owned.js';
import type { IntegrationFields } from '../domain/settings.js';
import type { Tenant } from '../domain/tenant.js';
import { sortUndo } from '../domain/undo.js';
import { wantedFields } from '../domain/wanted.js';
import { settled } from './look-and-write.js';
import { secretFingerprints } from './snapshot.js';
import type { Systems } from './systems.js';

/**
 * What the form of E10 held before it was filled in together with the switch, by a step that failed before that picture was kept. Null
 * where it shows nothing of ours, or where nobody was ever on the way to fill it in: there is nothing to be put back.
 * `snapshot`: the form that stood there before the switch.
 */
export async function formBeforeFilling(
  tenant: Tenant,
  systems: Systems,
  snapshot: IntegrationFields,
): Promise<IntegrationFields | null> {
  const driver = await systems.console();
  const { oaVersion, fields } = await settled(
    () => driver.readIntegration(),
    (found) => found.oaVersion === 'E10',
  );
  if (oaVersion !== 'E10') return null;
  const told = await driver.formBeforeFilling?.();
  if (told) return told;
  const wrote = wantedFields(tenant, await secretFingerprints(systems));
  if (sortUndo(ownedIntegration(snapshot, wrote, fields)).restore.length === 0) return null;
  return (await driver.recallForm?.()) ?? null;
}
