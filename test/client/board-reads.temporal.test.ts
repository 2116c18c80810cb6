import { afterEach, describe, expect, it } from 'vitest';
import { batchWorkflowId } from '../../src/domain/ids.js';
import { NobodyAnswers } from '../../src/client.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const MANUAL = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };

let rig: Rig;
afterEach(() => rig.close());

describe('what the client tells of a tenant that waits for a person', () => {
  it('is its order, its run and what it was started with, without a worker', { timeout: 90_000 }, async () => {
    rig = await aRig([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
    const { id } = rig.tenant('cloud');
    expect(await rig.migrations.openOrderOf(id)).toBeUndefined();
    expect(await rig.migrations.tenantAsStarted(id)).toBeUndefined();
    expect(await rig.migrations.tenantRow(id)).toBeUndefined();

    await rig.migrations.startBatch(rig.batch, 'li', IMPATIENT);
    await until('it has an order', async () => (await rig.migrations.openOrderOf(id)) !== undefined);
    await rig.stopWorkers();

    const open = await rig.migrations.openOrderOf(id);
    const row = await rig.migrations.tenantRow(id);
    expect(open).toMatchObject({
      tenantId: id,
      order: { number: 1, state: 'open' },
      run: { runId: row?.runId, batch: rig.batch.batch, wave: rig.batch.waves[0]?.name },
    });
    await until('the lists have it too', async () =>
      (await rig.migrations.openOrders()).some(({ run }) => run.runId === row?.runId),
    );
    expect(await rig.migrations.tenantAsStarted(id, row?.runId)).toEqual(rig.tenant('cloud'));

    const told = rig.migrations.tellOrder(id, { number: 1, by: 'li', do: 'take' }, 1_000);
    await expect(told).rejects.toThrow(NobodyAnswers);
  });
});

describe('the list of batches', () => {
  it('has each once, the newest of its runs, and those that run first', { timeout: 90_000 }, async () => {
    rig = await aRig([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
    const { batch } = rig.batch;
    await rig.migrations.startBatch(rig.batch, 'li', IMPATIENT);
    const listed = async () => (await rig.migrations.batches()).filter((one) => one.batch === batch);
    await until('the lists have it', async () => (await listed())[0]?.running === true);
    expect(await listed()).toMatchObject([{ running: true, outcome: null, endedAt: null }]);

    await rig.client.workflow.getHandle(batchWorkflowId(batch)).terminate('over');
    await until('the lists have its end', async () => (await listed())[0]?.running === false);
    await rig.migrations.startBatch(rig.batch, 'li', IMPATIENT);
    await until('the lists have its second run', async () => (await listed())[0]?.running === true);
    expect(await listed()).toHaveLength(1);
  });
});
