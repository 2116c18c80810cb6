import { wantedCallback, callbackPageFor } from './callback.js';
import { categoriesMode, otherOldCallbacks } from './categories.js';
import type { Finding } from './findings.js';
import { HIDDEN } from './old-secrets.js';
import type { Change } from './plan.js';
import type { Picture } from './planning.js';
import type { Fingerprint } from './settings.js';
import { shownUrl } from './shown-url.js';
import type { SecretField, Tenant } from './tenant.js';
import { isSecretField } from './wanted.js';

/** Fingerprints of the secrets that the file refers to as the ones before the migration. */
export type PreviousFingerprints = Partial<Record<SecretField, Fingerprint>>;

/** What the console's pages say against going on, or for a person to know. Pure: the picture is all there is. */
export function snapshotFindings(
  tenant: Tenant,
  picture: Picture,
  changes: readonly Change[],
  previous: PreviousFingerprints,
): Finding[] {
  const always = [...deploymentFindings(tenant, picture), ...secretFindings(tenant, changes, previous)];
  if (tenant.qiyuesuo.deployment === 'public') return always;
  return [
    ...always,
    ...callbackPageFindings(tenant),
    ...versionFindings(tenant, picture),
    ...categoryFindings(tenant, picture),
    ...scopeFindings(tenant, picture),
  ];
}

function deploymentFindings({ qiyuesuo }: Tenant, { integration }: Picture): Finding[] {
  if (integration.deployment === qiyuesuo.deployment) return [];
  const message = `the console is one of the ${integration.deployment} cloud, the file says ${qiyuesuo.deployment}`;
  return [{ code: 'CONSOLE-DEPLOYMENT-DIFFERS', severity: 'blocking', message, subject: 'qiyuesuo.deployment' }];
}

/**
 * A secret that is about to be overwritten and that nobody could write back. One that the console does not show may be any: a
 * reference to it is believed, and without one nobody can know what stood there.
 */
export function secretFindings(tenant: Tenant, changes: readonly Change[], previous: PreviousFingerprints): Finding[] {
  return changes.flatMap(({ target, before }): Finding[] => {
    const field = target.replace('integration.', '');
    if (!isSecretField(field) || before === null || previous[field] === before) return [];
    if (before === HIDDEN && previous[field] !== undefined) return [];
    const accepted = tenant.acceptUnrestorable.includes(field);
    // Only a secret that is seen to be another one is known to be lost; a hidden one may be the very same.
    const isAnother = before !== HIDDEN;
    const severity = isAnother ? (accepted ? 'warning' : 'blocking') : accepted ? 'info' : 'warning';
    const known = previous[field] === undefined ? 'no reference to it is given' : `the given one is ${previous[field]}`;
    const message =
      before === HIDDEN
        ? `the console does not show its ${field}, so nobody can know what stood there, and ${known}: an undo could not restore it`
        : `the console has another ${field} (${before}) and ${known}: an undo could not restore it`;
    return [{ code: 'SECRET-UNRESTORABLE', severity, message, subject: `qiyuesuo.previous.${field}` }];
  });
}

function callbackPageFindings(tenant: Tenant): Finding[] {
  if (wantedCallback(tenant)) return [];
  const message = `the procedure does not say on which page version ${tenant.qiyuesuo.version} keeps the global callback`;
  return [{ code: 'CALLBACK-PAGE-UNDECIDED', severity: 'blocking', message, subject: 'callbackPage' }];
}

function versionFindings(tenant: Tenant, { integration: { productVersion } }: Picture): Finding[] {
  const { version = '' } = tenant.qiyuesuo;
  if (productVersion === undefined || productVersion === version) return [];
  const otherPage = callbackPageFor(productVersion) !== callbackPageFor(version) && tenant.callbackPage === undefined;
  const message = `the console says version ${productVersion}, the file says ${version}`;
  const severity = otherPage ? 'blocking' : 'warning';
  return [{ code: 'CONSOLE-VERSION-DIFFERS', severity, message, subject: 'qiyuesuo.version' }];
}

function categoryFindings(tenant: Tenant, { categories }: Picture): Finding[] {
  const mode = categoriesMode(tenant, categories);
  const undecided: Finding[] =
    mode === 'undecided'
      ? [
          {
            code: 'CATEGORIES-UNDECIDED',
            severity: 'blocking',
            message: 'some categories call the address of E10 and others another one: say rewrite or forward',
            subject: 'categories',
          },
        ]
      : [];
  const others = otherOldCallbacks(tenant, categories, mode).map((category): Finding => ({
    code: 'CATEGORY-OTHER-CALLBACK',
    severity: 'warning',
    message: `the callback of ${category.name} still points at the old OA and is left alone: ${shownUrl(category.callback?.url ?? '')}`,
    subject: `category:${category.id}`,
  }));
  return [...undecided, ...others];
}

function scopeFindings(tenant: Tenant, { peopleSync, integration }: Picture): Finding[] {
  if (!peopleSync || peopleSync.scope.length > 0 || tenant.people.scope !== 'keep') return [];
  const nothing = 'no organisation unit is chosen in the people sync, so there is none to keep: no run is started';
  const why = 'a switch that was interrupted may have cleared them; people.scope in the file names the units of E10';
  const message = integration.oaVersion === 'E10' ? `${nothing}; ${why}` : nothing;
  return [{ code: 'PEOPLE-SCOPE-EMPTY', severity: 'warning', message, subject: 'people.scope' }];
}
