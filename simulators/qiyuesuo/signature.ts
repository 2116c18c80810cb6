import { createHash } from 'node:crypto';
import type { SystemContext } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';

const NONCE_MS = { private: 15 * 60_000, public: 10 * 60_000 };
const PREFIX = { private: 'x-qys-', public: 'x-qys-open-' };

/** Why a request was refused. Only the public cloud tells a missing header from a wrong one. */
export interface SignatureRefusal {
  missing: boolean;
  message: string;
}

/** `MD5(token + secret + timestamp [+ nonce])`, lower-case hexadecimal (`facts/qiyuesuo.md` §1.2). */
export function digest(...parts: readonly string[]): string {
  return createHash('md5').update(parts.join(''), 'utf8').digest('hex');
}

/** Checks token, signature, clock and repeated nonces (`facts/qiyuesuo.md` §1.2, §1.3); the reason where it refuses. */
export function createSignatureCheck(): (
  c: SystemContext<Customer>,
  customer: Customer,
) => SignatureRefusal | undefined {
  const noncesOf = new Map<string, Map<string, number>>();

  function isRepeated(customer: Customer, nonce: string, now: number): boolean {
    const nonces = noncesOf.get(customer.id) ?? new Map<string, number>();
    noncesOf.set(customer.id, nonces);
    // Oldest first, so that the loop ends at the first that still counts.
    for (const [old, at] of nonces) {
      if (now - at <= NONCE_MS[customer.spec.deployment]) break;
      nonces.delete(old);
    }
    if (nonces.has(nonce)) return true;
    nonces.set(nonce, now);
    return false;
  }

  return (c, customer) => {
    const { identity, spec } = customer;
    const header = (name: string) => c.req.header(`${PREFIX[spec.deployment]}${name}`) ?? '';
    const { token, secret } = identity.openApi;
    const [presented, timestamp, nonce, signature] = ['accesstoken', 'timestamp', 'nonce', 'signature'].map(header);
    if (!presented || !timestamp || !signature) return { missing: true, message: 'MISSING HEADER' };
    if (presented !== token) return refusal('INVALID TOKEN');

    const isLegacy = spec.deployment === 'private' && spec.dialect === 'legacy';
    const withNonce = nonce !== undefined && nonce !== '' && signature === digest(token, secret, timestamp, nonce);
    const withoutNonce = signature === digest(token, secret, timestamp);
    const fits = isLegacy ? withoutNonce : withNonce || (withoutNonce && spec.quirks.acceptsBothDialects);
    if (!fits) return refusal('SIGNATURE ERROR');

    if (isLegacy && !spec.quirks.legacyChecksClock) return undefined;
    const now = Date.now() + spec.quirks.clockSkewMs;
    if (!(Math.abs(now - Number(timestamp)) <= spec.quirks.signatureMs)) return refusal('TIMESTAMP EXPIRED');
    return withNonce && isRepeated(customer, nonce, now) ? refusal('NONCE REPEATED') : undefined;
  };
}

function refusal(message: string): SignatureRefusal {
  return { missing: false, message };
}
