import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealOut, partitionsFor, standingSince } from '../../../src/domain/batch/partitions.js';
import { limitsChanged } from '../../../src/domain/batch/state.js';
import { aBatch } from './a-batch.js';

const stateOf = (...widths: number[]) => aBatch(widths.map((maxConcurrency) => ({ maxConcurrency })));

describe('partitions of a batch', () => {
  it.each([
    [[5, 20], 0],
    [[5, 21], 1],
    [[5, 101], 2],
    [[200, 5], 2],
    [[401], 5],
  ])('for waves of %j: %d', (widths, expected) => {
    expect(partitionsFor(stateOf(...widths), { own: 20, bound: 100 })).toBe(expected);
  });

  it('are more when a wave is widened while it runs', () => {
    const state = stateOf(5, 400);
    limitsChanged(state, 'two', { maxConcurrency: 1_200 });
    expect(partitionsFor(state, { own: 20, bound: 400 })).toBe(3);
  });
});

describe('dealing out', () => {
  const of = (...partitions: number[]) => partitions.map((partition) => ({ partition }));

  it('fills the emptiest first, and goes on with the next when it is full', () => {
    const shares = dealOut(['a', 'b', 'c', 'd'], of(0, 0, 1), { partitions: 3, bound: 3 });
    expect(shares).toEqual([
      { partition: 1, tenants: ['d'] },
      { partition: 2, tenants: ['a', 'b', 'c'] },
    ]);
  });

  it('deals out everybody once, and overfills nobody while there is room', () => {
    const bounds = fc.record({ partitions: fc.integer({ min: 1, max: 6 }), bound: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(bounds, fc.array(fc.nat(5), { maxLength: 150 }), fc.nat(40), (limits, numbers, count) => {
        const inFlight = of(...numbers.filter((number) => number < limits.partitions));
        const tenants = Array.from({ length: count }, (_, index) => index);
        const shares = dealOut(tenants, inFlight, limits);
        expect(shares.flatMap((share) => share.tenants).sort((one, other) => one - other)).toEqual(tenants);

        const before = (number: number) => inFlight.filter(({ partition }) => partition === number).length;
        const free = tenants.length + inFlight.length <= limits.partitions * limits.bound;
        const full = inFlight.some(({ partition }) => before(partition) > limits.bound);
        if (!free || full) return;
        for (const share of shares) {
          expect(before(share.partition) + share.tenants.length).toBeLessThanOrEqual(limits.bound);
        }
      }),
    );
  });
});

it('takes a run that closed before for an earlier one', () => {
  expect(standingSince(undefined, 100)).toBe('none');
  expect(standingSince({ closedAt: 99 }, 100)).toBe('none');
  expect(standingSince({ closedAt: 100 }, 100)).toBe('ended');
  expect(standingSince({ closedAt: null }, 100)).toBe('runs');
});
