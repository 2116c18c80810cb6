import { originOf } from '../addresses.js';
import type { E10Access, SecretRef, Tenant } from '../tenant.js';

/** The outside systems that take credentials, as failures name them. */
export type EndpointSystem = 'console' | 'qiyuesuo' | 'e10' | 'e9';

/** An address together with the credentials that it is called with: what one expired token takes down. */
export interface Endpoint {
  system: EndpointSystem;
  /** Called with our own app of E10 (`ownApp`), and not with Qiyuesuo's. */
  isOwnApp?: true;
  /** Stable and for people: `console https://adapter.example (env CONSOLE_TOKEN)`. Names references, never values. */
  key: string;
}

/** The endpoints of a tenant. Two tenants with the same key share a credential: where it is refused, it is refused for both. */
export function endpointsOf({ qiyuesuo, e10, e9 }: Tenant): Endpoint[] {
  return [
    ...(qiyuesuo.driver === 'api' && qiyuesuo.api
      ? [endpoint('console', qiyuesuo.api.address, [named(qiyuesuo.api.token)])]
      : []),
    endpoint('qiyuesuo', qiyuesuo.openApi, [named(qiyuesuo.token), named(qiyuesuo.secret)]),
    ...appOf(e10.openPlatform, e10),
    ...appOf(e10.openPlatform, e10.ownApp).map((one) => ({ ...one, isOwnApp: true as const })),
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

/** E10 takes the three together (`facts/weaver.md` §1.2). */
function appOf(address: string, app: Pick<E10Access, 'corpId' | 'appKey' | 'appSecret'> = {}): Endpoint[] {
  const { corpId, appKey, appSecret } = app;
  if (corpId === undefined || appKey === undefined || !appSecret) return [];
  return [endpoint('e10', address, [corpId, appKey, named(appSecret)])];
}

/** Of the endpoints that a tenant shares the one that has refused; undefined where that is its own. */
export function refusingOf(
  shared: readonly Endpoint[],
  { system, isOwnApp }: { system: string | undefined; isOwnApp: boolean },
): Endpoint | undefined {
  return shared.find((one) => one.system === system && (one.system !== 'e10' || (one.isOwnApp ?? false) === isOwnApp));
}

function endpoint(system: EndpointSystem, address: string, credentials: string[]): Endpoint {
  return { system, key: `${system} ${originOf(address) ?? address} (${credentials.join(', ')})` };
}

function named(reference: SecretRef): string {
  return 'env' in reference ? `env ${reference.env}` : `file ${reference.file}`;
}
