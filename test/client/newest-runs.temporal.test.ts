import { afterEach, expect, it, vi } from 'vitest';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { readReport } from '../../src/cli/reporting.js';
import { createMigrations, runsOfBatch } from '../../src/client.js';
import { BATCH, TENANT } from '../../src/client/tenant-rows.js';
import { batchFolder } from '../../src/data-folder.js';
import { siteTaskQueue, tenantWorkflowId } from '../../src/domain/ids.js';
import { anOperator } from '../support/operator.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const BY_HAND = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };
const ORDER = { by: 'tester', reason: 'test' };

let rig: Rig;
afterEach(() => rig.close());

/** As a batch of this name starts it. */
async function start(name: string, batch: string): Promise<void> {
  const tenant = rig.tenant(name);
  await rig.client.workflow.start('migrateTenant', {
    workflowId: tenantWorkflowId(tenant.id),
    taskQueue: siteTaskQueue(rig.site),
    typedSearchAttributes: [
      { key: TENANT, value: tenant.id },
      { key: BATCH, value: batch },
    ],
    args: [{ tenant, policy: IMPATIENT }],
  });
}

it('a large batch has the runs that it took over, and looks for them only where some are missing', async () => {
  const later = { startAfter: '2099-01-01T00:00:00+08:00' };
  const waves = [
    { name: 'one', count: 1, approval: true },
    { name: 'two', count: 1 },
    { name: 'three', rest: true, ...later },
  ];
  rig = await aRig(
    [
      { id: 'own', deployment: 'public' },
      { id: 'taken', deployment: 'public', ...BY_HAND },
      { id: 'out', deployment: 'public' },
    ],
    {},
    { waves },
  );
  const { batch } = rig.batch;
  const [own, taken, out] = ['own', 'taken', 'out'].map((id) => rig.tenant(id).id) as [string, string, string];
  const ids = [own, taken, out];
  const store = createFileBatchStore(batchFolder({ dataDir: rig.dataDir }));
  const migrations = createMigrations({ client: rig.client, store, idsInAList: 2 });
  const list = vi.spyOn(rig.client.workflow, 'list');
  const found = async () => [...(await migrations.newestRuns(batch, ids)).keys()];

  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, { reconcileMs: 500 });
  await until('the first has ended', async () => (await rig.status()).awaitsApproval === 'one');
  await expect.poll(found).toEqual([own]);
  list.mockClear();
  await found();
  expect(list.mock.calls).toEqual([[{ query: runsOfBatch(batch) }]]);

  await start('taken', 'another');
  await rig.migrations.approveWave(batch, { ...ORDER, wave: 'one' });
  await until('it is taken over', async () =>
    (await rig.status()).trail.some(({ what }) => what === `adopted ${taken}`),
  );
  await expect.poll(found).toEqual([own, taken]);
  expect((await migrations.newestRuns(batch, ids)).get(taken)).toMatchObject({ batch: 'another', ending: null });

  await anOperator(rig, 'taken').work();
  await until('its batch knows', async () => (await rig.status()).endings.migrated === 2);
  await rig.migrations.dropTenants(batch, { ...ORDER, tenantIds: [out] });
  await rig.migrations.batchResult(batch);
  const selected = rig.batch.tenants.map((tenant) => ({ tenant, wave: 'all' }));
  const outcomes = async () => {
    const { tenants } = await readReport(migrations, { file: 'x', batch: rig.batch, selected }, 'listed');
    return tenants.map(({ tenant, outcome }) => [tenant, outcome]);
  };
  await expect.poll(outcomes).toEqual([
    [own, 'migrated'],
    [taken, 'migrated'],
    [out, 'skipped'],
  ]);
});

it('of a batch only those are listed that did not end well, as long as they have not run again', async () => {
  rig = await aRig([
    { id: 'again', deployment: 'public' },
    { id: 'ended', deployment: 'public', ...BY_HAND },
    { id: 'waits', deployment: 'public', ...BY_HAND },
  ]);
  const { batch } = rig.batch;
  const { migrations } = rig;
  const end = (name: string) =>
    rig.client.workflow.getHandle(tenantWorkflowId(rig.tenant(name).id)).terminate('pulled the plug');
  const notWell = async (expected: number) =>
    (await migrations.notWell(batch, expected)).map(({ tenantId, ending }) => [tenantId, ending]).sort();
  const [again, ended] = ['again', 'ended'].map((id) => [rig.tenant(id).id, 'terminated']);

  await Promise.all(['again', 'ended', 'waits'].map((name) => start(name, batch)));
  await expect.poll(() => migrations.waitingIn(batch), { timeout: 20_000 }).toBe(2);
  await rig.end('again');
  expect(await notWell(0)).toEqual([]);
  await rig.rollback('again');
  await start('again', batch);
  await Promise.all(['again', 'ended'].map(end));
  await expect.poll(() => notWell(2)).toEqual([again, ended]);
  expect(await migrations.waitingIn(batch)).toBe(1);

  await start('again', batch);
  await rig.end('again');
  await expect.poll(() => notWell(1), { timeout: 10_000 }).toEqual([ended]);
});
