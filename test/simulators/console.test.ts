import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startWorld, type World } from '../../simulators/world.js';

const contract = parse(readFileSync('api/console.openapi.yaml', 'utf8')) as object;
const ajv = new Ajv.default({ strict: false, logger: false });
ajv.addSchema(contract, 'console');

let world: World;
beforeAll(async () => {
  world = await startWorld({
    tenants: [
      { id: 'acme', people: { e9: 12, e10: 12 }, categories: { legacy: 120 } },
      { id: 'wrong', wrongCorpId: true },
      { id: 'public', deployment: 'public' },
      { id: 'again', people: { e9: 12, e10: 12 }, categories: { legacy: 120 } },
    ],
  });
});
afterAll(() => world.close());

function consoleOf(id: string) {
  const tenant = world.tenant(id);
  const { qiyuesuo } = tenant.entry() as { qiyuesuo: { api: { address: string } } };
  const token = tenant.env[`${id.toUpperCase()}_CONSOLE_TOKEN`] ?? '';
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(qiyuesuo.api.address + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      etag: response.headers.get('etag') ?? '',
      body: (await response.json()) as Record<string, unknown>,
    };
  };
}

function expectValid(schema: string, data: unknown): void {
  const validate = ajv.getSchema(`console#/components/schemas/${schema}`);
  expect(validate?.(data), `${schema}: ${JSON.stringify(validate?.errors)}`).toBe(true);
}

/** The form of E10 as an operator would fill it in, right or with a mistake of the tenant's. */
async function configure(id: string, appSecret: string) {
  const ask = consoleOf(id);
  const { e10 } = world.tenant(id).entry() as {
    e10: { address: string; corpId: string; appKey: string; tenantKey: string };
  };
  const before = await ask('GET', '/integration');
  const switched = await ask('PUT', '/integration/oa-version', { oaVersion: 'E10' }, { 'If-Match': before.etag });
  const form = {
    oaVersion: 'E10',
    singleSignOn: true,
    oaAddress: e10.address,
    openPlatformAddress: `${e10.address}/openserver`,
    corpId: e10.corpId,
    appKey: e10.appKey,
    teamCode: e10.tenantKey,
    appSecret,
  };
  return ask('PUT', '/integration', form, { 'If-Match': switched.etag });
}

describe('the console contract', () => {
  it('is what every answer keeps to', async () => {
    const ask = consoleOf('acme');
    expectValid('Integration', (await ask('GET', '/integration')).body);
    expectValid('Callback', (await ask('GET', '/callback')).body);
    expectValid('PeopleSync', (await ask('GET', '/people-sync')).body);
    const { categories, next } = (await ask('GET', '/categories')).body as { categories: unknown[]; next?: string };
    expect([categories.length, next]).toEqual([100, '100']);
    for (const category of categories) expectValid('Category', category);
    for (const person of (await ask('GET', '/people')).body['people'] as unknown[]) expectValid('Person', person);
  });

  it('guards writes by ETag', async () => {
    const ask = consoleOf('again');
    const { etag } = await ask('GET', '/callback');
    const body = { page: 'old', url: 'https://x.example/y' };
    expect((await ask('PUT', '/callback', body)).status).toBe(428);
    expect((await ask('PUT', '/callback', body, { 'If-Match': '"old"' })).status).toBe(412);
    expect((await ask('PUT', '/callback', body, { 'If-Match': etag })).status).toBe(200);
    expect((await ask('PUT', '/callback', body, { 'If-Match': etag })).status).toBe(412);
    expect(world.journal.times({ tenant: 'again', effect: 'callback' })).toBe(1);
  });

  it('refuses a key that has not 16 characters, and fields of the other OA version', async () => {
    const ask = consoleOf('again');
    const { etag } = await ask('GET', '/integration');
    const form = { oaVersion: 'E9', singleSignOn: true, oaAddress: 'https://x.example' };
    const refused = await ask('PUT', '/integration', { ...form, encryptionKey: 'short' }, { 'If-Match': etag });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'encryptionKey' }] } });
    expect((await ask('PUT', '/integration', { ...form, oaVersion: 'E10' }, { 'If-Match': etag })).status).toBe(409);
  });

  it('has no callback, people or categories in the public cloud', async () => {
    const ask = consoleOf('public');
    expectValid('Integration', (await ask('GET', '/integration')).body);
    for (const path of ['/callback', '/people-sync', '/categories'])
      expect((await ask('GET', path)).body['type']).toBe('not-supported');
  });

  it('really pulls organisation and people with what it was configured with', async () => {
    const ask = consoleOf('acme');
    await configure('acme', world.tenant('acme').env['ACME_APP_SECRET'] ?? '');
    expect(((await ask('GET', '/people-sync/organisation')).body['units'] as unknown[]).length).toBe(5);

    const started = await ask('POST', '/people-sync/runs', undefined, { 'Idempotency-Key': 'k' });
    expect(started.status).toBe(202);
    const runId = String(started.body['runId']);
    expect((await ask('POST', '/people-sync/runs', undefined, { 'Idempotency-Key': 'k' })).body['runId']).toBe(runId);
    expect((await ask('POST', '/people-sync/runs', undefined, { 'Idempotency-Key': 'other' })).body).toMatchObject({
      type: 'sync-running',
      runId,
    });
    await expect
      .poll(async () => (await ask('GET', `/people-sync/runs/${runId}`)).body['state'], { timeout: 10_000 })
      .toBe('succeeded');
    expect(world.journal.times({ tenant: 'acme', effect: 'people-sync.run' })).toBe(1);
  });

  it('shows an empty tree, with a reason, where E10 refuses it', async () => {
    await configure('wrong', 'not the secret');
    const { body } = await consoleOf('wrong')('GET', '/people-sync/organisation');
    expect(body).toMatchObject({ units: [], reason: expect.any(String) as unknown });
  });
});

it('is the same world for the same seed', async () => {
  const spec = [{ id: 'acme', categories: { legacy: 3, elsewhere: 2 } }];
  const [one, other, different] = [
    await startWorld({ tenants: spec }),
    await startWorld({ tenants: spec }),
    await startWorld({ seed: 2, tenants: spec }),
  ];
  const shape = (of: World) =>
    JSON.stringify([of.tenant('acme').state(), of.tenant('acme').env]).replaceAll(/127\.0\.0\.1:\d+/g, 'host');
  expect(shape(one)).toBe(shape(other));
  expect(shape(one)).not.toBe(shape(different));
  for (const each of [one, other, different]) await each.close();
});

it.each([
  ['error-before', 0],
  ['error-after', 1],
] as const)('a fault %s leaves %i effects', async (kind, effects) => {
  const own = await startWorld({ tenants: [{ id: 'acme' }] });
  own.fault({ tenant: 'acme', system: 'console', method: 'PUT', kind });
  const { qiyuesuo } = own.tenant('acme').entry() as { qiyuesuo: { api: { address: string } } };
  const headers = { Authorization: `Bearer ${own.tenant('acme').env['ACME_CONSOLE_TOKEN'] ?? ''}`, 'If-Match': '"c1"' };
  const put = () =>
    fetch(`${qiyuesuo.api.address}/callback`, { method: 'PUT', headers, body: '{"page":"old","url":null}' });

  expect((await put()).status).toBe(500);
  expect(own.journal.writes('acme')).toHaveLength(effects);
  await own.close();
});
