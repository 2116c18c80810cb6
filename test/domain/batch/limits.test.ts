import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorLimit, Limits, Wave } from '../../../src/domain/batch/batch.js';
import {
  ended,
  MAX_RECENT,
  mayStart,
  noneStarted,
  resumed,
  started,
  tolerated,
  tripped,
} from '../../../src/domain/batch/limits.js';
import type { Ending, LimitState } from '../../../src/domain/batch/limits.js';
import { limitLines, sentence } from '../../../src/domain/batch/limit-sentences.js';
import { nextMove } from '../../../src/domain/batch/schedule.js';
import type { Tenant } from '../../../src/domain/tenant.js';
import { tenantDropped } from '../../../src/domain/batch/state.js';
import { aBatch, NOW, runs } from './a-batch.js';

const FAILURES: Ending[] = ['rolled-back', 'rollback-incomplete', 'terminated', 'timed-out'];
const OTHERS: Ending[] = ['migrated', 'migrated-with-warnings', 'already-migrated', 'blocked', 'cancelled', 'skipped'];

const ENDING_OF: Record<string, Ending> = {
  F: 'rolled-back',
  i: 'rollback-incomplete',
  t: 'terminated',
  T: 'timed-out',
  o: 'migrated',
  b: 'blocked',
  s: 'skipped',
  c: 'cancelled',
};

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

describe('the table of error limits, one tenant after the other', () => {
  // What each tenant of a wave of six would end as; how many of them start before the limit stops the wave.
  // F rolled back, i its rollback is incomplete, t terminated, T timed out, b blocked, c cancelled, s skipped, o well.
  // Columns: maxErrors 0 to 6.
  it.each([
    ['oooooo', [6, 6, 6, 6, 6, 6, 6]],
    ['FFFFFF', [1, 2, 3, 4, 5, 6, 6]],
    ['tTFtTF', [1, 2, 3, 4, 5, 6, 6]],
    ['oFoFoF', [2, 4, 6, 6, 6, 6, 6]],
    ['FooooF', [1, 6, 6, 6, 6, 6, 6]],
    ['bcsbcs', [6, 6, 6, 6, 6, 6, 6]],
    ['bFcFsF', [2, 4, 6, 6, 6, 6, 6]],
    // An incomplete rollback stops it at once, whatever is tolerated.
    ['oioooo', [2, 2, 2, 2, 2, 2, 2]],
    ['FFiFFF', [1, 2, 3, 3, 3, 3, 3]],
  ])('%s: maxErrors', (fates, expected) => {
    const counts = [0, 1, 2, 3, 4, 5, 6];
    expect(counts.map((count) => startedOf(fates, { maxErrors: { count } }))).toEqual(expected);
    // Alone, nothing else runs: strict changes nothing.
    expect(counts.map((count) => startedOf(fates, { maxErrors: { count }, strict: true }))).toEqual(expected);
    // Without a limit on failures only an incomplete rollback stops.
    expect(startedOf(fates, {})).toBe(expected[6]);
  });

  // All fail. Lines: waves of 1 to 6. Columns: 0, 1, 16, 17, 20, 33, 34, 50, 66, 67, 83, 84, 99, 100 %.
  it.each([
    [1, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    [2, [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]],
    [3, [1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
    [4, [1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4]],
    [5, [1, 1, 1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 5, 5]],
    [6, [1, 1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 6, 6, 6]],
  ])('of %d tenants that all fail: a percentage is rounded down', (size, expected) => {
    const percents = [0, 1, 16, 17, 20, 33, 34, 50, 66, 67, 83, 84, 99, 100];
    expect(percents.map((percent) => startedOf('F'.repeat(size), { maxErrors: { percent } }))).toEqual(expected);
  });

  // Columns: more than 0, 34, 50 and 67 % of the last two; then of the last three; then of the last four.
  it.each([
    ['FFFFFF', [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4]],
    ['oFoFoF', [2, 2, 6, 6, 3, 4, 4, 6, 4, 4, 6, 6]],
    ['FoooFF', [2, 2, 6, 6, 3, 6, 6, 6, 4, 6, 6, 6]],
    ['oFFooo', [2, 2, 3, 3, 3, 3, 3, 6, 4, 4, 6, 6]],
    // Those that never wrote are not of the last ones.
    ['FbbFbb', [4, 4, 4, 4, 6, 6, 6, 6, 6, 6, 6, 6]],
    ['oooooo', [6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6]],
  ])('%s: maxErrorRate', (fates, expected) => {
    const rates = [2, 3, 4].flatMap((last) => [0, 34, 50, 67].map((percent) => ({ percent, last })));
    expect(rates.map((maxErrorRate) => startedOf(fates, { maxErrorRate }))).toEqual(expected);
  });

  // Columns: consecutive 1 to 6.
  it.each([
    ['FFFFFF', [1, 2, 3, 4, 5, 6]],
    ['oFFoFF', [2, 3, 6, 6, 6, 6]],
    ['FoFoFo', [1, 6, 6, 6, 6, 6]],
    ['FbFcFs', [1, 3, 5, 6, 6, 6]],
  ])('%s: consecutive', (fates, expected) => {
    expect([1, 2, 3, 4, 5, 6].map((consecutive) => startedOf(fates, { consecutive }))).toEqual(expected);
  });

  // Columns: maxBlocked 0, 1, 2, 6; then 0, 16, 17, 50 %.
  it.each([
    ['bbbbbb', [1, 2, 3, 6, 1, 1, 2, 4]],
    ['FbFbob', [2, 4, 6, 6, 2, 2, 4, 6]],
    ['FcsoFF', [6, 6, 6, 6, 6, 6, 6, 6]],
  ])('%s: maxBlocked', (fates, expected) => {
    const limits: ErrorLimit[] = [
      ...[0, 1, 2, 6].map((count) => ({ count })),
      ...[0, 16, 17, 50].map((percent) => ({ percent })),
    ];
    expect(limits.map((maxBlocked) => startedOf(fates, { maxBlocked }))).toEqual(expected);
  });

  it('stops by whichever comes first, and says which', () => {
    const all: Limits = { maxErrors: { count: 2 }, consecutive: 2, maxBlocked: { count: 1 } };
    const because = (fates: string): unknown => mayStart(after(fates), all);
    expect(because('FoF')).toEqual({ start: true });
    expect(because('FF')).toEqual({ start: false, because: 'consecutive' });
    expect(because('FoFoF')).toEqual({ start: false, because: 'max-errors' });
    expect(because('bb')).toEqual({ start: false, because: 'max-blocked' });
    expect(because('bbi')).toEqual({ start: false, because: 'rollback-incomplete' });
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
      'rest: 117 tenants; 2 % = 2 failures are tolerated; new starts stop at the 3rd; up to 19 others may be running then; at most 22 can fail',
    );
  });

  it.each([
    [
      { maxErrors: { count: 0 } },
      3,
      1,
      'w: 3 tenants; 0 failures are tolerated; new starts stop at the 1st; no others may be running then; at most 1 can fail',
    ],
    [
      { maxErrors: { count: 1 } },
      3,
      9,
      'w: 3 tenants; 1 failure is tolerated; new starts stop at the 2nd; up to 1 other may be running then; at most 3 can fail',
    ],
    [
      { maxErrors: { percent: 1 } },
      50,
      2,
      'w: 50 tenants; 1 % = 0 failures are tolerated; new starts stop at the 1st; up to 1 other may be running then; at most 2 can fail',
    ],
    [
      { maxErrors: { count: 10 } },
      90,
      5,
      'w: 90 tenants; 10 failures are tolerated; new starts stop at the 11th; up to 4 others may be running then; at most 15 can fail',
    ],
    [
      { maxErrors: { count: 2 }, strict: true },
      90,
      5,
      'w: 90 tenants; 2 failures are tolerated; new starts stop at the 3rd; no others may be running then; at most 3 can fail',
    ],
    [
      { maxErrors: { count: 1 } },
      1,
      5,
      'w: 1 tenant; 1 failure is tolerated; more than can happen, so starts never stop',
    ],
    [{}, 1, 5, 'w: 1 tenant; no limit on failures'],
    [
      { maxErrorRate: { percent: 100, last: 20 }, maxBlocked: { percent: 100 }, consecutive: 3 },
      9,
      5,
      'w: 9 tenants; new starts stop at 3 failures in a row; maxErrorRate and maxBlocked cannot be reached',
    ],
    [{ consecutive: 3 }, 9, 5, 'w: 9 tenants; new starts stop at 3 failures in a row'],
    [
      { maxErrors: { count: 9 }, consecutive: 3 },
      9,
      5,
      'w: 9 tenants; 9 failures are tolerated; more than can happen, so new starts stop only at 3 failures in a row',
    ],
    [
      { maxErrors: { count: 1 }, maxErrorRate: { percent: 25, last: 10 }, maxBlocked: { percent: 10 } },
      50,
      1,
      'w: 50 tenants; 1 failure is tolerated; new starts stop at the 2nd; no others may be running then; at most 2 can fail; they stop at 3 failures among the last 10 or 6 blocked as well',
    ],
  ])('%j', (limits: Limits, size, maxConcurrency, expected) => {
    expect(sentence({ name: 'w', maxConcurrency, ...limits }, size)).toBe(expected);
  });
});

it('a batch with limits of its own has a sentence more', () => {
  const waves: Wave[] = ['one', 'two'].map((name, index) => ({
    name,
    size: index === 0 ? { count: 1 } : { rest: true },
    maxConcurrency: 1 + 4 * index,
    slowStart: true,
    order: 'file',
  }));
  const tenants = Array.from({ length: 20 }, (_, at) => ({ id: `t${at}` })) as Tenant[];
  expect(limitLines({ waves, tenants, limits: {} })).toHaveLength(2);
  expect(limitLines({ waves, tenants, limits: { maxErrors: { percent: 10 }, consecutive: 2 } }).at(-1)).toBe(
    'all waves: 20 tenants; 10 % = 2 failures are tolerated; new starts stop at the 3rd; up to 4 others may be running then; at most 7 can fail; they stop at 2 failures in a row as well',
  );
});

describe('the sentence and what comes of it', () => {
  it('agree on the most that can fail, for every wave of up to six and every fate of its tenants', () => {
    for (const [size, count, maxConcurrency, strict] of everySmallWave()) {
      const limits: Limits = { maxErrors: { count }, strict };
      const said = sentence({ name: 'w', maxConcurrency, ...limits }, size);
      const stop = Number(/stop at the (\d+)/.exec(said)?.[1] ?? size);
      const most = Math.min(size, stop + saidOthers(size, maxConcurrency, limits));

      const failed = fatesOf(size).map((fates) => playedInOrder(fates, maxConcurrency, limits));
      expect(Math.max(...failed), said).toBe(most);
    }
  });
});

/** size, maxErrors, maxConcurrency, strict */
function everySmallWave(): [number, number, number, boolean][] {
  const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return upTo(1, 6).flatMap((size) =>
    upTo(0, 6).flatMap((count) =>
      upTo(1, 6).flatMap((width) =>
        [true, false].map((strict): [number, number, number, boolean] => [size, count, width, strict]),
      ),
    ),
  );
}

/** Every word of `F` and `o` of this length. */
function fatesOf(size: number): string[] {
  return Array.from({ length: 2 ** size }, (_, bits) =>
    bits.toString(2).padStart(size, '0').replaceAll('0', 'o').replaceAll('1', 'F'),
  );
}

/** Plays a wave whose tenants end in the order in which they started; answers how many fail. */
function playedInOrder(fates: string, maxConcurrency: number, limits: Limits): number {
  let state = noneStarted(fates.length);
  const running: string[] = [];
  for (let next = 0; ;) {
    while (next < fates.length && running.length < maxConcurrency && mayStart(state, limits).start) {
      state = started(state);
      running.push(fates[next] ?? '');
      next += 1;
    }
    const ends = running.shift();
    if (ends === undefined) return state.failed;
    state = ended(state, ENDING_OF[ends] ?? 'migrated');
  }
}

/** How many tenants of a wave start, one after the other, before the limits stop it: by the whole engine, to the end. */
function startedOf(fates: string, limits: Limits): number {
  const state = aBatch([{ size: fates.length, maxConcurrency: 1, ...limits }]);
  for (let count = 0; ; count += 1) {
    const { do: next } = nextMove(state, NOW);
    expect(next === 'start').toBe(count < fates.length && state.stoppedBy === null);
    if (next !== 'start') return count;
    // Nobody's run ends as skipped: whoever is, was left out.
    if (fates[count] === 's') tenantDropped(state, 0, count);
    else runs(state, ENDING_OF[fates[count] ?? ''] ?? 'migrated');
  }
}

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
  return [...history].reduce(
    (state, sign) => ended(started(state), ENDING_OF[sign] ?? 'migrated'),
    noneStarted(history.length),
  );
}

function aState(facts: Partial<LimitState>): LimitState {
  return { ...noneStarted(6), ...facts };
}
