import { describe, expect, it } from 'vitest';
import { evidenceOf, type StepPicture } from '../../src/domain/evidence.js';
import { carryOut, newOrder } from '../../src/domain/work-orders/work-order.js';

const at = (minute: number): string => `2026-11-28T22:0${minute}:00.000Z`;
const sha256 = 'ab'.repeat(32);

describe('the evidence of a run', () => {
  it('is what the browser saw and what people gave, in the order of time', () => {
    const taken: StepPicture = {
      at: at(3),
      step: 'configure',
      undo: false,
      page: 'integration',
      moment: 'after',
      sha256,
    };
    const order = newOrder({ number: 2, step: 'switch-mode', undo: true, tasks: [], findings: [] }, at(0));
    carryOut(
      order,
      {},
      { number: 2, by: '张三', do: 'confirm', values: {}, evidence: { name: 'page.png', sha256 } },
      at(1),
    );
    carryOut(order, {}, { number: 2, by: '李四', do: 'confirm', values: {} }, at(2));

    expect(evidenceOf({ pictures: [taken], orders: [order] })).toEqual([
      { kind: 'file', at: at(1), step: 'switch-mode', undo: true, order: 2, by: '张三', name: 'page.png', sha256 },
      { kind: 'picture', name: `${sha256}.png`, ...taken },
    ]);
  });

  it('is nothing where an older run tells of none', () => {
    expect(evidenceOf({ orders: [] })).toEqual([]);
  });
});
