import { describe, expect, it } from 'vitest';
import { exceeds, limitsOf, massChangeVerdict, type MassChange } from '../../../src/domain/people/guard.js';

const calm: MassChange = { source: 1_000, active: 1_000, disabled: 0, created: 0, changed: 0, ambiguous: 0 };
const five = { percent: 5, count: 50 };
const limits = { disabled: five, created: five, changed: five };

describe('a limit', () => {
  // people, of how many, percent, count: too many?
  it.each([
    [0, 0, 5, 50, false],
    [50, 1_000, 5, 50, false],
    [51, 1_000, 5, 50, true],
    [51, 10_000, 5, 50, true],
    [5, 100, 5, 50, false],
    [6, 100, 5, 50, true],
    [1, 30, 5, 50, false],
    [2, 30, 5, 50, true],
    [1, 10, 0, 50, true],
    [1, 10_000, 100, 0, true],
    [50, 0, 5, 50, false],
    [51, 0, 5, 50, true],
    [10, 10, 100, 50, false],
  ])('%i of %i, with %i %% and %i: %s', (people, of, percent, count, tooMany) => {
    expect(exceeds(people, of, { percent, count })).toBe(tooMany);
  });
});

describe('a run', () => {
  it.each<[string, Partial<MassChange>, string[] | 'pass' | 'empty-source']>([
    ['that changes nothing may start', {}, 'pass'],
    ['at its limits may start', { disabled: 50, created: 50, changed: 50 }, 'pass'],
    ['that disables too many may not', { disabled: 51 }, ['disabled']],
    ['that creates too many may not', { created: 51 }, ['created']],
    ['that changes too many may not', { changed: 51 }, ['changed']],
    [
      'that does too much of everything is told all of it',
      { disabled: 99, created: 99, changed: 99 },
      ['disabled', 'created', 'changed'],
    ],
    ['without a source may not, whatever the numbers', { source: 0 }, 'empty-source'],
    ['without a source may not, though nobody would be disabled', { source: 0, active: 0 }, 'empty-source'],
    ['into an empty Qiyuesuo may start within the number', { active: 0, created: 50 }, 'pass'],
    ['of a small tenant is held to the percent', { source: 30, active: 30, disabled: 2 }, ['disabled']],
  ])('%s', (_what, change, expected) => {
    const verdict = massChangeVerdict({ ...calm, ...change }, limits);

    if (expected === 'pass') expect(verdict.pass).toBe(true);
    else if (expected === 'empty-source') expect(verdict).toMatchObject({ pass: false, reason: 'empty-source' });
    else expect(verdict).toMatchObject({ pass: false, exceeded: expected.map((what) => ({ what })) });
  });

  it('has limits of its own for each', () => {
    const loose = { ...limits, created: { percent: 100, count: 5_000 } };

    expect(massChangeVerdict({ ...calm, created: 900 }, loose).pass).toBe(true);
  });

  it('says the numbers, and examples by opaque id', () => {
    const verdict = massChangeVerdict({ ...calm, disabled: 62 }, limits, { disabled: ['p1', 'p2'] });

    expect(verdict).toMatchObject({
      why: {
        en: '62 people would be disabled (6.2 % of 1000), more than the 50 or the 5 % that are allowed, for example p1, p2',
        zh: '将停用 62 人（1000 人的 6.2%），超过允许的 50 人或 5%，例如 p1, p2',
      },
    });
    expect(massChangeVerdict(calm, limits)).toMatchObject({
      numbers: 'E10 1000, Qiyuesuo 1000 active: 0 disabled, 0 created, 0 changed',
    });
  });
});

it('limits only what the file limits: disabled always, created and changed where it says so', () => {
  const change = { source: 1_000, active: 1_000, disabled: 0, created: 900, changed: 900, ambiguous: 0 };

  expect(massChangeVerdict(change, limitsOf(five))).toMatchObject({ pass: true });
  expect(massChangeVerdict(change, limitsOf({ ...five, created: five }))).toMatchObject({
    pass: false,
    exceeded: [{ what: 'created', people: 900 }],
  });
});

it('is stopped where most people are not certain: then the numbers say nothing', () => {
  const change = { ...calm, ambiguous: 1_900 };

  expect(massChangeVerdict({ ...change, ambiguous: 900 }, limits)).toMatchObject({ pass: true });
  expect(massChangeVerdict({ ...change, ambiguous: 1_001 }, limits)).toMatchObject({
    pass: false,
    reason: 'uncertain',
  });
});
