import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sampleSentence, sampleSize } from '../../../src/domain/people/sample.js';

it.each([
  [0, 0],
  [1, 1],
  [50, 50],
  [100, 99],
  [1_000, 368],
  [31_250, 455],
  [1_000_000, 459],
])('of %i people %i are looked up', (people, size) => {
  expect(sampleSize(people)).toBe(size);
});

it('keeps what it promises, and one less would not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 3_000 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 50, max: 99 }),
      (people, wrongPercent, probabilityPercent) => {
        const size = sampleSize(people, { wrongPercent, probabilityPercent });
        const wrong = Math.max(1, Math.ceil((people * wrongPercent) / 100));
        const unnoticed = (drawn: number): number => {
          let probability = 1;
          for (let at = 0; at < drawn; at++) probability *= Math.max(0, people - wrong - at) / (people - at);
          return probability;
        };
        expect(unnoticed(size)).toBeLessThanOrEqual(1 - probabilityPercent / 100 + 1e-9);
        if (size > 0) expect(unnoticed(size - 1)).toBeGreaterThan(1 - probabilityPercent / 100);
      },
    ),
  );
});

it('says so in a sentence', () => {
  expect(sampleSentence({ people: 31_250, size: 455 })).toEqual({
    en:
      '455 of 31250 people are looked up one by one: if 1 % of them or more were wrong, ' +
      'the sample would hold at least one of those with a probability of 99 %.',
    zh: '从 31250 人中抽查 455 人：若有 1% 或更多人员不正确，则以 99% 的概率至少抽中其中一人。',
  });
  expect(sampleSentence({ people: 50, size: 50 }).en).toBe('All 50 people are looked up one by one.');
});
