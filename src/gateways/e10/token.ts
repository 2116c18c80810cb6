import { randomBytes } from 'node:crypto';
import { GatewayError, Rejected, Unauthenticated } from '../errors.js';
import type { Http } from '../http.js';
import type { E10App } from './e10.js';
import { classifyAuthorize, classifyToken, CODE_SPENT } from './errcodes.js';
import { AccessToken, AuthorizationCode } from './schema.js';

/** How the body of access_token travels; sites differ (`facts/weaver.md` §1.2). */
export type TokenBody = 'form' | 'json';

export interface HeldToken {
  token: string;
  /** Milliseconds since 1970, with a margin before the platform's own end. */
  renewAt: number;
}

const MARGIN_MS = 120_000;

/**
 * Takes tokens for one app: a code from authorize, then a token for the code, since a code works once. Form first, as the
 * official page has it; JSON once where the site wants that. The body that worked is used from then on.
 */
export function createTokenSource(http: Http, app: E10App, now: () => number): () => Promise<HeldToken> {
  let body: TokenBody | undefined;

  async function take(as: TokenBody): Promise<HeldToken> {
    const { code } = await http.get('/oauth2/authorize', AuthorizationCode, {
      query: { corpid: app.corpId, response_type: 'code', state: randomBytes(16).toString('hex') },
      classify: classifyAuthorize,
      mask: [app.appSecret],
    });
    const fields = { app_key: app.appKey, app_secret: app.appSecret, grant_type: 'authorization_code', code };
    const sentAt = now();
    const { token, lifetimeMs } = await http.post('/oauth2/access_token', AccessToken, {
      ...(as === 'form' ? { form: fields } : { json: fields }),
      classify: classifyToken,
      mask: [app.appSecret, code],
    });
    body = as;
    return { token, renewAt: sentAt + lifetimeMs - Math.min(MARGIN_MS, lifetimeMs / 2) };
  }

  /** A code that E10 calls spent is replaced once: an answer may have been lost on the way. */
  async function takeAgainIfSpent(as: TokenBody): Promise<HeldToken> {
    try {
      return await take(as);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== CODE_SPENT) throw error;
      return take(as);
    }
  }

  return async () => {
    if (body !== undefined) return takeAgainIfSpent(body);
    try {
      return await takeAgainIfSpent('form');
    } catch (error) {
      if (!mayDislikeForm(error)) throw error;
      try {
        return await take('json');
      } catch (second) {
        throw telling(error, second);
      }
    }
  };
}

/**
 * Anything that access_token itself answers but "wrong credentials" may come from a body that it did not read; HTTP 500 too,
 * since "系统繁忙" is what the official page names and not its status. 502 to 504 come from what stands in front of it.
 */
function mayDislikeForm(error: unknown): error is GatewayError {
  if (!(error instanceof GatewayError) || error instanceof Unauthenticated || !error.path.endsWith('/access_token'))
    return false;
  return error.status !== undefined && (error.status < 300 || [400, 415, 500].includes(error.status));
}

/**
 * Of two refusals the one to show: what is worth a retry, then what names the credentials, then what was said to the body
 * that the site read. A form that got no code of E10 was not read.
 */
function telling(form: GatewayError, json: unknown): unknown {
  if (!(json instanceof GatewayError) || json instanceof Unauthenticated) return json;
  const outage = json.retryable && (json.status === undefined || json.status >= 400);
  const formWasRead = form instanceof Rejected && form.code !== undefined;
  return outage || !formWasRead ? json : form;
}
