import { expect, it } from 'vitest';
import { probeOa } from '../../../src/gateways/e10/probe.js';
import { createHttp } from '../../../src/gateways/http.js';
import { thrownBy } from '../../support/leaks.js';
import { aServer, type Script } from '../../support/scripted-server.js';

const INFO = 'GET /papi/passport/info/getUrlInfo';
const LOGIN = 'GET /login/Login.jsp';
const APPLY = 'POST /api/ec/dev/auth/applytoken';
const page = { html: '<html><form id="login"></form></html>' };
const frontEnd = { html: '<!doctype html><html><div id="root"></div></html>' };
const refusal = { json: { status: false, code: '-1' } };

async function kindOf(routes: Record<string, Script>) {
  const server = await aServer(routes);
  return probeOa(createHttp({ system: 'e10', baseUrl: server.url, timeoutMs: 2_000 }));
}

it.each<[string, Record<string, Script>, string]>([
  ['getUrlInfo', { [INFO]: { json: { code: 200, status: true, data: { publicKey: 'x' } } } }, 'e10'],
  ['getUrlInfo with its code as text', { [INFO]: { json: { code: '200', data: {} } } }, 'e10'],
  [
    'getUrlInfo, whatever else there is',
    { [INFO]: { json: { code: 200, data: {} } }, [LOGIN]: page, [APPLY]: refusal },
    'e10',
  ],
  ['a refusal of getUrlInfo', { [INFO]: { json: { code: 401, msg: '未登录' } } }, 'unknown'],
  ['a front end for every path', { '*': frontEnd }, 'unknown'],
  ['a front end, and JSON at applytoken', { '*': frontEnd, [APPLY]: refusal }, 'unknown'],
  ['login page and applytoken', { [LOGIN]: page, [APPLY]: refusal }, 'e9'],
  ['a login page alone: an E9 that is not prepared', { [LOGIN]: page, [APPLY]: page }, 'unknown'],
  ['a login page, and 404 at applytoken', { [LOGIN]: page }, 'unknown'],
  ['nothing', {}, 'unknown'],
])('%s', async (_what, routes, kind) => {
  await expect(kindOf(routes)).resolves.toBe(kind);
});

it.each<[string, Script, object]>([
  ['down', { status: 503, html: '<html>503</html>' }, { name: 'Unavailable', status: 503 }],
  ['silent', { fault: 'reset' }, { name: 'Unavailable' }],
  ['overloaded', { status: 429, headers: { 'Retry-After': '9' } }, { name: 'Throttled', retryAfterMs: 9000 }],
])('is not decided while the system is %s', async (_how, script, expected) => {
  expect(await thrownBy(kindOf({ '*': script }))).toMatchObject(expected);
  expect(await thrownBy(kindOf({ '*': frontEnd, [LOGIN]: page, [APPLY]: script }))).toMatchObject(expected);
});
