import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { PeopleSyncEnd } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { peopleSyncWorkflowId, siteTaskQueue, tenantWorkflowId } from '../../src/domain/ids.js';
import type { Policy } from '../../src/domain/policy.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { isOpen } from '../../src/domain/work-orders/work-order.js';
import { openPeopleStores } from '../../src/people-files.js';
import { pauseSignal } from '../../src/workflows/messages.js';
import type { SyncPeopleInput } from '../../src/workflows/sync-people.js';
import { anOperator } from '../support/operator.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const MOVED = { startsMigrated: true, people: { e9: 30, e10: 18, qiyuesuo: 18 } } satisfies Partial<TenantSpec>;
/** What was read holds for a moment only. */
const FORGETFUL: Policy = { ...IMPATIENT, peopleFreshMs: 2_000 };
/** A night comes soon, is looked at some seconds before, and is over at once. */
const NIGHT_MS = 45_000;
const BY_NIGHT: Policy = { ...IMPATIENT, peopleFreshMs: 24_000, nightGraceMs: 0 };

let rig: Rig;
beforeAll(async () => {
  rig = await aRig(
    [
      { ...MOVED, id: 'paused' },
      { ...MOVED, id: 'waited' },
      { ...MOVED, id: 'night' },
      { ...MOVED, id: 'guarded-night' },
      { ...MOVED, id: 'external', people: { e9: 18, e10: 18, external: 70 } },
      { ...MOVED, id: 'counted', people: { e9: 18, e10: 18, external: 70 } },
      { id: 'not-yet', people: { e9: 40, e10: 42, leavers: 3 } },
      {
        id: 'by-hand',
        people: { e9: 6, e10: 6 },
        entry: {
          qiyuesuo: { driver: 'manual', api: undefined },
          people: { run: 'nightly', schedule: '* * * * *' },
        },
      },
      { ...MOVED, id: 'unclear', people: { e9: 40, e10: 40, sharedMobiles: 4, untidy: 300 } },
    ],
    {},
    { defaults: { people: { compare: 'everybody' } } },
  );
});
afterAll(() => rig.close());

/** Starts a sync alone. */
async function start(
  id: string,
  { people = {}, ...more }: Partial<Omit<SyncPeopleInput, 'tenant'>> & { people?: Partial<Tenant['people']> } = {},
) {
  const tenant = rig.tenant(id);
  const run = `${id}-${Date.now()}`;
  return rig.client.workflow.start('syncPeople', {
    workflowId: peopleSyncWorkflowId(tenant.id),
    taskQueue: siteTaskQueue(tenant.site),
    args: [
      {
        tenant: { ...tenant, people: { ...tenant.people, ...people } },
        policy: IMPATIENT,
        run,
        key: run,
        snapshot: null,
        ...more,
      } satisfies SyncPeopleInput,
    ],
  });
}

async function ended(id: string) {
  let end: PeopleSyncEnd | undefined;
  await until(
    'it ends',
    async () => (end = await rig.migrations.peopleSyncEnd(rig.tenant(id).id)) !== undefined,
    90_000,
  );
  return end as unknown as {
    result: Extract<PeopleSyncEnd, { result: unknown }>['result'];
    failed: { code: string; message: string };
  };
}

const heldOf = async (id: string): Promise<string> =>
  (await rig.migrations.peopleSyncStatus(rig.tenant(id).id))?.held ?? '';

/** Twelve people who are in Qiyuesuo, and not in E10. */
const twelveLeave = (id: string): void => void rig.world.tenant(id).edit(({ people }) => void people.fill(1));

describe('what was read is read again before anything follows from it', () => {
  it('after a long pause', async () => {
    const handle = await start('paused', { policy: FORGETFUL });
    await handle.signal(pauseSignal, true);
    await until('it is paused', async () => /paused/.test(await heldOf('paused')));
    const pausedAt = Date.now();
    twelveLeave('paused');
    await until('what was read is old', async () => Promise.resolve(Date.now() - pausedAt > 2_500));
    await handle.signal(pauseSignal, false);

    expect((await ended('paused')).failed).toMatchObject({
      code: 'PEOPLE-GUARD',
      message: expect.stringContaining('12 people would be disabled') as unknown,
    });
    expect(rig.world.journal.writes(rig.tenant('paused').id)).toEqual([]);
  });

  it('after an outage in the middle of it', async () => {
    const list = { system: 'e10', path: '/openserver/api/hrm/restful/queryEmployee', from: 'outside' } as const;
    rig.world.fault({ tenant: 'waited', ...list, kind: 'latency', ms: 2_700 });

    await start('waited', { policy: FORGETFUL });

    expect((await ended('waited')).result).toMatchObject({ ran: true, report: { by: 'list', grade: 'A' } });
    expect(rig.world.journal.times({ tenant: rig.tenant('waited').id, ...list })).toBeGreaterThanOrEqual(2);
    const stores = await openPeopleStores(loadConfig({ QYS_E10_DATA: rig.dataDir }));
    expect((await stores.referencesOf(rig.tenant('waited').id)).length).toBeGreaterThanOrEqual(2);
  });

  it(
    'before the nightly run, which is then watched; or the sync is switched off, where it would disable too many',
    { timeout: 120_000 },
    async () => {
      const night = Date.now() + NIGHT_MS;
      await start('night', { policy: BY_NIGHT, night, people: { run: 'nightly' } });
      const guarded = await start('guarded-night', { policy: BY_NIGHT, night, people: { run: 'nightly' } });
      await until('it waits', async () => /schedule/.test(await heldOf('guarded-night')), 20_000);
      twelveLeave('guarded-night');

      expect((await ended('guarded-night')).failed).toMatchObject({
        code: 'PEOPLE-SYNC-SWITCHED-OFF',
        message: expect.stringMatching(/switched off .*12 people would be disabled/) as unknown,
      });
      expect((await guarded.describe()).closeTime?.getTime()).toBeLessThan(night);
      expect(rig.world.tenant('guarded-night').state()).toMatchObject({ peopleSync: { enabled: false }, runs: [] });

      expect((await ended('night')).result).toMatchObject({ ran: true, report: { by: 'list', grade: 'A' } });
      const stores = await openPeopleStores(loadConfig({ QYS_E10_DATA: rig.dataDir }));
      expect(await stores.referencesOf(rig.tenant('night').id)).toHaveLength(2);
    },
  );
});

it('waits for one night only where a person tells how the run went', { timeout: 150_000 }, async () => {
  const { id } = rig.tenant('by-hand');
  await rig.start('by-hand', { ...IMPATIENT, nightGraceMs: 0 });
  const operator = anOperator(rig, 'by-hand');
  const isAsked = async () => (await rig.migrations.tenantStatus(id))?.orders.some(isOpen) === true;
  const isOver = async () => (await rig.migrations.tenantEnd(id)) !== undefined;
  while (!(await isOver())) {
    // A night is over at the next full minute.
    await until('somebody is asked', async () => (await isAsked()) || (await isOver()), 75_000);
    await operator.next();
  }

  expect((await rig.end('by-hand')).ending).toBe('migrated');
  const { events } = await rig.client.workflow.getHandle(tenantWorkflowId(id)).fetchHistory();
  const children = (events ?? []).flatMap(
    ({ childWorkflowExecutionStartedEventAttributes: started }) => started?.workflowExecution?.runId ?? [],
  );
  expect(children.length).toBeGreaterThan(1);
  const timers = await Promise.all(children.map(async (runId) => timersOf(peopleSyncWorkflowId(id), runId)));
  expect(timers.flat()).toHaveLength(1);
});

async function timersOf(workflowId: string, runId: string) {
  const { events } = await rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? []).filter((event) => event.timerStartedEventAttributes);
}

describe('people who are not of the OA', () => {
  it('trip no guard, whether everybody is compared or heads are counted', async () => {
    await start('external');
    const { result } = await ended('external');
    expect(result.report).toMatchObject({ by: 'list', grade: 'A', guardLifted: null });
    expect(result.report?.actual?.reasons).toContainEqual({ outcome: 'skipped', reason: 'not-of-the-oa', people: 70 });

    await start('counted', { people: { compare: 'count' } });
    expect((await ended('counted')).result).toMatchObject({ ran: true, wanted: { source: 18, active: 18 } });
  });
});

it('is rehearsed before the tenant moves: what a run would do, with the units of E9 found again', async () => {
  await start('not-yet', { until: 'guard' });

  const { result } = await ended('not-yet');

  expect(result.report?.foreseen?.counts).toMatchObject({ linked: 40, created: 2, ambiguous: 0 });
  expect(result.report?.baseline?.counts).toMatchObject({ unchanged: 40, created: 2 });
  expect(result.report?.units).toMatchObject({ without: 0, lost: [] });
  expect(rig.world.journal.writes(rig.tenant('not-yet').id)).toEqual([]);
});

it('does not ask twice about people of whom somebody has decided', async () => {
  const people = { guard: { percent: 100, count: 100 } };
  await start('unclear', { people });
  const first = (await ended('unclear')).result.report;
  const unclear = first?.actual?.counts.ambiguous ?? 0;
  expect(unclear).toBeGreaterThan(0);

  const run = { tenantId: rig.tenant('unclear').id, reference: first?.reference ?? '' };
  const stores = await openPeopleStores(loadConfig({ QYS_E10_DATA: rig.dataDir }));
  const store = await stores.open(run);
  const file = join(rig.dataDir, 'unclear.csv');
  await store.writeAmbiguous('actual', file);
  const [header, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  await writeFile(file, [header, ...lines.map((line) => `${line}no`)].join('\n'));
  const decided = await store.applyDecisions('actual', file);
  expect(decided).toMatchObject({ same: 0, open: 0, invalid: [] });
  await store.close();
  await stores.seal(run);

  await start('unclear', { people });
  const second = (await ended('unclear')).result.report;
  expect(second?.actual?.counts.ambiguous).toBeLessThan(unclear);
  const later = await stores.open({ ...run, reference: second?.reference ?? '' });
  expect(await later.writeAmbiguous('actual', file)).toMatchObject({ people: 0 });
  await later.close();
});
