import { originOf } from '../addresses.js';
import type { SecretRef, Tenant } from '../tenant.js';

/** The outside systems that take credentials, as failures name them. */
export type EndpointSystem = 'console' | 'qiyuesuo' | 'e10' | 'e9';

/** An address together with the credentials that it is called with: what one expired token takes down. */
export interface Endpoint {
  system: EndpointSystem;
  /** Stable and for people: `console https://adapter.example (env CONSOLE_TOKEN)`. Names references, never values. */
  key: string;
}

/** The endpoints of a tenant. Two tenants with the same key share a credential: where it is refused, it is refused for both. */
export function endpointsOf({ qiyuesuo, e10, e9 }: Tenant): Endpoint[] {
  const { appKey, appSecret } = e10.ownApp ?? e10;
  return [
    ...(qiyuesuo.driver === 'api' && qiyuesuo.api
      ? [endpoint('console', qiyuesuo.api.address, [named(qiyuesuo.api.token)])]
      : []),
    endpoint('qiyuesuo', qiyuesuo.openApi, [named(qiyuesuo.token), named(qiyuesuo.secret)]),
    ...(appKey === undefined || !appSecret ? [] : [endpoint('e10', e10.openPlatform, [appKey, named(appSecret)])]),
    ...(e9?.hr?.token ? [endpoint('e9', e9.address, [named(e9.hr.token)])] : []),
  ];
}

/** Scheme, host and port of everything that a tenant's migration calls: what `targets` of the batch file limits. */
export function targetsOf({ qiyuesuo, e10, e9 }: Tenant): string[] {
  const addresses = [
    qiyuesuo.api?.address ?? qiyuesuo.console,
    qiyuesuo.openApi,
    e10.address,
    e10.openPlatform,
    e9?.address,
  ];
  return [...new Set(addresses.flatMap((address) => (address === undefined ? [] : (originOf(address) ?? []))))];
}

function endpoint(system: EndpointSystem, address: string, credentials: string[]): Endpoint {
  return { system, key: `${system} ${originOf(address) ?? address} (${credentials.join(', ')})` };
}

function named(reference: SecretRef): string {
  return 'env' in reference ? `env ${reference.env}` : `file ${reference.file}`;
}
