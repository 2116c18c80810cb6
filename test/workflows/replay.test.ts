import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { tenantsThatWait } from '../../src/client.js';
import {
  batchWorkflowId,
  partitionWorkflowId,
  peopleSyncWorkflowId,
  siteTaskQueue,
  tenantWorkflowId,
} from '../../src/domain/ids.js';
import type { SyncPeopleInput } from '../../src/workflows/sync-people.js';
import { anOperator } from '../support/operator.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

type History = ReturnType<typeof historyFromJSON>;

const FOLDER = fileURLToPath(new URL('../histories', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** `QYS_E10_RECORD_HISTORIES=1 npm test` records anew, for a version that changes workflows on purpose. */
const RECORD = process.env['QYS_E10_RECORD_HISTORIES'] === '1';

it('replays what it runs today; recorded anew on request', async () => {
  const people = { e9: 4, e10: 4 };
  const rig = await aRig([
    { id: 'migrated', people, categories: { legacy: 2 } },
    { id: 'public', deployment: 'public' },
    { id: 'rolled-back', people, syncFails: true },
    { id: 'blocked', wrongCorpId: true },
    { id: 'cancelled', people, sameAddress: true },
    { id: 'rejected', people, entry: { qiyuesuo: { driver: 'manual', api: undefined } } },
  ]);
  for (const id of ['migrated', 'public', 'rolled-back', 'blocked']) await rig.migrate(id);
  await rig.start('cancelled');
  const waiting = rig.tenant('cancelled').id;
  await until('it waits', async () => (await rig.migrations.tenantStatus(waiting))?.waiting !== null);
  await rig.client.workflow.getHandle(tenantWorkflowId(waiting)).cancel();
  await rig.end('cancelled');

  await rig.start('rejected');
  await anOperator(rig, 'rejected').work({
    instead: ({ undo, tasks }) =>
      !undo && tasks.some(({ do: what }) => what === 'set') ? { do: 'reject', reason: 'not tonight' } : undefined,
  });
  await rig.end('rejected');

  for (const id of ['migrated', 'public', 'rolled-back', 'blocked', 'cancelled', 'rejected']) {
    await replaysOnce(`migrate-tenant-${id}`, await newestHistory(rig, tenantWorkflowId(rig.tenant(id).id)));
  }
  await rig.rollback('migrated');
  await replaysOnce('rollback-tenant', await newestHistory(rig, tenantWorkflowId(rig.tenant('migrated').id)));
  await rig.close();
}, 120_000);

it('replays people syncs: looked at before the switch, by list, lifted, and by night', async () => {
  const moved = { startsMigrated: true, people: { e9: 30, e10: 18, qiyuesuo: 18 } };
  const rig = await aRig(
    [
      { id: 'listed', people: { e9: 6, e10: 8 }, entry: { people: { guard: { created: { percent: 1, count: 0 } } } } },
      { ...moved, id: 'night' },
      { ...moved, id: 'guarded-night' },
    ],
    {},
    { defaults: { people: { compare: 'everybody' } } },
  );
  const byNight = { ...IMPATIENT, peopleFreshMs: 30_000, nightGraceMs: 0 };
  const night = Date.now() + 45_000;
  for (const id of ['night', 'guarded-night']) {
    const tenant = { ...rig.tenant(id), people: { ...rig.tenant(id).people, run: 'nightly' as const } };
    await rig.client.workflow.start('syncPeople', {
      workflowId: peopleSyncWorkflowId(tenant.id),
      taskQueue: siteTaskQueue(tenant.site),
      args: [{ tenant, policy: byNight, run: id, key: id, snapshot: null, night } satisfies SyncPeopleInput],
    });
  }
  const syncOf = (id: string) => peopleSyncWorkflowId(rig.tenant(id).id);

  const held = async (): Promise<string> =>
    (await rig.migrations.peopleSyncStatus(rig.tenant('guarded-night').id))?.held ?? '';
  await until('it waits for its night', async () => /schedule/.test(await held()));
  rig.world.tenant('guarded-night').edit(({ people }) => void people.fill(1));

  const { id } = rig.tenant('listed');
  await rig.start('listed', { ...IMPATIENT, onFailure: 'ask' });
  await until('somebody is asked', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
  await replaysOnce('sync-people-look', await newestHistory(rig, syncOf('listed')));
  await rig.migrations.decide(id, { action: 'lift-guard', by: 'recorder', reason: 'to be replayed' });
  expect((await rig.end('listed')).ending).toBe('migrated-with-warnings');
  await replaysOnce('migrate-tenant-looks-ahead', await newestHistory(rig, tenantWorkflowId(id)));
  await replaysOnce('sync-people-lifted', await newestHistory(rig, syncOf('listed')));

  for (const one of ['night', 'guarded-night']) {
    await rig.client.workflow
      .getHandle(syncOf(one))
      .result()
      .catch(() => undefined);
    await replaysOnce(`sync-people-${one}`, await newestHistory(rig, syncOf(one)));
  }
  expect(await rig.migrations.peopleSyncEnd(rig.tenant('night').id)).toMatchObject({ result: { ran: true } });
  expect(await rig.migrations.peopleSyncEnd(rig.tenant('guarded-night').id)).toMatchObject({
    failed: { code: 'PEOPLE-SYNC-SWITCHED-OFF' },
  });
  await rig.close();
}, 120_000);

it('replays a coordinator with orders, a soak and a switch to a new run', async () => {
  const waves = [
    { name: 'canary', count: 1, soak: '1s', approval: true },
    { name: 'rest', rest: true, maxConcurrency: 2, maxErrors: 0 },
  ];
  const people = { e9: 4, e10: 4 };
  const quick = ['q0', 'q1', 'q2', 'q3'].map((id) => ({ id, startsMigrated: true }));
  const rig = await aRig(
    [
      ...quick,
      { id: 'fails', people, syncFails: true },
      { id: 'late', startsMigrated: true },
      { id: 'later', startsMigrated: true },
    ],
    {},
    {
      waves,
    },
  );
  const { batch } = rig.batch;
  const order = { by: 'recorder', reason: 'to be replayed' };
  const on = { batch: true } as const;
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, { maxEvents: 70, reconcileMs: 1_000 });
  const held = async (word: string): Promise<boolean> =>
    JSON.stringify(await rig.migrations.batchStatus(batch)).includes(word);
  await until('approval is awaited', () => held('"awaitsApproval":"canary"'));
  await rig.migrations.pause(batch, { ...order, on: { wave: 'rest' } });
  const later = { tenant: rig.tenant('later').id };
  await rig.migrations.pause(batch, { ...order, on: later });
  await rig.migrations.dropTenants(batch, { ...order, tenantIds: [rig.tenant('late').id] });
  await rig.migrations.approveWave(batch, { ...order, wave: 'canary' });
  await rig.migrations.resume(batch, { ...order, on: { wave: 'rest' } });
  await until('it is stopped', () => held('"outcome":"stopped-by-limit"'));
  await rig.migrations.setLimits(batch, { ...order, wave: 'rest', change: { maxErrors: { count: 2 } } });
  await rig.migrations.retryTenants(batch, { ...order, tenantIds: [rig.tenant('late').id] });
  await rig.migrations.resume(batch, { ...order, on: later });
  await rig.migrations.resume(batch, { ...order, on });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({
    outcome: 'partial',
    endings: { 'already-migrated': 6, 'rolled-back': 1 },
  });

  const runs: History[] = [];
  const { raw } = await rig.client.workflow.getHandle(batchWorkflowId(batch)).describe();
  for (let run = raw.workflowExecutionInfo?.firstRunId; run;) {
    const history: History = await newestHistory(rig, batchWorkflowId(batch), run);
    runs.push(history);
    run = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  expect(runs.length).toBeGreaterThan(1);
  for (const history of runs) await replays('a run of the coordinator', history);
  for (const [name, history] of [
    ['first', runs[0]],
    ['last', runs.at(-1)],
  ] as const) {
    await replaysOnce(`migrate-batch-${name}`, history ?? {});
  }
  await rig.close();
}, 120_000);

it('replays a coordinator that undoes: by its gate, by an order, and who waits for a person', async () => {
  const people = { e9: 4, e10: 4 };
  const rig = await aRig(
    [
      { id: 'drifts', people },
      { id: 'taken-back', people },
      { id: 'asks', people, sameAddress: true },
    ],
    {},
    { waves: [{ name: 'all', rest: true, slowStart: false, soak: '1s', gate: 'undo', maxErrors: 3 }] },
  );
  const { batch } = rig.batch;
  const order = { by: 'recorder', reason: 'to be replayed' };
  let callback: string | null = null;
  rig.world.tenant('drifts').edit((state) => (callback = state.callback.url));
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, { reconcileMs: 500 });
  const standing = () => rig.migrations.batchStatus(batch);
  await until('two are migrated', async () => (await standing())?.endings.migrated === 2, 40_000);
  await until('one asks', async () => (await standing())?.asking?.count === 1, 40_000);
  rig.world.tenant('drifts').edit((state) => (state.callback.url = callback));
  await rig.migrations.rollbackTenants(batch, { ...order, tenantIds: [rig.tenant('taken-back').id] });
  await until('it is undone', async () => (await standing())?.endings['rolled-back'] === 1, 40_000);
  await rig.migrations.decide(rig.tenant('asks').id, { action: 'skip', ...order });
  const { endings, trail } = await rig.migrations.batchResult(batch);
  expect(endings).toEqual({ 'migrated-with-warnings': 1, 'rolled-back': 2 });
  expect(trail.map(({ what }) => what)).toEqual([
    `ordered to undo ${rig.tenant('taken-back').id}`,
    `answered skip to ${rig.tenant('asks').id}`,
    `began to undo ${rig.tenant('drifts').id}`,
  ]);
  await replaysOnce('migrate-batch-undoes', await newestHistory(rig, batchWorkflowId(batch)));
  await replaysOnce('migrate-tenant-asks', await newestHistory(rig, tenantWorkflowId(rig.tenant('asks').id)));
  await rig.close();
}, 120_000);

it('replays a wide coordinator with its partition, and a tenant that has a run already', async () => {
  const people = { e9: 4, e10: 4 };
  const rig = await aRig(
    [{ id: 'adopted', people, syncSeconds: 4 }, ...['q0', 'q1', 'q2'].map((id) => ({ id, startsMigrated: true }))],
    {},
    { waves: [{ name: 'all', rest: true, slowStart: false, maxConcurrency: 3 }] },
  );
  const { batch } = rig.batch;
  await rig.start('adopted');
  const pace = { ownWidth: 1, partitionWidth: 3, reconcileMs: 500 };
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, pace);
  const { endings, trail } = await rig.migrations.batchResult(batch);
  expect(endings).toEqual({ migrated: 1, 'already-migrated': 3 });
  expect(trail.map(({ what }) => what)).toEqual([`adopted ${rig.tenant('adopted').id}`]);
  await replaysOnce('migrate-batch-wide', await newestHistory(rig, batchWorkflowId(batch)));
  await replaysOnce('batch-partition', await newestHistory(rig, partitionWorkflowId(batch, 0)));
  await rig.close();
}, 120_000);

it('replays a coordinator that opens its window in rounds, waits for an endpoint with some, and is aborted', async () => {
  const people = { e9: 4, e10: 4 };
  const shared = ['refused', 'stands'].map((id) => ({ id, people, consoleToken: 'shared' as const, syncSeconds: 1 }));
  const quick = ['q0', 'q1', 'q2', 'q3'].map((id) => ({ id, startsMigrated: true }));
  const rig = await aRig(
    [...shared, ...quick, { id: 'slow', people, syncSeconds: 60 }],
    {},
    { waves: [{ name: 'all', rest: true, slowStart: false, maxConcurrency: 7 }] },
  );
  const { batch } = rig.batch;
  const order = { by: 'recorder', reason: 'to be replayed' };
  const refusal = { system: 'console', method: 'PUT', path: '/callback', kind: 'unauthorised' } as const;
  rig.world.fault({ ...refusal, tenant: 'refused', times: Infinity });
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  const standing = () => rig.migrations.batchStatus(batch);
  await until('both have left their places', async () => (await standing())?.atEndpoint === 2, 40_000);
  rig.world.clearFaults();
  const [hold] = (await standing())?.holds ?? [];
  if (!hold) throw new Error('no endpoint is held');
  await rig.migrations.resume(batch, { ...order, on: hold.on });
  await until('both are migrated', async () => (await standing())?.endings.migrated === 2, 40_000);
  await rig.migrations.abort(batch, { ...order, how: 'undo' });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({
    endings: { migrated: 2, 'already-migrated': 4, cancelled: 1 },
  });
  await replaysOnce('migrate-batch-rounds-endpoint-abort', await newestHistory(rig, batchWorkflowId(batch)));
  for (const id of ['refused', 'stands', 'slow'])
    await replaysOnce(`migrate-tenant-${id}`, await newestHistory(rig, tenantWorkflowId(rig.tenant(id).id)));
  await rig.close();
}, 120_000);

it('replays a tenant that was called to look at once, and then saw its forward', async () => {
  const rig = await aRig([{ id: 'called', people: { e9: 4, e10: 4 }, sameAddress: true }]);
  const { id } = rig.tenant('called');
  await rig.start('called', { ...IMPATIENT, firstRetryMs: 600_000, maxRetryMs: 600_000 });
  await until('it has looked once', async () => {
    const { raw } = await rig.client.workflow.getHandle(tenantWorkflowId(id)).describe();
    return (
      raw.pendingActivities?.some(
        ({ activityType, attempt }) => activityType?.name === 'awaitForward' && attempt === 2,
      ) ?? false
    );
  });
  await until('it is listed', async () =>
    (await rig.migrations.tenants(tenantsThatWait())).some(({ tenantId }) => tenantId === id),
  );
  // By itself it would look again in ten minutes.
  rig.world.tenant('called').setForward('proxied');
  await rig.migrations.lookNow([id]);
  expect((await rig.end('called')).ending).toBe('migrated');

  const history = await newestHistory(rig, tenantWorkflowId(id));
  const signals = history.events?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
  expect(signals?.filter((name) => name === 'lookNow')).toHaveLength(1);
  await replaysOnce('migrate-tenant-looks-now', history);
  await rig.close();
}, 120_000);

it('replays the recorded histories, so that running tenants survive an update', async () => {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json'));
  expect(files.length).toBeGreaterThanOrEqual(24);

  for (const file of files) {
    const recorded: unknown = JSON.parse(await readFile(join(FOLDER, file), 'utf8'));
    await replays(file, historyFromJSON(recorded));
  }
}, 120_000);

function newestHistory(rig: Rig, workflowId: string, runId?: string): Promise<History> {
  return rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
}

/** Replays it now; kept on request, so that it is replayed with later code as well. */
async function replaysOnce(name: string, history: History): Promise<void> {
  await replays(name, history);
  if (!RECORD) return;
  await mkdir(FOLDER, { recursive: true });
  // Stack traces name the folder of whoever records.
  await writeFile(join(FOLDER, `${name}.json`), historyToJSON(history).replaceAll(ROOT, ''));
}

async function replays(workflowId: string, history: History): Promise<void> {
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundlePath') } }, [
    { workflowId, history },
  ]);
  for await (const { error } of results) expect(error, workflowId).toBeUndefined();
}
