import { createE10 } from '../../../src/gateways/e10/open-platform.js';
import { createHttp } from '../../../src/gateways/http.js';
import { aServer, type Script, type ScriptedAnswer } from '../../support/scripted-server.js';

export const AUTHORIZE = 'GET /yth/openserver/oauth2/authorize';
export const TOKEN = 'POST /yth/openserver/oauth2/access_token';
export const EMPLOYEES = 'POST /yth/openserver/api/hrm/restful/queryEmployee';
export const UNITS = 'POST /yth/openserver/api/hrm/restful/queryOrg';
export const APP = { corpId: 'c'.repeat(32), appKey: 'k'.repeat(32), appSecret: 'canary-secret-4711' };

/** A page of rows as E10 answers it. */
export function rows(data: unknown[] | null, total: unknown = data?.length): ScriptedAnswer {
  return { json: { message: { errcode: '0' }, data: { total, data } } };
}

/** The gateway against an open platform that answers as scripted. Codes and tokens are numbered: `code-1` is exchanged for `token-1`. */
export async function anE10(routes: Record<string, Script> = {}, now?: () => number) {
  let codes = 0;
  let tokens = 0;
  const server = await aServer({
    [AUTHORIZE]: () => ({ json: { errcode: '0', errmsg: 'success', code: `code-${++codes}` } }),
    [TOKEN]: () => ({ json: { errcode: '0', accessToken: `token-${++tokens}`, expires_in: '7200' } }),
    [EMPLOYEES]: rows([], 3),
    [UNITS]: rows([], 3),
    ...routes,
  });
  const http = createHttp({ system: 'e10', baseUrl: `${server.url}/yth/openserver/`, timeoutMs: 5_000 });
  return { server, e10: createE10(http, APP, now ? { now } : {}) };
}
