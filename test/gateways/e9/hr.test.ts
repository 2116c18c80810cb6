import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createE9 } from '../../../src/gateways/e9/hr.js';
import { createHttp } from '../../../src/gateways/http.js';
import { aServer, type Script } from '../../support/scripted-server.js';
import { thrownBy } from '../../support/leaks.js';
import { troubleCases } from '../../support/trouble-cases.js';

const PEOPLE = 'POST /api/hrm/resful/getHrmUserInfoWithPage';
const TOKEN = 'canary-token-4711';

async function anE9(routes: Record<string, Script>, body: 'form' | 'json' = 'form') {
  const server = await aServer(routes);
  const http = createHttp({ system: 'e9', baseUrl: server.url, timeoutMs: 2_000, mask: ['canary-secret-4711'] });
  return { server, e9: createE9(http, { token: TOKEN, digest: 'md5', body }) };
}

const row = (id: number, more: object = {}) => ({
  id,
  status: '1',
  accounttype: '0',
  loginid: `u${id}`,
  password: 'hash',
  ...more,
});
const page = (dataList: unknown[], totalSize: unknown = dataList.length) => ({
  json: { code: '1', data: { totalSize, dataList } },
});

describe('countEmployees', () => {
  troubleCases(async (answer) => thrownBy((await anE9({ [PEOPLE]: answer })).e9.countEmployees()));

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
    expect(await e9.countEmployees()).toBe(2);
  });

  it.each(['form', 'json'] as const)('asks as %s, with a key of its own for each call', async (body) => {
    const { e9, server } = await anE9({ [PEOPLE]: [page([row(1), row(2)], 3), page([row(3)], 3)] }, body);
    expect(await e9.countEmployees()).toBe(3);
    const [first] = server.requests(PEOPLE);
    const { key, ts = '' } = first?.headers ?? {};
    expect(key).toBe(
      createHash('md5')
        .update(TOKEN + ts)
        .digest('hex')
        .toUpperCase(),
    );
    expect(first?.body).toMatch(body === 'json' ? /^\{"params":\{/ : /^params=%7B/);
  });

  it('refuses a list that does not add up, and keeps the code of a refusal', async () => {
    expect(
      await thrownBy((await anE9({ [PEOPLE]: [page([row(1)], 2), page([], 2)] })).e9.countEmployees()),
    ).toMatchObject({ name: 'UnexpectedAnswer' });
    expect(
      await thrownBy((await anE9({ [PEOPLE]: { json: { code: '0', errmsg: 'token' } } })).e9.countEmployees()),
    ).toMatchObject({ name: 'Rejected', code: '0' });
  });
});

it('knows the servlet and the version', async () => {
  const { e9 } = await anE9({
    'POST /QYSPrivateCallbackServlet': { text: '' },
    'GET /api/portal/systemInfo/getVersion': { json: { data: { cversion: '9.00' } } },
  });
  expect(await e9.hasCallbackServlet()).toBe(true);
  expect(await e9.readVersion()).toBe('9.00');
  const other = await anE9({ '*': { html: '<html></html>' } });
  expect(await other.e9.hasCallbackServlet()).toBe(false);
  expect(await other.e9.readVersion()).toBeUndefined();
});
