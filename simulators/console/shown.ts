import { createHash } from 'node:crypto';
import type { Customer } from '../tenant/customer.js';
import type { CategoryPage, ConsolePages, Fields } from './state.js';

/** Secrets are write-only: reads show the first eight digits of their SHA-256. */
export function shownFields({ encryptionKey, appSecret, ...fields }: Fields): Record<string, unknown> {
  return {
    ...fields,
    ...(encryptionKey === undefined ? {} : { encryptionKey: fingerprint(encryptionKey) }),
    ...(appSecret === undefined ? {} : { appSecret: fingerprint(appSecret) }),
  };
}

/** The integration page: the form of the current OA version. */
export function shownIntegration({ spec, console: pages }: Customer): Record<string, unknown> {
  const { oaVersion } = pages;
  const version = spec.deployment === 'private' ? { productVersion: spec.version } : {};
  return {
    deployment: spec.deployment,
    ...version,
    etag: integrationTag(pages),
    oaVersion,
    ...(spec.deployment === 'private'
      ? shownForm(pages.sets[oaVersion], spec.quirks.hidesSecrets)
      : shownFields(pages.sets[oaVersion])),
  };
}

/** A console that hides its secrets leaves both out, stored or not. */
function shownForm(fields: Fields, hidesSecrets: boolean): Record<string, unknown> {
  const shown = shownFields(fields);
  if (!hidesSecrets) return shown;
  const { encryptionKey: _key, appSecret: _secret, ...others } = shown;
  return others;
}

/** The callback page. */
export function shownCallback({ callback, versions }: ConsolePages): Record<string, unknown> {
  return { ...callback, etag: `"c${versions.callback}"` };
}

/** The settings of 组织人员同步. */
export function shownPeopleSync({ peopleSync, versions }: ConsolePages): Record<string, unknown> {
  return { ...peopleSync, etag: `"p${versions.peopleSync}"` };
}

/** One category. */
export function shownCategory(category: CategoryPage): Record<string, unknown> {
  const { version: _, ...shown } = category;
  return { ...shown, etag: categoryTag(category) };
}

/** ETag of the integration page. */
export function integrationTag({ versions }: ConsolePages): string {
  return `"i${versions.integration}"`;
}

/** ETag of a category. */
export function categoryTag({ version }: CategoryPage): string {
  return `"k${version}"`;
}

function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}
