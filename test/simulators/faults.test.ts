import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../simulators/kernel/faults.js';
import { startWorld, type World } from '../../simulators/world.js';
import { consoleOf, openApiOf, said } from './clients.js';

let world: World;
beforeEach(async () => {
  world = await startWorld({ tenants: [{ id: 'acme' }, { id: 'other' }] });
});
afterEach(() => world.close());

const WRITE = { tenant: 'acme', system: 'console', method: 'PUT', path: '/callback' } as const;
const URL_AFTER = 'https://oa.example.cn/after';
const acme = () => consoleOf(world.tenant('acme'));
const write = () => acme().put('/callback', { page: 'old', url: URL_AFTER });
const written = () => world.tenant('acme').state().callback['url'] === URL_AFTER;
const integration = () => acme().get('/integration');

describe('a write', () => {
  it.each<[FaultKind, number]>([
    ['throttle-seconds', 429],
    ['throttle-date', 429],
    ['error-before', 500],
    ['code-200', 200],
    ['html', 502],
    ['unauthorised', 401],
  ])('that meets %s is not done', async (kind, status) => {
    world.fault({ ...WRITE, kind });
    expect((await write()).status).toBe(status);
    expect(written()).toBe(false);
    expect(world.journal.writes('acme')).toEqual([]);
    expect(world.journal.times(WRITE)).toBe(1);
  });

  it.each<FaultKind>(['error-after', 'truncated'])('that meets %s is done, and the answer is spoiled', async (kind) => {
    world.fault({ ...WRITE, kind });
    const { status, body } = await write();
    expect([status >= 500, body['url']]).not.toEqual([false, URL_AFTER]);
    expect(written()).toBe(true);
    expect(world.journal.writes('acme')).toMatchObject([{ ...WRITE, effect: 'callback' }]);
  });

  it.each<[FaultKind, boolean]>([
    ['reset', false],
    ['timeout-before', false],
    ['timeout-after', true],
  ])('that meets %s gets no answer (done: %s)', async (kind, done) => {
    world.fault({ ...WRITE, kind, ms: 50 });
    await expect(write()).rejects.toThrow();
    expect(written()).toBe(done);
    expect(world.journal.entries(WRITE)).toMatchObject([{ status: 0, effect: done ? 'callback' : null }]);
  });

  it('that is slow is done all the same', async () => {
    world.fault({ ...WRITE, kind: 'latency', ms: 30 });
    const since = Date.now();
    expect((await write()).status).toBe(200);
    expect(Date.now() - since).toBeGreaterThanOrEqual(29);
    expect(written()).toBe(true);
  });
});

describe('Retry-After', () => {
  it('comes as seconds, and as a date that is not too early', async () => {
    world.fault({ system: 'console', kind: 'throttle-seconds', ms: 1500 });
    world.fault({ system: 'console', kind: 'throttle-date', ms: 1500 });
    const until = Date.now() + 1500;
    expect((await integration()).headers.get('Retry-After')).toBe('2');
    expect(Date.parse((await integration()).headers.get('Retry-After') ?? '')).toBeGreaterThanOrEqual(until);
  });
});

describe('a stale read', () => {
  it('shows what was answered before the last write', async () => {
    const before = await acme().get('/callback');
    await write();
    world.fault({ ...WRITE, method: 'GET', kind: 'stale-read' });
    expect((await acme().get('/callback')).body).toEqual(before.body);
    expect((await acme().get('/callback')).body['url']).toBe(URL_AFTER);
  });
});

describe('which requests are struck', () => {
  const statuses = async (count: number) => {
    const found: number[] = [];
    for (let n = 0; n < count; n++) found.push((await integration()).status);
    return found;
  };

  it('is told by tenant, system, path and method', async () => {
    world.fault({ tenant: 'other', kind: 'error-before', times: Infinity });
    world.fault({ tenant: 'acme', system: 'open-api', kind: 'error-before', times: Infinity });
    world.fault({ tenant: 'acme', path: /people/, kind: 'error-before', times: Infinity });
    world.fault({ tenant: 'acme', method: 'DELETE', kind: 'error-before', times: Infinity });
    expect(await statuses(1)).toEqual([200]);
    expect((await consoleOf(world.tenant('other')).get('/integration')).status).toBe(500);
    expect((await openApiOf(world.tenant('acme')).get('/company/list')).status).toBe(500);
    expect((await acme().get('/people')).status).toBe(500);
  });

  it('is told by number, and ends', async () => {
    world.fault({ system: 'console', kind: 'error-before', after: 2, times: 2 });
    expect(await statuses(5)).toEqual([200, 200, 500, 500, 200]);
    world.fault({ system: 'console', kind: 'error-before', times: Infinity });
    expect(await statuses(2)).toEqual([500, 500]);
    world.clearFaults();
    expect(await statuses(1)).toEqual([200]);
  });

  it('is told by probability, the same for the same seed', async () => {
    const struck = async (seed: number) => {
      const own = await startWorld({ seed, tenants: [{ id: 'acme' }] });
      own.fault({ kind: 'error-before', times: Infinity, probability: 0.5 });
      const found: number[] = [];
      for (let n = 0; n < 30; n++) found.push((await consoleOf(own.tenant('acme')).get('/integration')).status);
      await own.close();
      return found.join();
    };
    const first = await struck(7);
    expect(await struck(7)).toBe(first);
    expect(await struck(8)).not.toBe(first);
    expect(new Set(first.split(','))).toEqual(new Set(['200', '500']));
  });
});

describe('the journal', () => {
  it('has every request in order, without secrets, and counts what changed something', async () => {
    await integration();
    await write();
    await write();
    await acme().put('/callback', { page: 'new', url: URL_AFTER }, '"old"');
    await openApiOf(world.tenant('other')).get('/company/list');

    const entries = world.journal.entries();
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(world.journal.writes()).toHaveLength(2);
    expect(world.journal.writes('other')).toEqual([]);
    expect(world.journal.times(WRITE)).toBe(3);
    expect(world.journal.times({ ...WRITE, effect: 'callback' })).toBe(2);
    expect(world.journal.times({ path: '/company/*', tenant: 'other' })).toBe(1);
    for (const { env } of world.tenants) {
      for (const secret of Object.values(env)) expect(JSON.stringify(entries)).not.toContain(secret);
    }
  });

  it('knows the requests of unknown tenants as nobody’s', async () => {
    const { console } = world.tenant('acme').at;
    await said(`${console.replace('/t/acme', '/t/nobody')}/console/v1/integration`, {});
    expect(world.journal.entries()).toMatchObject([{ tenant: null, system: 'console', status: 404 }]);
  });
});
