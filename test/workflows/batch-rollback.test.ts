import { afterEach, describe, expect, it } from 'vitest';
import { batchWorkflowId } from '../../src/domain/ids.js';
import { rollbackTenantsUpdate } from '../../src/workflows/messages.js';
import { aRig, IMPATIENT, undoable, until, type Rig } from '../support/rig.js';

const SMALL = { people: { e9: 4, e10: 4 } };
const ORDER = { by: 'ada', reason: 'the customer called' };

let rig: Rig;
afterEach(() => rig.close());

/** `t0` is migrated, `t1` is in the middle of it, `t2` and `t3` are to come. */
async function halfWay(file: Record<string, unknown> = {}): Promise<string[]> {
  rig = await aRig(
    ['t0', 't1', 't2', 't3'].map((id) => ({ ...SMALL, id })),
    {},
    {
      waves: [
        { name: 'canary', count: 1, slowStart: false },
        { name: 'rest', rest: true, slowStart: false, maxConcurrency: 1 },
      ],
      ...file,
    },
  );
  rig.world.fault({ tenant: 't1', system: 'console', path: '/people-sync/runs', kind: 'latency', ms: 2_500 });
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await until('t1 is switched', () => rig.world.tenant('t1').state().integration['oaVersion'] === 'E10', 40_000);
  return rig.batch.tenants.map(({ id }) => id);
}

describe('tenants of a batch that runs are undone', () => {
  it('wherever they stand, with proof, and the batch goes on with the others', async () => {
    const tenantIds = (await halfWay()).slice(0, 3);
    const { batch } = rig.batch;
    const answered = await rig.migrations.rollbackTenants(batch, {
      ...ORDER,
      tenantIds: [...tenantIds, 'nobody'],
      withinMs: 3_600_000,
    });
    expect(answered).toEqual({
      accepted: tenantIds,
      leftOut: tenantIds.slice(2),
      refused: [],
      elsewhere: ['nobody'],
    });

    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({
      outcome: 'partial',
      endings: { 'rolled-back': 1, cancelled: 1, skipped: 1, migrated: 1 },
      stoppedBy: null,
    });
    expect(status.trail).toMatchObject([{ what: `ordered to undo ${tenantIds.join(', ')}`, ...ORDER }]);
    for (const id of ['t0', 't1', 't2']) expect(rig.world.tenant(id).state().integration['oaVersion'], id).toBe('E9');
    const reason = 'rolled back by ada: the customer called';
    const [t0, t1] = [await rig.end('t0'), await rig.end('t1')];
    expect(t0.reason).toContain(`${reason}; `);
    expect(t0.result?.undo).toMatchObject({ left: [], foreign: [] });
    expect(t1.ending).toBe('cancelled');
    expect(t1.reason).toMatch(/^rolled back by ada: the customer called; undone and proved \d+\/\d+$/);
    expect(await rig.migrations.undosOf(batch)).toBeUndefined();
  });

  it('also while it is paused; once for one order, and not later than the undo window', async () => {
    await halfWay();
    const before = undoable(rig, 't3');
    const { batch } = rig.batch;
    await rig.migrations.pause(batch, { ...ORDER, on: { batch: true } });
    const [id = '', other = ''] = rig.batch.tenants.map((tenant) => tenant.id);
    const late = await rig.migrations.rollbackTenants(batch, { ...ORDER, tenantIds: [id], withinMs: 0 });
    expect(late.refused).toMatchObject([{ tenantId: id, why: expect.stringContaining('the undo window') as string }]);

    const handle = rig.client.workflow.getHandle(batchWorkflowId(batch));
    const give = () =>
      handle.executeUpdate(rollbackTenantsUpdate, { args: [{ ...ORDER, tenantIds: [id] }], updateId: 'once' });
    const answers = [await give(), await give()];
    expect(answers).toEqual(
      Array.from({ length: 2 }, () => ({ accepted: [id], leftOut: [], refused: [], elsewhere: [] })),
    );
    // Given anew it is no other order: whoever gave it follows it again.
    expect((await rig.migrations.rollbackTenants(batch, { ...ORDER, tenantIds: [id] })).accepted).toEqual([id]);
    await until('it is undone', async () => (await rig.status()).endings['rolled-back'] === 1, 40_000);
    expect(await rig.migrations.why(batch, other)).toMatchObject({ state: 'running' });
    const orders = (await rig.status()).trail.filter(({ what }) => what.startsWith('ordered to undo'));
    expect(orders.map(({ what }) => what)).toEqual([
      'ordered to undo nobody',
      `ordered to undo ${id}`,
      `ordered to undo ${id}`,
    ]);

    const again = await rig.migrations.rollbackTenants(batch, { ...ORDER, tenantIds: [id] });
    expect(again.refused).toMatchObject([{ tenantId: id, why: 'it holds nothing that a run of ours wrote' }]);
    const heldBy = async () => (await rig.migrations.tenantStatus(other))?.held;
    await until('it stands at its next step', async () => (await heldBy()) === 'paused before its next step');
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'aborted' });
    // Whoever is undone waits for no resume any more.
    expect(await heldBy()).toBeNull();
    expect(undoable(rig, 't3')).toEqual(before);
  });

  it('and stop it where its limit tolerates none', async () => {
    const [id = ''] = await halfWay({ limits: { maxErrors: 0 } });
    const { batch } = rig.batch;
    await rig.migrations.rollbackTenants(batch, { ...ORDER, tenantIds: [id] });
    await until('it is stopped', async () => (await rig.status()).outcome === 'stopped-by-limit', 40_000);
    expect(await rig.status()).toMatchObject({ stoppedBy: 'max-errors of the batch', notStarted: 2 });
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    await rig.migrations.batchResult(batch);
  });
});
