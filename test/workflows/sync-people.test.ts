import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { PeopleSyncEnd } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { peopleSyncWorkflowId, tenantWorkflowId } from '../../src/domain/ids.js';
import type { Policy } from '../../src/domain/policy.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { openPeopleStores } from '../../src/people-files.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const EVERYBODY = { defaults: { people: { compare: 'everybody' } } };
const MOVED = { startsMigrated: true, people: { e9: 30, e10: 30 } } satisfies Partial<TenantSpec>;

/** Starts a sync alone, and waits for its end. */
async function sync(
  rig: Rig,
  id: string,
  of: Partial<Tenant['people']> = {},
  how: { until?: 'guard'; policy?: Policy } = {},
) {
  const tenant = rig.tenant(id);
  const people = { ...tenant.people, ...of };
  expect(await rig.migrations.startPeopleSync({ ...tenant, people }, { policy: IMPATIENT, ...how })).toBe('started');
  let end: PeopleSyncEnd | undefined;
  await until('the sync ends', async () => (end = await rig.migrations.peopleSyncEnd(tenant.id)) !== undefined, 40_000);
  return end as unknown as {
    result: Extract<PeopleSyncEnd, { result: unknown }>['result'];
    failed: { code: string; message: string };
  };
}

function codesOf(end: Awaited<ReturnType<typeof sync>>): string[] {
  return end.result.findings.map(({ code }) => code);
}

/** Names of all files below. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    entries.map(async (name) => ((await stat(join(folder, name))).isFile() ? [join(folder, name)] : [])),
  );
  return files.flat();
}

describe('with a migration', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await aRig(
      [
        { id: 'whole', people: { e9: 40, e10: 42, leavers: 3, secondary: 2 } },
        {
          id: 'guarded',
          people: { e9: 17, e10: 20 },
          entry: { people: { guard: { created: { percent: 1, count: 0 } } } },
        },
        { id: 'fails-once', people: { e9: 10, e10: 10 }, syncFails: 1 },
        { id: 'counted', people: { e9: 10, e10: 10 }, entry: { people: { compare: 'count' } } },
        { id: 'list-lost', people: { e9: 12, e10: 12 }, syncSeconds: 2 },
      ],
      {},
      EVERYBODY,
    );
  });
  afterAll(() => rig.close());

  it('says of everybody what became of them, and explains the head counts', async () => {
    const { result } = await rig.migrate('whole');

    expect(result?.people).toMatchObject({ by: 'list', grade: 'A' });
    expect(result?.people?.actual?.counts).toMatchObject({ created: 2, missing: 0, ambiguous: 0 });
    const e9 = result?.people?.lists.find(({ list }) => list === 'e9-people');
    expect(e9).toMatchObject({ people: 45, compared: 40 });
    expect(e9?.notCompared).toEqual(
      expect.arrayContaining([
        { reason: 'left', people: 3 },
        { reason: 'secondary-account', people: 2 },
      ]),
    );
  });

  it('keeps everybody in the sealed result, and nowhere else', async () => {
    const { id } = rig.tenant('whole');
    const stores = await openPeopleStores(loadConfig({ QYS_E10_DATA: rig.dataDir }));
    const [reference = ''] = await stores.referencesOf(id);
    const run = { tenantId: id, reference };
    const before = await filesOf(join(rig.dataDir, 'people'));
    expect(before.filter((file) => file.endsWith('.duckdb'))).toEqual([]);
    const everywhere = await Promise.all(
      [tenantWorkflowId(id), peopleSyncWorkflowId(id)].map(async (workflowId) => {
        const history = await rig.client.workflow.getHandle(workflowId).fetchHistory();
        return Buffer.from(JSON.stringify(historyToJSON(history)));
      }),
    );
    everywhere.push(...(await Promise.all((await filesOf(rig.dataDir)).map((file) => readFile(file)))));

    const store = await stores.open(run);
    const file = join(rig.dataDir, 'canary.csv');
    await store.export({ comparison: 'actual', file, format: 'csv', content: 'personal' });
    await store.close();
    const [, person = ''] = (await readFile(file, 'utf8')).split('\n');
    const canaries = person.split(',').filter((text) => /^1\d{10}$|@|[\u4e00-\u9fff]{2,}/.test(text));
    expect(canaries.length).toBeGreaterThanOrEqual(3);

    for (const canary of canaries)
      expect(
        everywhere.filter((bytes) => bytes.includes(canary) || bytes.includes(Buffer.from(canary).toString('base64'))),
      ).toEqual([]);
    expect(await stores.forgetTenant(id)).toMatchObject({ runs: 1 });
    expect(await stores.referencesOf(id)).toEqual([]);
  });

  it('waits where the guard says no, and goes on when an operator lifts it', async () => {
    const { id } = rig.tenant('guarded');
    await rig.start('guarded', { ...IMPATIENT, onFailure: 'ask' });
    await until('it waits', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
    const waiting = (await rig.migrations.tenantStatus(id))?.waiting;
    expect(waiting?.what).toMatch(/PEOPLE-GUARD: 3 people would be created/);
    expect(waiting?.allowed).toEqual(['retry', 'lift-guard', 'skip', 'undo']);

    await rig.migrations.decide(id, { action: 'lift-guard', by: 'li', reason: 'new colleagues' });

    const { ending, result } = await rig.end('guarded');
    expect(ending).toBe('migrated-with-warnings');
    expect(result?.people).toMatchObject({ grade: 'A', guardLifted: { by: 'li', reason: 'new colleagues' } });
    expect(result?.findings.map(({ code }) => code)).toContain('PEOPLE-GUARD-LIFTED');
  });

  it('starts another run where a person tries again one that failed', async () => {
    const { id } = rig.tenant('fails-once');
    await rig.start('fails-once', { ...IMPATIENT, onFailure: 'ask' });
    await until('it waits', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
    expect((await rig.migrations.tenantStatus(id))?.waiting?.what).toContain('PEOPLE-SYNC-FAILED');

    await rig.migrations.decide(id, { action: 'retry', by: 'li', reason: 'the disk was full' });

    expect((await rig.end('fails-once')).ending).toBe('migrated');
    expect(rig.world.tenant('fails-once').state().runs).toHaveLength(2);
  });

  it('compares head counts alone where the file says so', async () => {
    const { ending, result } = await rig.migrate('counted');

    expect(ending).toBe('migrated');
    expect(result?.people ?? null).toBeNull();
  });

  it('counts heads at the end where the list is lost after the run, beside the sample', async () => {
    const { id } = rig.tenant('list-lost');
    await rig.start('list-lost');
    await until('the run is under way', () => rig.world.tenant('list-lost').state().runs.length > 0);
    rig.world.fault({ tenant: 'list-lost', system: 'console', path: '/people', kind: 'truncated', times: 4 });
    const lookUp = { system: 'open-api', path: '/user' } as const;
    rig.world.fault({ tenant: 'list-lost', ...lookUp, kind: 'latency', ms: 300, times: Infinity });
    await until('somebody is looked up', () => rig.world.journal.times({ tenant: id, ...lookUp }) > 0);
    rig.world.tenant('list-lost').edit(({ people }) => void people.fill(2, 0, 5));

    const { result } = await rig.end('list-lost');

    expect(result?.people).toMatchObject({ by: 'sample', sample: { lookedUp: 12 } });
    expect(result?.findings).toContainEqual(
      expect.objectContaining({
        code: 'PEOPLE-COUNT-DIFFERS',
        message: 'Qiyuesuo has 7 active people, E10 shows 12 within the scope',
      }),
    );
  });
});

describe('alone', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await aRig(
      [
        { ...MOVED, id: 'moved' },
        { ...MOVED, id: 'untidy', people: { e9: 300, e10: 300, untidy: 150, sharedMobiles: 4 } },
        { ...MOVED, id: 'outdated', people: { e9: 60, e10: 60, outdated: 200 } },
        { ...MOVED, id: 'fewer', people: { e9: 30, e10: 18 } },
        { ...MOVED, id: 'leavers', people: { e9: 30, e10: 18 } },
        { ...MOVED, id: 'empty', people: { e9: 30, e10: 0, qiyuesuo: 30 } },
        { ...MOVED, id: 'troubled', people: { e9: 3_500, e10: 3_500 } },
        { ...MOVED, id: 'refused', people: { e9: 2_500, e10: 2_500 } },
        { ...MOVED, id: 'cancelled', people: { e9: 9_500, e10: 9_500 } },
        { id: 'on-e9', people: { e9: 5, e10: 5 } },
        { ...MOVED, id: 'nightly' },
        { ...MOVED, id: 'odd' },
        {
          id: 'cloud-of-leavers',
          deployment: 'public',
          startsMigrated: true,
          ownApp: true,
          people: { e9: 30, e10: 18 },
        },
        { id: 'cloud', deployment: 'public', startsMigrated: true, ownApp: true, people: { e9: 12, e10: 12 } },
      ],
      {},
      EVERYBODY,
    );
  });
  afterAll(() => rig.close());

  it('looks only, until the guard; then syncs', async () => {
    const looked = await sync(rig, 'moved', {}, { until: 'guard' });
    expect(looked.result).toMatchObject({ ran: false, report: { grade: null, foreseen: { people: 30 } } });
    const began = Date.now() - 60_000;
    const at = (report: { at?: string } | null): number => Date.parse(report?.at ?? '');
    expect(looked.result.report?.rehearsal).toBe(true);
    expect(at(looked.result.report)).toBeGreaterThan(began);
    expect(rig.world.journal.writes(rig.tenant('moved').id)).toEqual([]);

    const { result } = await sync(rig, 'moved');
    expect(result).toMatchObject({ ran: true, report: { by: 'list', grade: 'A' } });
    expect(result.report).not.toHaveProperty('rehearsal');
    expect(at(result.report)).toBeGreaterThan(at(looked.result.report));
  });

  it('tells who is ambiguous, or has no key, by number, and gives them no good grade', async () => {
    const end = await sync(rig, 'untidy', { guard: { percent: 100, count: 300 } });

    expect(end.result.report?.grade).toBe('C');
    expect(codesOf(end)).toContain('PEOPLE-AMBIGUOUS');
  });

  it('foresees whose name or address is out of date, and sees that the run has renewed them', async () => {
    const { result } = await sync(rig, 'outdated');
    expect(result.report?.foreseen?.counts).toMatchObject({ updated: 11, unchanged: 49 });
    expect(result.report?.actual?.counts).toMatchObject({ updated: 11, unchanged: 49 });
    expect(result.report?.grade).toBe('A');
  });

  it('starts no run that would disable too many, unless somebody lifts the guard', async () => {
    rig.world.tenant('leavers').edit(({ people }) => void people.fill(1));
    const { failed } = await sync(rig, 'leavers');
    expect(failed).toMatchObject({
      code: 'PEOPLE-GUARD',
      message: expect.stringMatching(/(12 people would be disabled|up to 12 would be disabled)/) as unknown,
    });
    expect(rig.world.journal.writes(rig.tenant('leavers').id)).toEqual([]);

    const end = await sync(rig, 'leavers', { guardLifted: { by: 'li', reason: 'a branch was sold' } });
    expect(codesOf(end)).toContain('PEOPLE-GUARD-LIFTED');
    expect(end.result.report?.actual?.counts).toMatchObject({ disabled: 12, missing: 0 });
  });

  it('tells that the guard was lifted, where head counts alone are compared', async () => {
    rig.world.tenant('fewer').edit(({ people }) => void people.fill(1));
    const guardLifted = { by: 'li', reason: 'a branch was sold' };

    const end = await sync(rig, 'fewer', { compare: 'count', guardLifted });

    expect(end.result.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          code: 'PEOPLE-GUARD-LIFTED',
          message: expect.stringMatching(
            /^lifted by li \(a branch was sold\): .*up to 12 would be disabled/,
          ) as unknown,
        }),
      ]),
    );
  });

  it('takes an empty source for an error, whoever lifts the guard', async () => {
    const { failed } = await sync(rig, 'empty', { guardLifted: { by: 'li', reason: 'sure' } });

    expect(failed.code).toMatch(/PEOPLE-GUARD|PEOPLE-TREE-EMPTY|E10-EMPTY/);
    expect(rig.world.journal.writes(rig.tenant('empty').id)).toEqual([]);
  });

  it('outlasts throttling, cut-off answers and tokens that expire all the time', async () => {
    const tenant = 'troubled';
    const hr = { tenant, system: 'e10', path: '/openserver/api/hrm/restful/queryEmployee', from: 'outside' } as const;
    rig.world.fault({ ...hr, kind: 'throttle-seconds', ms: 0, probability: 0.3, times: 12 });
    for (const after of [2, 5, 8]) rig.world.fault({ ...hr, kind: 'unauthorised', after });
    rig.world.fault({ ...hr, kind: 'truncated', probability: 0.2, times: 6 });
    rig.world.fault({ tenant, system: 'e9', path: /getHrmUserInfoWithPage/, kind: 'truncated', times: 2 });

    const end = await sync(rig, tenant, {}, { policy: { ...IMPATIENT, readAttempts: 20 } });

    expect(end).toMatchObject({ result: { report: { grade: 'A', actual: { people: 3_500 } } } });
    expect(end.result.report?.baseline?.counts).toMatchObject({ missing: 0, unchanged: 3_500 });
  });

  it('ends where credentials are refused midway, having written nothing', async () => {
    rig.world.fault({
      tenant: 'refused',
      system: 'console',
      path: '/people',
      kind: 'unauthorised',
      after: 2,
      times: Infinity,
    });

    const { failed } = await sync(rig, 'refused');

    expect(failed.code).toBe('CONSOLE-NEEDS-LOGIN');
    expect(rig.world.journal.writes(rig.tenant('refused').id)).toEqual([]);
  });

  it('is cancelled at a page: nothing is written, and what was read is sealed', async () => {
    const tenant = rig.tenant('cancelled');
    const path = '/openserver/api/hrm/restful/queryEmployee';
    rig.world.fault({ tenant: 'cancelled', system: 'e10', path, kind: 'latency', ms: 1_500, times: Infinity });
    const times = (): number => rig.world.journal.times({ tenant: tenant.id, system: 'e10', path });
    await rig.migrations.startPeopleSync(tenant, { policy: IMPATIENT });
    await until('it reads', () => Promise.resolve(times() > 2));

    const handle = rig.client.workflow.getHandle(peopleSyncWorkflowId(tenant.id));
    await handle.cancel();

    await until('it is over', async () => (await handle.describe()).status.name !== 'RUNNING');
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    // Ten pages, and nine looks at the row before one. The worker hears of it with its next beat.
    expect(times()).toBeLessThan(19);
    expect(rig.world.journal.writes(tenant.id)).toEqual([]);
    const stores = await openPeopleStores(loadConfig({ QYS_E10_DATA: rig.dataDir }));
    expect(await stores.referencesOf(tenant.id)).toHaveLength(1);
    const files = await filesOf(join(rig.dataDir, 'people'));
    expect(files.filter((file) => file.endsWith('.duckdb'))).toEqual([]);
  });

  it('counts heads where a list comes in a form that nobody knows', async () => {
    const { id } = rig.tenant('odd');
    rig.world.fault({
      tenant: 'odd',
      system: 'e10',
      path: '/openserver/api/hrm/restful/queryEmployee',
      kind: 'truncated',
      times: 4,
    });

    const end = await sync(rig, 'odd');

    expect(end.result).toMatchObject({ ran: true, report: { by: 'count', grade: 'B' } });
    expect(codesOf(end)).toContain('PEOPLE-UNCOMPARED');
    expect(rig.world.journal.writes(id).map(({ effect }) => effect)).toContain('people-sync.run');
  });

  it('is for tenants that have moved', async () => {
    expect((await sync(rig, 'on-e9')).failed.code).toBe('PEOPLE-NOT-ON-E10');
  });

  it('waits for the run of the schedule where the file says so', async () => {
    const tenant = rig.tenant('nightly');
    // In six hours, in the console's own time.
    const hour = new Date().getUTCHours() + 6;
    const people = { ...tenant.people, run: 'nightly', schedule: `15 ${(hour + 8) % 24} * * *` } as const;
    await rig.migrations.startPeopleSync({ ...tenant, people }, { policy: IMPATIENT });
    await until('it waits', async () =>
      /schedule 15 /.test((await rig.migrations.peopleSyncStatus(tenant.id))?.held ?? ''),
    );

    const handle = rig.client.workflow.getHandle(peopleSyncWorkflowId(tenant.id));
    let seconds = 0;
    await until('its timer runs', async () => {
      const { events } = await handle.fetchHistory();
      const timer = events?.find((event) => event.timerStartedEventAttributes)?.timerStartedEventAttributes;
      seconds = Number(timer?.startToFireTimeout?.seconds ?? 0);
      return seconds > 0;
    });
    const at = new Date(Math.round((Date.now() + seconds * 1_000) / 60_000) * 60_000);
    // Some minutes before it, for a last look.
    expect([at.getUTCHours(), at.getUTCMinutes()]).toEqual([(hour + 23) % 24, 57]);
    expect(rig.world.tenant('nightly').state().runs).toEqual([]);
    await handle.cancel();
  });

  it('compares the people of the public cloud as they stand', async () => {
    const { result } = await sync(rig, 'cloud');

    expect(result).toMatchObject({ ran: false, wanted: null, report: { by: 'list' } });
    expect(result.report?.foreseen?.people).toBe(12);
  });

  it('stops nothing there, where no run is made, and tells who is still active', async () => {
    rig.world.tenant('cloud-of-leavers').edit(({ people }) => void people.fill(1));

    const end = await sync(rig, 'cloud-of-leavers');

    expect(end).toMatchObject({ result: { ran: false, report: { by: 'list', grade: 'C', stillActive: 12 } } });
    expect(codesOf(end)).toEqual(['PEOPLE-STILL-ACTIVE']);
  });
});
