import type { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { batchWorkflowId, siteTaskQueue, tenantWorkflowId } from '../../src/domain/ids.js';
import type { BatchStatus } from '../../src/domain/batch/status.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

type History = ReturnType<typeof historyFromJSON>;

/** Found migrated, so it ends within a second. */
const quick = (count: number, from = 0): TenantSpec[] =>
  Array.from({ length: count }, (_, index) => ({ id: `q${from + index}`, startsMigrated: true }));
/** Its people sync runs on until the test is over. */
const slow = (id: string): TenantSpec => ({ id, people: { e9: 4, e10: 4 }, syncSeconds: 60 });
const ORDER = { by: 'tester', reason: 'test' };
const ALL = { batch: true } as const;

let rig: Rig;
let batch: string;
afterEach(() => rig.close());

interface Settings {
  maxConcurrency?: number;
  maxEvents?: number;
  reconcileMs?: number;
}

async function begun(specs: TenantSpec[], settings: Settings = {}, before?: () => Promise<void>): Promise<void> {
  const { maxConcurrency = 4, maxEvents = 60, reconcileMs = 500 } = settings;
  rig = await aRig(specs, {}, { waves: [{ name: 'all', rest: true, maxConcurrency }] });
  ({ batch } = rig.batch);
  for (const wave of rig.batch.waves) wave.slowStart = false;
  await before?.();
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, { maxEvents, reconcileMs });
}

const untilStatus = (what: string, holds: (status: BatchStatus) => boolean): Promise<void> =>
  until(what, async () => holds(await rig.status()), 40_000);

const coordinator = () => rig.client.workflow.getHandle(batchWorkflowId(batch));
const runNow = async (): Promise<string> => (await coordinator().describe()).runId;
const id = (name: string): string => rig.tenant(name).id;

/** News that changes nothing, until the coordinator has gone on as a new run. */
async function switched(tenantId = 'nobody'): Promise<void> {
  const before = await runNow();
  await until('it goes on as a new run', async () => {
    await coordinator().signal('tenantEnded', { tenantId, ending: 'rolled-back' });
    return (await runNow()) !== before;
  });
}

/** Histories of all runs of the coordinator, oldest first. */
async function histories(): Promise<History[]> {
  const found: History[] = [];
  let next: string | null | undefined = (await coordinator().describe()).raw.workflowExecutionInfo?.firstRunId;
  while (next) {
    const history: History = await rig.client.workflow.getHandle(batchWorkflowId(batch), next).fetchHistory();
    found.push(history);
    next = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return found;
}

/** Whether an ending was told in the very workflow task in which the run switched. */
function endsWithAnEnding({ events }: History): boolean {
  const all = events ?? [];
  if (!all.at(-1)?.workflowExecutionContinuedAsNewEventAttributes) return false;
  const started = all.findLastIndex((event) => event.workflowTaskStartedEventAttributes);
  const completed = all.slice(0, started).findLastIndex((event) => event.workflowTaskCompletedEventAttributes);
  return all
    .slice(completed + 1, started)
    .some((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'tenantEnded');
}

/** Ids in flight with which a run begins. */
function carried({ events }: History): string[] | null {
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const text = Buffer.from(payload?.data ?? []).toString();
  const { state } = JSON.parse(text) as { state?: { inFlight: { id: string }[] } };
  return state ? state.inFlight.map((one) => one.id) : null;
}

describe('a coordinator that goes on as a new run', () => {
  it('loses no ending that comes in the same workflow task as the switch, and carries ids', async () => {
    await begun(quick(30), { maxEvents: 30, reconcileMs: 60_000 });
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'done', endings: { 'already-migrated': 30 }, running: 0, notStarted: 0 });

    const runs = await histories();
    expect(runs.length).toBeGreaterThan(2);
    expect(runs.some(endsWithAnEnding)).toBe(true);
    expect(carried(runs[0] ?? {})).toBeNull();
    const ids = rig.batch.tenants.map((tenant) => tenant.id);
    for (const run of runs.slice(1)) expect(ids).toEqual(expect.arrayContaining(carried(run) ?? ['none']));
    expect(runs.slice(1).some((run) => (carried(run)?.length ?? 0) > 0)).toBe(true);
  });

  it('frees the place of each tenant that never tells, once: terminated, timed out, run by somebody else', async () => {
    await begun(
      [slow('terminated'), slow('timed-out'), { ...slow('elsewhere'), syncSeconds: 4 }, ...quick(3)],
      {
        maxConcurrency: 3,
      },
      async () => {
        await rig.client.workflow.start('migrateTenant', {
          workflowId: tenantWorkflowId(id('timed-out')),
          taskQueue: siteTaskQueue(rig.tenant('timed-out').site),
          args: [{ tenant: rig.tenant('timed-out'), policy: IMPATIENT }],
          workflowExecutionTimeout: '10s',
        });
        await rig.start('elsewhere');
      },
    );
    await untilStatus('three are in flight', ({ running }) => running === 3);
    await until('it runs', async () => (await rig.migrations.tenantStatus(id('terminated')))?.step === 'sync-people');
    await switched();
    await rig.client.workflow.getHandle(tenantWorkflowId(id('terminated'))).terminate('pulled the plug');
    await switched();

    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({
      outcome: 'partial',
      endings: { terminated: 1, 'timed-out': 1, migrated: 1, 'already-migrated': 3 },
      total: 6,
      running: 0,
    });
    expect(status.waves[0]).toMatchObject({ failed: 2, running: 0 });
  });

  it('counts a child that fails once, though its run started it, its signal and a look all tell', async () => {
    await begun([{ id: 'fails', people: { e9: 4, e10: 4 }, syncFails: true, syncSeconds: 1 }, ...quick(6)], {
      maxConcurrency: 2,
      reconcileMs: 50,
      maxEvents: 40,
    });
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ endings: { 'rolled-back': 1, 'already-migrated': 6 }, running: 0 });
    expect(status.waves[0]?.failed).toBe(1);
    expect((await histories()).length, 'runs of the coordinator').toBeGreaterThan(1);
  });

  it('takes a repeated ending for nothing, before and after the switch', async () => {
    await begun([slow('runs'), ...quick(3)], { maxConcurrency: 2 });
    await untilStatus('the quick ones have ended', ({ endings }) => endings['already-migrated'] === 3);
    await coordinator().signal('tenantEnded', { tenantId: id('q0'), ending: 'rolled-back' });
    await switched(id('q0'));
    await switched(id('q1'));
    const status = await rig.status();
    expect(status).toMatchObject({ endings: { 'already-migrated': 3 }, running: 1, total: 4 });
    expect(status.waves[0]).toMatchObject({ failed: 0, running: 1, finished: 3 });
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'aborted', endings: { cancelled: 1 } });
  });

  it('finishes Updates that are in flight at the switch, and carries out none twice', async () => {
    await begun([slow('runs'), ...quick(12)], { maxConcurrency: 1, maxEvents: 50 });
    await untilStatus('one runs', ({ running }) => running === 1);
    const drop = (index: number) =>
      coordinator().executeUpdate('dropTenants', {
        args: [{ ...ORDER, tenantIds: [id(`q${index}`)] }],
        updateId: `drop-${index}`,
      });
    const before = await runNow();
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, (_, index) => drop(index)),
      switched().then(() => null),
    ]);
    expect(await runNow()).not.toBe(before);
    expect(answers.slice(0, 8)).toEqual(
      Array.from({ length: 8 }, (_, index) => ({ accepted: [id(`q${index}`)], refused: [] })),
    );

    await switched();
    await rig.migrations.retryTenants(batch, { ...ORDER, tenantIds: [id('q0')] });
    // The same order once more, as a client does that never heard the answer.
    expect(await drop(0)).toEqual({ accepted: [id('q0')], refused: [] });
    const { endings, notStarted, trail } = await rig.status();
    expect({ endings, notStarted }).toEqual({ endings: { skipped: 7 }, notStarted: 5 });
    expect(trail.filter(({ updateId }) => updateId === 'drop-0')).toHaveLength(1);
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    await rig.migrations.batchResult(batch);
  });

  it('carries who is to be undone, and undoes each once', async () => {
    await begun([{ id: 'ended', people: { e9: 4, e10: 4 } }, slow('runs'), slow('stays')], { maxConcurrency: 2 });
    await untilStatus('one has ended, and two run', ({ endings, running }) => endings.migrated === 1 && running === 2);
    await until('it is switched', () => rig.world.tenant('runs').state().integration['oaVersion'] === 'E10');
    const rollBack = (name: string) => rig.migrations.rollbackTenants(batch, { ...ORDER, tenantIds: [id(name)] });
    const standing = async () => {
      const { begun: under = [], queued = [] } = (await rig.migrations.undosOf(batch)) ?? {};
      return { begun: under, queued: queued.map((one) => one.id) };
    };

    await rollBack('ended');
    await switched();
    expect(await standing()).toEqual({ begun: [], queued: [id('ended')] });

    const back = { system: 'console', method: 'PUT', path: '/integration/oa-version', kind: 'latency' } as const;
    for (const tenant of ['runs', 'ended']) rig.world.fault({ ...back, tenant, ms: 6_000 });
    await rollBack('runs');
    await switched();
    expect(await standing()).toEqual({ begun: [id('runs')], queued: [id('ended')] });
    await until('the other is being undone', async () => (await standing()).begun[0] === id('ended'), 40_000);
    await switched();
    expect(await standing()).toEqual({ begun: [id('ended')], queued: [] });
    await rollBack('stays');

    const { endings, trail } = await rig.migrations.batchResult(batch);
    expect(endings).toEqual({ 'rolled-back': 1, cancelled: 2 });
    expect(trail.map(({ what }) => what)).toEqual(
      ['ended', 'runs', 'stays'].map((name) => `ordered to undo ${id(name)}`),
    );
    for (const name of ['ended', 'runs', 'stays'])
      expect(rig.world.tenant(name).state().integration['oaVersion'], name).toBe('E9');
  });

  it('stays paused over the switch, and a wait of days fills no history', async () => {
    await begun([slow('runs'), ...quick(2)], { maxConcurrency: 1, maxEvents: 50, reconcileMs: 100 });
    await untilStatus('one runs', ({ running }) => running === 1);
    await rig.migrations.pause(batch, { ...ORDER, on: ALL });
    const paused = await runNow();
    await until('it goes on as a new run by itself', async () => (await runNow()) !== paused);
    const second = await runNow();
    await until('and again', async () => (await runNow()) !== second);
    expect(await rig.status()).toMatchObject({ holds: [{ on: ALL, ...ORDER }], running: 1, notStarted: 2 });
    for (const { events } of await histories()) expect(events?.length).toBeLessThan(100);

    await rig.migrations.resume(batch, { ...ORDER, on: ALL });
    await rig.client.workflow.getHandle(tenantWorkflowId(id('runs'))).terminate('enough');
    expect(await rig.migrations.batchResult(batch)).toMatchObject({
      outcome: 'partial',
      endings: { terminated: 1, 'already-migrated': 2 },
      holds: [],
    });
  });
});

describe('a batch of the time before its pace stood in its input', () => {
  it('goes through, and its runs are as long as they were then', { timeout: 120_000 }, async () => {
    await begun(quick(30), {}, async () => {
      rig.world.fault({ system: 'console', kind: 'latency', ms: 1_000, times: Infinity });
    });
    const { taskQueue } = await coordinator().describe();
    const [input] = (await histories())[0]?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const { pace, ...older } = JSON.parse(Buffer.from(input?.data ?? []).toString()) as Record<string, unknown>;
    expect(pace).toBeDefined();
    await coordinator().terminate('it is to be started as an older version would');
    rig.world.clearFaults();
    await rig.client.workflow.start('migrateBatch', { workflowId: batchWorkflowId(batch), taskQueue, args: [older] });

    expect(await rig.migrations.batchResult(batch)).toMatchObject({
      outcome: 'done',
      endings: { 'already-migrated': 30 },
    });
    const [run, ...more] = await histories();
    expect(more).toEqual([]);
    expect(run?.events?.length).toBeGreaterThan(150);
  });
});
