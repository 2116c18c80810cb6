import type { Payload } from '../kernel/payload.js';
import type { Customer } from '../tenant/customer.js';
import type { OaVersion } from '../tenant/spec.js';
import { bodyOf, refuseFields, refuseTag, problem, tagged, type ConsoleContext, type FieldError } from './answers.js';
import { switchPeopleSync } from './pages.js';
import { integrationTag, shownIntegration } from './shown.js';
import type { Fields } from './state.js';

const PLAIN = ['oaAddress', 'teamCode', 'syncSource', 'openPlatformAddress', 'appKey', 'corpId'] as const;
const SECRETS = ['encryptionKey', 'appSecret'] as const;
const KNOWN: readonly string[] = ['oaVersion', 'singleSignOn', ...PLAIN, ...SECRETS];

/** Saves the form of the current OA version. What is absent is emptied, except a secret, which stays as it was. */
export function putIntegration(c: ConsoleContext, customer: Customer): Response {
  const { console: pages } = customer;
  const body = bodyOf(c);
  const refused = refuseTag(c, integrationTag(pages)) ?? refuseFields(formErrors(body));
  if (refused) return refused;
  if (body['oaVersion'] !== pages.oaVersion) {
    return problem(409, 'wrong-oa-version', 'another OA version is stored', { detail: `现为 ${pages.oaVersion}` });
  }
  storeForm(customer, body);
  c.set('effect', 'integration.fields');
  return tagged(shownIntegration(customer));
}

/** The switch between E9 and E10, which may clear the scope of the people sync and reset the rest (`facts/qiyuesuo.md` §7, question 7). */
export function putOaVersion(c: ConsoleContext, customer: Customer): Response {
  const { console: pages } = customer;
  const { oaVersion: to, ...others } = bodyOf(c);
  const refused = refuseTag(c, integrationTag(pages)) ?? refuseFields(unknownFields(others, []));
  if (refused) return refused;
  if (to !== 'E9' && to !== 'E10') return problem(422, 'invalid-field', '保存失败', { errors: [versionError()] });
  storeVersion(customer, to);
  c.set('effect', 'integration.oaVersion');
  return tagged(shownIntegration(customer));
}

/** Fills the form of the stored OA version. */
export function storeForm({ console: pages }: Customer, body: Payload): void {
  fill(pages.sets[pages.oaVersion], body);
  pages.versions.integration += 1;
}

/** Stores the OA version, with all that a console does on a switch. */
export function storeVersion(customer: Customer, to: OaVersion): void {
  const { console: pages } = customer;
  if (to !== pages.oaVersion) {
    switchPeopleSync(customer, pages.oaVersion, to);
    pages.oaVersion = to;
    pages.versions.peopleSync += 1;
  }
  pages.versions.integration += 1;
}

/** The same object stays: a console with one set for both versions shows it twice. */
function fill(set: Fields, body: Payload): void {
  set.singleSignOn = body['singleSignOn'] === true;
  const texts = set as Partial<Record<(typeof PLAIN)[number] | (typeof SECRETS)[number], string>>;
  for (const name of PLAIN) put(texts, name, body[name] ?? '');
  for (const name of SECRETS) if (body[name] !== undefined) put(texts, name, body[name]);
}

/** An empty text is a field that was never filled in; it clears a secret, too. */
function put<K extends string>(set: Partial<Record<K, string>>, name: K, value: unknown): void {
  if (typeof value === 'string' && value !== '') set[name] = value;
  else delete set[name];
}

/** What the form does not take, field by field. */
export function formErrors(body: Payload): FieldError[] {
  const { oaVersion, singleSignOn, oaAddress, openPlatformAddress, syncSource, encryptionKey } = body;
  const errors = unknownFields(body, KNOWN);
  if (oaVersion !== 'E9' && oaVersion !== 'E10') errors.push(versionError());
  if (typeof singleSignOn !== 'boolean') errors.push({ field: 'singleSignOn', message: '必填' });
  if (oaAddress === undefined) errors.push({ field: 'oaAddress', message: '必填' });
  for (const name of [...PLAIN, ...SECRETS]) {
    if (body[name] !== undefined && typeof body[name] !== 'string') errors.push({ field: name, message: '必须为文本' });
  }
  if (!isAddress(oaAddress)) errors.push({ field: 'oaAddress', message: '地址格式错误' });
  if (!isAddress(openPlatformAddress)) errors.push({ field: 'openPlatformAddress', message: '地址格式错误' });
  if (!['https', 'database', '', undefined].includes(syncSource as string)) {
    errors.push({ field: 'syncSource', message: '取值错误' });
  }
  if (typeof encryptionKey === 'string' && ![0, 16].includes(encryptionKey.length)) {
    errors.push({ field: 'encryptionKey', message: '必须为16位' });
  }
  return errors;
}

function isAddress(value: unknown): boolean {
  return typeof value !== 'string' || value === '' || (URL.canParse(value) && /^https?:/.test(value));
}

function unknownFields(body: Payload, known: readonly string[]): FieldError[] {
  return Object.keys(body)
    .filter((key) => !known.includes(key))
    .map((field) => ({ field, message: '未知字段' }));
}

function versionError(): FieldError {
  return { field: 'oaVersion', message: '取值错误' };
}
