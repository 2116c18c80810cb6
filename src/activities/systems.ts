import type { SecretField, Tenant } from '../domain/tenant.js';
import type { Seen } from '../domain/work-orders/answers.js';
import type { ConsoleDriver } from '../gateways/console/driver.js';
import type { E10, OaKind } from '../gateways/e10/e10.js';
import type { E9 } from '../gateways/e9/e9.js';
import type { ReverseProxy, RouteProbe } from '../gateways/proxy/proxy.js';
import type { Qiyuesuo } from '../gateways/qiyuesuo/qiyuesuo.js';

/**
 * The outside systems of one tenant, opened when first asked for: a step that needs the console alone resolves no secret of
 * E10. Opening resolves secret references; the values stay in here. A missing one throws `SecretMissing`.
 */
export interface Systems {
  console(): Promise<ConsoleDriver>;
  /** E10 as Qiyuesuo's own app sees it; undefined for a public tenant without one. */
  e10(): Promise<E10 | undefined>;
  /** E10 for our own checks: the tenant's `ownApp`, so that Qiyuesuo's token is left alone, or else Qiyuesuo's app. */
  checks(): Promise<E10 | undefined>;
  oaKind(): Promise<OaKind>;
  /** Undefined where the file has no credentials for E9's people. */
  e9(): Promise<E9 | undefined>;
  qiyuesuo(): Promise<Qiyuesuo>;
  routes(): RouteProbe;
  /** Undefined where this worker is not told to change the site's proxy. */
  proxy(): ReverseProxy | undefined;
  secrets(): Promise<TenantSecrets>;
  /** The secret as it was before the migration, where the file has a reference to it. */
  previousSecret(field: SecretField): Promise<string | undefined>;
}

export interface TenantSecrets {
  encryptionKey: string;
  appSecret?: string;
}

/** `pages`: what people said that the console shows, for the driver `manual`. */
export type OpenSystems = (tenant: Tenant, pages?: Seen) => Systems;
