import type { Customer } from './customer.js';

/** The tenant's entry of a batch file, as its operator would have written it; mistakes of the specification included. */
export function entryOf(customer: Customer): Record<string, unknown> {
  const { spec, identity, at } = customer;
  const env = (name: string) => ({ env: variable(customer, name) });
  const isPrivate = spec.deployment === 'private';
  const { app, ownApp } = identity;
  const entry = {
    id: spec.id,
    name: spec.name,
    tags: spec.tags,
    qiyuesuo: {
      deployment: spec.deployment,
      ...(isPrivate ? { version: spec.version, signing: at.signing, dialect: spec.entryDialect } : {}),
      console: at.console,
      openApi: at.openApi,
      token: env('QYS_TOKEN'),
      secret: env('QYS_SECRET'),
      driver: 'api',
      api: { address: `${at.console}/console/v1`, token: { env: consoleTokenName(customer) } },
      ...(spec.previousSecrets === true
        ? { previous: { encryptionKey: env('OLD_ENCRYPTION_KEY'), appSecret: env('OLD_APP_SECRET') } }
        : {}),
    },
    ...(isPrivate
      ? {
          e9: {
            address: at.e9,
            ...(spec.e9Hr
              ? { hr: { token: env('HR_TOKEN'), body: spec.quirks.hrBody === 'json' ? 'json' : 'form' } }
              : {}),
          },
        }
      : {}),
    e10: {
      address: at.e10,
      tenantKey: spec.wrongTenantKey ? 'tzzzzzzzz9' : identity.tenantKey,
      ...(isPrivate
        ? {
            corpId: spec.wrongCorpId ? app.corpId.replaceAll(/./g, 'f') : app.corpId,
            appKey: app.appKey,
            appSecret: env('APP_SECRET'),
          }
        : {}),
      ...(spec.ownApp
        ? { ownApp: { corpId: ownApp.corpId, appKey: ownApp.appKey, appSecret: env('OWN_APP_SECRET') } }
        : {}),
    },
  };
  return laidOver(entry, spec.entry);
}

/** The values behind the references of the entry. */
export function secretsOf(customer: Customer): Record<string, string> {
  const { identity } = customer;
  const own = Object.fromEntries(
    Object.entries({
      QYS_TOKEN: identity.openApi.token,
      QYS_SECRET: identity.openApi.secret,
      HR_TOKEN: identity.hrToken,
      APP_SECRET: identity.app.appSecret,
      OWN_APP_SECRET: identity.ownApp.appSecret,
      OLD_ENCRYPTION_KEY: identity.previous.encryptionKey,
      OLD_APP_SECRET: identity.previous.appSecret,
    }).map(([name, value]) => [variable(customer, name), value]),
  );
  return { ...own, [consoleTokenName(customer)]: identity.consoleToken };
}

function consoleTokenName(customer: Customer): string {
  return customer.spec.consoleToken === 'shared' ? 'SHARED_CONSOLE_TOKEN' : variable(customer, 'CONSOLE_TOKEN');
}

function variable({ id }: Customer, name: string): string {
  return `${id.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_${name}`;
}

/** Mapping by mapping; lists and values replace. */
function laidOver(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const laid = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = laid[key];
    laid[key] = isMapping(value) && isMapping(below) ? laidOver(below, value) : value;
  }
  return laid;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
