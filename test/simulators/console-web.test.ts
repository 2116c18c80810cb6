import { afterEach, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { startWorld, type SimulatedTenant, type World } from '../../simulators/world.js';
import { sessionHeaders, type Platform } from '../support/console-login.js';
import { e10Form, said, secretOf, type Said } from './clients.js';

let world: World;
afterEach(() => world.close());

async function aTenant(spec: Partial<TenantSpec> = {}): Promise<SimulatedTenant> {
  world = await startWorld({ tenants: [{ id: 'acme', syncSeconds: 0, ...spec }] });
  return world.tenant('acme');
}

/** What a page's script does, without a page. */
async function scriptOf(tenant: SimulatedTenant, platform: Platform = 'console') {
  const headers = await sessionHeaders(tenant, platform);
  const at = platform === 'console' ? `${tenant.at.console}/web` : tenant.at.signing;
  const call = (path: string, body?: unknown, more: Record<string, string> = {}): Promise<Said> =>
    said(`${at}/api/${path}`, {
      headers: { ...headers, 'Content-Type': 'application/json', ...more },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
  return {
    at,
    headers,
    call,
    load: async (path: string) => (await call(path)).body['result'] as Record<string, unknown>,
  };
}

const INTEGRATION = '/web/api/integration/save';
const { oaVersion: _, ...NO_FORM } = { oaVersion: 'E9', singleSignOn: true, oaAddress: 'https://oa.example.cn' };

describe('a session', () => {
  it.each([
    ['redirect', 302, 302],
    ['401', 401, 302],
    ['449', 449, 200],
    ['login-page', 200, 200],
  ] as const)('that is over shows as %s', async (sessionOverAs, ofScript, ofDocument) => {
    const tenant = await aTenant({ web: { sessionOverAs } });
    const { at, headers, call } = await scriptOf(tenant);
    expect((await call('integration/load')).body).toMatchObject({ code: 0 });

    tenant.endSessions();
    const script = await call('integration/load');
    const document = await said(`${at}/`, { headers });

    expect([script.status, document.status]).toEqual([ofScript, ofDocument]);
    if (sessionOverAs === 'login-page') expect(script.text).toContain('name="password"');
    if (sessionOverAs === '449') expect(script.body['message']).toContain('登录已失效');
  });

  it('is not given to who does not know user, password or captcha', async () => {
    const tenant = await aTenant();
    const log = (more: Record<string, string>) =>
      said(`${tenant.at.console}/web/login`, {
        method: 'POST',
        body: new URLSearchParams({ ...tenant.administrator, captcha: '0000', number: '0', ...more }),
      });
    expect((await log({})).text).toContain('验证码错误');
    await expect(sessionHeaders({ ...tenant, administrator: { user: 'admin', password: 'x' } })).rejects.toThrow(
      /refused/,
    );
    expect((await said(`${tenant.at.console}/web/api/integration/load`, {})).status).toBe(302);
  });

  it('can be bound to the browser that logged in', async () => {
    const tenant = await aTenant({ web: { sessionBoundToAgent: true } });
    const { call } = await scriptOf(tenant);
    expect((await call('integration/load')).status).toBe(200);
    expect((await call('integration/load', undefined, { 'User-Agent': 'HeadlessChrome' })).status).toBe(302);
  });

  it('can end with the next login', async () => {
    const tenant = await aTenant({ web: { oneSession: true } });
    const first = await scriptOf(tenant);
    const second = await scriptOf(tenant);
    expect([(await first.call('integration/load')).status, (await second.call('integration/load')).status]).toEqual([
      302, 200,
    ]);
  });

  it('can live in a header instead of a cookie', async () => {
    const tenant = await aTenant({ web: { sessionIn: 'session-storage', sessionOverAs: '401' } });
    const { at, headers, call } = await scriptOf(tenant);
    expect(Object.keys(headers)).toContain('X-Qys-Token');
    expect((await call('integration/load')).status).toBe(200);
    expect((await said(`${at}/api/integration/load`, {})).status).toBe(401);
  });

  it('ends after so many requests', async () => {
    const tenant = await aTenant({ web: { sessionOverAs: '401' } });
    const { call } = await scriptOf(tenant);
    world.fault({ tenant: 'acme', path: '/web/api/*', kind: 'session-over', after: 2 });
    const seen = [];
    for (let at = 0; at < 4; at++) seen.push((await call('integration/load')).status);
    expect(seen).toEqual([200, 200, 401, 401]);
    expect((await (await scriptOf(tenant)).call('integration/load')).status).toBe(200);
  });

  it('can end between two pages', async () => {
    const tenant = await aTenant();
    const { at, headers } = await scriptOf(tenant);
    world.fault({ path: '/web/*', kind: 'session-over', after: 1 });
    const document = () => said(`${at}/`, { headers });
    expect([(await document()).status, (await document()).status]).toEqual([200, 302]);
  });

  it('of the console counts at the signing platform, unless that wants its own', async () => {
    const tenant = await aTenant();
    const { headers } = await scriptOf(tenant);
    expect((await said(`${tenant.at.signing}/api/categories/load`, { headers })).status).toBe(200);
    expect(new URL(tenant.at.signing).port).not.toBe(new URL(tenant.at.console).port);
    await world.close();

    const own = await aTenant({ web: { signingLogin: 'own' } });
    const console = await scriptOf(own);
    expect((await said(`${own.at.signing}/api/categories/load`, { headers: console.headers })).status).toBe(302);
    expect((await (await scriptOf(own, 'signing')).call('categories/load')).status).toBe(200);
  });
});

describe('a save', () => {
  it('keeps to the rules of the contract, and counts as request and as change', async () => {
    const tenant = await aTenant();
    const { call } = await scriptOf(tenant);
    const before = tenant.state();

    const wrong = await call('integration/save', { version: 'E9', ...NO_FORM, oaAddress: 'nowhere' });
    expect(wrong.body).toMatchObject({ code: 1000001, message: '保存失败：地址格式错误' });
    expect(tenant.state()).toEqual(before);

    for (let at = 0; at < 2; at++)
      expect((await call('integration/save', { version: 'E9', ...NO_FORM })).body['code']).toBe(0);
    const saves = { tenant: 'acme', path: INTEGRATION };
    expect([world.journal.times(saves), world.journal.times({ ...saves, effect: 'integration.fields' })]).toEqual([
      3, 2,
    ]);
    expect(world.journal.times({ ...saves, changed: true })).toBe(1);
    expect(tenant.state().sets.E9).toMatchObject({ oaAddress: 'https://oa.example.cn', syncSource: 'https' });
  });

  it('stores switch and form together, or the switch with its dialog', async () => {
    const tenant = await aTenant();
    const { call } = await scriptOf(tenant);
    const { oaVersion, ...form } = e10Form(tenant);
    await call('integration/save', { version: oaVersion, ...form });
    expect(tenant.state().integration).toMatchObject({ oaVersion: 'E10', teamCode: form['teamCode'] });
    expect(world.journal.writes('acme').map(({ effect }) => effect)).toEqual([
      'integration.oaVersion+integration.fields',
    ]);

    await call('integration/switch', { version: 'E9' });
    expect(tenant.state().integration).toMatchObject({ oaVersion: 'E9' });
    expect(world.journal.times({ tenant: 'acme', effect: 'integration.oaVersion', changed: true })).toBe(1);
  });

  it('that began before somebody else saved wins, or is refused', async () => {
    for (const staleSaves of ['last-wins', 'refused'] as const) {
      const tenant = await aTenant({ web: { staleSaves } });
      const { call, load } = await scriptOf(tenant);
      const { tag } = await load('callback/load');
      tenant.edit((live) => {
        live.callback.url = 'https://somebody.example/else';
      });
      const { body } = await call('callback/save', { page: 'old', url: 'https://oa.example.cn/x', tag });
      expect(body['code'] === 0).toBe(staleSaves === 'last-wins');
      if (staleSaves === 'last-wins') await world.close();
    }
  });

  it('of the public cloud’s page opens E10, and an empty one leaves it', async () => {
    const tenant = await aTenant({ deployment: 'public' });
    const { call } = await scriptOf(tenant);
    const form = { singleSignOn: true, oaAddress: tenant.at.e10, teamCode: 't123456789' };
    await call('integration/save', { version: 'E10', ...form });
    expect(tenant.state().integration).toMatchObject({ oaVersion: 'E10', ...form });
    await call('integration/save', { version: 'E10', singleSignOn: false, oaAddress: '', teamCode: '' });
    expect(tenant.state().integration).toMatchObject({ oaVersion: 'E9' });
    expect((await call('people-sync/load')).status).toBe(404);
  });
});

describe('secrets', () => {
  const KEY = 'k'.repeat(16);
  const APP_SECRET = 'appSecret';

  it.each([
    ['shown', KEY, KEY],
    ['masked', '******', KEY],
    ['stores-mask', '******', '******'],
  ] as const)('are %s', async (secrets, seen, storedAfterwards) => {
    const tenant = await aTenant({ web: { secrets } });
    const { call, load } = await scriptOf(tenant);
    await call('integration/save', { version: 'E9', ...NO_FORM, encryptionKey: KEY });
    const { values } = (await load('integration/load')) as { values: Record<string, unknown> };
    expect(values['encryptionKey']).toBe(seen);
    expect(values[APP_SECRET]).toBeUndefined();

    await call('integration/save', { version: 'E9', ...values });
    let stored: unknown;
    tenant.edit(({ sets }) => (stored = sets.E9.encryptionKey));
    expect(stored).toBe(storedAfterwards);
  });
});

describe('faults of a save', () => {
  const URL_NOW = 'https://oa.example.cn/now';

  async function struck(fault: Parameters<World['fault']>[0]) {
    const tenant = await aTenant({ callback: { page: 'old', url: 'https://oa.example.cn/before' } });
    const { call } = await scriptOf(tenant);
    world.fault({ tenant: 'acme', path: '/web/api/callback/save', ...fault });
    const answer = await call('callback/save', { page: 'old', url: URL_NOW }).catch(() => undefined);
    return { answer, url: tenant.state().callback['url'] };
  }

  it.each([
    ['not-stored', 0, 'https://oa.example.cn/before'],
    ['drops-field', 0, 'https://oa.example.cn/before'],
    ['normalises-url', 0, `${URL_NOW}/`],
    ['overwritten', 0, 'https://other.example.cn/'],
    ['error-toast-after', 1000001, URL_NOW],
    ['refused', 1000001, 'https://oa.example.cn/before'],
    ['busy', 1000429, 'https://oa.example.cn/before'],
    ['no-right', 1000403, 'https://oa.example.cn/before'],
  ] as const)('%s', async (kind, code, url) => {
    const text = kind === 'overwritten' ? { text: 'https://other.example.cn/' } : {};
    const result = await struck({ kind, field: 'url', ...text });
    expect([result.answer?.body['code'], result.url]).toEqual([code, url]);
  });

  it('are those of every system as well: stored, then 500 or a closed socket', async () => {
    const failed = await struck({ kind: 'error-after' });
    expect([failed.answer?.status, failed.url]).toEqual([500, URL_NOW]);
    await world.close();
    const closed = await struck({ kind: 'timeout-after', ms: 0 });
    expect([closed.answer, closed.url]).toEqual([undefined, URL_NOW]);
    await world.close();
    const before = await struck({ kind: 'reset' });
    expect([before.answer, before.url]).toEqual([undefined, 'https://oa.example.cn/before']);
  });

  it('strike together, where a page can show them, and not at the contract', async () => {
    const tenant = await aTenant();
    const { call, load } = await scriptOf(tenant);
    world.fault({ kind: 'label-missing', field: 'oaAddress' });
    world.fault({ kind: 'notice' });
    const headers = { Authorization: `Bearer ${secretOf(tenant, 'CONSOLE_TOKEN')}` };
    await said(`${tenant.at.console}/console/v1/integration`, { headers });
    await said(`${tenant.at.console}/web/`, { headers: await sessionHeaders(tenant) });
    await call('callback/save', { page: 'old' });
    const kinds = ((await load('integration/load'))['troubles'] as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds).toEqual(['label-missing', 'notice']);
    expect((await load('integration/load'))['troubles']).toEqual([]);
  });
});

describe('categories', () => {
  it('come ten at a time, are found by name, and move to the top when they are saved', async () => {
    const tenant = await aTenant({ categories: { legacy: 40, none: 3 } });
    const { call, load } = await scriptOf(tenant, 'signing');
    const rowsOf = async (query: string) =>
      (await load(`categories/load?${query}`))['rows'] as { id: string; name: string }[];
    expect(await load('categories/load')).toMatchObject({ total: 43, size: 10 });
    expect(await rowsOf('page=5')).toHaveLength(3);
    expect((await rowsOf(`name=${encodeURIComponent('保密协议')}`)).length).toBe(4);

    const [last] = (await rowsOf('page=5')).slice(-1);
    const { url, parameters } = await load(`categories/detail?id=${last?.id}`);
    const before = tenant.state().categories.find(({ id }) => id === last?.id);
    await call('categories/save', { id: last?.id, url: 'https://oa.example.cn/cb' });
    expect((await rowsOf('page=1'))[0]?.id).toBe(last?.id);
    const after = tenant.state().categories.find(({ id }) => id === last?.id);
    expect(after).toEqual({
      ...before,
      callback: { ...(before?.['callback'] as object), url: 'https://oa.example.cn/cb' },
    });
    expect([typeof url, typeof parameters]).toEqual(['string', 'object']);
    expect(world.journal.times({ tenant: 'acme', effect: `category:${last?.id}` })).toBe(1);
  });

  it('stand at the console where the tenant has it so', async () => {
    const tenant = await aTenant({ web: { categoriesAt: 'console' } });
    expect((await (await scriptOf(tenant)).call('categories/load')).status).toBe(200);
    expect((await (await scriptOf(tenant, 'signing')).call('categories/load')).status).toBe(404);
  });
});

describe('the people sync', () => {
  it('shows the tree level by level, with what is chosen below; empty with a reason where E10 refuses', async () => {
    const tenant = await aTenant({ scope: 'departments', people: { e9: 20, e10: 20, units: 12 } });
    const { load } = await scriptOf(tenant);
    const top = (await load('people-sync/tree'))['nodes'] as { id: string; leaf: boolean; chosenBelow: string[] }[];
    expect(top).toHaveLength(1);
    expect(top[0]).toMatchObject({ leaf: false });
    expect(top[0]?.chosenBelow).toEqual(tenant.state().peopleSync['scope']);
    const below = (await load(`people-sync/tree?parent=${top[0]?.id}`))['nodes'] as unknown[];
    expect(below.length).toBeGreaterThan(3);
    await world.close();

    const twins = await aTenant({ people: { e9: 20, e10: 20, units: 22 }, quirks: { sameUnitNames: true } });
    const script = await scriptOf(twins);
    const namesBelow = async (parent: string) =>
      ((await script.load(`people-sync/tree?parent=${parent}`))['nodes'] as { id: string; name: string }[]).map(
        (node) => node.name,
      );
    const [root] = (await script.load('people-sync/tree'))['nodes'] as { id: string }[];
    const branches = (
      (await script.load(`people-sync/tree?parent=${root?.id}`))['nodes'] as { id: string; name: string }[]
    ).filter(({ name }) => name.endsWith('分公司'));
    const [first, second] = await Promise.all(branches.map(({ id }) => namesBelow(id)));
    expect(first?.[0]).toBe(second?.[0]);
    expect(new Set(first).size).toBe(first?.length);
    await world.close();

    const wrong = await aTenant({ startsMigrated: true });
    wrong.edit(({ sets }) => (sets.E10.corpId = 'f'.repeat(32)));
    expect(await (await scriptOf(wrong)).load('people-sync/tree')).toMatchObject({
      nodes: [],
      reason: expect.any(String) as string,
    });
  });

  it('starts with 立即同步, or with 完成; never twice at once', async () => {
    for (const runStarts of ['button', 'finish'] as const) {
      const tenant = await aTenant({ syncSeconds: 60, web: { runStarts } });
      const { call, load } = await scriptOf(tenant);
      const { tag: _tag, troubles: _troubles, ...settings } = await load('people-sync/load');
      await call('people-sync/save', settings);
      expect(tenant.state().runs).toHaveLength(runStarts === 'finish' ? 1 : 0);
      const started = await call('people-sync/run', {});
      expect(started.body['code'] === 0).toBe(runStarts === 'button');
      expect(tenant.state().runs).toHaveLength(1);
      expect(world.journal.times({ tenant: 'acme', effect: /people-sync\.run$/ })).toBe(1);
      await world.close();
    }
    world = await startWorld({ tenants: [] });
  });
});
