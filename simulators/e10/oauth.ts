import type { Hono } from 'hono';
import { jsonAnswer, readFields, readJson, textOf, type Payload } from '../kernel/payload.js';
import type { Quirks } from '../tenant/quirks.js';
import type { E10Context, E10Env, E10Host } from './host.js';

const STATE = /^[a-zA-Z0-9]{1,128}$/;

/** The exchange of app credentials for a token (`facts/weaver.md` §1.2). */
export function addOauthRoutes(platform: Hono<E10Env>, host: E10Host): void {
  platform.get('/oauth2/authorize', (c) => authorize(c, host, c.req.query()));
  // One public client posts JSON here (§1.2).
  platform.post('/oauth2/authorize', (c) => authorize(c, host, readJson(c.get('body')) ?? {}));
  platform.post('/oauth2/access_token', (c) => accessToken(c, host));
}

/** Code and text of a failure, as the site writes codes. */
export function oauthFailure(quirks: Quirks, code: string, message: string): Response {
  return jsonAnswer({ errcode: asWritten(quirks, code), errmsg: message });
}

/** `"0"` at one site, `0` at another (§1.3). */
export function asWritten(quirks: Quirks, code: string): string | number {
  return quirks.errcodeAs === 'number' ? Number(code) : code;
}

function authorize(c: E10Context, host: E10Host, fields: Payload): Response {
  const quirks = host.quirks(c);
  const corpId = textOf(fields['corpid']) ?? '';
  const state = textOf(fields['state']);
  if (corpId === '' || textOf(fields['response_type']) !== 'code') return oauthFailure(quirks, '3000', '参数错误');
  if (state !== undefined && !STATE.test(state)) return oauthFailure(quirks, '3000', 'state 参数错误');
  if (quirks.corpIdChecked === 'authorize' && host.customerByCorpId(corpId) === undefined) {
    return oauthFailure(quirks, '200002', 'corpid 无效');
  }
  return jsonAnswer({ errcode: asWritten(quirks, '0'), errmsg: 'success', code: host.tokens.issueCode(corpId) });
}

function accessToken(c: E10Context, host: E10Host): Response {
  const quirks = host.quirks(c);
  const type = c.req.header('Content-Type') ?? '';
  const isJson = type.includes('json');
  if (quirks.tokenBody !== 'both' && isJson !== (quirks.tokenBody === 'json'))
    return oauthFailure(quirks, '500', '系统繁忙');

  const fields = readFields(c.get('body'), type);
  const named = (name: string) => textOf(fields[name]) ?? '';
  if (named('grant_type') !== 'authorization_code') return oauthFailure(quirks, '3000', 'grant_type 参数错误');
  const corpId = host.tokens.spendCode(named('code'));
  if (corpId === undefined) return oauthFailure(quirks, '200004', 'code 无效或已使用');

  const customer = host.customerByAppKey(named('app_key'));
  const { app, ownApp } = customer?.identity ?? {};
  const caller = [app, ownApp].find((candidate) => candidate?.appKey === named('app_key'));
  if (customer === undefined || caller === undefined)
    return oauthFailure(quirks, '200005', 'app_key 或 app_secret 错误');
  if (caller.appSecret !== named('app_secret') || caller.corpId !== corpId) {
    return oauthFailure(quirks, '200005', 'app_key 或 app_secret 错误');
  }
  const livesMs = quirks.tokenLivesMs ?? quirks.tokenSeconds * 1_000;
  const token = host.tokens.issue({ customer, app: caller }, livesMs, quirks.secondTokenKillsFirst);
  return jsonAnswer({
    errcode: asWritten(quirks, '0'),
    errmsg: 'success',
    ...(quirks.tokenField === 'acessToken' ? {} : { accessToken: token }),
    ...(quirks.tokenField === 'accessToken' ? {} : { acessToken: token }),
    refreshToken: host.tokens.issueCode('refresh'),
    expires_in: quirks.tokenSeconds,
  });
}
