import { sameAddress } from './addresses.js';
import type { Fingerprint, IntegrationField, IntegrationFields, Integration } from './settings.js';
import type { SecretField, Tenant } from './tenant.js';

/** 加密密钥 as the procedure prints it: a public constant, used where the tenant brings none (`facts/weaver.md` §6). */
export const DOCUMENTED_ENCRYPTION_KEY = '60fb3ed9-3e18-4f';

export const SECRET_FIELDS = ['encryptionKey', 'appSecret'] as const satisfies readonly SecretField[];

export const INTEGRATION_FIELDS = [
  'singleSignOn',
  'oaAddress',
  'teamCode',
  'syncSource',
  'openPlatformAddress',
  'appKey',
  'corpId',
  ...SECRET_FIELDS,
] as const satisfies readonly IntegrationField[];

const ADDRESS_FIELDS: readonly IntegrationField[] = ['oaAddress', 'openPlatformAddress'];

export type SecretFingerprints = Partial<Record<SecretField, Fingerprint>>;

/** The integration fields after the move (`facts/official-procedure.zh.md`, part one step 2, part two step 2). */
export function wantedFields(tenant: Tenant, fingerprints: SecretFingerprints): IntegrationFields {
  const { e10 } = tenant;
  const both = { singleSignOn: true, oaAddress: e10.address, teamCode: e10.tenantKey };
  if (tenant.qiyuesuo.deployment === 'public') return both;
  return {
    ...both,
    syncSource: 'https',
    openPlatformAddress: e10.openPlatform,
    ...(e10.appKey === undefined ? {} : { appKey: e10.appKey }),
    ...(e10.corpId === undefined ? {} : { corpId: e10.corpId }),
    ...fingerprints,
  };
}

/** Two spellings of one address are one value. */
export function sameField(field: IntegrationField, one: unknown, other: unknown): boolean {
  if (ADDRESS_FIELDS.includes(field)) return sameAddress(one as string | undefined, other as string | undefined);
  return (one ?? null) === (other ?? null);
}

/**
 * The wanted fields that the page does not show. A secret that the page does not show at all counts as changed only
 * together with another field: a console that hides secrets could otherwise never be found equal.
 */
export function differingFields(found: Integration, wanted: IntegrationFields): IntegrationField[] {
  const differing = INTEGRATION_FIELDS.filter(
    (field) => wanted[field] !== undefined && !sameField(field, found.fields[field], wanted[field]),
  );
  const hidden = (field: IntegrationField) => isSecretField(field) && found.fields[field] === undefined;
  return found.oaVersion === 'E10' && differing.every(hidden) ? [] : differing;
}

export function isSecretField(field: string): field is SecretField {
  return (SECRET_FIELDS as readonly string[]).includes(field);
}

/** How a field reads in plans and reports: secrets only ever arrive here as fingerprints. */
export function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
