import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  extend,
  newLedger,
  positionsOf,
  rangesOf,
  setState,
  sizeOf,
  stateAt,
  type TenantState,
} from '../../../src/domain/batch/ledger.js';

const STATES: TenantState[] = [
  'not-started',
  'running',
  'parked',
  'migrated',
  'migrated-with-warnings',
  'already-migrated',
  'blocked',
  'rolled-back',
  'rollback-incomplete',
  'cancelled',
  'skipped',
  'terminated',
  'timed-out',
];
/** Positions near the borders of chunks, and anywhere. */
const position = fc.oneof(fc.constantFrom(0, 1, 998, 999, 1_000, 1_001, 1_999, 2_000, 2_001), fc.nat(3_500));

describe('a ledger', () => {
  it('is an array of states, whatever is written where', () => {
    const write = fc.record({ at: position, to: fc.constantFrom(...STATES) });
    const change = fc.oneof(
      { weight: 6, arbitrary: write },
      { weight: 1, arbitrary: fc.record({ by: fc.oneof(fc.constantFrom(0, 1, 999, 1_000, 1_001), fc.nat(1_500)) }) },
    );
    const size = fc.oneof(fc.constantFrom(0, 1, 999, 1_000, 1_001, 2_000), fc.nat(2_500));
    fc.assert(
      fc.property(size, fc.array(change, { maxLength: 60 }), fc.subarray(STATES), position, fc.nat(30), (...given) => {
        const [start, changes, wanted, from, limit] = given;
        const ledger = newLedger(start);
        const array: TenantState[] = Array<TenantState>(start).fill('not-started');
        for (const one of changes) {
          if ('by' in one) {
            extend(ledger, one.by);
            array.push(...Array<TenantState>(one.by).fill('not-started'));
          } else if (one.at < array.length) {
            setState(ledger, one.at, one.to);
            array[one.at] = one.to;
          } else expect(() => setState(ledger, one.at, one.to)).toThrow('no tenant');
        }

        expect(sizeOf(ledger)).toBe(array.length);
        expect(array.map((_, at) => stateAt(ledger, at))).toEqual(array);
        for (const state of STATES) expect(count(ledger, state)).toBe(array.filter((one) => one === state).length);
        expect(count(ledger, ...STATES)).toBe(array.length);
        expect(Object.values(ledger.counts)).not.toContain(0);
        const found = array.flatMap((state, at) => (at >= from && wanted.includes(state) ? [at] : []));
        expect(positionsOf(ledger, wanted, { from, limit })).toEqual(found.slice(0, limit));
        for (const state of STATES) {
          const ranges = rangesOf(ledger, state);
          const within = ranges.flatMap(([first, length]) => Array.from({ length }, (_, offset) => first + offset));
          expect(within).toEqual(positionsOf(ledger, [state]));
          for (const [index, [first]] of ranges.entries()) if (index > 0) expect(array[first - 1]).not.toBe(state);
        }
        expect(positionsOf(ledger, wanted)).toEqual(array.flatMap((state, at) => (wanted.includes(state) ? [at] : [])));
      }),
    );
  });

  it('keeps ten thousand tenants in some ten kilobytes, and copies little on a change', () => {
    const ledger = newLedger(10_000);
    for (let at = 0; at < 10_000; at += 3) setState(ledger, at, 'migrated');
    expect(JSON.stringify(ledger).length).toBeLessThan(10_200);
    expect(Math.max(...ledger.chunks.map(({ length }) => length))).toBe(1_000);
  });

  it('has no tenant beyond its end', () => {
    const ledger = newLedger(1_000);
    expect(stateAt(ledger, 999)).toBe('not-started');
    for (const at of [-1, 1_000, 5_000]) expect(() => stateAt(ledger, at)).toThrow(`the wave has no tenant ${at}`);
    expect(() => stateAt(newLedger(0), 0)).toThrow();
  });
});
