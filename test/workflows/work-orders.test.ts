import { afterEach, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import type { DecisionAction } from '../../src/domain/tenant-status.js';
import type { WorkOrder } from '../../src/domain/work-orders/work-order.js';
import { anOperator, type Habits } from '../support/operator.js';
import { aRig, IMPATIENT, undoable, undoneByPages, until, type Rig } from '../support/rig.js';

const MANUAL = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };

let rig: Rig;
afterEach(() => rig.close());

async function begun(spec: Partial<TenantSpec> = {}): Promise<ReturnType<typeof anOperator>> {
  rig = await aRig([{ id: 'acme', ...MANUAL, ...spec }], {}, { defaults: { people: { compare: 'everybody' } } });
  await rig.start('acme');
  return anOperator(rig, 'acme');
}

const fieldsOf = ({ tasks }: { tasks: readonly { field: string; do: string }[] }, what: string): string[] =>
  tasks.filter((task) => task.do === what).map(({ field }) => field);

describe('a tenant whose console only people see', () => {
  it.each([
    ['4.3.4', {}],
    ['4.3.7', { scopeAfterSwitch: 'cleared' as const }],
    ['5.1.0', { categories: { legacy: 3, otherOldHost: 1, elsewhere: 1, none: 1 } }],
  ])('is migrated by work orders: private cloud %s', async (version, more) => {
    const operator = await begun({ version, ...more });
    await operator.work();
    const { result } = await rig.end('acme');
    expect(result).toMatchObject({ outcome: expect.stringMatching(/^migrated/) as string });
    expect(result?.findings.map(({ code }) => code)).toContain('CONSOLE-READ-BY-PERSON');
    // A console without an adapter lists nobody: people are looked up by chance.
    expect(result?.people).toMatchObject({ by: 'sample', grade: 'B', sample: { missing: 0 } });
    const state = rig.world.tenant('acme').state();
    expect(state.integration['oaVersion']).toBe('E10');
    expect(state.runs).toHaveLength(1);

    const [first, second] = operator.done;
    expect(fieldsOf(first!, 'read')).toContain('categories');
    // One trip for the switch, the form and the callback.
    expect(fieldsOf(second!, 'set')).toEqual(
      expect.arrayContaining(['integration.oaVersion', 'integration.appSecret', 'callback.url']),
    );
  });

  it('is migrated in the public cloud with two trips', async () => {
    const operator = await begun({ deployment: 'public' });
    await operator.work();
    expect((await rig.end('acme')).result).toMatchObject({ outcome: 'migrated' });
    expect(operator.done).toHaveLength(2);
  });

  it('is put back by orders when a person rejects one, with proof', async () => {
    const operator = await begun({ previousSecrets: true });
    const before = undoable(rig, 'acme');
    await operator.work({
      instead: (order) =>
        fieldsOf(order, 'start').length > 0 ? { do: 'reject', reason: 'HR wants to wait' } : undefined,
    });
    const { result } = await rig.end('acme');
    expect(result).toMatchObject({ outcome: 'rolled-back', failedStep: 'sync-people', undo: { left: [] } });
    expect(result?.reason).toContain('HR wants to wait');
    expect(undoneByPages(rig, 'acme', before)).toEqual(before);
    expect(rig.world.tenant('acme').state().sets.E10['syncSource']).toBe('https');
    expect(result?.undo?.stays).toEqual([{ field: 'integration.syncSource', expected: null, found: 'https' }]);
    expect(result?.reason).toContain('cannot be emptied on its page, so left: integration.syncSource');
    const asked = operator.done.filter(({ undo }) => undo).flatMap((order) => fieldsOf(order, 'set'));
    expect(asked).toContain('integration.teamCode');
    expect(asked).not.toContain('integration.syncSource');
  });

  it('asks again, with what was seen, where the page does not show what was ordered', async () => {
    const operator = await begun({ deployment: 'public' });
    let mistaken = false;
    await operator.work({
      instead: (order) => {
        if (mistaken || fieldsOf(order, 'set').length === 0) return undefined;
        mistaken = true;
        const empty = Object.fromEntries(fieldsOf(order, 'read').map((field) => [field, 'empty']));
        return { do: 'confirm', values: { ...empty, 'integration.teamCode': 'tmistyped' } };
      },
    });
    const orders = (await rig.end('acme')).result;
    expect(orders).toMatchObject({ outcome: 'migrated' });
    expect(operator.done.map(({ number }) => number)).toEqual([1, 2, 2]);
    expect(operator.done[2]?.findings).toMatchObject([
      {
        code: 'SETTING-DIFFERS',
        subject: 'integration.teamCode',
        message: expect.stringContaining('tmistyped') as string,
      },
    ]);
  });

  it('withdraws its order when it is cancelled, and asks what there is before it undoes', async () => {
    const operator = await begun();
    const before = undoable(rig, 'acme');
    const { id } = rig.tenant('acme');
    let cancelled = false;
    await operator.work({
      afterwards: (order) => {
        // Done at the console, but not told: somebody cancels first.
        if (cancelled || fieldsOf(order, 'set').length === 0) return;
        cancelled = true;
        void rig.client.workflow.getHandle(tenantWorkflowId(id)).cancel();
      },
      late: () => cancelled,
    });
    const { ending, reason } = await rig.end('acme');
    expect(ending).toBe('cancelled');
    expect(reason).toMatch(/^cancelled; undone and proved 17\/17; was empty .*: integration.syncSource$/);
    expect(undoneByPages(rig, 'acme', before)).toEqual(before);
  });

  describe('whose order to switch is rejected', () => {
    const SHAPES: [string, Partial<TenantSpec>][] = [
      ['with a form for each version', {}],
      ['with one form for both', { fieldSets: 'shared' }],
      ['with a scope that the switch clears', { scope: 'departments', scopeAfterSwitch: 'cleared' }],
      ['in the public cloud', { deployment: 'public' }],
    ];
    const ofSwitch = (order: WorkOrder): boolean => !order.undo && fieldsOf(order, 'set').length > 0;
    const notTonight = (order: WorkOrder) => (ofSwitch(order) ? 'not tonight' : undefined);

    async function rejected(spec: Partial<TenantSpec>, habits: Habits) {
      const operator = await begun({ previousSecrets: true, ...spec });
      const before = undoable(rig, 'acme');
      await operator.work(habits);
      const { ending, result } = await rig.end('acme');
      expect({ ending, step: result?.failedStep }).toEqual({ ending: 'rolled-back', step: 'switch-mode' });
      expect(result?.undo).toMatchObject({ left: [], foreign: [] });
      expect(undoneByPages(rig, 'acme', before)).toEqual(before);
      return operator.done.filter(({ undo }) => undo);
    }

    it.each(SHAPES)('is put back by orders after the form was filled, each field once: %s', async (_name, spec) => {
      const orders = await rejected(spec, { refuses: notTonight });
      const sets = orders.map((order) => fieldsOf(order, 'set'));
      expect(sets.flat().filter((field) => field === 'integration.teamCode')).toHaveLength(1);
      // Its fields are out of sight behind the way back.
      const at = (field: string): number => sets.findIndex((fields) => fields.includes(field));
      expect(at('integration.oaVersion')).toBeGreaterThan(at('integration.teamCode'));
      const recalled = orders.filter((order) => fieldsOf(order, 'read').includes('before:integration.teamCode'));
      expect(recalled.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual(['FORM-FILLED-UNTOLD']);
    });

    it.each(SHAPES)('is only looked at where nothing was done by then: %s', async (_name, spec) => {
      const orders = await rejected(spec, {
        instead: (order) => (ofSwitch(order) ? { do: 'reject', reason: 'not tonight' } : undefined),
      });
      expect(orders.flatMap((order) => fieldsOf(order, 'set'))).toEqual([]);
      expect(orders.flatMap((order) => fieldsOf(order, 'read').filter((field) => field.startsWith('before:')))).toEqual(
        [],
      );
    });

    it('is put back to what was there before, also where it was tried again and failed later on', async () => {
      rig = await aRig([{ id: 'acme', ...MANUAL, previousSecrets: true, fieldSets: 'shared' }]);
      const before = undoable(rig, 'acme');
      const { id } = rig.tenant('acme');
      const operator = anOperator(rig, 'acme');
      const decided = async (action: DecisionAction): Promise<void> => {
        await until('it asks for a decision', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
        await rig.migrations.decide(id, { action, by: '李四', reason: 'as agreed' });
      };
      await rig.start('acme', { ...IMPATIENT, onFailure: 'ask' });
      await operator.next();
      await operator.next({ refuses: notTonight });
      await decided('retry');
      let rejected = false;
      while (!rejected) {
        await operator.next({
          instead: (order) => {
            rejected = fieldsOf(order, 'start').length > 0;
            return rejected ? { do: 'reject', reason: 'HR wants to wait' } : undefined;
          },
        });
      }
      await decided('undo');
      await operator.work();
      const { ending, result } = await rig.end('acme');
      expect({ ending, step: result?.failedStep }).toEqual({ ending: 'rolled-back', step: 'sync-people' });
      expect(undoneByPages(rig, 'acme', before)).toEqual(before);
    });

    it('is asked for no picture that was told before: the switch was confirmed, and the form rejected', async () => {
      const told = /^(before:|integration\.oaVersion$)/;
      const orders = await rejected(
        { fieldSets: 'shared' },
        {
          rows: (order) =>
            ofSwitch(order) && order.tasks.some(({ field, done }) => told.test(field) && !done)
              ? order.tasks.flatMap(({ field }) => (told.test(field) ? [field] : []))
              : undefined,
          refuses: (order) =>
            order.tasks.some(({ field, done }) => told.test(field) && !done) ? undefined : notTonight(order),
        },
      );
      expect(orders.flatMap((order) => fieldsOf(order, 'read')).join()).not.toContain('before:');
      expect(orders.flatMap((order) => fieldsOf(order, 'set'))).toContain('integration.teamCode');
    });
  });

  it('opens a category again whose page shows a third address, instead of passing it by', async () => {
    const operator = await begun({ categories: { legacy: 2 } });
    let mistaken = false;
    await operator.work({
      instead: (order) => {
        const [row] = fieldsOf(order, 'set').filter((field) => field.startsWith('category:'));
        if (mistaken || row === undefined) return undefined;
        mistaken = true;
        return { do: 'confirm', values: { [row]: 'https://elsewhere.example/callback' } };
      },
    });
    expect((await rig.end('acme')).result).toMatchObject({ outcome: expect.stringMatching(/^migrated/) as string });
    const ofCategories = operator.done.filter(({ step }) => step === 'rewrite-categories');
    expect(ofCategories.map(({ number }) => number)).toEqual([ofCategories[0]?.number, ofCategories[0]?.number]);
    expect(ofCategories[1]?.findings).toMatchObject([
      { code: 'SETTING-DIFFERS', message: expect.stringContaining('elsewhere.example') as string },
    ]);
  });

  it('takes a checklist row by row, and keeps what is confirmed', async () => {
    const operator = await begun({ categories: { legacy: 4 } });
    let rows = 0;
    await operator.work({
      rows: (order) => {
        const open = order.tasks.filter(({ field, done }) => field.startsWith('category:') && !done);
        rows += open.length > 0 ? 1 : 0;
        return open.length > 1 ? [open[0]!.field] : undefined;
      },
    });
    expect((await rig.end('acme')).result).toMatchObject({ outcome: expect.stringMatching(/^migrated/) as string });
    // One row at a time, all of them rows of one order.
    expect(rows).toBe(4);
    const ofCategories = operator.done.filter(({ step }) => step === 'rewrite-categories');
    expect(new Set(ofCategories.map(({ number }) => number)).size).toBe(1);
  });
});

it('shows the first looks of a whole wave as one queue, and still begins to write with one tenant', async () => {
  const specs = ['one', 'two', 'three'].map((id) => ({ id, deployment: 'public' as const, ...MANUAL }));
  rig = await aRig(specs, {}, { waves: [{ name: 'all', rest: true, maxConcurrency: 3 }] });
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  const looks = async () =>
    (await rig.migrations.openOrders()).filter(({ tenantId }) =>
      specs.some(({ id }) => rig.tenant(id).id === tenantId),
    );
  await until('all of them wait for a first look', async () => (await looks()).length === 3);
  await until('the batch knows it', async () => {
    const { running, parked, looking } = await rig.status();
    return running === 0 && parked === 3 && looking === 3;
  });

  const operators = specs.map(({ id }) => anOperator(rig, id));
  for (const operator of operators) await operator.next();
  await until('one goes on, and two wait for their turn', async () => {
    const { running, parked, looking } = await rig.status();
    return running === 1 && parked === 2 && looking === 0;
  });
  await until('only that one has an order', async () => (await looks()).length === 1);
  await Promise.all(operators.map((operator) => operator.work()));
  expect(await rig.migrations.batchResult(rig.batch.batch)).toMatchObject({
    outcome: 'done',
    endings: { migrated: 3 },
  });
});
