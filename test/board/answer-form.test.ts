import { describe, expect, it } from 'vitest';
import { answerOf, typedIn } from '../../src/board/answer-form.js';
import { newOrder, refusalOfAction, type OrderTask, type WorkOrder } from '../../src/domain/work-orders/work-order.js';

const anOrder = (tasks: OrderTask[]): WorkOrder =>
  newOrder({ number: 1, step: 'snapshot', undo: false, tasks, findings: [] }, '2026-01-01T00:00:00.000Z');

function formOf(entries: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(entries)) form.append(name, value);
  return form;
}

const READS = anOrder([
  { field: 'integration.oaVersion', do: 'read' },
  { field: 'integration.teamCode', do: 'read' },
  { field: 'integration.appSecret', do: 'read' },
  { field: 'categories', do: 'read' },
]);
const ROWS = anOrder([
  { field: 'category:采购', do: 'set', value: 'https://oa.example/cb' },
  { field: 'category:用印#2', do: 'set', value: 'https://oa.example/cb' },
  { field: 'category:人事', do: 'set', value: 'https://oa.example/cb', done: { by: 'li', at: '2026-01-01' } },
]);

describe('a form of an order', () => {
  it('becomes an answer that the order takes', () => {
    const form = formOf({
      'value:integration.oaVersion': 'E9',
      'empty:integration.teamCode': 'yes',
      'value:integration.appSecret': 'hidden',
      'value:categories': '采购 = https://oa.example/a?token=canary\r\n用印 = https://oa.example/b\r\n',
      'value:callback.url': 'https://not.asked.example',
      note: ' done ',
    });
    const typed = typedIn(form, READS);
    const { confirmation, problems } = answerOf(READS, typed);
    expect(problems).toEqual([]);
    expect(typed.note).toBe('done');
    expect(confirmation).toEqual({
      values: {
        'integration.oaVersion': 'E9',
        'integration.teamCode': 'empty',
        'integration.appSecret': 'hidden',
        categories: '采购 = https://oa.example/a\n用印 = https://oa.example/b\n',
      },
    });
    expect(refusalOfAction(READS, { number: 1, by: 'li', do: 'confirm', ...confirmation })).toBeNull();
  });

  it('tells all that is wrong with it, in the order of the page, and keeps what was typed', () => {
    const form = formOf({
      'value:integration.appSecret': 'the secret itself',
      'value:integration.teamCode': 'tabc',
      'empty:integration.teamCode': 'yes',
      'value:categories': '采购 = nowhere',
    });
    const typed = typedIn(form, READS);
    const { problems } = answerOf(READS, typed);
    expect(problems).toEqual([
      { field: 'integration.oaVersion', why: 'missing' },
      { field: 'integration.teamCode', why: 'both' },
      { field: 'integration.appSecret', why: 'secret' },
      { field: 'categories', why: 'category-address', name: '采购' },
    ]);
    expect(typed.values['integration.teamCode']).toBe('tabc');
  });

  it('confirms the rows that are ticked, and one that shows something else', () => {
    const one = answerOf(ROWS, typedIn(formOf({ 'row:category:采购': 'done' }), ROWS));
    expect(one.confirmation).toEqual({ values: {}, rows: ['category:采购'] });
    const other = answerOf(ROWS, typedIn(formOf({ 'value:category:用印#2': 'https://old.example/x#1' }), ROWS));
    expect(other.confirmation).toEqual({
      values: { 'category:用印#2': 'https://old.example/x' },
      rows: ['category:用印#2'],
    });
    expect(answerOf(ROWS, typedIn(new FormData(), ROWS)).noRow).toBe(true);
  });
});
