import { z } from 'zod';
import { categoriesMode, legacyCategories, type CategoriesMode } from '../domain/categories.js';
import { says, type Finding } from '../domain/findings.js';
import { fingerprint, planHash } from '../domain/fingerprint.js';
import type { Sealed } from '../domain/outcomes.js';
import { namedScope, namedScopeFindings } from '../domain/named-scope.js';
import { guardVerdict, scopeUnits, type ScopeUnit } from '../domain/people.js';
import { looksAhead } from '../domain/people/look-ahead.js';
import type { Plan } from '../domain/plan.js';
import { planChanges, type Picture } from '../domain/planning.js';
import { snapshotFindings, type PreviousFingerprints } from '../domain/snapshot-findings.js';
import type { IntegrationFields } from '../domain/settings.js';
import type { Tenant } from '../domain/tenant.js';
import { differingFields, SECRET_FIELDS, wantedFields, type SecretFingerprints } from '../domain/wanted.js';
import type { ConsoleDriver } from '../gateways/console/driver.js';
import type { Seal } from '../gateways/seal.js';
import type { Systems } from './systems.js';

/** The fields of one form; sealed on its own as the picture before `configure`. */
export const SnapshotFields = z.custom<IntegrationFields>((value) => typeof value === 'object' && value !== null);
const Callback = z.looseObject({ url: z.string() });

/** What was there before the first write. Sealed before it leaves the activity; secrets are fingerprints even in here. */
export const Snapshot = z.object({
  integration: z.object({ oaVersion: z.enum(['E9', 'E10']), fields: SnapshotFields }),
  callback: z.object({ page: z.enum(['new', 'old', 'global']), url: z.string().nullable() }).nullable(),
  peopleSync: z.object({ enabled: z.boolean(), scope: z.array(z.string()), schedule: z.string() }).nullable(),
  scopeUnits: z.array(z.custom<ScopeUnit>((value) => typeof value === 'object' && value !== null)),
  categories: z.array(z.object({ id: z.string(), name: z.string(), callback: Callback })),
  /** Text of the managed proxy file; null where there was none. */
  forward: z.string().nullable(),
});
export type Snapshot = z.output<typeof Snapshot>;

export interface SnapshotResult {
  sealed: Sealed;
  plan: Plan;
  mode: CategoriesMode;
  findings: Finding[];
}

/** Reads everything that the later steps will change, plans the changes, and seals what there was. Writes nothing. */
export async function takeSnapshot(
  tenant: Tenant,
  systems: Systems,
  { seal, looks }: { seal: Seal; looks: boolean },
): Promise<SnapshotResult> {
  const driver = await systems.console();
  const fingerprints = await secretFingerprints(systems);
  const picture = await withNamedScope(tenant, await readPicture(tenant, systems, driver), fingerprints, driver);
  const changes = planChanges(tenant, picture, fingerprints);
  const units = await unitsOfScope(tenant, picture, driver);
  const snapshot: Snapshot = {
    integration: { oaVersion: picture.integration.oaVersion, fields: picture.integration.fields },
    callback: picture.callback && { page: picture.callback.page, url: picture.callback.url },
    peopleSync: picture.peopleSync && {
      enabled: picture.peopleSync.enabled,
      scope: picture.peopleSync.scope,
      schedule: picture.peopleSync.schedule,
    },
    scopeUnits: units,
    categories: legacyCategories(picture.categories).flatMap(({ id, name, callback }) =>
      callback ? [{ id, name, callback }] : [],
    ),
    forward: (await systems.proxy()?.readForward()) ?? null,
  };
  const startsRun = changes.some(({ target }) => target === 'people-sync.run');
  const counts = startsRun && !(looks && looksAhead(tenant, changes));
  return {
    sealed: seal.seal(snapshot),
    plan: { tenantId: tenant.id, changes, hash: planHash(tenant.id, changes) },
    mode: categoriesMode(tenant, picture.categories),
    findings: [
      ...snapshotFindings(tenant, picture, changes, await previousFingerprints(systems)),
      ...namedScopeFindings(picture.namedScope),
      ...(counts ? await guardFindings(tenant, systems, driver) : []),
    ],
  };
}

/** Everything that we own, as it stands now. */
export async function readPicture(tenant: Tenant, systems: Systems, driver: ConsoleDriver): Promise<Picture> {
  const integration = await driver.readIntegration();
  if (tenant.qiyuesuo.deployment === 'public') {
    return { integration, callback: null, peopleSync: null, namedScope: null, categories: [], forwarded: null };
  }
  const callback = await driver.readCallback();
  const peopleSync = await driver.readPeopleSync();
  const categories = await driver.listCategories();
  const forward = categoriesMode(tenant, categories) === 'forward';
  const forwarded = forward ? (await systems.routes().probeForward(tenant.e10.address)).forwarded : null;
  return { integration, callback, peopleSync, namedScope: null, categories, forwarded };
}

/** The units that the file names can be compared only while Qiyuesuo sees this E10; before the switch its tree is another's. */
export async function withNamedScope(
  tenant: Tenant,
  picture: Picture,
  fingerprints: SecretFingerprints,
  driver: ConsoleDriver,
): Promise<Picture> {
  const { integration, peopleSync } = picture;
  const ofOurs =
    integration.oaVersion === 'E10' && differingFields(integration, wantedFields(tenant, fingerprints)).length === 0;
  return peopleSync && tenant.people.scope !== 'keep' && ofOurs
    ? { ...picture, namedScope: namedScope(tenant, (await driver.readOrganisation()).units) }
    : picture;
}

export async function secretFingerprints(systems: Systems): Promise<SecretFingerprints> {
  const { encryptionKey, appSecret } = await systems.secrets();
  return {
    encryptionKey: fingerprint(encryptionKey),
    ...(appSecret === undefined ? {} : { appSecret: fingerprint(appSecret) }),
  };
}

export async function previousFingerprints(systems: Systems): Promise<PreviousFingerprints> {
  const known: PreviousFingerprints = {};
  for (const field of SECRET_FIELDS) {
    const secret = await systems.previousSecret(field);
    if (secret !== undefined) known[field] = fingerprint(secret);
  }
  return known;
}

/** By what the units of the old scope can be found again, while the old tree can still be seen. */
async function unitsOfScope(tenant: Tenant, picture: Picture, driver: ConsoleDriver): Promise<ScopeUnit[]> {
  const scope = picture.peopleSync?.scope ?? [];
  if (tenant.qiyuesuo.deployment === 'public' || scope.length === 0) return [];
  return scopeUnits(scope, (await driver.readOrganisation()).units);
}

/** Before the first write: totals that already show a surprise block the tenant instead of undoing it later. */
async function guardFindings(tenant: Tenant, systems: Systems, driver: ConsoleDriver): Promise<Finding[]> {
  const e10 = await systems.checks();
  if (!e10) return [];
  const { active } = await driver.countPeople();
  const verdict = guardVerdict(await e10.countEmployees(), active, tenant.people);
  return verdict.pass
    ? []
    : [{ code: 'PEOPLE-GUARD', severity: 'blocking', ...says(verdict.why), subject: 'people.guard' }];
}
