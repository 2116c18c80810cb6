import { describe, expect, it } from 'vitest';
import type { Seen } from '../../../src/domain/work-orders/answers.js';
import {
  carryOut,
  isSameTrip,
  newOrder,
  problemsOfAnswers,
  refusalOfAction,
  reopen,
  withdraw,
  type OrderAction,
  type OrderTask,
  type WorkOrder,
} from '../../../src/domain/work-orders/work-order.js';

const AT = '2026-01-01T00:00:00.000Z';
const TASKS: OrderTask[] = [
  { field: 'integration.oaVersion', do: 'set', value: 'E10' },
  { field: 'integration.appSecret', do: 'set', secret: { word: 'wanted', ref: { env: 'APP_SECRET' } } },
  { field: 'people-sync.people', do: 'read' },
];

const anOrder = (tasks: OrderTask[] = TASKS): WorkOrder =>
  newOrder({ number: 1, step: 'switch-mode', undo: false, tasks: structuredClone(tasks), findings: [] }, AT);
const confirm = (more: Partial<Extract<OrderAction, { do: 'confirm' }>> = {}): OrderAction => ({
  number: 1,
  by: '张三',
  do: 'confirm',
  values: { 'people-sync.people': '12' },
  ...more,
});

describe('a work order', () => {
  it('is done when everything is confirmed, and tells what the pages show then', () => {
    const order = anOrder();
    const seen = carryOut(order, { 'integration.oaVersion': 'E9' }, confirm({ note: 'saved' }), AT);
    expect(order).toMatchObject({
      state: 'done',
      trail: [{ what: 'opened' }, { what: 'confirmed', by: '张三', note: 'saved' }],
    });
    expect(seen).toEqual({
      'integration.oaVersion': 'E10',
      'integration.appSecret': 'wanted',
      'people-sync.people': '12',
    });
  });

  it('forgets what the switch may have changed', () => {
    const before: Seen = { 'people-sync.scope': '总部', 'people-sync.enabled': 'true', 'callback.url': 'https://a' };
    expect(carryOut(anOrder(), before, confirm(), AT)).toMatchObject({ 'callback.url': 'https://a' });
    expect(carryOut(anOrder(), before, confirm(), AT)).not.toHaveProperty(['people-sync.scope']);
  });

  it('is confirmed row by row, and keeps what is confirmed', () => {
    const order = anOrder();
    const seen = carryOut(order, {}, confirm({ rows: ['integration.oaVersion'], values: {} }), AT);
    expect(order.state).toBe('open');
    expect(seen).toEqual({ 'integration.oaVersion': 'E10' });
    carryOut(order, seen, confirm({ rows: ['integration.appSecret', 'people-sync.people'] }), AT);
    expect(order.state).toBe('done');
  });

  it('takes a correction, and the order in which rows are confirmed does not matter', () => {
    const tasks: OrderTask[] = [
      { field: 'integration.oaVersion', do: 'set', value: 'E10' },
      { field: 'integration.teamCode', do: 'set', value: 'tabc' },
    ];
    const order = anOrder(tasks);
    let seen = carryOut(order, {}, confirm({ rows: ['integration.teamCode'], values: {} }), AT);
    seen = carryOut(order, seen, confirm({ values: { 'integration.teamCode': 'twrong' } }), AT);
    expect(seen).toEqual({ 'integration.oaVersion': 'E10', 'integration.teamCode': 'twrong' });
  });

  it.each<[string, Partial<OrderAction>, string]>([
    ['without a name', { by: ' ' }, 'by is needed'],
    ['with an answer missing', { values: {} }, 'not answered: people-sync.people'],
    ['with an answer that cannot be read', { values: { 'people-sync.people': 'x' } }, 'a number'],
    ['about something else', { values: { 'callback.url': 'empty' } }, 'not of this order'],
    ['without a reason for a rejection', { do: 'reject', reason: '' }, 'a reason is needed'],
  ])('refuses an action %s', (_, more, why) => {
    expect(refusalOfAction(anOrder(), { ...confirm(), ...more } as OrderAction)).toContain(why);
  });

  it('tells everything that is wrong with the answers at once', () => {
    const order = anOrder([
      { field: 'people-sync.people', do: 'read' },
      { field: 'people-sync.enabled', do: 'read' },
      { field: 'callback.url', do: 'set', value: 'https://oa.example/cb' },
    ]);
    const problems = problemsOfAnswers(order, { values: { 'people-sync.people': 'x', 'callback.url': 'oa' } });
    expect(problems.map(({ field, why }) => [field, why])).toEqual([
      ['people-sync.people', 'number'],
      ['callback.url', 'address'],
      ['people-sync.enabled', 'missing'],
    ]);
  });

  it('is taken by one person, and answered once', () => {
    const order = anOrder();
    carryOut(order, {}, { number: 1, by: '张三', do: 'take' }, AT);
    expect(refusalOfAction(order, { number: 1, by: '李四', do: 'take' })).toContain('taken by 张三');
    expect(refusalOfAction(order, { number: 1, by: '张三', do: 'take' })).toBeNull();
    carryOut(order, {}, confirm(), AT);
    expect(refusalOfAction(order, confirm())).toContain('done already');
    expect(refusalOfAction(undefined, confirm())).toContain('there is no order');
  });

  it.each<[string, (order: WorkOrder, seen: Seen) => Seen]>([
    ['withdrawn', (order, seen) => withdraw(order, seen, AT)],
    ['rejected', (order, seen) => carryOut(order, seen, { number: 1, by: '张三', do: 'reject', reason: 'no' }, AT)],
  ])('that is %s leaves unknown what may have been done', (_, end) => {
    const order = anOrder();
    const seen = carryOut(
      order,
      { 'integration.appSecret': 'other' },
      confirm({ rows: ['integration.oaVersion'], values: {} }),
      AT,
    );
    expect(end(order, seen)).toEqual({ 'integration.oaVersion': 'E10' });
  });

  it('is opened again where the page shows otherwise, with what was seen', () => {
    const order = anOrder();
    const seen = carryOut(
      order,
      {},
      confirm({ values: { 'people-sync.people': '1', 'integration.oaVersion': 'E9' } }),
      AT,
    );
    const again: OrderTask[] = [{ field: 'integration.oaVersion', do: 'set', value: 'E10' }];
    expect(isSameTrip(order, again)).toBe(true);
    expect(isSameTrip(order, [{ field: 'callback.url', do: 'set', value: '' }])).toBe(false);
    reopen(order, again, seen, AT);
    expect(order).toMatchObject({ state: 'open', tasks: again });
    expect(order.findings[0]?.message).toBe('the page shows E9, wanted is E10');
  });
});
