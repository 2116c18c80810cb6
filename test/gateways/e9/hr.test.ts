import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createE9, type E9HrCredentials } from '../../../src/gateways/e9/hr.js';
import { createHttp } from '../../../src/gateways/http.js';
import { everythingOf, thrownBy } from '../../support/leaks.js';
import { aServer, type Script } from '../../support/scripted-server.js';
import { troubleCases } from '../../support/trouble-cases.js';

const PEOPLE = 'POST /api/hrm/resful/getHrmUserInfoWithPage';
const VERSION = 'GET /api/portal/systemInfo/getVersion';
const SERVLET = 'POST /QYSPrivateCallbackServlet';
const TOKEN = 'canary-token-4711';

async function anE9(routes: Record<string, Script>, access: Partial<E9HrCredentials> = {}) {
  const server = await aServer(routes);
  const http = createHttp({ system: 'e9', baseUrl: server.url, timeoutMs: 2_000, mask: ['canary-secret-4711'] });
  return { server, e9: createE9(http, { digest: 'md5', body: 'form', ...access }) };
}

const row = (id: number | bigint, more: object = {}) => ({
  id,
  status: '1',
  accounttype: '0',
  loginid: `u${id}`,
  password: 'hash',
  ...more,
});
const page = (dataList: unknown, totalSize: unknown) => ({ json: { code: '1', data: { totalSize, dataList } } });

describe('countEmployees', () => {
  troubleCases(async (answer) => thrownBy((await anE9({ [PEOPLE]: answer }, { token: TOKEN })).e9.countEmployees()));

  it('counts who is in service, with a main account and a login name', async () => {
    const { e9 } = await anE9({
      [PEOPLE]: page(
        [
          row(1),
          row(2, { status: 5 }),
          row(3, { accounttype: 1 }),
          row(4, { loginid: '' }),
          row(5, { status: 0, accounttype: null }),
        ],
        '5',
      ),
    });

    await expect(e9.countEmployees()).resolves.toBe(2);
  });

  it.each(['form', 'json'] as const)('asks as %s', async (body) => {
    const { e9, server } = await anE9({ [PEOPLE]: page([row(1)], 1) }, { body });

    await e9.countEmployees();

    expect(server.requests()[0]?.body).toMatch(body === 'json' ? /^\{"params":\{/ : /^params=%7B/);
  });

  it('keeps the code of a refusal', async () => {
    const { e9 } = await anE9({ [PEOPLE]: { json: { code: '0', errmsg: 'token' } } });

    expect(await thrownBy(e9.countEmployees())).toMatchObject({ name: 'Rejected', code: '0' });
  });
});

describe('the key of a call', () => {
  it.each(['md5', 'sm3'] as const)('is the %s of token and time', async (digest) => {
    const { e9, server } = await anE9({ [PEOPLE]: page([row(1)], 1) }, { token: TOKEN, digest });

    await e9.countEmployees();

    const { key, ts = '' } = server.requests()[0]?.headers ?? {};
    expect(key).toBe(
      createHash(digest)
        .update(TOKEN + ts)
        .digest('hex')
        .toUpperCase(),
    );
    expect(Math.abs(Number(ts) - Date.now())).toBeLessThan(10_000);
  });

  it('is absent where our address is allow-listed', async () => {
    const { e9, server } = await anE9({ [PEOPLE]: page([row(1)], 1) });

    await e9.countEmployees();

    expect(server.requests()[0]?.headers).not.toHaveProperty('key');
    expect(server.requests()[0]?.headers).not.toHaveProperty('ts');
  });

  it('is not shown by E9, nor is the token', async () => {
    const echo: Script = ({ headers }) => ({ json: { code: '0', msg: `${TOKEN} ${headers['key']} refused` } });
    const { e9, server } = await anE9({ [PEOPLE]: echo }, { token: TOKEN });

    const shown = everythingOf(await thrownBy(e9.countEmployees()));

    expect(shown).toContain('refused');
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain(server.requests()[0]?.headers['key']);
  });
});

describe('the rows of people', () => {
  it.each<[string, Script, number]>([
    ['nobody', page([], 0), 0],
    ['nobody, by null', page(null, '0'), 0],
    ['a login name of digits only', page([row(1, { loginid: 10086 })], 1), 1],
    ['a blank login name', page([row(1, { loginid: ' ' })], 1), 0],
    ['long ids that differ in the last digit', page([row(977668748719054853n), row(977668748719054854n)], 2), 2],
  ])('may be %s', async (_what, script, people) => {
    const { e9 } = await anE9({ [PEOPLE]: script });

    await expect(e9.countEmployees()).resolves.toBe(people);
  });

  it.each<[string, unknown]>([
    ['no total', null],
    ['an empty total', ''],
    ['a total that is no number', true],
    ['a total below zero', -1],
  ])('are no head count with %s', async (_what, total) => {
    const { e9 } = await anE9({ [PEOPLE]: page([], total) });

    expect(await thrownBy(e9.countEmployees())).toMatchObject({ name: 'UnexpectedAnswer', paths: ['data.totalSize'] });
  });

  it('are read to the last page, though E9 gives fewer than it was asked for', async () => {
    const { e9, server } = await anE9({
      [PEOPLE]: [page([row(1), row(2)], 5), page([row(3), row(4)], 5), page([row(5)], 5)],
    });

    await expect(e9.countEmployees()).resolves.toBe(5);

    const pages = server.requests().map(({ body }) => new URLSearchParams(body).get('params') ?? '');
    expect(pages.map((params) => (JSON.parse(params) as { curpage: number }).curpage)).toEqual([1, 2, 3]);
  });

  it.each<[string, Script]>([
    ['one comes twice', page([row(1), row(1)], 2)],
    ['the last ones do not come', [page([row(1)], 2), page([], 2)]],
  ])('are refused when %s', async (_what, script) => {
    const { e9 } = await anE9({ [PEOPLE]: script });

    expect(await thrownBy(e9.countEmployees())).toMatchObject({ name: 'UnexpectedAnswer' });
  });

  it('are not read for ever where every page is the same', async () => {
    const { e9, server } = await anE9({ [PEOPLE]: page([row(1), row(2)], 30_000) });

    expect(await thrownBy(e9.countEmployees())).toMatchObject({ name: 'UnexpectedAnswer' });

    expect(server.times(PEOPLE)).toBe(2);
  });

  it('do not show the value that broke the schema', async () => {
    const { e9 } = await anE9({ [PEOPLE]: page([row(1, { status: { canary: 1 }, loginid: ['canary'] })], 1) });

    expect(everythingOf(await thrownBy(e9.countEmployees()))).not.toContain('canary');
  });
});

it('knows the servlet and the version', async () => {
  const { e9 } = await anE9({ [SERVLET]: { text: '' }, [VERSION]: { json: { data: { cversion: '9.00' } } } });

  expect(await e9.hasCallbackServlet()).toBe(true);
  expect(await e9.readVersion()).toBe('9.00');
});

describe.each([
  ['readVersion', VERSION, undefined],
  ['hasCallbackServlet', SERVLET, false],
] as const)('%s', (method, route, otherwise) => {
  it.each<[string, Script]>([
    ['absent', { status: 404, html: '<html>404</html>' }],
    ['rejected', { status: 403, json: { code: '1' } }],
    ['malformed', { text: '{"data":' }],
    ['a page', { html: '<html>login</html>' }],
    ['another answer', { json: { errorCode: '002', msg: '登录信息超时' } }],
    ['an error of the servlet', { status: 500, text: 'x' }],
  ])('%s: not known to be there', async (_what, script) => {
    const { e9 } = await anE9({ [route]: script });

    await expect(e9[method]()).resolves.toBe(otherwise);
  });

  it('is not decided while E9 is overloaded or down', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const failing = async (script: Script) => thrownBy((await anE9({ [route]: script })).e9[method]());

    expect(await failing({ status: 429, headers: { 'Retry-After': '7' } })).toMatchObject({ retryAfterMs: 7000 });
    expect(await failing({ status: 503, headers: { 'Retry-After': date } })).toMatchObject({ name: 'Throttled' });
    expect(await failing({ status: 502, html: '<html>502</html>' })).toMatchObject({ name: 'Unavailable' });
    expect(await failing({ fault: 'reset' })).toMatchObject({ name: 'Unavailable' });
  });

  it('sends neither an operation nor an id', async () => {
    const { e9, server } = await anE9({ [route]: {} }, { token: TOKEN });

    await e9[method]();

    expect(server.requests()[0]).toMatchObject({ body: '', query: {} });
  });
});
