import { createHash } from 'node:crypto';
import type { Customer } from '../tenant/customer.js';
import type { CategoryPage, Fields } from './state.js';

/** Secrets are write-only: reads show the first eight digits of their SHA-256. */
export function shownFields({ encryptionKey, appSecret, ...fields }: Fields): Record<string, unknown> {
  return {
    ...fields,
    ...(encryptionKey === undefined ? {} : { encryptionKey: fingerprint(encryptionKey) }),
    ...(appSecret === undefined ? {} : { appSecret: fingerprint(appSecret) }),
  };
}

export function shownIntegration({ spec, console: pages }: Customer): Record<string, unknown> {
  const { oaVersion } = pages;
  const etag = `"i${pages.versions.integration}"`;
  const version = spec.deployment === 'private' ? { productVersion: spec.version } : {};
  return { deployment: spec.deployment, ...version, etag, oaVersion, ...shownFields(pages.sets[oaVersion]) };
}

export function shownCategory({ version, ...category }: CategoryPage): Record<string, unknown> {
  return { ...category, etag: `"k${version}"` };
}

function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}
