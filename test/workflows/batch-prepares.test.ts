import { DateTime } from 'luxon';
import { afterEach, expect, it } from 'vitest';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const PEOPLE = { e9: 4, e10: 4 };
const ORDER = { by: 'tester', reason: 'it was us' };

let rig: Rig;
afterEach(() => rig.close());

const writes = (): number => rig.world.journal.writes().length;

it('everybody is prepared without a write; what has changed since is written only after somebody approved it', async () => {
  rig = await aRig(
    ['same', 'edited', 'public'].map((id) => ({
      id,
      people: PEOPLE,
      ...(id === 'public' ? { deployment: 'public' as const } : {}),
    })),
    {},
    {
      waves: [
        { name: 'first', count: 1 },
        { name: 'rest', rest: true, approval: true },
      ],
    },
  );
  const { batch } = rig.batch;
  const [same, edited] = [rig.tenant('same'), rig.tenant('edited')];
  await rig.migrations.prepareBatch(rig.batch, 'starter', IMPATIENT);
  await until('all are prepared', async () => (await rig.status()).prepared === 3);

  expect(await rig.status()).toMatchObject({ until: 'snapshot', running: 0, notStarted: 0, endings: {}, over: false });
  expect(await rig.migrations.why(batch, same.id)).toMatchObject({
    state: 'prepared',
    reasons: [{ because: 'complete-after' }],
  });
  expect(await rig.migrations.tenantEnd(same.id)).toMatchObject({
    ending: 'skipped',
    reason: expect.stringMatching(/^prepared: \d+ changes are planned, nothing was written$/) as string,
  });
  expect(writes()).toBe(0);

  rig.world.tenant('edited').edit((live) => {
    live.callback.url = 'https://other.example/x';
  });
  await rig.migrations.cutOver(batch, ORDER);
  await expect(rig.migrations.cutOver(batch, ORDER)).rejects.toThrow('migrates its tenants already');

  const over = await rig.migrations.batchResult(batch);
  expect(over).toMatchObject({ outcome: 'partial', endings: { migrated: 2, blocked: 1 }, prepared: 0, until: null });
  const stale = await rig.migrations.tenantEnd(edited.id);
  expect(stale?.result?.findings.filter(({ severity }) => severity === 'blocking')).toEqual([
    {
      code: 'PLAN-STALE',
      severity: 'blocking',
      subject: 'callback.url',
      message: expect.stringMatching(/^planned from .*, now https:\/\/other\.example\/x, wanted .*$/) as string,
    },
  ]);
  expect(rig.world.tenant('edited').state().integration['oaVersion']).toBe('E9');
});

it('before its completeAfter a wave is prepared, outside of windows too; then it is written by itself, and a retry approves', async () => {
  const completeAfter = new Date(Date.now() + 8_000).toISOString();
  const [from, to] = [6, 7].map((hours) => DateTime.utc().plus({ hours }).toFormat('HH:mm'));
  const closed = { entry: { window: { from, to, zone: 'UTC' } } };
  rig = await aRig(
    ['a', 'b', 'closed'].map((id) => ({ id, people: PEOPLE, ...(id === 'closed' ? closed : {}) })),
    {},
    { waves: [{ name: 'all', rest: true, completeAfter }] },
  );
  const { batch } = rig.batch;
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await until('all are prepared', async () => (await rig.status()).prepared === 3);
  expect(Date.now()).toBeLessThan(Date.parse(completeAfter));
  expect(writes()).toBe(0);
  rig.world.tenant('b').edit((live) => {
    live.callback.url = 'https://other.example/x';
  });

  await until('the changed one is held back', async () => (await rig.status()).endings.blocked === 1, 40_000);
  await until('the other one is through', async () => (await rig.status()).endings.migrated === 1, 40_000);
  expect(rig.world.journal.writes().every(({ at }) => at >= completeAfter)).toBe(true);
  await rig.migrations.retryTenants(batch, { ...ORDER, tenantIds: [rig.tenant('b').id] });
  await until('it was approved', async () => (await rig.status()).endings.migrated === 2, 40_000);
  expect((await rig.status()).endings).toEqual({ migrated: 2 });

  const { id } = rig.tenant('closed');
  expect(await rig.migrations.why(batch, id)).toMatchObject({ state: 'prepared', reasons: [{ because: 'window' }] });
  await rig.migrations.dropTenants(batch, { ...ORDER, tenantIds: [id] });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ endings: { migrated: 2, skipped: 1 } });
});

it('one that is held does not keep the others from their cut-over', async () => {
  const startAfter = new Date(Date.now() + 3_000).toISOString();
  const completeAfter = new Date(Date.now() + 9_000).toISOString();
  const wave = { name: 'all', rest: true, startAfter, completeAfter };
  rig = await aRig(
    ['a', 'held'].map((id) => ({ id, people: PEOPLE })),
    {},
    { waves: [wave] },
  );
  const { batch } = rig.batch;
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  const { id } = rig.tenant('held');
  await rig.migrations.pause(batch, { ...ORDER, on: { tenant: id } });
  await until('the other one is prepared', async () => (await rig.status()).prepared === 1);
  await until('and written', async () => (await rig.status()).endings.migrated === 1, 40_000);
  expect(await rig.status()).toMatchObject({ notStarted: 1, running: 0 });
  await rig.migrations.resume(batch, { ...ORDER, on: { tenant: id } });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done', endings: { migrated: 2 } });
});

it('ordered while tenants are being prepared, the cut-over takes them all, dealt out or not', async () => {
  rig = await aRig(
    Array.from({ length: 6 }, (_, index) => ({ id: `t${index}`, people: PEOPLE })),
    {},
    { waves: [{ name: 'all', rest: true, slowStart: false, maxConcurrency: 6 }] },
  );
  const { batch } = rig.batch;
  await rig.migrations.prepareBatch(rig.batch, 'starter', IMPATIENT, { ownWidth: 2, partitionWidth: 3 });
  await until('some are under way', async () => (await rig.status()).running > 0);
  await rig.migrations.cutOver(batch, ORDER);
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done', endings: { migrated: 6 } });
  expect(rig.world.tenants.map((tenant) => tenant.state().runs.length)).toEqual([1, 1, 1, 1, 1, 1]);
});
