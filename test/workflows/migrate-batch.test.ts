import { afterEach, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { ParsedBatch } from '../../src/batch-file/parse.js';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { readReport } from '../../src/cli/reporting.js';
import { batchFolder } from '../../src/data-folder.js';
import { batchWorkflowId, tenantWorkflowId } from '../../src/domain/ids.js';
import type { BatchStatus } from '../../src/domain/batch/status.js';
import { addTenantsUpdate } from '../../src/workflows/messages.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const SMALL = { people: { e9: 4, e10: 4 } } satisfies Partial<TenantSpec>;
const ORDER = { by: 'tester', reason: 'test' };
const tenants = (count: number, more: Partial<TenantSpec> = {}): TenantSpec[] =>
  Array.from({ length: count }, (_, index) => ({ ...SMALL, ...more, id: `t${index}` }));

let rig: Rig;
afterEach(() => rig.close());

async function started(
  specs: TenantSpec[],
  file: Record<string, unknown>,
  pace: { reconcileMs?: number } = {},
): Promise<string> {
  rig = await aRig(specs, {}, file);
  expect(await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, pace)).toBe('started');
  return rig.batch.batch;
}

const untilStatus = (what: string, holds: (status: BatchStatus) => boolean): Promise<void> =>
  until(what, async () => holds(await rig.status()));

describe('waves', () => {
  it('come one after the other, and widen by themselves', async () => {
    const batch = await started(tenants(6), {
      waves: [
        { name: 'canary', count: 1 },
        { name: 'rest', rest: true, maxConcurrency: 3 },
      ],
    });
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'done', endings: { migrated: 6 }, over: true, notStarted: 0, running: 0 });
    expect(status.waves.map(({ counts }) => counts)).toEqual([{ migrated: 1 }, { migrated: 5 }]);
    expect(status.waves[1]?.width).toBe(3);
    // Also where nothing else is done, a phase that is entered stands in the history.
    const { memo } = await rig.client.workflow.getHandle(batchWorkflowId(batch)).describe();
    expect(memo?.['at']).toMatchObject({ wave: 2 });
  });

  it('wait for approval by somebody, and stop where it is refused', async () => {
    const batch = await started(tenants(2), {
      waves: [
        { name: 'canary', count: 1, approval: true },
        { name: 'rest', rest: true },
      ],
    });
    await untilStatus('approval is awaited', ({ awaitsApproval }) => awaitsApproval === 'canary');
    await expect(rig.migrations.approveWave(batch, { ...ORDER, wave: 'rest' })).rejects.toThrow();
    await expect(rig.migrations.approveWave(batch, { ...ORDER, wave: 'canary', content: 'other' })).rejects.toThrow();
    await rig.migrations.rejectWave(batch, { ...ORDER, wave: 'canary' });
    await untilStatus('it is stopped', ({ outcome }) => outcome === 'stopped-by-limit');
    await rig.migrations.resume(batch, { ...ORDER, on: { batch: true } });
    await rig.migrations.approveWave(batch, { ...ORDER, wave: 'canary' });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done' });
  });

  it('are looked at again after the soak, and the gate stops where one has drifted', async () => {
    const batch = await started(tenants(2), {
      waves: [
        { name: 'canary', count: 1, soak: '2s' },
        { name: 'rest', rest: true },
      ],
    });
    await untilStatus('it soaks', ({ waves }) => waves[0]?.phase === 'soaking');
    rig.world.tenant('t0').edit(({ callback }) => (callback.url = 'https://elsewhere.example/'));
    await untilStatus('the gate stops it', ({ stoppedBy }) => stoppedBy !== null);
    expect((await rig.status()).stoppedBy).toMatch(
      /gate of wave canary: t0-\w+ is no longer as wanted \(SETTING-DIFFERS\)/,
    );
    await rig.migrations.resume(batch, { ...ORDER, on: { batch: true } });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done' });
  });
});

describe('a wide window', () => {
  it('is opened in rounds, so that its tenants do not stay in step', async () => {
    rig = await aRig(tenants(8, { syncSeconds: 4 }), {}, { waves: [{ name: 'all', rest: true, maxConcurrency: 8 }] });
    for (const wave of rig.batch.waves) wave.slowStart = false;
    await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
    expect(await rig.migrations.batchResult(rig.batch.batch)).toMatchObject({ endings: { migrated: 8 } });

    const runs = rig.batch.tenants.map(({ id }) => rig.client.workflow.getHandle(tenantWorkflowId(id)).describe());
    const starts = (await Promise.all(runs))
      .map(({ startTime }) => startTime.getTime())
      .toSorted((one, two) => one - two);
    const [first = 0, fifth = 0, sixth = 0] = [starts[0], starts[4], starts[5]];
    expect(sixth - fifth).toBeGreaterThan(900);
    expect(fifth - first).toBeLessThan(sixth - fifth);
  });
});

describe('a limit that is exceeded', () => {
  it('holds the batch until somebody resumes with a higher one', async () => {
    const batch = await started(tenants(4, { syncFails: true }), {
      waves: [{ name: 'all', rest: true, maxConcurrency: 1, maxErrors: 0 }],
    });
    await untilStatus('it is stopped', ({ outcome }) => outcome === 'stopped-by-limit');
    expect(await rig.status()).toMatchObject({ endings: { 'rolled-back': 1 }, notStarted: 3, over: false });
    expect(await rig.migrations.batchRow(batch)).toMatchObject({ running: true, outcome: 'stopped-by-limit' });

    const on = { batch: true } as const;
    await expect(rig.migrations.resume(batch, { ...ORDER, on })).rejects.toThrow();
    await rig.migrations.resume(batch, { ...ORDER, on, limits: { maxErrors: { count: 4 } } });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({
      outcome: 'partial',
      endings: { 'rolled-back': 4 },
    });
  });
});

describe('orders while it runs', () => {
  const ALL = { waves: [{ name: 'all', rest: true, maxConcurrency: 1 }] };

  it('pause stops running tenants before their next step, and resume lets them go on', async () => {
    const batch = await started(tenants(2), ALL);
    await untilStatus('one runs', ({ running }) => running === 1);
    await rig.migrations.pause(batch, { ...ORDER, on: { batch: true } });
    const id = rig.tenant('t0').id;
    await until('the tenant holds', async () => (await rig.migrations.tenantStatus(id))?.held !== null);
    expect(await rig.status()).toMatchObject({
      running: 1,
      notStarted: 1,
      holds: [{ ...ORDER, on: { batch: true } }],
    });
    await rig.migrations.resume(batch, { ...ORDER, on: { batch: true } });
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'done', holds: [] });
    expect(status.trail.map(({ what, by }) => [what, by])).toEqual([
      ['paused the batch', 'tester'],
      ['resumed the batch', 'tester'],
    ]);
  });

  it('drop and retry tenants', async () => {
    const batch = await started(tenants(3, { syncFails: true }), ALL);
    const ids = ['t0', 't1', 't2'].map((id) => rig.tenant(id).id);
    await rig.migrations.pause(batch, { ...ORDER, on: { wave: 'all' } });
    const dropped = await rig.migrations.dropTenants(batch, { ...ORDER, tenantIds: [...ids.slice(2), 'nobody'] });
    expect(dropped).toEqual({
      accepted: ids.slice(2),
      refused: [{ tenantId: 'nobody', why: 'it is not of this batch' }],
    });
    await rig.migrations.resume(batch, { ...ORDER, on: { wave: 'all' } });
    await untilStatus('the first has ended', ({ endings }) => (endings['rolled-back'] ?? 0) > 0);
    const retried = await rig.migrations.retryTenants(batch, { ...ORDER, tenantIds: ids.slice(0, 1) });
    expect(retried.accepted).toEqual(ids.slice(0, 1));
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'partial', endings: { 'rolled-back': 2, skipped: 1 }, total: 3 });
    // Afterwards nothing but the batch itself tells one that was dropped from one that was never of it.
    const reported = async (file: ParsedBatch) => {
      const selected = file.tenants.map((tenant) => ({ tenant, wave: 'all' }));
      const { tenants: all } = await readReport(rig.migrations, { file: 'x', batch: file, selected });
      return all.map(({ tenant, outcome, reason }) => [tenant, outcome, reason] as const).find(([id]) => id === ids[2]);
    };
    await expect
      .poll(() => reported(rig.batch))
      .toEqual([ids[2], 'skipped', 'tester dropped it before it started: test']);
    expect(await reported({ ...rig.batch, limits: { consecutive: 3 } })).toEqual([ids[2], null, '']);
  });

  it('add tenants, nobody twice', async () => {
    rig = await aRig(tenants(3), {}, ALL);
    const { batch, tenants: all } = rig.batch;
    const [, t1 = '', t2 = ''] = ['t0', 't1', 't2'].map((id) => rig.tenant(id).id);
    await rig.migrations.startBatch({ ...rig.batch, tenants: all.filter(({ id }) => id !== t2) }, 'starter', IMPATIENT);
    await rig.migrations.pause(batch, { ...ORDER, on: { batch: true } });
    const join = (...ids: string[]) =>
      rig.migrations.addTenants(rig.batch, ORDER, new Map([['all', all.filter(({ id }) => ids.includes(id))]]));
    const joinUnseen = async (id: string) => {
      const store = createFileBatchStore(batchFolder({ dataDir: rig.dataDir }));
      const reference = await store.put(batch, [all.filter((tenant) => tenant.id === id)]);
      const joining = { ...ORDER, wave: 'all', source: { reference, wave: 0, size: 1 }, content: 'x' };
      return rig.client.workflow.getHandle(batchWorkflowId(batch)).executeUpdate(addTenantsUpdate, { args: [joining] });
    };

    const isMember = (tenantId: string) => ({ tenantId, why: 'it is of this batch already' });
    expect(await join(t1, t2)).toEqual({ accepted: [t2], refused: [isMember(t1)] });
    expect(await join(t2)).toEqual({ accepted: [], refused: [isMember(t2)] });
    // Whoever gives the order may have looked too early: the batch looks itself.
    await expect(joinUnseen(t1)).rejects.toMatchObject({ cause: { message: `of this batch already: ${t1}` } });

    await rig.migrations.resume(batch, { ...ORDER, on: { batch: true } });
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'done', endings: { migrated: 3 }, total: 3 });
    expect(status.trail.map(({ what }) => what)).toContain('added a tenant to wave all');
  });

  it('abort lets a step end, and stops the tenant before the next one', async () => {
    const batch = await started(tenants(2, { syncSeconds: 2 }), ALL);
    const state = () => rig.world.tenant('t0').state();
    await until('it is in the middle of a step', () => state().runs.length === 1);
    await rig.migrations.abort(batch, { ...ORDER, how: 'finish-step' });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'aborted', notStarted: 1 });

    const { id } = rig.tenant('t0');
    await until('it is held', async () => (await rig.migrations.tenantStatus(id))?.held != null);
    const steps = (await rig.migrations.tenantStatus(id))?.steps ?? [];
    const stateOf = (name: string) => steps.find(({ step }) => step === name)?.state;
    expect([stateOf('sync-people'), stateOf('rewrite-categories')]).toEqual(['done', 'pending']);
    expect(state().integration['oaVersion']).toBe('E10');
  });

  it('abort undoes what runs', async () => {
    const batch = await started(tenants(2, { syncSeconds: 30 }), ALL);
    const state = () => rig.world.tenant('t0').state();
    await until('it is under way', () => state().integration['oaVersion'] === 'E10');
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'aborted', endings: { cancelled: 1 }, notStarted: 1 });
    expect(state().integration['oaVersion']).toBe('E9');
    expect((await rig.end('t0')).reason).toContain('the batch was aborted by tester: test');
  });
});

describe('a wave whose failures ask', () => {
  const CANARY = { waves: [{ name: 'canary', rest: true, slowStart: false, onFailure: 'ask' }] };
  const waiting = (id: string) => rig.migrations.tenantStatus(rig.tenant(id).id).then((status) => status?.waiting);

  it('lets an operator retry, skip or undo, whatever the policy of the run', async () => {
    const batch = await started(tenants(3), CANARY, { reconcileMs: 300 });
    rig.world.fault({ system: 'console', path: '/people-sync/runs', kind: 'error-before', times: Infinity });
    for (const id of ['t0', 't1', 't2']) {
      await until(`${id} asks`, async () => (await waiting(id))?.step === 'sync-people');
    }
    expect((await waiting('t0'))?.allowed).toEqual(['retry', 'skip', 'undo']);
    // The batch has seen it itself: nothing goes on before somebody answers, and it can be found in the lists.
    await untilStatus('it knows who asks', ({ asking }) => asking?.count === 3);
    expect((await rig.status()).asking?.only).toBe(true);
    await expect.poll(() => rig.migrations.batchRow(batch)).toMatchObject({ outcome: null, needsAttention: true });
    expect(await rig.status()).toMatchObject({ running: 3, endings: {} });

    rig.world.clearFaults();
    // What was written before is looked at again first: somebody may have changed it meanwhile.
    const urls: (string | null)[] = [];
    const setCallback = (url: string | null) =>
      rig.world.tenant('t0').edit(({ callback }) => {
        urls.push(callback.url);
        callback.url = url;
      });
    setCallback('https://elsewhere.example/');
    await rig.migrations.decide(rig.tenant('t0').id, { ...ORDER, action: 'retry' });
    await until('it asks about that', async () => /^SETTING-DIFFERS: callback/.test((await waiting('t0'))?.what ?? ''));
    expect(rig.world.tenant('t0').state().callback['url']).toBe('https://elsewhere.example/');
    setCallback(urls[0] ?? null);
    await rig.migrations.decide(rig.tenant('t0').id, { ...ORDER, action: 'retry' });
    await rig.migrations.decide(rig.tenant('t1').id, { ...ORDER, action: 'skip' });
    await rig.migrations.decide(rig.tenant('t2').id, { ...ORDER, action: 'undo' });

    expect(await rig.migrations.batchResult(batch)).toMatchObject({
      outcome: 'partial',
      endings: { migrated: 1, 'migrated-with-warnings': 1, 'rolled-back': 1 },
      asking: { count: 0, tenants: [], only: false },
    });
    // What was answered to them stands in the trail of the batch as well.
    expect((await rig.status()).trail).toMatchObject(
      ['retry to t0', 'retry to t0', 'skip to t1', 'undo to t2'].map((what) => ({
        what: `answered ${what.replace(/t\d$/, (id) => rig.tenant(id).id)}`,
        ...ORDER,
      })),
    );
    await expect.poll(() => rig.migrations.batchRow(batch)).toMatchObject({ needsAttention: false });
    // A tenant tells its batch right before it closes.
    const endOf = (id: string) => rig.end(id);
    expect(await endOf('t0')).toMatchObject({ ending: 'migrated' });
    const skipped = await endOf('t1');
    expect(skipped.result?.findings).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        subject: 'sync-people',
        message: expect.stringMatching(/; skipped by tester: test$/) as string,
        zh: expect.stringMatching(/；由 tester 跳过：test$/) as string,
      }),
    );
    expect(skipped.result?.steps.find(({ step }) => step === 'sync-people')).toMatchObject({
      state: 'skipped',
      note: 'skipped by tester: test',
      zh: '由 tester 跳过：test',
    });
    expect(await endOf('t2')).toMatchObject({ ending: 'rolled-back', result: { failedStep: 'sync-people' } });
    expect(rig.world.tenant('t2').state().integration['oaVersion']).toBe('E9');
  });
});

describe('a tenant that has a run already', () => {
  const ALL = { waves: [{ name: 'all', rest: true, slowStart: false, maxErrors: 0 }] };
  const QUICKLY = { reconcileMs: 500 };

  it('is adopted, and the trail tells whose run that was', async () => {
    rig = await aRig(tenants(2, { syncSeconds: 3 }), {}, ALL);
    await rig.start('t0');
    await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, QUICKLY);

    const status = await rig.migrations.batchResult(rig.batch.batch);

    expect(status).toMatchObject({ outcome: 'done', endings: { migrated: 2 } });
    expect(status.trail.map(({ by, what, reason }) => [by, what, reason])).toEqual([
      ['qys-e10', `adopted ${rig.tenant('t0').id}`, 'a migration of no batch was under way already'],
    ]);
    expect(rig.world.tenant('t0').state().runs).toHaveLength(1);
  });

  it('is left out while somebody undoes it, which is no failure of the batch, until it is retried', async () => {
    rig = await aRig(tenants(2), {}, ALL);
    const { batch } = rig.batch;
    const { id } = rig.tenant('t0');
    await rig.migrate('t0');
    rig.world.fault({ tenant: 't0', system: 'console', kind: 'latency', ms: 1_000, times: Infinity });
    await rig.migrations.startRollback(rig.tenant('t0'), 'changed our mind');
    await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, QUICKLY);
    await rig.migrations.pause(batch, { ...ORDER, on: { tenant: rig.tenant('t1').id } });

    await untilStatus('it is left out', ({ endings }) => endings.skipped === 1);
    expect((await rig.status()).trail).toContainEqual(
      expect.objectContaining({
        by: 'qys-e10',
        what: `left out ${id}`,
        reason: 'it is being undone by a run of no batch: retry it afterwards',
      }),
    );
    rig.world.clearFaults();
    expect(await rig.end('t0')).toMatchObject({ ending: 'rolled-back' });
    expect(await rig.status()).toMatchObject({ stoppedBy: null, endings: { skipped: 1 } });

    await rig.migrations.retryTenants(batch, { ...ORDER, tenantIds: [id] });
    await rig.migrations.resume(batch, { ...ORDER, on: { tenant: rig.tenant('t1').id } });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done', endings: { migrated: 2 } });
  });
});

describe('a tenant that never tells how it ended', () => {
  it('frees its place when it is terminated', async () => {
    const batch = await started(tenants(2, { syncSeconds: 30 }), {
      waves: [{ name: 'all', rest: true, maxConcurrency: 1 }],
    });
    await until('it is under way', () => rig.world.tenant('t0').state().integration['oaVersion'] === 'E10');
    await rig.client.workflow.getHandle(tenantWorkflowId(rig.tenant('t0').id)).terminate('pulled the plug');
    await untilStatus('the next one starts', ({ endings, running }) => endings.terminated === 1 && running === 1);
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    await rig.migrations.batchResult(batch);
  });
});
