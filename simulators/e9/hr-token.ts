import { createHash } from 'node:crypto';
import { readJson, textOf, type Payload } from '../kernel/payload.js';
import type { SystemContext } from '../kernel/system.js';

/** Key and time stamp of the per-request token. */
export interface PresentedToken {
  key: string;
  ts: string;
}

/** `UPPER(MD5(token + ts))`, or SM3 at some sites. */
export function tokenKey(digest: 'md5' | 'sm3', token: string, ts: string): string {
  return createHash(digest)
    .update(token + ts)
    .digest('hex')
    .toUpperCase();
}

/** As headers `key` and `ts`, or as field `token` of the body. */
export function presentedToken<T>(c: SystemContext<T>, fields: Payload): PresentedToken | undefined {
  const field = fields['token'];
  const inBody =
    typeof field === 'string' ? (readJson(field) ?? {}) : typeof field === 'object' ? (field as Payload | null) : {};
  const key = c.req.header('key') ?? textOf(inBody?.['key']);
  const ts = c.req.header('ts') ?? textOf(inBody?.['ts']);
  return key === undefined || ts === undefined ? undefined : { key, ts };
}
