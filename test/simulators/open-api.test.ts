import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '../../simulators/qiyuesuo/signature.js';
import { startWorld, type World } from '../../simulators/world.js';
import { openApiOf } from './clients.js';

const MINUTES = 60_000;
let world: World;
beforeAll(async () => {
  world = await startWorld({
    tenants: [
      { id: 'newer', quirks: { idsAs: 'string' } },
      { id: 'older', version: '4.3.4', dialect: 'legacy', quirks: { idsAs: 'number' } },
      { id: 'older-clock', dialect: 'legacy', quirks: { legacyChecksClock: true } },
      { id: 'both', quirks: { acceptsBothDialects: true, payloadKey: 'own-name' } },
      { id: 'ahead', quirks: { clockSkewMs: 20 * MINUTES } },
      { id: 'careful', quirks: { healthNeedsHeaders: true, absentPerson: 'error' } },
      { id: 'cloud', deployment: 'public' },
      { id: 'cloud-code', deployment: 'public', quirks: { publicSuccess: 'code', publicList: 'object' } },
      { id: 'cloud-text', deployment: 'public', quirks: { publicSuccess: 'responseCode' } },
    ],
  });
});
afterAll(() => world.close());

const api = (id: string) => openApiOf(world.tenant(id));
const LIST = '/company/list?tenantType=CORPORATE';

describe('the signature (vectors of facts/qiyuesuo.md §1.7)', () => {
  const [token, secret] = ['TESTTOKEN0', 'TESTSECRET0123456789abcdefABCD'];
  it.each([
    ['A', ['1700000000000'], 'f423b9c7f6201a374b48f3555ead9f74'],
    ['B', ['1700000000000', '11111111-2222-4333-8444-555555555555'], 'dd4c09b1a1beb0e8330c063e784c48e8'],
    ['C', ['0'], 'a66da4cb71d1ffabd0636101dec1fd86'],
  ])('vector %s', (_, parts, expected) => {
    expect(digest(token, secret, ...parts)).toBe(expected);
  });
});

describe('the private cloud', () => {
  it('takes the dialect of its version and no other', async () => {
    expect((await api('newer').get(LIST)).body).toMatchObject({ code: 0, message: 'SUCCESS' });
    expect((await api('newer').get(LIST, { legacy: true })).body['code']).not.toBe(0);
    expect((await api('older').get(LIST, { legacy: true })).body['code']).toBe(0);
    expect((await api('older').get(LIST)).body['code']).not.toBe(0);
    expect((await api('both').get(LIST, { legacy: true })).body['code']).toBe(0);
  });

  it('refuses with HTTP 200, a code and a message', async () => {
    const answers = [
      await api('newer').bare(LIST),
      await api('newer').get(LIST, { token: 'somebody' }),
      await api('newer').get(LIST, { signature: 'f'.repeat(32) }),
      await api('newer').get(LIST, { timestamp: 'yesterday' }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body['code']).not.toBe(0);
      expect(body['message']).toEqual(expect.any(String));
    }
  });

  it('takes a nonce once, each tenant for itself', async () => {
    const nonce = 'the-same-nonce';
    expect((await api('newer').get(LIST, { nonce })).body['code']).toBe(0);
    expect((await api('newer').get(LIST, { nonce })).body).toMatchObject({ message: 'NONCE REPEATED' });
    expect((await api('both').get(LIST, { nonce })).body['code']).toBe(0);
  });

  it('takes clocks within fifteen minutes; an older server takes any', async () => {
    const at = (minutes: number) => ({ timestamp: String(Date.now() + minutes * MINUTES) });
    expect((await api('newer').get(LIST, at(14))).body['code']).toBe(0);
    expect((await api('newer').get(LIST, at(-14))).body['code']).toBe(0);
    expect((await api('newer').get(LIST, at(16))).body).toMatchObject({ message: 'TIMESTAMP EXPIRED' });
    expect((await api('newer').get(LIST, at(-16))).body).toMatchObject({ message: 'TIMESTAMP EXPIRED' });
    expect((await api('older').get(LIST, { timestamp: '0', legacy: true })).body['code']).toBe(0);
    expect((await api('older-clock').get(LIST, { timestamp: '0', legacy: true })).body['code']).not.toBe(0);
    expect((await api('ahead').get(LIST)).body['code']).not.toBe(0);
    expect((await api('ahead').get(LIST, at(20))).body['code']).toBe(0);
  });

  it('says OK about its health, and shows its clock', async () => {
    expect(await api('newer').bare('/checkHealth')).toMatchObject({ status: 200, text: 'OK' });
    expect((await api('careful').bare('/checkHealth')).text).not.toBe('OK');
    expect((await api('careful').get('/checkHealth')).text).toBe('OK');
    const date = (await api('ahead').bare('/checkHealth')).headers.get('Date') ?? '';
    expect(Date.parse(date) - Date.now()).toBeGreaterThan(19 * MINUTES);
  });

  it('writes 19-digit ids as text, or as bare numbers', async () => {
    expect((await api('newer').get(LIST)).text).toMatch(/"id":"\d{19}"/);
    expect((await api('older').get(LIST, { legacy: true })).text).toMatch(/"id":\d{19}[,}]/);
  });

  it('puts the payload where nothing is documented under a name of its own', async () => {
    expect((await api('newer').get(LIST)).body['result']).toHaveLength(1);
    expect((await api('both').get(LIST)).body['companies']).toHaveLength(1);
    expect((await api('newer').get('/company/list?tenantType=INNER_COMPANY')).body['result']).toEqual([]);
  });

  it('lists categories without their callback', async () => {
    const { body, text } = await api('newer').get('/contract/categories');
    expect(body['categories']).toHaveLength(3);
    expect(text).not.toContain('QYSPrivateCallbackServlet');
    const [{ id, name }] = body['categories'] as [{ id: string; name: string }];
    expect((await api('newer').get(`/contract/categorydetail?categoryId=${id}`)).body['result']).toMatchObject({
      name,
    });
    const named = `/contract/categorydetail?categoryName=${encodeURIComponent(name)}`;
    expect((await api('newer').get(named)).body['result']).toMatchObject({ id });
    for (const path of ['/contract/categorygroup', '/contract/categorygroup/list']) {
      expect((await api('newer').get(path)).text).toContain(name);
    }
  });

  it('finds people by mobile or contact, and says so when there is nobody', async () => {
    const mobile = '19900000000';
    expect((await api('newer').get(`/user?contact=${mobile}`)).body).toEqual({ code: 0, message: 'SUCCESS' });
    expect((await api('careful').get(`/user?mobile=${mobile}`)).body['code']).toBe(1000001);
    const known = await api('newer').get('/user?contact=u000001@newer.example.cn');
    expect(known.body['result']).toMatchObject({ status: 'AUTH_SUCCESS' });
  });

  it('answers unknown paths, and those of the other cloud, with a page', async () => {
    for (const path of ['/nothing', '/v2/checkhealth', '/company/token/get', '/user/']) {
      const { status, text } = await api('newer').get(path);
      expect([status, text.includes('HTTP ERROR 404')], path).toEqual([404, true]);
    }
  });

  it('keeps account of what nobody may call', async () => {
    await api('newer').get('/company/removeemployee?contact=1', { signature: 'wrong' });
    expect(world.journal.writes('newer')).toEqual([]);
    await api('newer').get('/company/removeemployee?contact=1');
    expect(world.journal.writes('newer').map(({ effect }) => effect)).toEqual(['destructive:/company/removeemployee']);
  });
});

describe('the public cloud', () => {
  it('tells missing headers from wrong ones by status and code', async () => {
    const missing = await api('cloud').bare('/v2/checkhealth');
    const wrong = await api('cloud').get('/v2/checkhealth', { token: 'somebody' });
    expect([missing.status, missing.body['code'], missing.body['responseCode']]).toEqual([441, 441, '11990441']);
    expect([wrong.status, wrong.body['code'], wrong.body['message']]).toEqual([442, 442, 'INVALID TOKEN']);
  });

  it('says success by code, by responseCode, or by both', async () => {
    const codes = async (id: string) => {
      const { body } = await api(id).get('/company/platforminfo');
      return [body['code'], body['responseCode']];
    };
    expect(await codes('cloud')).toEqual([0, '00000000']);
    expect(await codes('cloud-code')).toEqual([0, undefined]);
    expect(await codes('cloud-text')).toEqual([undefined, '00000000']);
  });

  it('pages its lists', async () => {
    const page = (offset: number) => api('cloud').get(`/v2/employee/list?selectOffset=${offset}&selectLimit=20`);
    expect((await page(0)).body['result']).toHaveLength(20);
    expect((await page(20)).body['result']).toHaveLength(10);
    expect((await page(40)).body['result']).toEqual([]);
    expect((await api('cloud-code').get('/v2/employee/list')).body['result']).toMatchObject({ totalCount: 30 });
    expect((await api('cloud').get('/v2/category/list')).body['result']).toEqual([]);
    expect((await api('cloud').get('/company/token/get')).body['result']).toMatchObject({ encrypt: false });
  });
});
