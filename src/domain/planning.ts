import { sameAddress } from './addresses.js';
import { wantedCallback } from './callback.js';
import { categoriesMode, legacyCategories, movedCallback, type CategoriesMode } from './categories.js';
import { toldSecret } from './old-secrets.js';
import { scopeChanges, type NamedScope } from './named-scope.js';
import type { Change } from './plan.js';
import type { CallbackSettings, Category, Integration, IntegrationFields, PeopleSyncSettings } from './settings.js';
import { shownAt, shownUrl } from './shown-url.js';
import type { Tenant } from './tenant.js';
import { differingFields, isSecretField, shown, wantedFields, type SecretFingerprints } from './wanted.js';

/** What stands in the console and at the proxy before anything is written. Public tenants have the integration only. */
export interface Picture {
  integration: Integration;
  callback: CallbackSettings | null;
  peopleSync: PeopleSyncSettings | null;
  /** The units that the file names, where the console is on E10 and its tree could be asked for them. */
  namedScope: NamedScope | null;
  categories: Category[];
  /** Whether the proxy already forwards the old category path; null where nobody needs it. */
  forwarded: boolean | null;
}

/** The ordered changes that bring a tenant from the picture to the wanted state; none when it is there already. */
export function planChanges(tenant: Tenant, picture: Picture, fingerprints: SecretFingerprints): Change[] {
  const integration = integrationChanges(tenant, picture.integration, fingerprints);
  if (tenant.qiyuesuo.deployment === 'public') return integration;
  const people = peopleChanges(tenant, picture);
  const run: Change[] =
    integration.length + people.length > 0
      ? [{ step: 'sync-people', target: 'people-sync.run', before: null, after: 'started' }]
      : [];
  const mode = categoriesMode(tenant, picture.categories);
  return [
    ...integration,
    ...callbackChanges(tenant, picture.callback),
    ...people,
    ...run,
    ...categoryChanges(tenant, picture, mode),
  ];
}

function integrationChanges(tenant: Tenant, found: Integration, fingerprints: SecretFingerprints): Change[] {
  const wanted = wantedFields(tenant, fingerprints);
  const mode: Change[] =
    found.oaVersion === 'E10'
      ? []
      : [{ step: 'switch-mode', target: 'integration.oaVersion', before: found.oaVersion, after: 'E10' }];
  return [...mode, ...formChanges(found, wanted)];
}

/** What `configure` would change in the form as it stands. A secret that the console does not show reads so. */
export function formChanges(found: Integration, wanted: IntegrationFields): Change[] {
  return differingFields(found, wanted).map((field): Change => {
    const target = `integration.${field}`;
    const before = isSecretField(field) ? toldSecret(found.fields, field) : shown(found.fields[field]);
    return { step: 'configure', target, before: shownAt(target, before), after: shownAt(target, shown(wanted[field])) };
  });
}

function callbackChanges(tenant: Tenant, found: CallbackSettings | null): Change[] {
  const wanted = wantedCallback(tenant);
  if (!wanted || !found) return [];
  const page: Change[] =
    found.page === wanted.page
      ? []
      : [{ step: 'callback', target: 'callback.page', before: found.page, after: wanted.page }];
  const url: Change[] = sameAddress(found.url, wanted.url)
    ? []
    : [
        {
          step: 'callback',
          target: 'callback.url',
          before: shownAt('callback.url', found.url),
          after: shownUrl(wanted.url),
        },
      ];
  return [...page, ...url];
}

/** Before the switch the scope is not foreseen: whether it is cleared is known only afterwards, and E10's tree cannot be seen. */
function peopleChanges(tenant: Tenant, { peopleSync: found, namedScope }: Picture): Change[] {
  // Nothing was chosen, so there is nothing to keep, no run, and no reason to touch the page.
  if (!found || (tenant.people.scope === 'keep' && found.scope.length === 0)) return [];
  const { schedule } = tenant.people;
  const enabled: Change[] = found.enabled
    ? []
    : [{ step: 'sync-people', target: 'people-sync.enabled', before: 'false', after: 'true' }];
  const cron: Change[] =
    schedule === undefined || schedule === found.schedule
      ? []
      : [{ step: 'sync-people', target: 'people-sync.schedule', before: found.schedule, after: schedule }];
  return [...enabled, ...scopeChanges(namedScope, found), ...cron];
}

function categoryChanges(tenant: Tenant, picture: Picture, mode: CategoriesMode): Change[] {
  if (mode === 'forward' && picture.forwarded === false) {
    return [{ step: 'rewrite-categories', target: 'proxy.forward', before: null, after: 'forwarded' }];
  }
  if (mode !== 'rewrite') return [];
  return legacyCategories(picture.categories).flatMap((category): Change[] => {
    const moved = category.callback && movedCallback(category.callback, tenant.e10.address);
    if (!moved) return [];
    return [
      {
        step: 'rewrite-categories',
        target: `category:${category.id}`,
        label: category.name,
        before: category.callback && shownUrl(category.callback.url),
        after: shownUrl(moved.url),
      },
    ];
  });
}
