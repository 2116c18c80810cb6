import { createHash } from 'node:crypto';
import type { Customer } from '../tenant/customer.js';
import type { SystemContext } from '../kernel/system.js';

const WINDOW_MS = 15 * 60_000;

/** `MD5(token + secret + timestamp [+ nonce])`, lower-case hexadecimal (`facts/qiyuesuo.md` §1.2). */
export function digest(...parts: readonly string[]): string {
  return createHash('md5').update(parts.join(''), 'utf8').digest('hex');
}

/** Checks signature, clock and repeated nonces as a Qiyuesuo does; the reason where it refuses. */
export function createSignatureCheck(): (
  c: SystemContext<Customer>,
  customer: Customer,
  prefix: 'x-qys-' | 'x-qys-open-',
) => string | undefined {
  const used = new Map<string, number>();

  return (c, { identity, spec }, prefix) => {
    const header = (name: string) => c.req.header(`${prefix}${name}`) ?? '';
    const { token, secret } = identity.openApi;
    const [timestamp, nonce, signature] = [header('timestamp'), header('nonce'), header('signature')];
    if (header('accesstoken') !== token) return 'INVALID TOKEN';
    const isPublic = prefix === 'x-qys-open-';
    const legacy = !isPublic && spec.dialect === 'legacy';
    const withNonce = signature === digest(token, secret, timestamp, nonce) && nonce !== '';
    const without = signature === digest(token, secret, timestamp);
    const fits = legacy ? without : withNonce || (without && spec.quirks.acceptsBothDialects);
    if (!fits) return 'SIGNATURE ERROR';
    if (legacy && !spec.quirks.legacyChecksClock) return undefined;
    const now = Date.now() + spec.quirks.clockSkewMs;
    if (Math.abs(now - Number(timestamp)) > WINDOW_MS) return 'TIMESTAMP EXPIRED';
    if (nonce === '') return undefined;
    if (used.has(nonce)) return 'NONCE REPEATED';
    used.set(nonce, now);
    if (used.size > 50_000) used.delete(used.keys().next().value ?? '');
    return undefined;
  };
}
