import { createHash } from 'node:crypto';

/** The three ways to sign a call (`facts/qiyuesuo.md` §1.2): the public cloud's, and the newer and the older private cloud's. */
export type SignatureDialect = 'public' | 'nonce' | 'legacy';

export interface SignatureInput {
  token: string;
  secret: string;
  /** Unix time in milliseconds. */
  timestamp: string;
  /** Usable once per ten to fifteen minutes, so a new one for every attempt. The `legacy` dialect has none. */
  nonce: string;
}

/**
 * The headers that sign one attempt: MD5 over token, secret, time and (except `legacy`) nonce, without separators. Address, query
 * and body are not part of it.
 */
export function signedHeaders(dialect: SignatureDialect, input: SignatureInput): Record<string, string> {
  const prefix = dialect === 'public' ? 'x-qys-open-' : 'x-qys-';
  return {
    [`${prefix}accesstoken`]: input.token,
    [`${prefix}timestamp`]: input.timestamp,
    ...(dialect === 'legacy' ? {} : { [`${prefix}nonce`]: input.nonce }),
    [`${prefix}signature`]: signature(dialect, input),
  };
}

/** 32 lower-case hexadecimal digits; vectors in `facts/qiyuesuo.md` §1.7. */
export function signature(dialect: SignatureDialect, { token, secret, timestamp, nonce }: SignatureInput): string {
  const text = token + secret + timestamp + (dialect === 'legacy' ? '' : nonce);
  return createHash('md5').update(text, 'utf8').digest('hex');
}
