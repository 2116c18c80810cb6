import type { Payload } from '../../kernel/payload.js';
import type { Customer } from '../../tenant/customer.js';
import type { OaVersion } from '../../tenant/spec.js';
import type { FieldError } from '../answers.js';
import { formErrors, storeForm, storeVersion } from '../integration.js';
import { integrationTag } from '../shown.js';
import type { Fields } from '../state.js';
import { saved, shown, sorry, type Act } from './ask.js';

/** What a page shows in place of a secret. */
const MASK = '******';

const SECRETS = ['encryptionKey', 'appSecret'] as const;
const TEXTS = ['oaAddress', 'teamCode', 'syncSource', 'openPlatformAddress', 'appKey', 'corpId'] as const;

/** The form of the stored OA version, or of the one that was just chosen. */
export const loadIntegration: Act = (ask) => {
  const { customer } = ask;
  const { oaVersion, sets } = customer.console;
  const version = versionOf(ask.given['version']) ?? oaVersion;
  const tag = integrationTag(customer.console);
  return shown(ask, { oaVersion, version, tag, values: shownValues(customer, sets[version]) });
};

/** The dialog of the switch, where it stores by itself. */
export const switchIntegration: Act = (ask) => {
  const to = versionOf(ask.given['version']);
  if (to === undefined) return sorry('参数错误');
  return saved(ask, {
    effect: 'integration.oaVersion',
    values: { oaVersion: to },
    errors: () => [],
    store: () => storeVersion(ask.customer, to),
  });
};

/** 保存: stores what the form holds; fields that it does not show stay as they were. */
export const saveIntegration: Act = (ask) => {
  const { customer } = ask;
  const { version, ...given } = ask.given;
  const to = versionOf(version) ?? customer.console.oaVersion;
  const switches = to !== customer.console.oaVersion;
  const mayDeactivate = customer.spec.deployment === 'public' && to === 'E10' && isEmpty(given);
  return saved(ask, {
    effect: switches ? 'integration.oaVersion+integration.fields' : 'integration.fields',
    tag: integrationTag(customer.console),
    values: unmasked(customer, given),
    errors: (values) => pageErrors(bodyOf(customer, to, values)),
    store(values) {
      const body = bodyOf(customer, to, values);
      if (switches) storeVersion(customer, to);
      storeForm(customer, body);
      if (mayDeactivate) storeVersion(customer, 'E9');
    },
  });
};

function shownValues({ spec }: Customer, fields: Fields): Record<string, unknown> {
  const values: Record<string, unknown> = { ...fields };
  if (spec.web.secrets === 'shown') return values;
  for (const name of SECRETS) if (values[name] !== undefined) values[name] = MASK;
  return values;
}

/** Stars that come back mean the secret as it is, unless this console takes them for the new one. */
function unmasked({ spec }: Customer, given: Payload): Payload {
  if (spec.web.secrets !== 'masked') return given;
  return Object.fromEntries(Object.entries(given).filter(([name, value]) => !isSecret(name) || value !== MASK));
}

/** The form as the contract would send it. */
function bodyOf({ console: pages }: Customer, oaVersion: OaVersion, values: Payload): Payload {
  const set: Payload = { ...pages.sets[oaVersion] };
  const stored = Object.fromEntries(TEXTS.map((name) => [name, set[name] ?? '']));
  return { oaVersion, singleSignOn: set['singleSignOn'], ...stored, ...values };
}

/** A mask that is taken for a secret is not measured. */
function pageErrors(body: Payload): FieldError[] {
  return formErrors(body['encryptionKey'] === MASK ? { ...body, encryptionKey: '' } : body);
}

function versionOf(value: unknown): OaVersion | undefined {
  return value === 'E9' || value === 'E10' ? value : undefined;
}

/** The public cloud's page has no other way to leave E10. */
function isEmpty({ singleSignOn, oaAddress, teamCode }: Payload): boolean {
  return singleSignOn === false && oaAddress === '' && teamCode === '';
}

function isSecret(name: string): boolean {
  return (SECRETS as readonly string[]).includes(name);
}
