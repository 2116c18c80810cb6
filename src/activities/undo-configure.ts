import { fingerprint } from '../domain/fingerprint.js';
import { HIDDEN } from '../domain/old-secrets.js';
import { ownedIntegration } from '../domain/owned.js';
import type { Integration, IntegrationField, IntegrationFields, IntegrationWrite } from '../domain/settings.js';
import type { SecretField, Tenant } from '../domain/tenant.js';
import { difference, isTold, sortUndo, staysFilled, type OwnedValue } from '../domain/undo.js';
import { isSecretField, wantedFields } from '../domain/wanted.js';
import type { ConsoleDriver } from '../gateways/console/driver.js';
import { Rejected } from '../gateways/errors.js';
import { readBack, saveSeen, settled } from './look-and-write.js';
import { NOTHING_UNDONE, type UndoResult } from './restore.js';
import { secretFingerprints } from './snapshot.js';
import type { Systems } from './systems.js';

/**
 * Restores the set of fields that `configure` filled. Plain fields go back as they were. A secret goes back from its
 * reference (`qiyuesuo.previous`), or is cleared where there was none; one that cannot go back is named in `left`, unless the
 * file accepts that. What nobody can empty on its page stays as it is, and is named in `stays`. Where the console does not show a secret, its reference is believed, and what was saved is all that is known.
 */
export async function undoConfigure(
  tenant: Tenant,
  systems: Systems,
  before: IntegrationFields,
  leave: readonly string[],
): Promise<UndoResult> {
  const driver = await systems.console();
  const found = await settled(
    () => driver.readIntegration(),
    ({ oaVersion }) => oaVersion === 'E10',
  );
  // The fields of E10 cannot be seen any more, or never were: the switch did not happen, or somebody undid it.
  if (found.oaVersion !== 'E10') return NOTHING_UNDONE;

  const wrote = wantedFields(tenant, await secretFingerprints(systems));
  const values = (now: Integration): OwnedValue[] => ownedIntegration(before, wrote, now.fields);
  const stays = values(found).filter((value) => staysFilled(value, driver.cannotEmpty));
  const { restore, foreign } = sortUndo(values(found), [...leave, ...stays.map(({ field }) => field)]);
  const secrets = await oldSecrets(systems, restore);
  const restorable = restore.filter(
    ({ field }) => !secretOf(field) || secrets[secretOf(field) as SecretField] !== undefined,
  );
  const saved = restorable.length > 0 ? await save(driver, found, before, restorable, secrets, values) : {};

  const now = values(await driver.readIntegration());
  const left = now.filter((value) => restore.some(({ field }) => field === value.field) && !isBack(value, saved));
  return {
    restored: restore.length - left.length,
    foreign,
    left: left.filter(({ field }) => !accepted(tenant, field) && !leave.includes(field)).map(difference),
    ...(stays.length === 0 ? {} : { stays: stays.map(difference) }),
  };
}

/**
 * What a console may refuse to clear (a secret, an address that was never filled in) must not keep the other fields from
 * going back: refused once, the form is saved again without clearing anything. Answers the secrets that were saved.
 */
async function save(
  driver: ConsoleDriver,
  found: Integration,
  before: IntegrationFields,
  restore: readonly OwnedValue[],
  secrets: IntegrationWrite['secrets'],
  values: (now: Integration) => OwnedValue[],
): Promise<IntegrationWrite['secrets']> {
  let saved: IntegrationWrite['secrets'] = {};
  const plain = restore.map(({ field }) => field).filter((field) => !secretOf(field));
  let certain = plain.filter((field) => field !== NEEDED || before.oaAddress);
  const differing = (now: Integration): string[] =>
    values(now)
      .filter(({ field, before: was, found: is }) => certain.includes(field) && was !== is)
      .map(({ field }) => field);

  const written = await saveSeen(
    {
      look: () => driver.readIntegration(),
      differing,
      async save(current) {
        const fields = oldFields(current.fields, before, plain);
        saved = secrets;
        try {
          await driver.saveIntegration({ oaVersion: 'E10', fields, secrets }, current);
        } catch (error) {
          if (!(error instanceof Rejected)) throw error;
          const kept = Object.fromEntries(Object.entries(secrets).filter(([, secret]) => secret !== ''));
          const filled = oldFields(current.fields, before, certain);
          saved = kept;
          await driver.saveIntegration({ oaVersion: 'E10', fields: filled, secrets: kept }, current);
          certain = certain.filter((field) => field !== NEEDED);
        }
      },
    },
    found,
  );
  await readBack({ what: 'integration', look: () => driver.readIntegration(), differing });
  return written === 0 ? {} : saved;
}

/** The contract demands an address even where there was none. */
const NEEDED = 'integration.oaAddress';

/** The form as it stands, with the fields that were ours as they were before. */
function oldFields(
  found: IntegrationFields,
  before: IntegrationFields,
  restore: readonly string[],
): IntegrationWrite['fields'] {
  const fields: Record<string, unknown> = {};
  for (const field of Object.keys({ ...found, ...before }) as IntegrationField[]) {
    if (isSecretField(field)) continue;
    const value = restore.includes(`integration.${field}`) ? before[field] : found[field];
    if (value !== undefined) fields[field] = value;
    else if (field === 'oaAddress') fields[field] = '';
  }
  return fields as unknown as IntegrationWrite['fields'];
}

/**
 * The old values of those secrets that were ours: '' where there was none; absent where nobody has the old one. What the console
 * did not show cannot be compared with its reference.
 */
async function oldSecrets(systems: Systems, restore: readonly OwnedValue[]): Promise<IntegrationWrite['secrets']> {
  const secrets: IntegrationWrite['secrets'] = {};
  for (const { field, before } of restore) {
    const name = secretOf(field);
    if (!name) continue;
    const previous = before === null ? '' : await systems.previousSecret(name);
    if (previous === undefined) continue;
    if (previous === '' || before === HIDDEN || fingerprint(previous) === before) secrets[name] = previous;
  }
  return secrets;
}

function secretOf(field: string): SecretField | undefined {
  const name = field.replace('integration.', '');
  return isSecretField(name) ? name : undefined;
}

/** What the console tells decides; where it tells nothing, that the old secret was saved. */
function isBack(value: OwnedValue, saved: IntegrationWrite['secrets']): boolean {
  if (isTold(value)) return value.before === value.found;
  const secret = saved[secretOf(value.field) as SecretField];
  return secret !== undefined && (value.found === HIDDEN || value.found === shownAs(secret));
}

function shownAs(secret: string): string | null {
  return secret === '' ? null : fingerprint(secret);
}

function accepted(tenant: Tenant, field: string): boolean {
  return tenant.acceptUnrestorable.some((name) => field === `integration.${name}`);
}
