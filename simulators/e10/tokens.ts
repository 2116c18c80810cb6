import { hexOf } from '../kernel/random.js';
import type { Customer } from '../tenant/customer.js';
import type { App } from '../tenant/identity.js';

const CODE_MS = 10 * 60_000;
const DROPPED_AFTER = 20_000;

/** Who stands behind an access token. */
export interface TokenHolder {
  customer: Customer;
  app: App;
}

/** Codes and tokens of the open platform (`facts/weaver.md` §1.2). */
export interface Tokens {
  issueCode(corpId: string): string;
  /** The corpId a code was made for; a code works once, for ten minutes. */
  spendCode(code: string): string | undefined;
  issue(holder: TokenHolder, livesMs: number, killOlder: boolean): string;
  /** Undefined for unknown and expired tokens. */
  holderOf(token: string): TokenHolder | undefined;
}

/** Old codes and tokens are dropped by number, so that long runs do not grow. */
export function createTokens(seed: number): Tokens {
  const codes = new Map<string, { corpId: string; until: number }>();
  const tokens = new Map<string, TokenHolder & { until: number }>();
  const latest = new Map<string, string>();
  let issued = 0;

  return {
    issueCode(corpId) {
      const code = hexOf(32, seed, 'code', ++issued, process.pid);
      codes.set(code, { corpId, until: Date.now() + CODE_MS });
      dropOldest(codes);
      return code;
    },
    spendCode(code) {
      const known = codes.get(code);
      codes.delete(code);
      return known !== undefined && known.until > Date.now() ? known.corpId : undefined;
    },
    issue(holder, livesMs, killOlder) {
      const older = latest.get(holder.app.appKey);
      if (killOlder && older !== undefined) tokens.delete(older);
      const token = hexOf(40, seed, 'token', ++issued, process.pid);
      tokens.set(token, { ...holder, until: Date.now() + livesMs });
      latest.set(holder.app.appKey, token);
      dropOldest(tokens);
      return token;
    },
    holderOf(token) {
      const known = tokens.get(token);
      return known !== undefined && known.until > Date.now() ? known : undefined;
    },
  };
}

function dropOldest(kept: Map<string, unknown>): void {
  const oldest = kept.keys().next().value;
  if (kept.size > DROPPED_AFTER && oldest !== undefined) kept.delete(oldest);
}
