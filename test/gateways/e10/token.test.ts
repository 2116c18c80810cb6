import { expect, it } from 'vitest';
import { everythingOf, thrownBy } from '../../support/leaks.js';
import type { Script, ScriptedAnswer } from '../../support/scripted-server.js';
import { anE10, APP, AUTHORIZE, EMPLOYEES, rows, TOKEN } from './an-e10.js';

const BUSY = { errcode: '500', errmsg: '系统繁忙' };

it('asks as the official page says', async () => {
  const { e10, server } = await anE10();

  await e10.authorize();

  const [asked] = server.requests(AUTHORIZE);
  expect(asked?.query).toMatchObject({ corpid: APP.corpId, response_type: 'code' });
  expect(asked?.query['state']).toMatch(/^[a-zA-Z0-9]{1,128}$/);
  expect(Object.fromEntries(new URLSearchParams(server.requests(TOKEN)[0]?.body))).toEqual({
    app_key: APP.appKey,
    app_secret: APP.appSecret,
    grant_type: 'authorization_code',
    code: 'code-1',
  });
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

it('takes a code that comes as a number', async () => {
  const { e10, server } = await anE10({ [AUTHORIZE]: { json: { errcode: 0, code: 9007199254740993n } } });

  await e10.authorize();

  expect(server.requests(TOKEN)[0]?.body).toMatch(/code=9007199254740993$/);
});

it('never uses a code twice, and keeps to the body that worked', async () => {
  const clock = { ms: 0 };
  const { e10, server } = await anE10(
    {
      [TOKEN]: ({ headers }) => ({
        json: headers['content-type']?.includes('json') ? { errcode: 0, acessToken: 't', expires_in: 7200 } : BUSY,
      }),
    },
    () => clock.ms,
  );

  await e10.authorize();
  clock.ms = 7_200_000;
  await e10.authorize();

  const bodies = server.requests(TOKEN).map(({ body }) => body);
  expect(bodies[0]).toMatch(/code=code-1$/);
  expect(bodies.slice(1).map((body) => (JSON.parse(body) as { code: string }).code)).toEqual(['code-2', 'code-3']);
});

it.each<[string, Script]>([
  ['HTTP 200', { json: BUSY }],
  ['HTTP 400', { status: 400, json: BUSY }],
  ['HTTP 415', { status: 415 }],
  ['HTTP 500', { status: 500, json: BUSY }],
])('tries JSON where a form is refused by %s', async (_how, refusal) => {
  const { e10, server } = await anE10({ [TOKEN]: [refusal as object, { json: { errcode: '0', accessToken: 't' } }] });

  await e10.authorize();

  expect(server.requests(TOKEN)[1]?.headers['content-type']).toBe('application/json');
});

it.each<[string, Script]>([
  ['wrong credentials', { json: { errcode: '200005' } }],
  ['a dead service', { status: 502 }],
  ['overload', { status: 429 }],
])('does not try JSON after %s', async (_what, refusal) => {
  const { e10, server } = await anE10({ [TOKEN]: refusal });

  await thrownBy(e10.authorize());

  expect(server.times(TOKEN)).toBe(1);
});

it('starts again once when the code is spent already', async () => {
  const { e10, server } = await anE10({
    [TOKEN]: [{ json: { errcode: '200004', errmsg: 'code used' } }, { json: { errcode: '0', accessToken: 't' } }],
  });
  await e10.authorize();
  expect(server.times(AUTHORIZE)).toBe(2);
});

it('starts again once with a spent code, and says so where that does not help', async () => {
  const { e10, server } = await anE10({ [TOKEN]: { json: { errcode: 200004, errmsg: 'code已使用' } } });

  expect(await thrownBy(e10.authorize())).toMatchObject({ name: 'Rejected', code: '200004' });

  const codes = server.requests(TOKEN).map(({ body }) => /code-\d/.exec(body)?.[0]);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes).toHaveLength(3); // form, form again, JSON
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
  ['120 s early', '7200', 7_080_000],
  ['at half of a short lifetime', 60, 30_000],
  ['after two hours where no lifetime is told', undefined, 7_080_000],
])('renews a token %s', async (_when, lifetime, renewAt) => {
  const clock = { ms: 0 };
  const token = {
    json: { errcode: '0', accessToken: 't', ...(lifetime === undefined ? {} : { expires_in: lifetime }) },
  };
  const { e10, server } = await anE10({ [TOKEN]: token }, () => clock.ms);

  await e10.countEmployees();
  clock.ms = renewAt - 1;
  await e10.countEmployees();
  expect(server.times(TOKEN)).toBe(1);

  clock.ms = renewAt;
  await e10.countEmployees();
  expect(server.times(TOKEN)).toBe(2);
});

it('takes one token for calls that run at the same time, also where it has to be renewed', async () => {
  const killed = new Set<string>();
  const onlyLive: Script = ({ body }) =>
    killed.has((JSON.parse(body) as { access_token: string }).access_token)
      ? { json: { errcode: '200007', errmsg: 'expired' } }
      : rows([], 3);
  const { e10, server } = await anE10({ [EMPLOYEES]: onlyLive });

  await Promise.all([e10.countEmployees(), e10.authorize(), e10.countEmployees()]);
  expect(server.times(TOKEN)).toBe(1);

  killed.add('token-1');
  await Promise.all([e10.countEmployees(), e10.countEmployees(), e10.countEmployees()]);
  expect(server.times(TOKEN)).toBe(2);
});

it('tries again after an exchange that failed', async () => {
  const { e10 } = await anE10({ [TOKEN]: [{ status: 502 }, { json: { errcode: '0', accessToken: 't' } }] });

  expect(await thrownBy(e10.countEmployees())).toMatchObject({ name: 'Unavailable' });
  await expect(e10.countEmployees()).resolves.toBe(3);
});

it.each<[string, string, unknown]>([
  ['authorize', AUTHORIZE, { errcode: '1', errmsg: 'canary-secret-4711' }],
  ['the exchange', TOKEN, { errcode: '1', errmsg: 'canary-secret-4711 code-1' }],
  [
    'a token answer without token',
    TOKEN,
    { errcode: '0', access_token: 'canary-token', refreshToken: 'canary-refresh' },
  ],
  ['a call', EMPLOYEES, { message: { errcode: '9', errmsg: 'token-1 of canary-secret-4711' }, data: null }],
  ['a call with its own code', EMPLOYEES, { errcode: 'token-1', errmsg: { of: 'token-1' } }],
  ['a call that breaks the schema', EMPLOYEES, { data: { total: 'token-1 canary', data: [] } }],
  ['a refused token', EMPLOYEES, { errcode: 200007, errmsg: 'token-1 token-2' }],
])('shows no secret in the failure of %s', async (_what, route, json) => {
  const { e10 } = await anE10({ [route]: { json } });

  const shown = everythingOf(await thrownBy(e10.countEmployees()));

  expect(shown).not.toMatch(/canary|token-\d|code-\d/);
});

it.each<[string, unknown, object]>([
  [
    'beside a success at the other place',
    { errcode: 200013, message: { errcode: '0' }, data: { total: 1, data: [] } },
    {},
  ],
  ['with words that are no text', { errcode: 200013, errmsg: { zh: '受限' } }, {}],
  ['with a message that is a text', { errcode: 200013, message: '受限' }, {}],
  ['busy', { errcode: '77', errmsg: '系统繁忙，请稍后' }, { name: 'Unavailable', code: '77' }],
])('a code counts %s', async (_how, json, expected) => {
  const { e10 } = await anE10({ [EMPLOYEES]: { json } });

  const error = await thrownBy(e10.countEmployees());

  expect(error).toMatchObject({ name: 'Rejected', code: '200013', ...expected });
});

const UNREVIEWED = { json: { errcode: '200020', errmsg: '应用未审核' } };

it.each<[string, ScriptedAnswer, ScriptedAnswer, object]>([
  ['JSON, where the form is refused as a format', { status: 415 }, UNREVIEWED, { name: 'Rejected', code: '200020' }],
  ['JSON, where the form gets a page', { html: '<html>' }, UNREVIEWED, { name: 'Rejected', code: '200020' }],
  ['the form, where JSON is only busy', UNREVIEWED, { json: BUSY }, { name: 'Rejected', code: '200020' }],
  ['the form, where JSON is refused as a format', UNREVIEWED, { status: 415 }, { name: 'Rejected', code: '200020' }],
  ['an outage, which may end', UNREVIEWED, { status: 502 }, { name: 'Unavailable', status: 502 }],
])('of two refusals it tells that of %s', async (_which, toForm, toJson, expected) => {
  const { e10 } = await anE10({
    [TOKEN]: ({ headers }) => (headers['content-type'] === 'application/json' ? toJson : toForm),
  });

  expect(await thrownBy(e10.authorize())).toMatchObject(expected);
});
