import type { Fingerprint, IntegrationFields } from './settings.js';
import type { SecretField } from './tenant.js';

/** Stands for a secret of which the console tells nothing: no fingerprint, and not that there is none. */
export const HIDDEN = '(not shown)';

/** SHA-256 of the empty text: how a console may show a secret that was cleared. */
const FINGERPRINT_OF_NOTHING = 'e3b0c442';

/**
 * What a form tells of a secret that stood in it before us: its fingerprint; null, there was none; or `HIDDEN`, nobody knows.
 *
 * By the contract (`api/console.openapi.yaml`) a secret is shown by its fingerprint or not at all. Two cases of the latter are
 * decided all the same. A console that shows one secret of the form would show the other, so there is none. And a form into which
 * nobody ever typed anything has no old secret to lose: it is what a console with one set of fields per OA version shows right
 * after a first switch to E10. Switches and choices do not count as typed: a page may come with them set.
 */
export function toldSecret(form: IntegrationFields, field: SecretField): Fingerprint | null {
  const absent = form[field] === undefined;
  return absent && (neverFilled(form) || form[otherThan(field)]) ? null : shownSecret(form, field);
}

/** The same of a form that may be ours by now: absent is `HIDDEN`, however empty the form. A proof knows no "must have been". */
export function toldNow(form: IntegrationFields, field: SecretField): Fingerprint | null {
  return form[field] === undefined && form[otherThan(field)] ? null : shownSecret(form, field);
}

function shownSecret(form: IntegrationFields, field: SecretField): Fingerprint | null {
  const value = form[field];
  if (value === undefined) return HIDDEN;
  return value === FINGERPRINT_OF_NOTHING ? null : value;
}

function otherThan(field: SecretField): SecretField {
  return field === 'appSecret' ? 'encryptionKey' : 'appSecret';
}

const TYPED = [
  'oaAddress',
  'teamCode',
  'openPlatformAddress',
  'appKey',
  'corpId',
  'encryptionKey',
  'appSecret',
] as const;

function neverFilled(form: IntegrationFields): boolean {
  return TYPED.every((field) => !form[field]);
}
