import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry, JournalFilter } from '../../simulators/kernel/journal.js';
import { siteTaskQueue, tenantWorkflowId } from '../../src/domain/ids.js';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.js';
import type { PeopleChoice } from '../../src/domain/tenant.js';
import { pauseSignal } from '../../src/workflows/messages.js';
import type { MigrateTenantInput } from '../../src/workflows/migrate-tenant.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

/** Where each list of people is read; heads of E9 are counted in smaller pages. */
const LISTS = {
  e9: { system: 'e9', path: /getHrmUserInfoWithPage/ },
  e10: { system: 'e10', path: /queryEmployee/, from: 'outside' },
  console: { system: 'console', path: '/people' },
} as const satisfies Record<string, JournalFilter>;

/** Three pages of each list. */
const MANY = { e9: 2_300, e10: 2_300, leavers: 0, secondary: 0 };
const NOBODY_NEW = { people: { guard: { created: { percent: 1, count: 0 } } } };
/** Three people who would be created. */
const GROWN = { people: { e9: 17, e10: 20 }, entry: NOBODY_NEW };
const ASKS: Policy = { ...IMPATIENT, onFailure: 'ask' };
/** What was read holds for a moment only. */
const FORGETFUL: Policy = { ...IMPATIENT, peopleFreshMs: 2_000 };

let rig: Rig;
beforeAll(async () => {
  rig = await aRig(
    [
      { id: 'whole', people: MANY, scope: 'departments', scopeAfterSwitch: 'cleared' },
      { id: 'slow', people: { e9: 12, e10: 12 } },
      { id: 'held', people: { e9: 12, e10: 12 } },
      { id: 'blocked', ...GROWN },
      { id: 'asked', people: { ...MANY, e10: 2_303 }, entry: NOBODY_NEW },
      { id: 'skipped', ...GROWN },
      { id: 'undone', ...GROWN },
      { id: 'unmapped', people: { e9: 12, e10: 12 }, entry: { people: { scope: ['no-such-unit'] } } },
      { id: 'in-place', people: { e9: 12, e10: 12 }, sameAddress: true, forward: 'proxied', scope: 'departments' },
      { id: 'in-place-guarded', people: { e9: 30, e10: 18, qiyuesuo: 18 }, sameAddress: true, forward: 'proxied' },
      { id: 'nothing-chosen', people: { e9: 12, e10: 12 }, scope: 'nothing' },
      { id: 'cancelled', people: { e9: 12, e10: 12 } },
      { id: 'prepared', people: { e9: 12, e10: 14 } },
      { id: 'prepared-guarded', ...GROWN },
      { id: 'counted', people: { e9: 12, e10: 12 }, entry: { people: { compare: 'count' } } },
    ],
    {},
    { defaults: { people: { compare: 'everybody' } } },
  );
});
afterAll(() => rig.close());

const writes = (id: string): readonly JournalEntry[] => rig.world.journal.writes(rig.tenant(id).id);
const codes = (findings: { code: string }[] = []): string[] => findings.map(({ code }) => code);

/** Pages of people that were given out: fewer rows are a count, or a look at the border of two pages. */
function pages(id: string): Record<keyof typeof LISTS, JournalEntry[]> {
  const of = (list: keyof typeof LISTS): JournalEntry[] =>
    rig.world.journal.entries({ tenant: rig.tenant(id).id, ...LISTS[list] }).filter(({ rows }) => rows === 1_000);
  return { e9: of('e9'), e10: of('e10'), console: of('console') };
}

/** Which lists its people syncs had, and what they were to do. */
async function syncsOf(id: string): Promise<{ run: string; until: string | null }[]> {
  const { events } = await rig.client.workflow.getHandle(tenantWorkflowId(rig.tenant(id).id)).fetchHistory();
  const inputs = (events ?? []).flatMap(
    ({ startChildWorkflowExecutionInitiatedEventAttributes: started }) => started?.input?.payloads?.[0]?.data ?? [],
  );
  return inputs.map((data) => {
    const { run, until: end = null } = JSON.parse(Buffer.from(data).toString('utf8')) as {
      run: string;
      until?: string;
    };
    return { run, until: end };
  });
}

/** Starts a migration with more than the file says. */
async function startWith(id: string, more: Partial<MigrateTenantInput>, people: Partial<PeopleChoice> = {}) {
  const tenant = rig.tenant(id);
  await rig.client.workflow.start('migrateTenant', {
    workflowId: tenantWorkflowId(tenant.id),
    taskQueue: siteTaskQueue(tenant.site),
    args: [{ tenant: { ...tenant, people: { ...tenant.people, ...people } }, policy: IMPATIENT, ...more }],
  });
}

async function waitingOf(id: string) {
  const status = () => rig.migrations.tenantStatus(rig.tenant(id).id);
  await until('somebody is asked', async () => (await status())?.waiting !== null);
  return (await status())?.waiting;
}

describe('before the first write', () => {
  it('everybody is looked at, and the run goes by what was read then', async () => {
    const { ending, reason, result } = await rig.migrate('whole', DEFAULT_POLICY);

    expect(ending, reason).toBe('migrated');
    expect(result?.people).toMatchObject({ by: 'list', grade: 'A', guardLifted: null });
    const { e9, e10, console } = pages('whole');
    expect([e9.length, e10.length, console.length]).toEqual([3, 3, 6]);
    const [first] = writes('whole');
    for (const page of [...e9, ...e10, ...console.slice(0, 3)]) expect(page.seq).toBeLessThan(first?.seq ?? 0);
    const [look, sync, ...others] = await syncsOf('whole');
    expect(others).toEqual([]);
    expect(look).toEqual({ run: sync?.run, until: 'guard' });
    expect(sync?.until).toBeNull();
  });

  it('what is old by the time of the run is read anew', async () => {
    const switching = { tenant: 'slow', system: 'console', method: 'PUT', path: '/integration/oa-version' } as const;
    rig.world.fault({ ...switching, kind: 'latency', ms: 2_500 });

    const { ending, reason, result } = await rig.migrate('slow', FORGETFUL);

    expect(ending, reason).toBe('migrated');
    expect(result?.people).toMatchObject({ by: 'list', grade: 'A' });
    const [first] = writes('slow');
    const { e9, e10 } = pages('slow');
    for (const list of [e9, e10]) {
      expect(list.some(({ seq }) => seq < (first?.seq ?? 0))).toBe(true);
      expect(list.some(({ seq }) => seq > (first?.seq ?? 0))).toBe(true);
    }
    const runs = (await syncsOf('slow')).map(({ run }) => run);
    expect(new Set(runs).size).toBe(runs.length);
  });

  it('what is old before the first write, since the tenant was paused, is looked at again', async () => {
    const list = { tenant: 'held', system: 'console', path: '/people' } as const;
    rig.world.fault({ ...list, kind: 'latency', ms: 1_000 });
    await startWith('held', { policy: FORGETFUL });
    await until('it is looked at', () => rig.world.journal.times({ ...list, tenant: rig.tenant('held').id }) > 0);
    const handle = rig.client.workflow.getHandle(tenantWorkflowId(rig.tenant('held').id));
    await handle.signal(pauseSignal, true, { batch: 'none', told: 1 });
    const { id } = rig.tenant('held');
    const heldOf = async () => (await rig.migrations.tenantStatus(id))?.held;
    await until('it stands in its people sync', async () => (await heldOf()) === 'paused in the middle of its step');
    const since = Date.now();
    await until('it is of another day', () => Date.now() - since > 4_000);
    expect(writes('held')).toEqual([]);
    await handle.signal(pauseSignal, false, { batch: 'none', told: 2 });

    const { ending, reason } = await rig.end('held');

    expect(ending, reason).toBe('migrated');
    const [first] = writes('held');
    expect(pages('held').e10.filter(({ seq }) => seq < (first?.seq ?? 0)).length).toBeGreaterThan(1);
    expect((await syncsOf('held')).filter(({ until }) => until === 'guard')).toHaveLength(2);
  });

  it('is as before where heads alone are counted: no look, no list', async () => {
    expect((await rig.migrate('counted')).ending).toBe('migrated');

    expect(await syncsOf('counted')).toMatchObject([{ until: null }]);
    expect(pages('counted')).toMatchObject({ e9: [], e10: [] });
  });

  it('where no unit is chosen nobody would come or go: it goes on', async () => {
    const end = await rig.migrate('nothing-chosen');

    expect(end, end.reason).toMatchObject({ ending: 'migrated-with-warnings' });
    expect(codes(end.result?.findings)).toContain('PEOPLE-SCOPE-EMPTY');
    expect(pages('nothing-chosen').e10).toHaveLength(1);
  });

  it('an E9 that was upgraded in place shows no units: everybody is taken for wanted', async () => {
    await startWith('in-place', { until: 'snapshot' });
    const { reason, result } = await rig.end('in-place');
    expect(result?.people, reason).toMatchObject({
      by: 'list',
      scopeLost: true,
      foreseen: { counts: { linked: 12, disabled: 0 } },
    });

    const end = await rig.migrate('in-place');

    expect(end, end.reason).toMatchObject({ ending: 'migrated', result: { people: { by: 'list', grade: 'A' } } });
    expect(await syncsOf('in-place')).toMatchObject([{ until: 'guard' }, { until: null }]);
  });
});

describe('too much blocks the tenant, and nothing is written', () => {
  it('with what the run would have done; once lifted, for both looks, it goes through', async () => {
    const end = await rig.migrate('blocked');

    expect(end, end.reason).toMatchObject({ ending: 'blocked', result: { failedStep: 'sync-people', undo: null } });
    expect(end.reason).toMatch(/^PEOPLE-GUARD: 3 people would be created/);
    expect(end.result?.steps.find(({ state }) => state === 'failed')).toMatchObject({
      note: expect.stringMatching(/^3 people would be created/) as string,
      zh: expect.stringMatching(/^\p{Script=Han}/u) as string,
    });
    expect(end.result?.people).toMatchObject({ grade: null, foreseen: { counts: { created: 3 } }, actual: null });
    expect(end.result?.undoRecord).toBeNull();
    expect(writes('blocked')).toEqual([]);

    await startWith('blocked', {}, { guardLifted: { by: 'li', reason: 'new colleagues' } });
    const lifted = await rig.end('blocked');
    expect(lifted, lifted.reason).toMatchObject({ ending: 'migrated-with-warnings' });
    expect(codes(lifted.result?.findings).filter((code) => code === 'PEOPLE-GUARD-LIFTED')).toHaveLength(1);
    expect(await syncsOf('blocked')).toHaveLength(2);
  });

  it('or somebody is asked, who lifts it: nothing is read again', async () => {
    await rig.start('asked', ASKS);
    const waiting = await waitingOf('asked');
    expect(waiting).toMatchObject({ step: 'sync-people', allowed: ['retry', 'lift-guard', 'skip', 'undo'] });
    expect(waiting?.what).toMatch(/PEOPLE-GUARD: 3 people would be created/);
    expect(writes('asked')).toEqual([]);
    const { id } = rig.tenant('asked');

    await rig.migrations.decide(id, { action: 'lift-guard', by: 'li', reason: 'new colleagues' });

    const end = await rig.end('asked');
    expect(end, end.reason).toMatchObject({
      ending: 'migrated-with-warnings',
      result: { people: { guardLifted: { by: 'li', reason: 'new colleagues' } } },
    });
    const { e9, e10, console } = pages('asked');
    expect([e9.length, e10.length, console.length]).toEqual([3, 3, 6]);
    expect(new Set((await syncsOf('asked')).map(({ run }) => run)).size).toBe(1);
  });

  it('or skips the sync: the tenant moves without it', async () => {
    await rig.start('skipped', ASKS);
    await waitingOf('skipped');
    const { id } = rig.tenant('skipped');
    await rig.migrations.decide(id, { action: 'skip', by: 'li', reason: 'next week' });

    const end = await rig.end('skipped');

    expect(end, end.reason).toMatchObject({ ending: 'migrated-with-warnings', result: { people: null } });
    expect(end.result?.steps.find(({ step }) => step === 'sync-people')).toMatchObject({ state: 'skipped' });
    expect(rig.world.tenant('skipped').state()).toMatchObject({ integration: { oaVersion: 'E10' }, runs: [] });
  });

  it('or leaves the tenant as it is', async () => {
    await rig.start('undone', ASKS);
    await waitingOf('undone');
    const { id } = rig.tenant('undone');
    await rig.migrations.decide(id, { action: 'undo', by: 'li', reason: 'let us look' });

    expect(await rig.end('undone')).toMatchObject({ ending: 'blocked' });
    expect(writes('undone')).toEqual([]);
  });

  it('also where E9 was upgraded in place, by those who are in E10 no more', async () => {
    rig.world.tenant('in-place-guarded').edit(({ people }) => void people.fill(1));

    const end = await rig.migrate('in-place-guarded');

    expect(end, end.reason).toMatchObject({ ending: 'blocked', result: { failedStep: 'sync-people' } });
    expect(end.reason).toMatch(/^PEOPLE-GUARD: 12 people would be disabled/);
    expect(writes('in-place-guarded')).toEqual([]);
  });

  it('so do units that E10 does not have', async () => {
    const end = await rig.migrate('unmapped');

    expect(end, end.reason).toMatchObject({ ending: 'blocked', result: { failedStep: 'sync-people' } });
    expect(end.reason).toMatch(/^PEOPLE-SCOPE-UNMAPPED: .*no-such-unit/);
    expect(writes('unmapped')).toEqual([]);
  });

  it('and whoever cancels meanwhile has written nothing', async () => {
    rig.world.fault({ tenant: 'cancelled', ...LISTS.e10, kind: 'latency', ms: 2_500, times: Infinity });
    await rig.start('cancelled');
    const { id } = rig.tenant('cancelled');
    await until('it reads', async () => {
      const step = (await rig.migrations.tenantStatus(id))?.steps.find((one) => one.step === 'sync-people');
      return step?.state === 'running' && (step.note ?? '').includes('before anything is written');
    });
    await rig.client.workflow.getHandle(tenantWorkflowId(id)).cancel();

    const end = await rig.end('cancelled');

    expect(end, end.reason).toMatchObject({ ending: 'cancelled' });
    expect(end.reason).toContain('before the first write');
    expect(writes('cancelled')).toEqual([]);
  });
});

describe('a tenant that is only prepared', () => {
  it('tells what the run would do', async () => {
    await startWith('prepared', { until: 'snapshot' });

    const end = await rig.end('prepared');

    expect(end, end.reason).toMatchObject({
      ending: 'skipped',
      result: { people: { grade: null, foreseen: { counts: { created: 2, linked: 12 } } } },
    });
    const step = end.result?.steps.find((one) => one.step === 'sync-people');
    expect(step).toEqual({
      step: 'sync-people',
      state: 'pending',
      written: 0,
      note: 'foreseen before the first write: 2 created, 12 linked',
      zh: '写入前预计：新增 2，已存在并绑定到 E10 人员 12',
    });
    expect(writes('prepared')).toEqual([]);
  });

  it('is blocked by the guard without anybody being asked', async () => {
    await startWith('prepared-guarded', { until: 'snapshot', policy: ASKS });

    const end = await rig.end('prepared-guarded');

    expect(end, end.reason).toMatchObject({ ending: 'blocked' });
    expect(codes(end.result?.findings)).toContain('PEOPLE-GUARD');
    expect(writes('prepared-guarded')).toEqual([]);
  });
});
