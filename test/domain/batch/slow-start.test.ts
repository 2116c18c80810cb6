import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrow, throttled, widened, type SlowStart } from '../../../src/domain/batch/slow-start.js';

/** c: a clean ending, F: another one, t: a target throttles. Answers the width after each. */
function widths(signs: string, max: number, from: SlowStart = narrow()): number[] {
  let state = from;
  return [...signs].map((sign) => {
    state = sign === 't' ? throttled(state, max) : widened(state, sign === 'c', max);
    return state.width;
  });
}

describe('slow start', () => {
  it.each([
    // Doubles after as many clean endings as it is wide: 1, then 2, then 4.
    ['ccccccc', 8, [2, 2, 4, 4, 4, 4, 8]],
    ['ccccccc', 3, [2, 2, 3, 3, 3, 3, 3]],
    ['c', 1, [1]],
    // A failure starts the count anew, and does not narrow.
    ['ccFcc', 8, [2, 2, 2, 2, 4]],
    ['FFF', 8, [1, 1, 1]],
    // Halved by throttling, then up by one.
    ['ccctcccccc', 8, [2, 2, 4, 2, 2, 3, 3, 3, 4, 4]],
    // Several that are throttled at once halve it once; after an ending it may be halved again.
    ['cccttt', 8, [2, 2, 4, 2, 2, 2]],
    ['ccctct', 8, [2, 2, 4, 2, 2, 1]],
    ['tct', 8, [1, 2, 1]],
  ])('%s with at most %d: %j', (signs, max, expected) => {
    expect(widths(signs, max)).toEqual(expected);
  });

  it('halves what really runs, where the limit was lowered below the width', () => {
    expect(throttled({ width: 16, clean: 3, careful: false, halved: false }, 4).width).toBe(2);
  });

  it('is never below one nor above the limit, and comes to the limit while all is clean', () => {
    const signs = fc.array(fc.constantFrom('c', 'c', 'c', 'F', 't'), { maxLength: 60 });
    fc.assert(
      fc.property(signs, fc.integer({ min: 1, max: 30 }), (given, max) => {
        for (const width of widths(given.join(''), max)) {
          expect(width).toBeGreaterThanOrEqual(1);
          expect(width).toBeLessThanOrEqual(max);
        }
        expect(widths(given.join('') + 'c'.repeat((max * (max + 1)) / 2), max).at(-1)).toBe(max);
      }),
    );
  });
});
