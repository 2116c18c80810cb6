import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { startWorld, type SimulatedTenant, type World } from '../../simulators/world.js';
import { consoleOf, e10Form, moved, said, secretOf } from './clients.js';

let world: World;
afterEach(() => world.close());

async function aTenant(spec: Partial<TenantSpec> = {}): Promise<SimulatedTenant> {
  world = await startWorld({ tenants: [{ id: 'acme', ...spec }] });
  return world.tenant('acme');
}

const E9_FORM = { oaVersion: 'E9', singleSignOn: true, oaAddress: 'https://oa.example.cn' };

describe('ETags', () => {
  const TAGGED = ['/integration', '/callback', '/people-sync'];

  it('stand in header and body', async () => {
    const console = consoleOf(await aTenant());
    for (const path of TAGGED) {
      const { headers, body } = await console.get(path);
      expect(headers.get('ETag'), path).toBe(body['etag']);
    }
  });

  it('are wanted for every write, and have to be the present ones', async () => {
    const tenant = await aTenant();
    const console = consoleOf(tenant);
    const before = tenant.state();
    const [category] = before.categories;
    const writes = [...TAGGED, '/integration/oa-version', `/categories/${String(category?.['id'])}/callback`];
    for (const path of writes) {
      expect((await console.call('PUT', path, {})).status, path).toBe(428);
      expect((await console.call('PUT', path, {}, { 'If-Match': '"old"' })).status, path).toBe(412);
    }
    expect(tenant.state()).toEqual(before);
    expect(world.journal.writes('acme')).toEqual([]);
  });

  it('change with each accepted write, equal ones included', async () => {
    const console = consoleOf(await aTenant());
    const { body } = await console.get('/callback');
    const first = await console.put('/callback', body);
    const second = await console.call('PUT', '/callback', body, { 'If-Match': String(body['etag']) });

    expect([first.status, second.status]).toEqual([200, 412]);
    expect(first.body).toEqual({ ...body, etag: first.headers.get('ETag') });
    expect(world.journal.times({ tenant: 'acme', effect: 'callback' })).toBe(1);
  });

  it('change where somebody else edits, and only there', async () => {
    const tenant = await aTenant();
    const console = consoleOf(tenant);
    const tags = async () => Promise.all(TAGGED.map(async (path) => (await console.get(path)).headers.get('ETag')));
    const before = await tags();
    tenant.edit((live) => {
      live.callback.url = 'https://somebody.example/else';
    });
    const after = await tags();
    expect(after.map((tag, index) => tag === before[index])).toEqual([true, false, true]);
  });
});

describe('the integration page', () => {
  it('refuses a form of the other version, and tells which fields it does not take', async () => {
    const console = consoleOf(await aTenant());
    const wrong = await console.put('/integration', { ...E9_FORM, oaVersion: 'E10' });
    expect([wrong.status, wrong.body['type']]).toEqual([409, 'wrong-oa-version']);

    const refusal = await console.put('/integration', {
      ...E9_FORM,
      singleSignOn: 'yes',
      oaAddress: 'oa',
      encryptionKey: 'short',
      more: 1,
    });
    expect([refusal.status, refusal.body['type']]).toEqual([422, 'invalid-field']);
    const fields = (refusal.body['errors'] as { field: string }[]).map(({ field }) => field);
    expect(fields.sort()).toEqual(['encryptionKey', 'more', 'oaAddress', 'singleSignOn']);
    expect(world.journal.writes('acme')).toEqual([]);
  });

  it('shows secrets as fingerprints; absent keeps one, empty clears it', async () => {
    const tenant = await aTenant();
    const console = consoleOf(tenant);
    const key = 'k'.repeat(16);
    const print = createHash('sha256').update(key).digest('hex').slice(0, 8);

    expect((await console.put('/integration', { ...E9_FORM, encryptionKey: key })).body['encryptionKey']).toBe(print);
    expect((await console.put('/integration', E9_FORM)).body['encryptionKey']).toBe(print);
    const cleared = await console.put('/integration', { ...E9_FORM, encryptionKey: '' });
    expect(cleared.body).not.toHaveProperty('encryptionKey');
    expect(JSON.stringify(tenant.state())).not.toContain(key);
  });

  it('keeps one set of fields for each version, or one for both', async () => {
    const apart = await aTenant();
    const before = apart.state().sets.E9;
    await moved(apart);
    expect(apart.state().sets.E9).toEqual(before);
    expect(apart.state().integration).toMatchObject({ oaVersion: 'E10', teamCode: expect.any(String) as string });
    await world.close();

    const shared = await aTenant({ fieldSets: 'shared' });
    await moved(shared);
    expect(shared.state().sets.E9).toEqual(shared.state().sets.E10);
  });
});

describe('the switch', () => {
  const scopeOf = (tenant: SimulatedTenant) => tenant.state().peopleSync['scope'] as string[];

  it('finds the units of the scope again, there and back', async () => {
    const tenant = await aTenant({ scope: 'departments' });
    const before = scopeOf(tenant);
    const console = await moved(tenant);
    expect(scopeOf(tenant)).toHaveLength(before.length);
    expect(scopeOf(tenant).every((id) => /^\d{18}$/.test(id))).toBe(true);
    await console.put('/integration/oa-version', { oaVersion: 'E9' });
    expect(scopeOf(tenant)).toEqual(before);
  });

  it('may clear the scope, both ways', async () => {
    const tenant = await aTenant({ scopeAfterSwitch: 'cleared' });
    const console = await moved(tenant);
    expect(scopeOf(tenant)).toEqual([]);
    const { units } = (await console.get('/people-sync/organisation')).body as { units: { id: string }[] };
    const { body } = await console.get('/people-sync');
    expect((await console.put('/people-sync', { ...body, scope: [units[0]?.id] })).status).toBe(200);
    await console.put('/integration/oa-version', { oaVersion: 'E9' });
    expect(scopeOf(tenant)).toEqual([]);
  });
});

describe('the other pages', () => {
  it.each([
    ['4.3.4', 'global', 'old'],
    ['4.3.6', 'old', 'global'],
    ['5.1.0', 'new', 'global'],
  ])('of %s: the callback page may be %s and not %s', async (version, good, bad) => {
    const console = consoleOf(await aTenant({ version }));
    const url = 'https://oa.example.cn/x';
    expect((await console.put('/callback', { page: good, url })).status).toBe(200);
    expect((await console.put('/callback', { page: bad, url })).status).toBe(422);
  });

  it('refuse what they cannot read, and stay as they are', async () => {
    const tenant = await aTenant();
    const console = consoleOf(tenant);
    const before = tenant.state();
    const category = `/categories/${String(before.categories[0]?.['id'])}/callback`;
    const etag = ((await console.get('/categories')).body['categories'] as { etag: string }[])[0]?.etag ?? '';
    const sync = { enabled: true, scope: [], schedule: '0 2 * * *' };
    for (const [path, body, tag] of [
      ['/callback', { page: 'new', url: 'nonsense' }],
      ['/people-sync', {}],
      ['/people-sync', { ...sync, scope: ['4711'] }],
      ['/people-sync', { ...sync, schedule: 'daily' }],
      ['/integration', [1]],
      [category, {}, etag],
      [category, { url: 'https://a.example/x', parameters: { a: 1 } }, etag],
      [category, { url: 'https://a.example/x', events: 'all' }, etag],
    ] as [string, unknown, string?][]) {
      expect((await console.put(path, body, tag)).status, `${path} ${JSON.stringify(body)}`).toBe(422);
    }
    expect(tenant.state()).toEqual(before);
  });

  it('replace a category’s callback as a whole', async () => {
    const tenant = await aTenant();
    const console = consoleOf(tenant);
    const [one] = (await console.get('/categories')).body['categories'] as [{ id: string; etag: string }];
    await console.put(`/categories/${one.id}/callback`, { url: 'https://a.example/x' }, one.etag);
    expect(tenant.state().categories[0]?.['callback']).toEqual({ url: 'https://a.example/x' });
    expect(world.journal.times({ effect: `category:${one.id}` })).toBe(1);
  });

  it.each([
    ['/categories', 'categories', { categories: { legacy: 7, none: 0 } }, 7],
    ['/people', 'people', { people: { e9: 7, e10: 7 } }, 7],
  ] as const)('%s comes in pages, each row once', async (path, name, spec, total) => {
    const console = consoleOf(await aTenant(spec));
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await console.get(`${path}?limit=3${cursor}`);
      ids.push(...(body[name] as { id: string }[]).map(({ id }) => id));
      cursor = typeof body['next'] === 'string' ? `&cursor=${body['next']}` : '';
    } while (cursor !== '');
    expect(ids).toHaveLength(total);
    expect([...new Set(ids)].sort()).toEqual(ids);
    for (const limit of ['0', '1001', 'x']) {
      expect((await console.get(`${path}?limit=${limit}`)).status, limit).toBe(422);
    }
  });

  it('do not exist in the public cloud', async () => {
    const tenant = await aTenant({ deployment: 'public' });
    const console = consoleOf(tenant);
    for (const path of ['/callback', '/people-sync', '/people-sync/organisation', '/people', '/categories']) {
      const { status, body } = await console.get(path);
      expect([status, body['type']], path).toEqual([409, 'not-supported']);
    }
    await console.put('/integration/oa-version', { oaVersion: 'E10' });
    const { oaVersion, singleSignOn, oaAddress, teamCode } = e10Form({ ...tenant, env: { X_APP_SECRET: '' } });
    expect((await console.put('/integration', { oaVersion, singleSignOn, oaAddress, teamCode })).status).toBe(200);
  });
});

describe('the session', () => {
  it('is the tenant’s own', async () => {
    world = await startWorld({ tenants: [{ id: 'one' }, { id: 'two' }] });
    const [one, two] = [world.tenant('one'), world.tenant('two')];
    const url = `${one.at.console}/console/v1/integration`;
    const as = (token: string) => said(url, { headers: { Authorization: `Bearer ${token}` } });
    expect((await said(url, {})).status).toBe(401);
    expect((await as(secretOf(two, 'CONSOLE_TOKEN'))).status).toBe(401);
    expect((await as(secretOf(one, 'CONSOLE_TOKEN'))).status).toBe(200);
    expect((await consoleOf(one).get('/nothing')).status).toBe(404);
  });
});
