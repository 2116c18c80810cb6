import { afterEach, expect, it, vi } from 'vitest';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { readReport } from '../../src/cli/reporting.js';
import { createMigrations, runsOfBatch } from '../../src/client.js';
import { BATCH, TENANT } from '../../src/client/tenant-rows.js';
import { batchFolder } from '../../src/data-folder.js';
import { siteTaskQueue, tenantWorkflowId } from '../../src/domain/ids.js';
import { anOperator } from '../support/operator.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const ORDER = { by: 'tester', reason: 'test' };

let rig: Rig;
afterEach(() => rig.close());

it('a large batch has the runs that it took over, and looks for them only where some are missing', async () => {
  const later = { startAfter: '2099-01-01T00:00:00+08:00' };
  const waves = [
    { name: 'one', count: 1, approval: true },
    { name: 'two', count: 1 },
    { name: 'three', rest: true, ...later },
  ];
  const byHand = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };
  rig = await aRig(
    [
      { id: 'own', deployment: 'public' },
      { id: 'taken', deployment: 'public', ...byHand },
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

  await rig.client.workflow.start('migrateTenant', {
    workflowId: tenantWorkflowId(taken),
    taskQueue: siteTaskQueue(rig.site),
    typedSearchAttributes: [
      { key: TENANT, value: taken },
      { key: BATCH, value: 'another' },
    ],
    args: [{ tenant: rig.tenant('taken'), policy: IMPATIENT }],
  });
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
