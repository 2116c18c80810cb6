import { describe, expect, it } from 'vitest';
import type { E10 } from '../../../src/gateways/e10/e10.js';
import { createE10 } from '../../../src/gateways/e10/open-platform.js';
import { probeOa } from '../../../src/gateways/e10/probe.js';
import { createHttp } from '../../../src/gateways/http.js';
import { aServer, type Script } from '../../support/scripted-server.js';
import { thrownBy } from '../../support/leaks.js';
import { troubleCases } from '../../support/trouble-cases.js';

const AUTHORIZE = 'GET /yth/openserver/oauth2/authorize';
const TOKEN = 'POST /yth/openserver/oauth2/access_token';
const EMPLOYEES = 'POST /yth/openserver/api/hrm/restful/queryEmployee';
const UNITS = 'POST /yth/openserver/api/hrm/restful/queryOrg';
const APP = { corpId: 'c'.repeat(32), appKey: 'k'.repeat(32), appSecret: 'canary-secret-4711' };
const GOOD: Record<string, Script> = {
  [AUTHORIZE]: { json: { errcode: '0', errmsg: 'success', code: 'once' } },
  [TOKEN]: { json: { errcode: 0, accessToken: 'canary-token-4711', expires_in: 7200 } },
};
const rows = (data: unknown[], total: unknown = data.length) => ({
  json: { message: { errcode: '0' }, data: { total, data } },
});

async function anE10(routes: Record<string, Script> = {}) {
  const server = await aServer({ ...GOOD, ...routes });
  return {
    server,
    e10: createE10(createHttp({ system: 'e10', baseUrl: `${server.url}/yth/openserver/`, timeoutMs: 2_000 }), APP),
  };
}

const METHODS: [string, string, (one: E10) => Promise<unknown>][] = [
  ['authorize (code)', AUTHORIZE, (one) => one.authorize()],
  ['authorize (token)', TOKEN, (one) => one.authorize()],
  ['readTenantKey', EMPLOYEES, (one) => one.readTenantKey()],
  ['countEmployees', EMPLOYEES, (one) => one.countEmployees()],
  ['listUnits', UNITS, (one) => one.listUnits()],
];
describe.each(METHODS)('%s', (_name, route, call) => {
  troubleCases(async (answer) => {
    const { e10 } = await anE10({ [route]: answer });
    return thrownBy(call(e10));
  }, APP.appSecret);
});

it.each([
  ['both spellings', { accessToken: 't', acessToken: 't' }],
  ['the right one', { accessToken: 't' }],
  ['the misspelt one', { acessToken: 't' }],
])('takes the token in %s', async (_how, spelt) => {
  const { e10, server } = await anE10({ [TOKEN]: { json: { errcode: '0', ...spelt } }, [EMPLOYEES]: rows([], '7') });
  expect(await e10.countEmployees()).toBe(7);
  expect(JSON.parse(server.requests(EMPLOYEES)[0]?.body ?? '')).toMatchObject({ access_token: 't' });
  expect(server.requests(EMPLOYEES)[0]?.query).toEqual({});
});

it('sends a form first, and JSON with a new code where the site wants that', async () => {
  const { e10, server } = await anE10({
    [TOKEN]: ({ headers }) => ({
      json: headers['content-type']?.includes('json')
        ? { errcode: '0', accessToken: 't' }
        : { errcode: '500', errmsg: '系统繁忙' },
    }),
  });
  await e10.authorize();
  expect(server.times(AUTHORIZE)).toBe(2);
});

it('starts again once when the code is spent already', async () => {
  const { e10, server } = await anE10({
    [TOKEN]: [{ json: { errcode: '200004', errmsg: 'code used' } }, { json: { errcode: '0', accessToken: 't' } }],
  });
  await e10.authorize();
  expect(server.times(AUTHORIZE)).toBe(2);
});

it.each([
  ['at the exchange', { [TOKEN]: { json: { errcode: '200005', errmsg: 'bad' } } }],
  ['at authorize', { [AUTHORIZE]: { json: { errcode: 200002, errmsg: 'corpid' } } }],
])('credentials refused %s are the credentials’ owner’s', async (_where, routes) => {
  const { e10 } = await anE10(routes);
  expect(await thrownBy(e10.authorize())).toMatchObject({ name: 'Unauthenticated', retryable: false });
});

it.each([
  ['errcode 200007', { json: { errcode: '200007', errmsg: 'expired' } }],
  ['HTTP 401', { status: 401, json: {} }],
])('renews a token that is refused by %s, once', async (_how, refusal) => {
  const { e10, server } = await anE10({ [EMPLOYEES]: [refusal, rows([], 3)] });
  expect(await e10.countEmployees()).toBe(3);
  expect(server.times(TOKEN)).toBe(2);

  server.script({ [EMPLOYEES]: refusal });
  expect(await thrownBy(e10.countEmployees())).toMatchObject({ name: 'Unauthenticated' });
});

it.each([
  ['inside the envelope', { message: { errcode: '200013', errmsg: '接口调用受限' }, data: null }],
  ['at the top', { errcode: 200013, errmsg: '接口调用受限' }],
])('a refused interface, told %s, keeps its code', async (_where, json) => {
  const { e10 } = await anE10({ [UNITS]: { json } });
  expect(await thrownBy(e10.listUnits())).toMatchObject({ name: 'Rejected', code: '200013' });
});

it('keeps all 18 digits of ids that come as bare numbers', async () => {
  const { e10 } = await anE10({
    [UNITS]: rows([
      { id: 977668748719054853n, name: '总部', parent: 0 },
      { id: '977668748719054855', name: '财务', code: 'D1', parent: 977668748719054853n },
    ]),
  });
  expect(await e10.listUnits()).toEqual([
    expect.objectContaining({ id: '977668748719054853', name: '总部' }),
    expect.objectContaining({ id: '977668748719054855', code: 'D1', parentId: '977668748719054853' }),
  ]);
});

it('reads all pages of units, and refuses a list that does not add up', async () => {
  const unit = (id: number) => ({ id, name: `u${id}`, parent: 0 });
  const { e10, server } = await anE10({ [UNITS]: [rows([unit(1), unit(2)], 3), rows([unit(3)], 3)] });
  expect(await e10.listUnits()).toHaveLength(3);

  server.script({ [UNITS]: rows([unit(1), unit(1)], 2) });
  expect(await thrownBy(e10.listUnits())).toMatchObject({ name: 'UnexpectedAnswer' });
});

it('reads the tenant code where the site returns it', async () => {
  const { e10, server } = await anE10({ [EMPLOYEES]: rows([{ id: 1, tenant_key: 't1a2b3c4d5' }]) });
  expect(await e10.readTenantKey()).toBe('t1a2b3c4d5');
  server.script({ [EMPLOYEES]: rows([{ id: 1 }]) });
  expect(await e10.readTenantKey()).toBeUndefined();
});

describe('probeOa', () => {
  const probe = async (routes: Record<string, Script>) =>
    probeOa(createHttp({ system: 'e10', baseUrl: (await aServer(routes)).url, timeoutMs: 2_000 }));
  it('proves E10 by its public key, tells E9 by its login, and says unknown otherwise', async () => {
    const page = { html: '<html>front end</html>' };
    expect(
      await probe({ 'GET /papi/passport/info/getUrlInfo': { json: { code: 200, data: { publicKey: 'x' } } } }),
    ).toBe('e10');
    expect(
      await probe({
        'GET /login/Login.jsp': { html: 'login' },
        'POST /api/ec/dev/auth/applytoken': { json: { status: false } },
      }),
    ).toBe('e9');
    expect(await probe({ '*': page })).toBe('unknown');
  });
  it('does not take a system that is down for another one', async () => {
    await expect(probe({ '*': { status: 502 } })).rejects.toMatchObject({ name: 'Unavailable' });
  });
});
