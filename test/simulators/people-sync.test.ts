import { afterEach, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { startWorld, type SimulatedTenant, type World } from '../../simulators/world.js';
import { consoleOf, moved, type Said } from './clients.js';

let world: World;
afterEach(() => world.close());

async function aTenant(spec: Partial<TenantSpec> = {}): Promise<SimulatedTenant> {
  world = await startWorld({ tenants: [{ id: 'acme', syncSeconds: 0, ...spec }] });
  return world.tenant('acme');
}

/** Starts a run and follows it to its end. */
async function sync(tenant: SimulatedTenant, key = 'one'): Promise<Said['body']> {
  const console = consoleOf(tenant);
  const { body } = await console.run(key);
  for (;;) {
    const run = await console.get(`/people-sync/runs/${String(body['runId'])}`);
    if (run.body['state'] !== 'queued' && run.body['state'] !== 'running') return run.body;
  }
}

const pulls = (system: 'e9' | 'e10', path: string) => world.journal.times({ system, path, from: 'qiyuesuo' });

it('pulls the tree from the OA that is configured', async () => {
  const tenant = await aTenant({ people: { e9: 3, e10: 3, units: 4 } });
  const e9 = await consoleOf(tenant).get('/people-sync/organisation');
  expect(pulls('e9', '/api/hrm/resful/getHrmdepartmentWithPage')).toBe(1);

  const e10 = await (await moved(tenant)).get('/people-sync/organisation');
  expect(pulls('e10', '/openserver/api/hrm/restful/queryOrg')).toBe(1);
  const codes = ({ body }: Said) => (body['units'] as { code: string }[]).map(({ code }) => code).sort();
  expect(codes(e10)).toEqual(codes(e9));
  expect((e10.body['units'] as { id: string }[]).every(({ id }) => /^\d{18}$/.test(id))).toBe(true);
});

it.each([
  ['a wrong corpId', { corpId: 'f'.repeat(32) }, 'corpid 无效'],
  ['a wrong secret', { appSecret: 'f'.repeat(32) }, '获取泛微 access_token 失败'],
  ['an address where nobody answers', { openPlatformAddress: 'http://127.0.0.1:9/openserver' }, '无法访问泛微系统'],
  ['a missing field', { appKey: '' }, '集成配置不完整'],
])('%s: an empty tree with a reason, and a run that fails with it', async (_, wrong, reason) => {
  const tenant = await aTenant();
  const console = await moved(tenant, wrong);

  expect((await console.get('/people-sync/organisation')).body).toEqual({ units: [], reason });
  expect(await sync(tenant)).toMatchObject({ state: 'failed', message: reason });
  expect(tenant.state().people).toEqual({ active: 30, disabled: 0 });
});

it('an app without HR rights: the same', async () => {
  const tenant = await aTenant({ noHrRights: true });
  const console = await moved(tenant);
  expect((await console.get('/people-sync/organisation')).body).toMatchObject({
    units: [],
    reason: expect.stringContaining('接口调用受限') as string,
  });
});

it('creates, updates and disables people by job number', async () => {
  const tenant = await aTenant({ people: { e9: 20, e10: 25, qiyuesuo: 28 } });
  await moved(tenant);
  expect(await sync(tenant)).toMatchObject({ state: 'succeeded', total: 25, done: 25, updated: 25, disabled: 3 });
  expect(tenant.state().people).toEqual({ active: 25, disabled: 3 });
  expect(pulls('e10', '/openserver/api/hrm/restful/queryEmployee')).toBe(1);
});

it('creates those who are new', async () => {
  const tenant = await aTenant({ people: { e9: 20, e10: 25 } });
  await moved(tenant);
  expect(await sync(tenant)).toMatchObject({ created: 5, updated: 20, disabled: 0 });
});

it('takes nobody from outside of the scope', async () => {
  const tenant = await aTenant({ people: { e9: 12, e10: 12, units: 5 } });
  const console = await moved(tenant);
  const { body } = await console.get('/people-sync/organisation');
  const [, department] = body['units'] as [unknown, { id: string }];
  await console.put('/people-sync', { ...(await console.get('/people-sync')).body, scope: [department.id] });

  expect(await sync(tenant)).toMatchObject({ total: 3, updated: 3, disabled: 9 });
});

it('works in E9 mode, where leavers and secondary accounts are nobody', async () => {
  const tenant = await aTenant({ people: { e9: 10, e10: 10, leavers: 4, secondary: 5 } });
  expect(await sync(tenant)).toMatchObject({ state: 'succeeded', total: 10, updated: 10, created: 0 });
});

it('starts one run for a key, and one at a time', async () => {
  const tenant = await aTenant({ syncSeconds: 60 });
  const console = consoleOf(tenant);
  const first = await console.run('one');
  const again = await console.run('one');
  const second = await console.run('two');

  expect([first.status, again.status, second.status]).toEqual([202, 202, 409]);
  expect(again.body['runId']).toBe(first.body['runId']);
  expect(second.body).toMatchObject({
    type: 'sync-running',
    runId: first.body['runId'],
    detail: expect.stringContaining(String(first.body['runId'])) as string,
  });
  expect(world.journal.times({ effect: 'people-sync.run' })).toBe(1);
});

it('needs a key, a scope, and to be switched on', async () => {
  const tenant = await aTenant({ scope: 'nothing' });
  const console = consoleOf(tenant);
  expect((await console.call('POST', '/people-sync/runs')).status).toBe(422);
  expect((await console.run('k'.repeat(201))).status).toBe(422);
  expect((await console.run('one')).status).toBe(409);
  tenant.edit((live) => {
    live.peopleSync.scope = ['1'];
    live.peopleSync.enabled = false;
  });
  expect((await console.run('one')).status).toBe(409);
  expect(tenant.state().runs).toEqual([]);
});

it('may fail half-way, so many times', async () => {
  const tenant = await aTenant({ syncFails: 1 });
  await moved(tenant);
  expect(await sync(tenant, 'one')).toMatchObject({ state: 'failed', total: 30, done: 27 });
  expect(await sync(tenant, 'two')).toMatchObject({ state: 'succeeded' });
});

it('meets the faults of the OA', async () => {
  const tenant = await aTenant();
  await moved(tenant);
  world.fault({ system: 'e10', path: /queryEmployee/, from: 'qiyuesuo', kind: 'html' });
  expect(await sync(tenant)).toMatchObject({ state: 'failed', message: '泛微系统返回异常' });
});
