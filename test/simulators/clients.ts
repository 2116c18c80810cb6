import { randomUUID } from 'node:crypto';
import type { SimulatedTenant } from '../../simulators/world.js';
import { digest } from '../../simulators/qiyuesuo/signature.js';

/** An answer with its body read: JSON where it is JSON, else text. */
export interface Said {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
  text: string;
}

/** The value behind one of the references of a tenant's entry, by the end of its name. */
export function secretOf(tenant: SimulatedTenant, ending: string): string {
  const found = Object.entries(tenant.env).find(([name]) => name.endsWith(`_${ending}`));
  if (found === undefined) throw new Error(`${tenant.id} has no ${ending}`);
  return found[1];
}

/** Speaks the console contract with the tenant's session. */
export function consoleOf(tenant: SimulatedTenant) {
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Said> =>
    said(`${tenant.at.console}/console/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${secretOf(tenant, 'CONSOLE_TOKEN')}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    call,
    get: (path: string) => call('GET', path),
    /** With the present ETag, unless another one is given. */
    async put(path: string, body: unknown, etag?: string): Promise<Said> {
      const of = path === '/integration/oa-version' ? '/integration' : path;
      const present = etag ?? (await call('GET', of)).headers.get('ETag') ?? '';
      return call('PUT', path, body, { 'If-Match': present });
    },
    run: (key: string) => call('POST', '/people-sync/runs', undefined, { 'Idempotency-Key': key }),
  };
}

export interface Signing {
  timestamp?: string;
  nonce?: string;
  signature?: string;
  token?: string;
  legacy?: boolean;
}

/** Speaks the open API of either cloud, signed as documented where nothing else is said. */
export function openApiOf(tenant: SimulatedTenant) {
  const prefix = tenant.spec.deployment === 'public' ? 'x-qys-open-' : 'x-qys-';
  return {
    bare: (path: string) => said(`${tenant.at.openApi}${path}`, {}),
    get(path: string, signing: Signing = {}): Promise<Said> {
      const { timestamp = String(Date.now()), nonce = randomUUID(), legacy = false } = signing;
      const token = signing.token ?? secretOf(tenant, 'QYS_TOKEN');
      const secret = secretOf(tenant, 'QYS_SECRET');
      const signature = signing.signature ?? digest(token, secret, timestamp, ...(legacy ? [] : [nonce]));
      const headers = {
        [`${prefix}accesstoken`]: token,
        [`${prefix}timestamp`]: timestamp,
        [`${prefix}signature`]: signature,
        ...(legacy ? {} : { [`${prefix}nonce`]: nonce }),
      };
      return said(`${tenant.at.openApi}${path}`, { headers });
    },
  };
}

/** Any request; redirects are not followed. */
export async function said(url: string, init: RequestInit): Promise<Said> {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  const text = await response.text();
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Plain text and pages have no body to look into.
  }
  return { status: response.status, headers: response.headers, body, text };
}

/** The E10 form as the migration fills it in. */
export function e10Form(tenant: SimulatedTenant, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { address, tenantKey, corpId, appKey } = tenant.entry()['e10'] as Record<string, string>;
  return {
    oaVersion: 'E10',
    singleSignOn: true,
    oaAddress: address,
    teamCode: tenantKey,
    syncSource: 'https',
    openPlatformAddress: `${address}/openserver`,
    appKey,
    corpId,
    appSecret: secretOf(tenant, 'APP_SECRET'),
    ...more,
  };
}

/** Switches to E10 and fills in the form. */
export async function moved(tenant: SimulatedTenant, more: Record<string, unknown> = {}) {
  const console = consoleOf(tenant);
  await console.put('/integration/oa-version', { oaVersion: 'E10' });
  await console.put('/integration', e10Form(tenant, more));
  return console;
}
