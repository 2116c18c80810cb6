import { afterEach, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { narrowedBatch } from '../../src/domain/batch/waves.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const ORDER = { by: 'tester', reason: 'test' };
const tenants = (count: number, more: Partial<TenantSpec> = {}): TenantSpec[] =>
  Array.from({ length: count }, (_, index) => ({ id: `t${index}`, people: { e9: 4, e10: 4 }, ...more }));

let rig: Rig;
afterEach(() => rig.close());

const idsOf = (...names: string[]): string[] => names.map((name) => rig.tenant(name).id);
const only = (...names: string[]) => narrowedBatch(rig.batch, new Set(idsOf(...names)));

it('some tenants are paused and resumed by one order, which tells whom it reached', async () => {
  const [ended, running, later] = tenants(3, { syncSeconds: 2 }) as [TenantSpec, TenantSpec, TenantSpec];
  rig = await aRig(
    [{ ...ended, startsMigrated: true }, running, later],
    {},
    { waves: [{ name: 'all', rest: true, maxConcurrency: 1 }] },
  );
  const { batch } = rig.batch;
  const [t0 = '', t1 = '', t2 = ''] = idsOf('t0', 't1', 't2');
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await until('the second one runs', async () => (await rig.migrations.why(batch, t1))?.state === 'running');

  const tenantIds = [t0, t1, t2, 'nobody'];
  expect(await rig.migrations.pauseTenants(batch, { ...ORDER, tenantIds })).toEqual({
    accepted: [t1, t2],
    refused: [
      { tenantId: t0, why: 'it is already-migrated' },
      { tenantId: 'nobody', why: 'it is not of this batch' },
    ],
  });
  await until('the running one holds', async () => (await rig.migrations.tenantStatus(t1))?.held !== null);
  const held = await rig.status();
  expect(held.holds).toMatchObject([
    { on: { tenant: t1 }, ...ORDER },
    { on: { tenant: t2 }, ...ORDER },
  ]);
  expect(held.trail.map(({ what }) => what)).toEqual([`paused ${t1}, ${t2}`]);

  // A group is who it fits: the others are neither paused again nor refused.
  const group = { ...ORDER, tenantIds: [t0, t1, t2], passOver: true } as const;
  expect(await rig.migrations.pauseTenants(batch, group)).toEqual({ accepted: [], refused: [] });
  await expect(rig.migrations.pauseTenants(batch, { ...group, reason: 'r'.repeat(400) })).rejects.toThrow(
    'at most 294',
  );

  expect(await rig.migrations.resumeTenants(batch, group)).toEqual({ accepted: [t1, t2], refused: [] });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done', holds: [] });
});

it('a group is dropped as far as it has not started', async () => {
  rig = await aRig(tenants(3, { syncSeconds: 2 }), {}, { waves: [{ name: 'all', rest: true, maxConcurrency: 1 }] });
  const { batch } = rig.batch;
  const tenantIds = idsOf('t0', 't1', 't2');
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await until('one runs', async () => (await rig.status()).running === 1);
  await rig.migrations.pause(batch, { ...ORDER, on: { batch: true } });

  const group = { ...ORDER, tenantIds, passOver: true } as const;
  expect(await rig.migrations.dropTenants(batch, group)).toEqual({ accepted: tenantIds.slice(1), refused: [] });
  const named = await rig.migrations.dropTenants(batch, { ...ORDER, tenantIds: tenantIds.slice(0, 1) });
  expect(named.refused).toEqual([{ tenantId: tenantIds[0], why: 'it is running' }]);

  await rig.migrations.resume(batch, { ...ORDER, on: { batch: true } });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ endings: { migrated: 1, skipped: 2 } });
});

it('one that is retried starts before those of the file that stand behind it', async () => {
  const specs = tenants(4, { people: { e9: 4, e10: 4 }, syncSeconds: 1 }).map((spec, index) => ({
    ...spec,
    syncFails: index === 0,
  }));
  rig = await aRig(specs, {}, { waves: [{ name: 'all', rest: true, maxConcurrency: 1 }] });
  const { batch } = rig.batch;
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await until('the first is over', async () => (await rig.status()).endings['rolled-back'] === 1, 30_000);
  const { id } = rig.tenant('t0');
  await rig.migrations.retryTenants(batch, { ...ORDER, tenantIds: [id] });
  await until('it is over again', async () => (await rig.status()).endings['rolled-back'] === 1, 30_000);
  expect((await rig.status()).endings).toEqual({ 'rolled-back': 1, migrated: 1 });
  await rig.migrations.batchResult(batch);
});

it('as many join as can, and the file goes on with the batch once it is the same', async () => {
  rig = await aRig(
    tenants(5, { startsMigrated: true }),
    {},
    {
      waves: [
        { name: 'first', count: 2 },
        { name: 'second', count: 1, soak: '1h' },
        { name: 'third', rest: true },
      ],
    },
  );
  const { batch } = rig.batch;
  const [t0 = '', t1 = '', , t3 = '', t4 = ''] = rig.batch.tenants.map(({ id }) => id);
  const applied = (...names: string[]) => rig.migrations.startBatch(only(...names), 'starter', IMPATIENT);
  expect(await applied('t0', 't2', 't3')).toBe('started');
  await until('the second wave soaks', async () => (await rig.status()).waves[1]?.phase === 'soaking');

  const wavesOf = new Map([
    ['first', rig.batch.tenants.slice(0, 2)],
    ['third', rig.batch.tenants.slice(3, 4)],
  ]);
  expect(await rig.migrations.addTenants(rig.batch, ORDER, wavesOf)).toEqual({
    accepted: [],
    refused: [
      { tenantId: t0, why: 'it is of this batch already' },
      { tenantId: t1, why: 'wave first is over: choose a later one' },
      { tenantId: t3, why: 'it is of this batch already' },
    ],
  });
  expect(await applied('t0', 't2', 't3')).toBe('under-way');

  const both = new Map([...wavesOf, ['third', rig.batch.tenants.slice(3)]]);
  expect(await rig.migrations.addTenants(rig.batch, ORDER, both)).toMatchObject({
    accepted: [t4],
    refused: [{ tenantId: t0 }, { tenantId: t1 }, { tenantId: t3 }],
  });
  expect(await applied('t0', 't2', 't3', 't4')).toBe('under-way');
  // Somebody of the whole file is not of the batch: it would never be migrated by going on.
  expect(await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT)).toBe('another-under-way');

  await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
  await rig.migrations.batchResult(batch);
  await expect(rig.migrations.addTenants(rig.batch, ORDER, both)).rejects.toThrow('nothing of it is running');
});
