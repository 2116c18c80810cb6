import { canonicalAddress } from './addresses.js';
import { movedCallback } from './categories.js';
import { HIDDEN, toldNow, toldSecret } from './old-secrets.js';
import type { CategoryCallback, IntegrationFields, OaVersion } from './settings.js';
import type { SecretField } from './tenant.js';
import type { OwnedValue } from './undo.js';
import { INTEGRATION_FIELDS, isSecretField, shown } from './wanted.js';

/** The OA version; we only ever write E10. */
export function ownedMode(before: OaVersion, found: OaVersion): OwnedValue[] {
  return [{ field: 'integration.oaVersion', before, wrote: 'E10', found }];
}

/**
 * Every field of the form, also those that we found equal and never changed: their `wrote` is their `before`. Not a secret that
 * is hidden and was never ours to write.
 */
export function ownedIntegration(
  before: IntegrationFields,
  wrote: IntegrationFields,
  found: IntegrationFields,
): OwnedValue[] {
  return INTEGRATION_FIELDS.flatMap((field) => {
    if (isSecretField(field)) return ownedSecret(field, before, wrote, found);
    return {
      field: `integration.${field}`,
      before: comparable(before[field]),
      wrote: comparable(wrote[field] === undefined ? before[field] : wrote[field]),
      found: comparable(found[field]),
    };
  });
}

function ownedSecret(
  field: SecretField,
  before: IntegrationFields,
  wrote: IntegrationFields,
  found: IntegrationFields,
): OwnedValue[] {
  const was = toldSecret(before, field);
  const is = toldNow(found, field);
  const ours = toldNow(wrote, field);
  if (ours !== HIDDEN) return [{ field: `integration.${field}`, before: was, wrote: ours, found: is }];
  return was === HIDDEN || is === HIDDEN ? [] : [{ field: `integration.${field}`, before: was, wrote: was, found: is }];
}

interface CallbackValues {
  page: string;
  url: string | null;
}

export function ownedCallback(before: CallbackValues, wrote: CallbackValues, found: CallbackValues): OwnedValue[] {
  return (['page', 'url'] as const).map((field) => ({
    field: `callback.${field}`,
    before: comparable(before[field]),
    wrote: comparable(wrote[field]),
    found: comparable(found[field]),
  }));
}

interface PeopleValues {
  enabled: boolean;
  scope: readonly string[];
  schedule: string;
}

/** What a run did to the people sync. */
export interface OursInPeopleSync {
  /** Whether the run switched the OA version, which may change these settings as well. */
  switched: boolean;
  /** What was decided to be saved, with the settings `asFound` before; null where that was not reached. */
  wrote: (PeopleValues & { asFound: PeopleValues }) | null;
}

/**
 * The switch, there and back, may reset these settings by itself. After it, whatever differs from before is taken for its
 * effect while nothing was decided; then only what it left when we looked, and an empty scope. All else is somebody's.
 */
export function ownedPeopleSync(
  before: PeopleValues,
  { switched, wrote }: OursInPeopleSync,
  found: PeopleValues,
): OwnedValue[] {
  const [was, is] = [peopleTexts(before), peopleTexts(found)];
  const decided = wrote && { wanted: peopleTexts(wrote), asFound: peopleTexts(wrote.asFound) };
  return (['enabled', 'schedule', 'scope'] as const).map((field) => {
    const cleared = field === 'scope' && is.scope === '';
    const bySwitch = switched && (!decided || cleared || is[field] === decided.asFound[field]);
    const ours = bySwitch ? is[field] : (decided ?? { wanted: was }).wanted[field];
    return { field: `people-sync.${field}`, before: was[field], wrote: ours, found: is[field] };
  });
}

function peopleTexts({ enabled, scope, schedule }: PeopleValues) {
  return { enabled: String(enabled), schedule, scope: [...scope].sort().join(',') };
}

/** The address of one category's callback; a category that is gone reads as null. */
export function ownedCategory(
  { id, callback }: { id: string; callback: CategoryCallback },
  e10: string,
  found: CategoryCallback | null | undefined,
): OwnedValue {
  return {
    field: `category:${id}`,
    before: comparable(callback.url),
    wrote: comparable(movedCallback(callback, e10)?.url ?? callback.url),
    found: comparable(found?.url),
  };
}

function comparable(value: unknown): string | null {
  const text = shown(value);
  if (text === null || text === '') return null;
  return /^https?:/i.test(text) ? canonicalAddress(text) : text;
}
