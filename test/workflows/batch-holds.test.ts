import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { afterEach, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { batchFolder } from '../../src/data-folder.js';
import { endpointsOf } from '../../src/domain/batch/endpoints.js';
import { waitsForPeople, type BatchStatus } from '../../src/domain/batch/status.js';
import { narrowedBatch } from '../../src/domain/batch/waves.js';
import { batchWorkflowId, siteTaskQueue, tenantWorkflowId } from '../../src/domain/ids.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const PEOPLE = { e9: 4, e10: 4 };
const ORDER = { by: 'tester', reason: 'test' };

let rig: Rig;
afterEach(() => rig.close());

async function begun(specs: TenantSpec[], maxConcurrency: number): Promise<string> {
  rig = await aRig(specs, {}, { waves: [{ name: 'all', rest: true, maxConcurrency }] });
  for (const wave of rig.batch.waves) wave.slowStart = false;
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  return rig.batch.batch;
}

const untilStatus = (what: string, holds: (status: BatchStatus) => boolean): Promise<void> =>
  until(what, async () => holds(await rig.status()), 40_000);

it('a token that several share and that expires is one hold, and fails nobody', async () => {
  const shared = ['s0', 's1', 's2', 's3'];
  const batch = await begun(
    [
      ...shared.map((id): TenantSpec => ({ id, people: PEOPLE, consoleToken: 'shared', syncSeconds: 1.5 })),
      { id: 'own', people: PEOPLE },
    ],
    2,
  );
  const stateOf = (id: string) => rig.world.tenant(id).state();
  await until('two are under way', () => stateOf('s0').runs.length + stateOf('s1').runs.length === 2);
  for (const tenant of shared)
    rig.world.fault({ tenant, system: 'console', kind: 'unauthorised', times: Number.POSITIVE_INFINITY });

  // Those who share it wait; the one with a token of its own takes the place of one of them, and gets through.
  await untilStatus('the other one is through', ({ endings }) => endings.migrated === 1);
  const [key = ''] = endpointsOf(rig.tenant('s0')).map((one) => one.key);
  expect(key).toContain('SHARED_CONSOLE_TOKEN');
  const held = await rig.status();
  expect(held).toMatchObject({ notStarted: 2, endings: { migrated: 1 }, stoppedBy: null });
  expect(held.holds).toMatchObject([{ on: { endpoint: key }, by: 'qys-e10' }]);
  expect(held.trail.map(({ what }) => what)).toEqual([`paused endpoint ${key}`]);
  expect(held.running + held.parked).toBe(2);
  const why = await rig.migrations.why(batch, rig.tenant('s2').id);
  expect(why).toMatchObject({ state: 'not-started', reasons: [{ because: 'endpoint' }] });
  expect(stateOf('s2').runs).toEqual([]);

  rig.world.clearFaults();
  await rig.migrations.resume(batch, { ...ORDER, on: { endpoint: key } });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({
    outcome: 'done',
    endings: { migrated: 5 },
    holds: [],
  });
  for (const id of ['s0', 's1', 's2', 's3', 'own']) expect(stateOf(id).runs, `people syncs of ${id}`).toHaveLength(1);
});

it('one that stands for the endpoint of another leaves its place, and has one again when that is open', async () => {
  const shared = ['s0', 's1'].map((id): TenantSpec => ({ id, people: PEOPLE, consoleToken: 'shared', syncSeconds: 1 }));
  const batch = await begun([...shared, { id: 'own', people: PEOPLE }, { id: 'last', people: PEOPLE }], 2);
  const stateOf = (id: string) => rig.world.tenant(id).state();
  await until('two are under way', () => stateOf('s0').runs.length + stateOf('s1').runs.length === 2);
  rig.world.fault({ tenant: 's0', system: 'console', kind: 'unauthorised', times: Number.POSITIVE_INFINITY });

  await untilStatus('both others are through', ({ endings }) => endings.migrated === 2);
  const held = await rig.status();
  expect(held).toMatchObject({ running: 0, parked: 2, atEndpoint: 2, startsNobody: true, etaMs: null });
  expect(waitsForPeople(held)).toBe(true);
  const [key = ''] = endpointsOf(rig.tenant('s0')).map((one) => one.key);
  expect((await rig.migrations.why(batch, rig.tenant('s1').id))?.reasons.map(({ because }) => because)).toEqual([
    'endpoint',
  ]);

  rig.world.clearFaults();
  await rig.migrations.resume(batch, { ...ORDER, on: { endpoint: key } });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done', endings: { migrated: 4 } });
});

it('a tenant whose maintenance window is closed does not start, and why says until when', async () => {
  const [from, to] = [6, 7].map((hours) => DateTime.utc().plus({ hours }).toFormat('HH:mm'));
  const batch = await begun(
    [
      { id: 'closed', startsMigrated: true, entry: { window: { from, to, zone: 'UTC' } } },
      { id: 'open', startsMigrated: true, entry: { window: { from: to, to: from, zone: 'UTC' } } },
    ],
    2,
  );
  await untilStatus('the open one is through', ({ endings }) => endings['already-migrated'] === 1);
  const { id } = rig.tenant('closed');
  expect(await rig.status()).toMatchObject({ running: 0, notStarted: 1, over: false });
  const why = await rig.migrations.why(batch, id);
  expect(why?.reasons.map(({ because }) => because)).toEqual(['window']);
  expect(DateTime.fromMillis(why?.reasons[0]?.until ?? 0, { zone: 'UTC' }).toFormat('HH:mm')).toBe(from);

  await rig.migrations.dropTenants(batch, { ...ORDER, tenantIds: [id] });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'partial', endings: { skipped: 1 } });
});

it('a store that is not there holds the batch until somebody resumes, and fails nothing', async () => {
  const name = await begun([{ id: 'only', startsMigrated: true }], 1);
  const { taskQueue } = await rig.client.workflow.getHandle(batchWorkflowId(name)).describe();
  const batch = `${name}-moved`;
  const wave = { name: 'all', size: 1, maxConcurrency: 1, slowStart: false, order: 'file' as const };
  const begin = { startedBy: 'starter', content: 'x', reference: 'gone', waves: [wave], limits: {}, targets: {} };
  await rig.migrations.batchResult(name);
  await rig.client.workflow.start('migrateBatch', {
    workflowId: batchWorkflowId(batch),
    taskQueue,
    args: [{ batch, policy: IMPATIENT, begin }],
  });
  await until('it is held', async () => (await rig.migrations.batchStatus(batch))?.outcome === 'stopped-by-limit');
  expect((await rig.migrations.batchStatus(batch))?.stoppedBy).toMatch(
    /gone\.json is missing: .* one QYS_E10_DATA folder$/,
  );

  const folder = batchFolder({ dataDir: rig.dataDir });
  const reference = await createFileBatchStore(folder).put(batch, [[rig.tenant('only')]]);
  await copyFile(join(folder, batch, `${reference}.json`), join(folder, batch, 'gone.json'));
  await rig.migrations.resume(batch, { ...ORDER, on: { batch: true } });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done', stoppedBy: null });
});

it('a tenant that is to try a step again while its batch is paused waits until that is over', async () => {
  rig = await aRig([{ id: 't0', people: PEOPLE }], {}, { waves: [{ name: 'all', rest: true, onFailure: 'ask' }] });
  const { batch } = rig.batch;
  rig.world.fault({ system: 'console', path: '/people-sync/runs', kind: 'error-before', times: Infinity });
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  const { id } = rig.tenant('t0');
  const status = async () => (await rig.migrations.tenantStatus(id)) ?? { waiting: null, held: null };
  await until('it asks', async () => (await status()).waiting !== null);

  rig.world.clearFaults();
  await rig.migrations.pause(batch, { ...ORDER, on: { batch: true } });
  await until('it is told of the pause', async () => {
    const { events } = await rig.client.workflow.getHandle(tenantWorkflowId(id)).fetchHistory();
    return events?.some((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'setPaused') ?? false;
  });
  await rig.migrations.decide(id, { ...ORDER, action: 'retry' });
  await until('it is held', async () => (await status()).held !== null);
  expect(rig.world.tenant('t0').state().runs).toEqual([]);
  await rig.migrations.resume(batch, { ...ORDER, on: { batch: true } });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ endings: { migrated: 1 } });
});

it('a tenant whose window closes while it is paused writes nothing before the next one, and leaves its place', async () => {
  const closes = DateTime.utc().plus({ seconds: 40 }).startOf('minute').plus({ minutes: 1 });
  const [from, to] = [closes.minus({ hours: 6 }), closes].map((at) => at.toFormat('HH:mm'));
  const opens = { window: { from: to, to: from, zone: 'UTC' } };
  rig = await aRig(
    [
      { id: 't0', people: PEOPLE, entry: { window: { from, to, zone: 'UTC' } } },
      { id: 't1', deployment: 'public' },
      { id: 'elsewhere', deployment: 'public', entry: opens },
    ],
    {},
    { waves: [{ name: 'all', rest: true, maxConcurrency: 1 }] },
  );
  const { batch } = rig.batch;
  rig.world.fault({ system: 'console', kind: 'latency', ms: 500, times: Infinity });
  const own = narrowedBatch(rig.batch, new Set(['t0', 't1'].map((name) => rig.tenant(name).id)));
  await rig.migrations.startBatch(own, 'starter', IMPATIENT);
  const { id } = rig.tenant('t0');
  // One that the batch knows nothing of has no place to wait for.
  await rig.client.workflow.start('migrateTenant', {
    workflowId: tenantWorkflowId(rig.tenant('elsewhere').id),
    taskQueue: siteTaskQueue(rig.site),
    args: [{ tenant: rig.tenant('elsewhere'), batch, policy: IMPATIENT }],
  });
  await until('it is looked at', async () => (await rig.migrations.tenantStatus(id))?.step === 'preflight');
  await rig.migrations.pause(batch, { ...ORDER, on: { batch: true } });
  await until('it is held', async () => (await rig.migrations.tenantStatus(id))?.held != null);
  await until('its window has closed', () => DateTime.utc() > closes, 110_000);

  rig.world.clearFaults();
  await rig.migrations.resume(batch, { ...ORDER, on: { batch: true } });
  await until('it waits for its window', async () => {
    const { events } = await rig.client.workflow.getHandle(tenantWorkflowId(id)).fetchHistory();
    return events?.some((event) => event.timerStartedEventAttributes) ?? false;
  });
  const words = `waits for its maintenance window, ${from}–${to} UTC`;
  await until('its place is taken', async () => (await rig.status()).endings.migrated === 1);
  expect(await rig.status()).toMatchObject({ parked: 1, atEndpoint: 0, asking: { count: 0 }, startsNobody: false });
  expect(await rig.migrations.why(batch, id)).toMatchObject({ state: 'parked', reasons: [{ because: 'window' }] });
  const row = async () => (await rig.migrations.newestRuns(batch, [id])).get(id);
  await expect.poll(row).toMatchObject({ waits: words, needsAttention: false });
  expect(rig.world.tenant('t0').state().integration['oaVersion']).toBe('E9');
  expect((await rig.end('elsewhere')).ending).toBe('migrated');
}, 180_000);
