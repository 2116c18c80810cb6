import { afterEach, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { BatchStatus } from '../../src/domain/batch/status.js';
import { aRig, IMPATIENT, undoable, until, type Rig } from '../support/rig.js';

const SMALL = { people: { e9: 4, e10: 4 } } satisfies Partial<TenantSpec>;
const ORDER = { by: 'tester', reason: 'test' };

let rig: Rig;
afterEach(() => rig.close());

const untilStatus = (what: string, holds: (status: BatchStatus) => boolean): Promise<void> =>
  until(what, async () => holds(await rig.status()), 40_000);

const setCallback = (id: string, url: string | null): void =>
  rig.world.tenant(id).edit(({ callback }) => (callback.url = url));

/** `t0` and `t1` are through and soak, `t2` is to come; `t0` is as it was before and as `change` leaves it. */
async function soaking(
  maxErrors: number,
  t0: Partial<TenantSpec>,
  change: (before: string | null) => void,
): Promise<unknown> {
  rig = await aRig(
    [
      { ...SMALL, ...t0, id: 't0' },
      { ...SMALL, id: 't1' },
      { ...SMALL, id: 't2' },
    ],
    {},
    {
      waves: [
        { name: 'canary', count: 2, slowStart: false, maxErrors, soak: '2s', gate: 'undo' },
        { name: 'rest', rest: true },
      ],
    },
  );
  const before = undoable(rig, 't0');
  let callback: string | null = null;
  rig.world.tenant('t0').edit((state) => (callback = state.callback.url));
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await untilStatus('it soaks', ({ waves }) => waves[0]?.phase === 'soaking');
  change(callback);
  return before;
}

describe('a wave whose gate undoes', () => {
  it('undoes with proof whom the second look finds changed, and goes on within its limit', async () => {
    const before = await soaking(1, {}, (callback) => setCallback('t0', callback));
    const { batch } = rig.batch;
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'partial', endings: { migrated: 2, 'rolled-back': 1 }, stoppedBy: null });
    expect(status.waves.map(({ counts, failed }) => ({ counts, failed }))).toEqual([
      { counts: { migrated: 1, 'rolled-back': 1 }, failed: 1 },
      { counts: { migrated: 1 }, failed: 0 },
    ]);
    const { id } = rig.tenant('t0');
    const reason = 'gate of wave canary: it is no longer as wanted (SETTING-DIFFERS)';
    expect(status.trail).toMatchObject([{ what: `began to undo ${id}`, by: 'qys-e10', reason }]);

    expect(undoable(rig, 't0')).toEqual(before);
    const { ending, reason: told, result } = await rig.end('t0');
    expect({ ending, left: result?.undo?.left }).toEqual({ ending: 'rolled-back', left: [] });
    expect(told).toMatch(/^gate of wave canary: no longer as wanted \(SETTING-DIFFERS\); /);
    await until('the lists show it', async () => {
      const row = (await rig.migrations.newestRuns(batch, [id])).get(id);
      return row?.ending === 'rolled-back' && row.batch === batch && row.wave === 'canary';
    });
  });

  it('breaks off a look that takes long for an order, and undoes nobody for an outage', async () => {
    await soaking(1, {}, () => undefined);
    const { batch } = rig.batch;
    rig.world.fault({ system: 'console', kind: 'latency', ms: 20_000, times: Infinity });
    await untilStatus('they are looked at again', ({ waves }) => waves[0]?.phase === 'verifying');
    const asked = Date.now();
    await rig.migrations.abort(batch, { ...ORDER, how: 'finish-step' });
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'aborted', endings: { migrated: 2 }, notStarted: 1 });
    expect(Date.now() - asked).toBeLessThan(15_000);
  });

  it('leaves to a person whom Qiyuesuo shows no organisation: that may be an outage', async () => {
    await soaking(1, {}, () => undefined);
    rig.world.fault({ tenant: 't0', system: 'e10', from: 'qiyuesuo', kind: 'unauthorised', times: Infinity });
    await untilStatus('it is stopped', ({ outcome }) => outcome === 'stopped-by-limit');
    const { endings, stoppedBy } = await rig.status();
    expect(endings).toEqual({ migrated: 2 });
    expect(stoppedBy).toMatch(
      /t0\S* is no longer as wanted \(PEOPLE-TREE-EMPTY\) and is not undone: Qiyuesuo sees no org/,
    );
    rig.world.clearFaults();
    await rig.migrations.resume(rig.batch.batch, { ...ORDER, on: { batch: true } });
    expect(await rig.migrations.batchResult(rig.batch.batch)).toMatchObject({ endings: { migrated: 3 } });
  });

  it('holds the batch where its limit tolerates none', async () => {
    await soaking(0, {}, (callback) => setCallback('t0', callback));
    await untilStatus('it is stopped', ({ outcome }) => outcome === 'stopped-by-limit');
    const held = await rig.status();
    expect(held).toMatchObject({ stoppedBy: 'max-errors of wave canary', notStarted: 1, undoing: 0 });
    expect(held.endings).toEqual({ migrated: 1, 'rolled-back': 1 });

    const limits = { maxErrors: { count: 1 } };
    await rig.migrations.resume(rig.batch.batch, { ...ORDER, on: { batch: true }, limits });
    expect(await rig.migrations.batchResult(rig.batch.batch)).toMatchObject({ endings: { migrated: 2 } });
  });

  it('asks about a value of somebody else, and stops at once where the undo is incomplete', async () => {
    await soaking(2, {}, () => setCallback('t0', 'https://elsewhere.example/'));
    const { id } = rig.tenant('t0');
    await until('the undo asks', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null, 40_000);
    expect(await rig.status()).toMatchObject({ running: 1, undoing: 1, stoppedBy: null, notStarted: 1 });
    const why = await rig.migrations.why(rig.batch.batch, id);
    expect(why).toMatchObject({ state: 'running', reasons: [{ because: 'undo' }] });

    await rig.migrations.decide(id, { ...ORDER, action: 'skip' });
    await untilStatus('it is stopped', ({ outcome }) => outcome === 'stopped-by-limit');
    expect(await rig.status()).toMatchObject({
      stoppedBy: 'rollback-incomplete of wave canary',
      endings: { migrated: 1, 'rollback-incomplete': 1 },
    });
    await rig.migrations.abort(rig.batch.batch, { ...ORDER, how: 'undo' });
    await rig.migrations.batchResult(rig.batch.batch);
  });

  it('stops for one that holds nothing of ours', async () => {
    await soaking(2, { startsMigrated: true }, () => setCallback('t0', 'https://elsewhere.example/'));
    await untilStatus('the gate stops it', ({ stoppedBy }) => stoppedBy !== null);
    const held = await rig.status();
    expect(held.stoppedBy).toMatch(
      /^gate of wave canary: t0-\w+ is no longer as wanted \(SETTING-DIFFERS\) and is not undone/,
    );
    expect(held.endings).toEqual({ migrated: 1, 'already-migrated': 1 });
    expect(held.trail.map(({ what }) => what.split(' t0')[0])).toEqual(['began to undo', 'could not undo']);
    await rig.migrations.resume(rig.batch.batch, { ...ORDER, on: { batch: true } });
    expect(await rig.migrations.batchResult(rig.batch.batch)).toMatchObject({ outcome: 'done' });
  });

  it('undoes nobody that could not be looked at: that is for a person', async () => {
    await soaking(2, {}, () =>
      rig.world.fault({ tenant: 't0', system: 'console', from: 'outside', kind: 'unauthorised', times: Infinity }),
    );
    await untilStatus('the gate stops it', ({ stoppedBy }) => stoppedBy !== null);
    const held = await rig.status();
    expect(held.stoppedBy).toContain('is not undone: it could not be looked at');
    expect(held.endings).toEqual({ migrated: 2 });
    expect(held.trail).toEqual([]);
    await rig.migrations.abort(rig.batch.batch, { ...ORDER, how: 'undo' });
    await rig.migrations.batchResult(rig.batch.batch);
  });
});
