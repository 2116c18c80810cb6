import { afterEach, expect, it } from 'vitest';
import { readReport } from '../../src/cli/reporting.js';
import type { PeopleSyncEnd } from '../../src/client.js';
import { aBoard, type ABoard } from '../support/a-board.js';
import { anOperator } from '../support/operator.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const MANUAL = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };

let rig: Rig;
let board: ABoard;

afterEach(async () => {
  await board.close();
  await rig.close();
});

it('a cancelled run, which leaves no result, still tells its evidence', { timeout: 90_000 }, async () => {
  rig = await aRig([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
  board = await aBoard(rig.migrations, { file: { path: 'x.batch.yaml', batch: rig.batch } });
  const tenant = rig.tenant('cloud');
  const operator = anOperator(rig, 'cloud');
  const evidence = { name: 'before.png', sha256: 'ab'.repeat(32) };
  await rig.start('cloud');
  const order = async (number: number) => {
    const find = async () => (await rig.migrations.openOrderOf(tenant.id))?.order;
    await until(`order ${number} is open`, async () => (await find())?.number === number);
    return (await find())!;
  };
  await rig.migrations.tellOrder(tenant.id, {
    ...(await operator.act(await order(1))),
    evidence,
  } as Parameters<typeof rig.migrations.tellOrder>[1]);
  await order(2);
  await rig.migrations.startRollback(tenant, 'changed our mind');
  await operator.work();
  expect(await rig.end('cloud')).toMatchObject({ ending: 'cancelled', result: null });

  const selection = { file: 'x', batch: rig.batch, selected: [{ tenant, wave: 'all' }] };
  const report = async () => (await readReport(rig.migrations, selection)).tenants[0];
  await expect
    .poll(report)
    .toMatchObject({ outcome: 'cancelled', evidence: [{ ...evidence, kind: 'file', order: 1 }] });
  expect((await report())?.reason).toContain('changed our mind');
  const visitor = await board.visitor();
  expect((await visitor.get(`/tenants/${tenant.id}`)).body).toContain(evidence.sha256);

  await rig.stopWorkers();
  expect(await report()).toMatchObject({ outcome: 'cancelled', steps: [], evidence: [{ sha256: evidence.sha256 }] });
  expect((await visitor.get(`/tenants/${tenant.id}`)).body).toContain(evidence.sha256);
});

it(
  'one that found nothing to write still tells what the run before it has left to follow up',
  { timeout: 90_000 },
  async () => {
    const people = { guard: { created: { percent: 1, count: 0 } }, compare: 'everybody' };
    rig = await aRig([{ id: 'lifted', people: { e9: 17, e10: 20 }, entry: { people } }]);
    board = await aBoard(rig.migrations, { file: { path: 'x.batch.yaml', batch: rig.batch } });
    const tenant = rig.tenant('lifted');
    await rig.start('lifted', { ...IMPATIENT, onFailure: 'ask' });
    await until('it waits', async () => (await rig.migrations.tenantStatus(tenant.id))?.waiting != null);
    await rig.migrations.decide(tenant.id, { action: 'lift-guard', by: 'li', reason: 'new colleagues' });
    expect((await rig.end('lifted')).ending).toBe('migrated-with-warnings');
    expect((await rig.migrate('lifted')).ending).toBe('already-migrated');

    const selection = { file: 'x', batch: rig.batch, selected: [{ tenant, wave: 'all' }] };
    const report = async () => (await readReport(rig.migrations, selection)).tenants[0];
    const left = {
      grade: 'C',
      findings: [{ code: 'PEOPLE-GUARD-LIFTED', message: expect.stringContaining('li') as unknown }],
    };
    await expect.poll(report).toMatchObject({
      outcome: 'already-migrated',
      zh: '均已符合要求：未写入任何内容',
      findings: [],
      leftBefore: left,
    });
    const visitor = await board.visitor();
    expect((await visitor.get(`/tenants/${tenant.id}`)).body).toContain('PEOPLE-GUARD-LIFTED');

    await rig.rollback('lifted');
    await expect.poll(() => rig.migrations.leftBefore(tenant.id)).toBeNull();
  },
);

it(
  'what a people sync since then found stands, also behind later ones that only looked or failed',
  { timeout: 90_000 },
  async () => {
    const guard = { percent: 100, count: 300 };
    const people = { guard, compare: 'everybody' };
    rig = await aRig([
      { id: 'untidy', people: { e9: 120, e10: 120, untidy: 200, sharedMobiles: 4 }, entry: { people } },
    ]);
    board = await aBoard(rig.migrations);
    const tenant = rig.tenant('untidy');
    const left = async () => (await rig.migrations.leftBefore(tenant.id))?.findings.map(({ code }) => code) ?? [];
    const sync = async (how: { until?: 'guard' }, of: Partial<typeof tenant.people>) => {
      const synced = { ...tenant, people: { ...tenant.people, ...of } };
      expect(await rig.migrations.startPeopleSync(synced, { policy: IMPATIENT, ...how })).toBe('started');
      let end: PeopleSyncEnd | undefined;
      const isOver = async () => (end = await rig.migrations.peopleSyncEnd(tenant.id)) !== undefined;
      await until('the sync ends', isOver, 40_000);
      return end;
    };
    expect((await rig.migrate('untidy')).ending).toBe('migrated-with-warnings');
    expect(await left()).toContain('PEOPLE-AMBIGUOUS');

    const ofSync = ['PEOPLE-COUNT-DIFFERS'];
    expect(await sync({}, { compare: 'count' })).toMatchObject({ result: { ran: true } });
    expect(await left()).toEqual(ofSync);
    expect(await sync({ until: 'guard' }, {})).toMatchObject({ result: { ran: false } });
    // What ended a moment ago may not be in lists yet, once it is the newest no more.
    await expect.poll(left, { timeout: 10_000 }).toEqual(ofSync);
    rig.world.fault({ tenant: 'untidy', system: 'console', kind: 'unauthorised', times: Infinity });
    expect(await sync({}, {})).toMatchObject({ failed: { code: 'CONSOLE-NEEDS-LOGIN' } });
    await expect.poll(left, { timeout: 10_000 }).toEqual(ofSync);
  },
);
