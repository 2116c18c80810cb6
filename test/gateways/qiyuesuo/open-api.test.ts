import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/domain/tenant.js';
import type { Qiyuesuo } from '../../../src/gateways/qiyuesuo/qiyuesuo.js';
import { everythingOf, thrownBy } from '../../support/leaks.js';
import { aQiyuesuo, COMPANY, isLegacy, OK, SECRET, TOKEN } from './a-qiyuesuo.js';

const HEALTH = 'GET /checkHealth';
const COMPANIES = 'GET /company/list';
const CATEGORIES = 'GET /contract/categories';
const PLATFORM = 'GET /company/platforminfo';

type Method = [name: string, deployment: Deployment, route: string, call: (qiyuesuo: Qiyuesuo) => Promise<unknown>];
const SIGNED_METHODS: Method[] = [
  ['readCompany', 'private', COMPANIES, (one) => one.readCompany()],
  ['listCategories', 'private', CATEGORIES, (one) => one.listCategories()],
  ['findPerson', 'private', 'GET /user', (one) => one.findPerson('13800000000')],
  ['checkHealth', 'public', 'GET /v2/checkhealth', (one) => one.checkHealth()],
  ['readCompany', 'public', PLATFORM, (one) => one.readCompany()],
  ['listCategories', 'public', 'GET /v2/category/list', (one) => one.listCategories()],
  ['countEmployees', 'public', 'GET /v2/employee/list', (one) => one.countEmployees()],
];
const METHODS: Method[] = [...SIGNED_METHODS, ['checkHealth', 'private', HEALTH, (one) => one.checkHealth()]];

describe.each(METHODS)('%s of the %s cloud', (_name, deployment, route, call) => {
  const failing = async (answer: object): Promise<unknown> => {
    const { qiyuesuo } = await aQiyuesuo({ [route]: answer }, { deployment });
    return thrownBy(call(qiyuesuo));
  };

  it('absent: 404 is a refusal', async () => {
    expect(await failing({ status: 404, json: { error: 'Not Found' } })).toMatchObject({
      name: 'Rejected',
      status: 404,
    });
  });

  it('refused: keeps code and message', async () => {
    const error = await failing({ json: { code: 1000001, message: '参数错误' } });
    // Of the private credential check every refusal is one of the credentials.
    const name = route === COMPANIES ? 'Unauthenticated' : 'Rejected';
    expect(error).toMatchObject({ name, code: '1000001' });
    expect(String(error)).toContain('参数错误');
  });

  it('overloaded: says when to come back, in seconds or as a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();

    expect(await failing({ status: 429, headers: { 'retry-after': '7' }, json: OK })).toMatchObject({
      name: 'Throttled',
      retryAfterMs: 7_000,
    });
    const error = await failing({ status: 503, headers: { 'retry-after': date } });
    expect(error).toMatchObject({ name: 'Throttled' });
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
  });

  it('malformed: not JSON', async () => {
    expect(await failing({ text: '{"code": 0, "res' })).toMatchObject({ name: 'UnexpectedAnswer' });
  });

  it.each([200, 404, 500])("a page of Jetty's, status %i: not there", async (status) => {
    const html = '<html><head><title>Error 500</title></head><body><h2>HTTP ERROR 500</h2></body></html>';
    expect(await failing({ status, html })).toMatchObject({ name: 'Unavailable' });
  });

  it('HTTP 401 is a refused credential', async () => {
    expect(await failing({ status: 401, json: { message: 'no' } })).toMatchObject({ name: 'Unauthenticated' });
  });

  it('shows neither token nor secret, even when the server echoes them', async () => {
    for (const answer of [
      { json: { code: 1000001, message: `bad ${TOKEN} ${SECRET}` } },
      { status: 500, json: { message: `bad ${TOKEN} ${SECRET}` } },
      { text: `{ ${TOKEN}` },
      { fault: 'reset' },
    ]) {
      expect(everythingOf(await failing(answer))).not.toContain('canary');
    }
  });
});

describe.each(SIGNED_METHODS)('%s of the %s cloud, signed', (_name, deployment, route, call) => {
  it('has a nonce, time and signature of its own at every attempt', async () => {
    const { qiyuesuo, server } = await aQiyuesuo({ [route]: { status: 500 } }, { deployment });
    const prefix = deployment === 'public' ? 'x-qys-open-' : 'x-qys-';

    await thrownBy(call(qiyuesuo));
    await thrownBy(call(qiyuesuo));

    const sent = server.requests(route).map(({ headers }) => headers);
    expect(sent).toHaveLength(2);
    expect(new Set(sent.map((headers) => headers[`${prefix}nonce`])).size).toBe(2);
    for (const headers of sent) {
      const time = headers[`${prefix}timestamp`] ?? '';
      expect(Math.abs(Date.now() - Number(time))).toBeLessThan(10_000);
      const text = TOKEN + SECRET + time + headers[`${prefix}nonce`];
      expect(headers[`${prefix}signature`]).toBe(createHash('md5').update(text).digest('hex'));
      expect(headers[`${prefix}accesstoken`]).toBe(TOKEN);
    }
  });
});

describe('health', () => {
  it.each(['OK', ' ok\n', '"OK"'])(
    'of the private cloud is plain text, and asked without credentials: %j',
    async (text) => {
      const { qiyuesuo, server } = await aQiyuesuo({ [HEALTH]: { text } });

      await expect(qiyuesuo.checkHealth()).resolves.toEqual({ clockSkewMs: expect.any(Number) as number });
      expect(Object.keys(server.requests(HEALTH)[0]?.headers ?? {}).filter((name) => name.startsWith('x-qys'))).toEqual(
        [],
      );
    },
  );

  it.each([{ json: { code: '0' } }, { json: { responseCode: '00000000' } }, { text: 'OK' }, { text: '服务正常' }])(
    'of the public cloud may have any form: %j',
    async (answer) => {
      const { qiyuesuo } = await aQiyuesuo({ 'GET /v2/checkhealth': answer }, { deployment: 'public' });
      await expect(qiyuesuo.checkHealth()).resolves.toBeDefined();
    },
  );

  it('measures the clock by the Date header', async () => {
    const date = new Date(Date.now() + 20 * 60_000).toUTCString();
    const { qiyuesuo } = await aQiyuesuo({ [HEALTH]: { text: 'OK', headers: { date } } });

    const { clockSkewMs } = await qiyuesuo.checkHealth();

    expect(Math.round((clockSkewMs ?? 0) / 60_000)).toBe(20);
  });

  it('of the public cloud measures it as well, and a clock that runs behind is negative', async () => {
    const date = new Date(Date.now() - 20 * 60_000).toUTCString();
    const answer = { json: { code: 0 }, headers: { date } };
    const { qiyuesuo } = await aQiyuesuo({ 'GET /v2/checkhealth': answer }, { deployment: 'public' });

    const { clockSkewMs } = await qiyuesuo.checkHealth();

    expect(Math.round((clockSkewMs ?? 0) / 60_000)).toBe(-20);
  });

  it.each(['soon', '2026-01-01T00:00:00Z'])('knows no clock by a Date header that is none: %j', async (date) => {
    const { qiyuesuo } = await aQiyuesuo({ [HEALTH]: { text: 'OK', headers: { date } } });
    expect(await qiyuesuo.checkHealth()).toEqual({ clockSkewMs: null });
  });
});

describe('the company', () => {
  const row = { id: '2400000000000000001', name: '阿珂米', tenantType: 'CORPORATE' };
  const other = { id: '1', name: 'Inner', tenantType: 'INNER_COMPANY' };

  it.each([{ result: [row] }, { list: [other, row] }, { companyList: [row] }, { result: { list: [row] } }])(
    'is found under any of the payload keys: %j',
    async (payload) => {
      const { qiyuesuo, server } = await aQiyuesuo({ [COMPANIES]: { json: { code: '0', ...payload } } });

      expect(await qiyuesuo.readCompany()).toMatchObject({ id: row.id, name: '阿珂米', dialect: 'nonce' });
      expect(server.requests(COMPANIES)[0]?.query).toEqual({ tenantType: 'CORPORATE' });
    },
  );

  it('keeps every digit of an id that is sent as a number', async () => {
    const json = { code: 0, result: [{ ...row, id: 2400000000000000001n }] };
    const { qiyuesuo } = await aQiyuesuo({ [COMPANIES]: { json } });

    expect((await qiyuesuo.readCompany()).id).toBe('2400000000000000001');
  });

  it.each([{ code: 0 }, { code: 0, result: [] }, { code: 0, result: [{ id: '1' }] }, {}, []])(
    'unreadable: %j',
    async (json) => {
      const { qiyuesuo } = await aQiyuesuo({ [COMPANIES]: { json } });
      expect(await thrownBy(qiyuesuo.readCompany())).toMatchObject({ name: 'UnexpectedAnswer' });
    },
  );

  it('of the public cloud comes from the platform info', async () => {
    const json = { responseCode: '00000000', result: { companyId: 77, companyName: '阿珂米' } };
    const { qiyuesuo } = await aQiyuesuo({ [PLATFORM]: { json } }, { deployment: 'public' });

    expect(await qiyuesuo.readCompany()).toMatchObject({ id: '77', name: '阿珂米', dialect: 'public' });
  });

  it.each([
    { status: 442, json: { code: 442, responseCode: '11990442', message: 'INVALID TOKEN' } },
    { status: 200, json: { code: 441, message: 'MISSING HEADER' } },
    { status: 447 },
  ])('of the public cloud: the 44x family refuses the credentials: %j', async (answer) => {
    const { qiyuesuo } = await aQiyuesuo({ [PLATFORM]: answer }, { deployment: 'public' });
    expect(await thrownBy(qiyuesuo.readCompany())).toMatchObject({ name: 'Unauthenticated' });
  });

  it('keeps both codes of the public cloud', async () => {
    const json = { code: 442, responseCode: '11990442', message: 'INVALID TOKEN' };
    const { qiyuesuo } = await aQiyuesuo({ [PLATFORM]: { status: 442, json } }, { deployment: 'public' });

    const error = await thrownBy(qiyuesuo.readCompany());

    expect(error).toMatchObject({ code: '442/11990442', status: 442 });
    expect(String(error)).toContain('INVALID TOKEN');
  });
});

describe('the dialect', () => {
  const refusal = { json: { code: 1000009, message: '签名错误' } };

  it('is the nonce form where the server takes it', async () => {
    const { qiyuesuo, server } = await aQiyuesuo(
      { [COMPANIES]: { json: COMPANY }, [CATEGORIES]: { json: { ...OK, categories: [] } } },
      { dialect: 'auto' },
    );

    expect((await qiyuesuo.readCompany()).dialect).toBe('nonce');
    await qiyuesuo.listCategories();

    expect(server.times(COMPANIES)).toBe(1);
    expect(server.requests().some(isLegacy)).toBe(false);
  });

  it('is the legacy form where the nonce form is refused, and stays so', async () => {
    const { qiyuesuo, server } = await aQiyuesuo(
      {
        [COMPANIES]: (request) => (isLegacy(request) ? { json: COMPANY } : refusal),
        [CATEGORIES]: { json: { ...OK, categories: [] } },
      },
      { dialect: 'auto' },
    );

    await qiyuesuo.listCategories();
    expect((await qiyuesuo.readCompany()).dialect).toBe('legacy');

    expect(server.requests().map(isLegacy)).toEqual([false, true, true, true]);
  });

  it('refused in both forms: the credentials are wrong, and both answers are told', async () => {
    const { qiyuesuo, server } = await aQiyuesuo({ [COMPANIES]: refusal }, { dialect: 'auto' });

    const error = await thrownBy(qiyuesuo.readCompany());

    expect(error).toMatchObject({ name: 'Unauthenticated', code: '1000009' });
    expect(String(error)).toMatch(/nonce: .*签名错误.*legacy: .*签名错误/);
    expect(everythingOf(error)).not.toContain('canary');
    expect(server.times(COMPANIES)).toBe(2);
  });

  it.each([
    ['overload', { status: 429 }, 'Throttled'],
    ['a dead server', { status: 502 }, 'Unavailable'],
  ])('%s is no reason to try the legacy form', async (_why, answer, name) => {
    const { qiyuesuo, server } = await aQiyuesuo({ [COMPANIES]: answer }, { dialect: 'auto' });

    expect(await thrownBy(qiyuesuo.readCompany())).toMatchObject({ name });
    expect(server.times(COMPANIES)).toBe(1);
  });

  it('is not forgotten or decided by a failure in between', async () => {
    const { qiyuesuo } = await aQiyuesuo(
      { [COMPANIES]: [refusal, { status: 502 }, refusal, { json: COMPANY }] },
      { dialect: 'auto' },
    );

    expect(await thrownBy(qiyuesuo.readCompany())).toMatchObject({ name: 'Unavailable' });
    expect((await qiyuesuo.readCompany()).dialect).toBe('legacy');
  });

  it('fixed by the tenant file is never left', async () => {
    const { qiyuesuo, server } = await aQiyuesuo({ [COMPANIES]: refusal }, { dialect: 'legacy' });

    expect(await thrownBy(qiyuesuo.readCompany())).toMatchObject({ name: 'Unauthenticated' });
    expect(server.requests().map(isLegacy)).toEqual([true]);
  });

  it('names a wrong clock as a likely cause', async () => {
    const date = new Date(Date.now() - 30 * 60_000).toUTCString();
    const { qiyuesuo } = await aQiyuesuo({ [COMPANIES]: { ...refusal, headers: { date } } });

    expect(String(await thrownBy(qiyuesuo.readCompany()))).toContain('the clocks differ by 30 minutes');
  });
});

describe('categories', () => {
  it('of the private cloud come in one answer; deleted ones are left out', async () => {
    const categories = [
      { id: '1', name: '采购合同', state: 0 },
      { id: 2400000000000000002n, name: '劳动合同', state: '1' },
      { id: '3', name: '删除', state: 2 },
    ];
    const { qiyuesuo } = await aQiyuesuo({ [CATEGORIES]: { json: { ...OK, categories } } });

    expect(await qiyuesuo.listCategories()).toEqual([
      { id: '1', name: '采购合同', enabled: true },
      { id: '2400000000000000002', name: '劳动合同', enabled: false },
    ]);
  });

  it('of the public cloud are read page by page', async () => {
    const all = Array.from({ length: 2_300 }, (_, id) => ({ id: String(id), name: `分类 ${id}` }));
    const { qiyuesuo, server } = await aQiyuesuo(
      {
        'GET /v2/category/list': ({ query }) => {
          const offset = Number(query['selectOffset']);
          return { json: { code: 0, result: all.slice(offset, offset + Number(query['selectLimit'])) } };
        },
      },
      { deployment: 'public' },
    );

    expect((await qiyuesuo.listCategories()).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(server.requests().map(({ query }) => query['selectOffset'])).toEqual(['0', '1000', '2000', '2300']);
  });

  it('a server fault of the list is worth another try', async () => {
    const { qiyuesuo } = await aQiyuesuo({ [CATEGORIES]: { json: { code: 1000000, message: '未知错误' } } });
    expect(await thrownBy(qiyuesuo.listCategories())).toMatchObject({ name: 'Unavailable', code: '1000000' });
  });
});

describe('people', () => {
  it.each([{ result: { id: '42', name: 'x' } }, { user: { userId: 42 } }, { result: [{ id: '42' }] }])(
    'are found by contact, and only the id leaves: %j',
    async (payload) => {
      const { qiyuesuo, server } = await aQiyuesuo({ 'GET /user': { json: { ...OK, ...payload } } });

      expect(await qiyuesuo.findPerson('someone@acme.example')).toEqual({ id: '42' });
      expect(server.requests()[0]?.query).toEqual({ contact: 'someone@acme.example' });
    },
  );

  it.each([{}, { result: null }, { result: [] }, { result: {} }])('are undefined when absent: %j', async (payload) => {
    const { qiyuesuo } = await aQiyuesuo({ 'GET /user': { json: { ...OK, ...payload } } });
    expect(await qiyuesuo.findPerson('13800000000')).toBeUndefined();
  });

  it('are in no error, even when the server echoes them', async () => {
    const { qiyuesuo } = await aQiyuesuo({ 'GET /user': { json: { code: 5, message: 'no user a@b.example here' } } });

    const error = await thrownBy(qiyuesuo.findPerson('a@b.example'));

    expect(error).toMatchObject({ name: 'Rejected', code: '5' });
    expect(everythingOf(error)).not.toMatch(/a@b|a%40b/);
  });

  it('are asked for by `mobile` where the version knows no `contact`', async () => {
    const { qiyuesuo } = await aQiyuesuo({
      'GET /user': ({ query }) => ({ json: query['mobile'] ? { ...OK, result: { id: 9 } } : { code: 1000001 } }),
    });
    expect(await qiyuesuo.findPerson('13800000000')).toEqual({ id: '9' });
  });

  it.each([[0], [999], [1000], [2001]])('of the public cloud are counted over all pages: %i', async (size) => {
    const { qiyuesuo } = await aQiyuesuo(
      {
        'GET /v2/employee/list': ({ query }) => {
          const left = Math.max(0, Math.min(size - Number(query['selectOffset']), 500));
          const from = Number(query['selectOffset']);
          return { json: { code: 0, result: { list: Array.from({ length: left }, (_, n) => ({ n: from + n })) } } };
        },
      },
      { deployment: 'public' },
    );
    expect(await qiyuesuo.countEmployees()).toBe(size);
  });

  it('a server that ignores the offset: a short list is whole, a long one is not believed', async () => {
    const list = (length: number) => ({ json: { code: 0, result: Array.from({ length }, (_, id) => ({ id })) } });
    const { qiyuesuo, server } = await aQiyuesuo({ 'GET /v2/employee/list': list(3) }, { deployment: 'public' });

    expect(await qiyuesuo.countEmployees()).toBe(3);
    server.script({ 'GET /v2/employee/list': list(1000) });
    expect(await thrownBy(qiyuesuo.countEmployees())).toMatchObject({ name: 'UnexpectedAnswer' });
  });
});

describe('calls that no document allows', () => {
  it('are bugs, and are not sent', async () => {
    const onPublic = await aQiyuesuo({}, { deployment: 'public' });
    const onPrivate = await aQiyuesuo({});

    await expect(onPublic.qiyuesuo.findPerson('x')).rejects.toThrow('allow-list');
    await expect(onPrivate.qiyuesuo.countEmployees()).rejects.toThrow('allow-list');
    expect([...onPublic.server.requests(), ...onPrivate.server.requests()]).toEqual([]);
  });
});
