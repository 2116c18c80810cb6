import type { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { batchWorkflowId, partitionWorkflowId, tenantWorkflowId } from '../../src/domain/ids.js';
import type { BatchStatus } from '../../src/domain/batch/status.js';
import type { Pace } from '../../src/workflows/pace.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

type History = ReturnType<typeof historyFromJSON>;

const ORDER = { by: 'tester', reason: 'test' };
const tenants = (count: number, more: Partial<TenantSpec> = {}): TenantSpec[] =>
  Array.from({ length: count }, (_, index) => ({ id: `t${index}`, people: { e9: 4, e10: 4 }, ...more }));
/** Its people sync runs on until the test is over. */
const SLOW = { syncSeconds: 60 };
/** Found migrated, so it ends within a second. */
const QUICK = { startsMigrated: true };

let rig: Rig;
let batch: string;
afterEach(() => rig.close());

async function begun(
  specs: TenantSpec[],
  wave: Record<string, unknown>,
  pace: Partial<Pace>,
  before?: () => Promise<void>,
): Promise<void> {
  rig = await aRig(specs, {}, { waves: [{ name: 'all', rest: true, slowStart: false, ...wave }] });
  ({ batch } = rig.batch);
  await before?.();
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT, pace);
}

const untilStatus = (what: string, holds: (status: BatchStatus) => boolean): Promise<void> =>
  until(what, async () => holds(await rig.status()), 40_000);
const partition = (number: number) => rig.client.workflow.getHandle(partitionWorkflowId(batch, number));
const isOver = async (number: number): Promise<boolean> =>
  (await partition(number).describe()).status.name !== 'RUNNING';
const parentOf = async (name: string): Promise<string | undefined> => {
  const handle = rig.client.workflow.getHandle(tenantWorkflowId(rig.tenant(name).id));
  return (await handle.describe()).parentExecution?.workflowId ?? undefined;
};

/** Histories of all runs of a workflow, oldest first. */
async function histories(workflowId: string): Promise<History[]> {
  const found: History[] = [];
  const { raw } = await rig.client.workflow.getHandle(workflowId).describe();
  for (let next = raw.workflowExecutionInfo?.firstRunId; next;) {
    const history: History = await rig.client.workflow.getHandle(workflowId, next).fetchHistory();
    found.push(history);
    next = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return found;
}

/** How often a tenant's people sync was started: what happens twice where a tenant is migrated twice. */
const syncs = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => rig.world.tenant(`t${index}`).state().runs.length);

describe('a window that is wider than one coordinator should start', () => {
  it('is dealt out to partitions, and everybody is accounted for', async () => {
    await begun(tenants(24), { maxConcurrency: 8 }, { ownWidth: 3, partitionWidth: 3, reconcileMs: 60_000 });
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'done', endings: { migrated: 24 }, running: 0, notStarted: 0 });
    expect(syncs(24)).toEqual(Array.from({ length: 24 }, () => 1));

    const events = (await histories(batchWorkflowId(batch))).flatMap((history) => history.events ?? []);
    expect(events.filter((event) => event.childWorkflowExecutionStartedEventAttributes)).toHaveLength(3);
    const signals = events.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    expect(signals).not.toContain('tenantEnded');
    for (const number of [0, 1, 2]) await until(`partition ${number} ends`, () => isOver(number));
  });

  it('holds a strict limit as exactly as before', async () => {
    const wave = { maxConcurrency: 8, maxErrors: 1, strict: true };
    await begun(tenants(8, { syncFails: true }), wave, { ownWidth: 3, partitionWidth: 3 });
    await untilStatus('it is stopped', ({ outcome }) => outcome === 'stopped-by-limit');
    expect(await rig.status()).toMatchObject({ endings: { 'rolled-back': 2 }, running: 0, notStarted: 6 });
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    await rig.migrations.batchResult(batch);
  });

  it('takes a wave that was widened while it ran', async () => {
    await begun(tenants(6, SLOW), { maxConcurrency: 2 }, { ownWidth: 2, partitionWidth: 2 });
    await untilStatus('two run', ({ running }) => running === 2);
    await rig.migrations.setLimits(batch, { ...ORDER, wave: 'all', change: { maxConcurrency: 6 } });
    await until('all are under way', () => syncs(6).every((runs) => runs === 1));
    expect(await parentOf('t0')).toBe(batchWorkflowId(batch));
    const of = await Promise.all(['t2', 't3', 't4', 't5'].map(parentOf));
    expect(of).toEqual([0, 0, 1, 1].map((number) => partitionWorkflowId(batch, number)));
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ endings: { cancelled: 6 } });
  });

  it('narrows when a target of a dealt out tenant throttles, pauses it, and undoes it', async () => {
    await begun(tenants(4, { syncSeconds: 6 }), { maxConcurrency: 4 }, { ownWidth: 2, partitionWidth: 2 });
    await until('all are under way', () => syncs(4).every((runs) => runs === 1));
    await rig.migrations.tellThrottled(tenantWorkflowId(rig.tenant('t0').id));
    await untilStatus('it is narrower', ({ waves }) => waves[0]?.width === 2);

    await rig.migrations.pause(batch, { ...ORDER, on: { batch: true } });
    for (const { id } of rig.batch.tenants) {
      await until(`${id} holds`, async () => (await rig.migrations.tenantStatus(id))?.held !== null);
    }
    await rig.migrations.abort(batch, { ...ORDER, how: 'undo' });
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'aborted', endings: { cancelled: 4 } });
  });
});

describe('a partition', () => {
  it('tells who has a run already: a migration is adopted, who is being undone is left out', async () => {
    await begun(
      tenants(4, { syncSeconds: 3 }),
      { maxConcurrency: 4, maxErrors: 0 },
      { ownWidth: 2, partitionWidth: 2, reconcileMs: 1_000 },
      async () => {
        await rig.migrate('t1');
        rig.world.fault({ tenant: 't1', system: 'console', kind: 'latency', ms: 1_000, times: Infinity });
        await rig.migrations.startRollback(rig.tenant('t1'), 'changed our mind');
        await rig.start('t0');
      },
    );

    const status = await rig.migrations.batchResult(batch);

    expect(status).toMatchObject({ outcome: 'partial', endings: { migrated: 3, skipped: 1 }, stoppedBy: null });
    expect(status.trail.map(({ what }) => what).sort()).toEqual([
      `adopted ${rig.tenant('t0').id}`,
      `left out ${rig.tenant('t1').id}`,
    ]);
    expect(await parentOf('t2')).toBe(partitionWorkflowId(batch, 1));
  });

  it('that somebody terminates loses nobody', async () => {
    await begun(
      tenants(12, { syncSeconds: 3 }),
      { maxConcurrency: 6 },
      { ownWidth: 3, partitionWidth: 3, reconcileMs: 2_000 },
    );
    await until('six are under way', () => syncs(6).every((runs) => runs === 1));
    await partition(0).terminate('pulled the plug');
    await untilStatus('the next are under way', ({ endings }) => (endings.migrated ?? 0) >= 4);
    await partition(1).terminate('pulled this as well');
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({ outcome: 'done', endings: { migrated: 12 }, running: 0 });
    expect(syncs(12)).toEqual(Array.from({ length: 12 }, () => 1));
  });

  it('that never starts what it was dealt is replaced when it is gone', async () => {
    await begun(tenants(4), { maxConcurrency: 4 }, { ownWidth: 3, partitionWidth: 3, reconcileMs: 500 }, async () => {
      // Where no worker is: it takes what it is told, and does nothing.
      await rig.client.workflow.start('batchPartition', {
        workflowId: partitionWorkflowId(batch, 0),
        taskQueue: 'nobody',
        args: [{ batch, partition: 0, maxEvents: 1_000 }],
      });
    });
    const handed = async (): Promise<number> => {
      const { events } = await partition(0).fetchHistory();
      return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;
    };
    await until('it was dealt out to again', async () => (await handed()) > 1);
    await untilStatus('the other one has ended', ({ endings, running }) => endings.migrated === 1 && running === 3);
    await partition(0).terminate('of no use');
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done', endings: { migrated: 4 } });
    expect(syncs(4)).toEqual([1, 1, 1, 1]);
  });

  it('goes on as a new run with tenants in flight, and loses no ending', async () => {
    await begun(
      // One of each partition runs on while the others come and go.
      tenants(30).map((spec, index) => ({ ...spec, ...(index % 3 === 0 && index < 6 ? { syncSeconds: 5 } : QUICK) })),
      { maxConcurrency: 6 },
      { ownWidth: 3, partitionWidth: 3, partitionEvents: 40, reconcileMs: 60_000 },
    );
    const status = await rig.migrations.batchResult(batch);
    expect(status).toMatchObject({
      outcome: 'done',
      endings: { 'already-migrated': 28, migrated: 2 },
      running: 0,
      notStarted: 0,
    });
    const runs = [
      ...(await histories(partitionWorkflowId(batch, 0))),
      ...(await histories(partitionWorkflowId(batch, 1))),
    ];
    expect(runs.length).toBeGreaterThan(4);
    expect(runs.some((run) => carried(run) > 0)).toBe(true);
    for (const { events } of runs) expect(events?.length).toBeLessThan(120);
    await replay([...runs, ...(await histories(batchWorkflowId(batch)))]);
  });
});

async function replay(runs: History[]): Promise<void> {
  const named = runs.map((history, index) => ({ workflowId: `run ${index}`, history }));
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundlePath') } }, named);
  for await (const { error, workflowId } of results) expect(error, workflowId).toBeUndefined();
}

/** How many tenants in flight a run began with. */
function carried({ events }: History): number {
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const { state } = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { state?: { inFlight: unknown[] } };
  return state?.inFlight.length ?? 0;
}
