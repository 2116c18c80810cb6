import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorLimit, Limits } from '../../../src/domain/batch/batch.js';
import {
  ended,
  MAX_RECENT,
  mayStart,
  noneStarted,
  resumed,
  sentence,
  started,
  tolerated,
  tripped,
} from '../../../src/domain/batch/limits.js';
import type { Ending, LimitState } from '../../../src/domain/batch/limits.js';

const FAILURES: Ending[] = ['rolled-back', 'rollback-incomplete', 'terminated', 'timed-out'];
const OTHERS: Ending[] = ['migrated', 'migrated-with-warnings', 'already-migrated', 'blocked', 'cancelled', 'skipped'];

describe('tolerated', () => {
  // Rows: percent. Columns: waves of 1 to 6 tenants, then 50, 117 and 1000.
  it.each([
    [0, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    [2, [0, 0, 0, 0, 0, 0, 1, 2, 20]],
    [4.1, [0, 0, 0, 0, 0, 0, 2, 4, 41]],
    [16.67, [0, 0, 0, 0, 0, 1, 8, 19, 166]],
    [33, [0, 0, 0, 1, 1, 1, 16, 38, 330]],
    [50, [0, 1, 1, 2, 2, 3, 25, 58, 500]],
    [99.99, [0, 1, 2, 3, 4, 5, 49, 116, 999]],
    [100, [1, 2, 3, 4, 5, 6, 50, 117, 1000]],
  ])('%d %% is rounded down', (percent, expected) => {
    expect([1, 2, 3, 4, 5, 6, 50, 117, 1000].map((size) => tolerated({ percent }, size))).toEqual(expected);
  });

  it('never exceeds the percentage, and is the largest number that does not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 100_000 }), (hundredths, size) => {
        const count = tolerated({ percent: hundredths / 100 }, size);

        expect(count * 10_000).toBeLessThanOrEqual(hundredths * size);
        expect((count + 1) * 10_000).toBeGreaterThan(hundredths * size);
      }),
    );
  });

  it('is the count itself where a count is given', () => {
    expect(tolerated({ count: 3 }, 2)).toBe(3);
  });
});

describe('mayStart with maxErrors', () => {
  // Rows: maxErrors 0 to 6. Columns: 0 to 6 failed tenants. S starts, . does not.
  it.each([
    [0, 'S......'],
    [1, 'SS.....'],
    [2, 'SSS....'],
    [3, 'SSSS...'],
    [4, 'SSSSS..'],
    [5, 'SSSSSS.'],
    [6, 'SSSSSSS'],
  ])('%d: stops at the failure after those', (count, expected) => {
    const row = [0, 1, 2, 3, 4, 5, 6].map((failed) => letter(aState({ failed }), { maxErrors: { count } }));

    expect(row.join('')).toBe(expected);
  });

  // For waves of 1 to 6 tenants (lines) and 0 to 6 failed (columns): what a percentage tolerates is rounded down.
  it.each([
    [10, ['S......', 'S......', 'S......', 'S......', 'S......', 'S......']],
    [34, ['S......', 'S......', 'SS.....', 'SS.....', 'SS.....', 'SSS....']],
    [50, ['S......', 'SS.....', 'SS.....', 'SSS....', 'SSS....', 'SSSS...']],
    [100, ['SS.....', 'SSS....', 'SSSS...', 'SSSSS..', 'SSSSSS.', 'SSSSSSS']],
  ])('%d %%: stops by the size of the wave', (percent, expected) => {
    const table = [1, 2, 3, 4, 5, 6].map((size) =>
      [0, 1, 2, 3, 4, 5, 6].map((failed) => letter(aState({ size, failed }), { maxErrors: { percent } })).join(''),
    );

    expect(table).toEqual(expected);
  });

  // strict. Lines: 0 to 4 failed. Columns: 0 to 4 running. S starts, w waits for a running one, . is stopped by the limit.
  it.each([
    [0, ['Swwww', '.....', '.....', '.....', '.....']],
    [1, ['SSwww', 'Swwww', '.....', '.....', '.....']],
    [2, ['SSSww', 'SSwww', 'Swwww', '.....', '.....']],
    [3, ['SSSSw', 'SSSww', 'SSwww', 'Swwww', '.....']],
  ])('%d, strict: starts only while failed + running stay within it', (count, expected) => {
    const table = [0, 1, 2, 3, 4].map((failed) =>
      [0, 1, 2, 3, 4]
        .map((running) => letter(aState({ failed, running }), { maxErrors: { count }, strict: true }))
        .join(''),
    );

    expect(table).toEqual(expected);
  });

  it.each(FAILURES)('counts %s as a failure', (ending) => {
    expect(ended(started(noneStarted(6)), ending)).toMatchObject({ running: 0, failed: 1 });
  });

  it.each(OTHERS)('does not count %s as a failure', (ending) => {
    expect(ended(started(noneStarted(6)), ending)).toMatchObject({ running: 0, failed: 0 });
  });
});

describe('mayStart with the other limits', () => {
  it('stops at once when a rollback is incomplete, whatever is tolerated', () => {
    const state = ended(started(noneStarted(6)), 'rollback-incomplete');

    expect(mayStart(state, {})).toEqual({ start: false, because: 'rollback-incomplete' });
    expect(mayStart(state, { maxErrors: { count: 6 } })).toEqual({ start: false, because: 'rollback-incomplete' });
  });

  it('limits blocked tenants apart from failed ones, and not at all unless told', () => {
    const state = aState({ blocked: 3 });

    expect(mayStart(state, { maxErrors: { count: 0 } })).toEqual({ start: true });
    expect(mayStart(state, { maxBlocked: { count: 3 } })).toEqual({ start: true });
    expect(mayStart(state, { maxBlocked: { percent: 34 } })).toEqual({ start: false, because: 'max-blocked' });
  });

  // F failed, o ended well; the newest is last. More than 50 % of the last 4.
  it.each([
    ['FFF', true],
    ['FFFo', false],
    ['FFoo', true],
    ['FFFoo', true],
    ['oFFF', false],
    ['oooooFoFF', false],
  ])('%s: at most half of the last four may fail, once there are four', (history, start) => {
    const verdict = mayStart(after(history), { maxErrorRate: { percent: 50, last: 4 } });

    expect(verdict).toEqual(start ? { start } : { start, because: 'error-rate' });
  });

  it.each([
    ['FF', true],
    ['FFF', false],
    ['FFoF', true],
    ['oFFF', false],
    ['FFFo', true],
    ['FbFsFc', false],
  ])(
    '%s: three failures in a row stop; blocked, skipped and cancelled tenants do not break the row',
    (history, start) => {
      const verdict = mayStart(after(history), { consecutive: 3 });

      expect(verdict).toEqual(start ? { start } : { start, because: 'consecutive' });
    },
  );

  it('goes on after a resume, unless a number is still exceeded', () => {
    const held = ended(after('FFF'), 'rollback-incomplete');

    expect(mayStart(resumed(held), { consecutive: 2, maxErrorRate: { percent: 10, last: 2 } })).toEqual({
      start: true,
    });
    expect(mayStart(resumed(held), { maxErrors: { count: 3 } })).toEqual({ start: false, because: 'max-errors' });
    expect(mayStart(resumed(held), { maxErrors: { count: 4 } })).toEqual({ start: true });
  });

  it('remembers no more than it may look back', () => {
    const state = after('o'.repeat(MAX_RECENT) + 'F');

    expect(state.recent).toHaveLength(MAX_RECENT);
    expect(state.recent.at(-1)).toBe(true);
  });
});

describe('a wave under its limit', () => {
  const limit: fc.Arbitrary<ErrorLimit> = fc.oneof(
    fc.record({ count: fc.integer({ min: 0, max: 6 }) }),
    fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
  );
  const luck = fc.infiniteStream(fc.nat(9));

  it('never fails more than it says, never gets stuck, and strictly at most one more than is tolerated', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 8 }),
        limit,
        fc.boolean(),
        luck,
        (...args) => {
          const [size, maxConcurrency, maxErrors, strict, dice] = args;
          const limits: Limits = { maxErrors, strict };
          const most = tolerated(maxErrors, size);

          const { state, othersAtStop, left } = played(size, maxConcurrency, limits, dice);

          expect(state.running).toBe(0);
          expect(state.failed).toBeLessThanOrEqual(strict ? most + 1 : most + maxConcurrency);
          expect(left === 0 || tripped(state, limits) === 'max-errors').toBe(true);
          if (othersAtStop !== undefined)
            expect(othersAtStop).toBeLessThanOrEqual(saidOthers(size, maxConcurrency, limits));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('sentence', () => {
  it('says what the design promises', () => {
    expect(sentence({ name: 'rest', maxConcurrency: 20, maxErrors: { percent: 2 } }, 117)).toBe(
      'rest: 117 tenants; 2 % = 2 failures are tolerated; new starts stop at the 3rd; up to 19 others may be running then',
    );
  });

  it.each([
    [
      { maxErrors: { count: 0 } },
      3,
      1,
      'w: 3 tenants; 0 failures are tolerated; new starts stop at the 1st; no others may be running then',
    ],
    [
      { maxErrors: { count: 1 } },
      3,
      9,
      'w: 3 tenants; 1 failure is tolerated; new starts stop at the 2nd; up to 1 other may be running then',
    ],
    [
      { maxErrors: { percent: 1 } },
      50,
      2,
      'w: 50 tenants; 1 % = 0 failures are tolerated; new starts stop at the 1st; up to 1 other may be running then',
    ],
    [
      { maxErrors: { count: 10 } },
      90,
      5,
      'w: 90 tenants; 10 failures are tolerated; new starts stop at the 11th; up to 4 others may be running then',
    ],
    [
      { maxErrors: { count: 2 }, strict: true },
      90,
      5,
      'w: 90 tenants; 2 failures are tolerated; new starts stop at the 3rd; no others may be running then',
    ],
    [
      { maxErrors: { count: 1 } },
      1,
      5,
      'w: 1 tenant; 1 failure is tolerated; more than can happen, so starts never stop',
    ],
    [{}, 1, 5, 'w: 1 tenant; no limit on failures'],
  ])('%j', (limits: Limits, size, maxConcurrency, expected) => {
    expect(sentence({ name: 'w', maxConcurrency, ...limits }, size)).toBe(expected);
  });
});

/** Plays a wave: starts while it may, ends a random one badly four times in ten. */
function played(size: number, maxConcurrency: number, limits: Limits, dice: IterableIterator<number>) {
  let state = noneStarted(size);
  let left = size;
  let othersAtStop: number | undefined;
  while (true) {
    while (left > 0 && state.running < maxConcurrency && mayStart(state, limits).start) {
      state = started(state);
      left -= 1;
    }
    if (state.running === 0) return { state, left, othersAtStop };
    state = ended(state, dice.next().value < 4 ? 'rolled-back' : 'migrated');
    if (tripped(state, limits) !== null) othersAtStop ??= state.running;
  }
}

function saidOthers(size: number, maxConcurrency: number, limits: Limits): number {
  const said = sentence({ name: 'w', maxConcurrency, ...limits }, size);
  return Number(/up to (\d+) other/.exec(said)?.[1] ?? 0);
}

function letter(state: LimitState, limits: Limits): string {
  if (mayStart(state, limits).start) return 'S';
  return tripped(state, limits) === null ? 'w' : '.';
}

function after(history: string): LimitState {
  const endings: Record<string, Ending> = {
    F: 'rolled-back',
    o: 'migrated',
    b: 'blocked',
    s: 'skipped',
    c: 'cancelled',
  };
  return [...history].reduce(
    (state, sign) => ended(started(state), endings[sign] ?? 'migrated'),
    noneStarted(history.length),
  );
}

function aState(facts: Partial<LimitState>): LimitState {
  return { ...noneStarted(6), ...facts };
}
