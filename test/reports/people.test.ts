import { describe, expect, it } from 'vitest';
import { noCounts } from '../../src/domain/people/outcomes.js';
import { gradeOfPeople, peopleFindings, type PeopleReport } from '../../src/domain/people/report.js';
import { peopleHtml } from '../../src/reports/people-html.js';
import { peopleLines } from '../../src/reports/people-lines.js';

const guard = { percent: 5, count: 50 };

/** A sync of a hundred people in which all went well, and what the test is about. */
function aReport(more: Partial<PeopleReport> = {}, counts = {}): PeopleReport {
  const actual = {
    comparison: 'actual',
    comparable: true,
    people: 100,
    counts: { ...noCounts(), linked: 90, created: 10, ...counts },
    reasons: [
      { outcome: 'linked', reason: 'matched-by-job-number', people: 90 },
      { outcome: 'created', reason: 'matched-by-job-number', people: 10 },
    ],
    differing: 0,
    units: [{ unit: '<sales>', counts: { ...noCounts(), created: 10, linked: 90 } }],
    examples: { missing: ['p1'] },
  } satisfies PeopleReport['actual'];
  return {
    reference: 'a'.repeat(32),
    unsealed: false,
    by: 'list',
    why: null,
    grade: 'A',
    lists: [
      {
        list: 'e9-people',
        people: 105,
        compared: 100,
        notCompared: [{ reason: 'left', people: 5 }],
        keys: [{ key: 'email', empty: 7, sharedValues: 1, sharedBy: 2, examples: [] }],
      },
    ],
    readings: [],
    units: { e9: 4, e10: 3, byCode: 2, byPath: 1, without: 1, lost: ['OLD'] },
    baseline: null,
    e9Lost: null,
    foreseen: null,
    actual,
    cameOut: [{ foreseen: 'created', actual: 'created', people: 10 }],
    stillActive: 0,
    sample: null,
    progress: [
      [0, 0, 100],
      [5, 60, 100],
      [9, 100, 100],
    ],
    guardLifted: null,
    beforeLost: false,
    scopeLost: false,
    ...more,
  };
}

describe('the grade of people', () => {
  it.each<[string, PeopleReport, string, string[]]>([
    ['everybody is as E10 has them', aReport(), 'A', []],
    ['some are missing', aReport({}, { missing: 2 }), 'C', ['PEOPLE-MISSING']],
    ['more are missing than may be lost', aReport({}, { missing: 6 }), 'D', ['PEOPLE-MISSING']],
    ['some are not certain', aReport({}, { ambiguous: 1 }), 'C', ['PEOPLE-AMBIGUOUS']],
    ['some are still active', aReport({ stillActive: 1 }), 'C', ['PEOPLE-STILL-ACTIVE']],
    ['head counts alone', aReport({ by: 'count', actual: null }), 'B', ['PEOPLE-UNCOMPARED']],
    [
      'a list was edited while it was read',
      aReport({
        readings: [{ list: 'e10-people', verdict: { state: 'disturbed', uncertain: 3, why: '3 came twice' } }],
      }),
      'B',
      ['PEOPLE-EDITED'],
    ],
    ['the units of the scope are not certain', aReport({ scopeLost: true }), 'B', ['PEOPLE-UNCOMPARED']],
    ['who was there before is not known', aReport({ beforeLost: true }), 'B', ['PEOPLE-EDITED']],
  ])('%s', (_what, report, grade, codes) => {
    expect(gradeOfPeople(report, 100, guard)).toBe(grade);
    expect(peopleFindings(report).map(({ code }) => code)).toEqual(codes);
  });

  it('takes who would be created for missing where no run is made, as in the public cloud', () => {
    const foreseen = { ...aReport().actual, comparison: 'foreseen' } as PeopleReport['foreseen'];
    const report = aReport({ actual: null, foreseen });

    expect(gradeOfPeople(report, 100, guard)).toBe('D');
    expect(peopleFindings(report).map(({ code }) => code)).toEqual(['PEOPLE-MISSING']);
  });

  it('takes who is disabled there for missing, where no run enables them again', () => {
    const foreseen = {
      ...aReport().actual,
      counts: { ...noCounts(), unchanged: 98, updated: 2 },
      reasons: [{ outcome: 'updated', reason: 'enabled-again', people: 1 }],
    } as PeopleReport['foreseen'];
    const report = aReport({ actual: null, foreseen });

    expect(gradeOfPeople(report, 100, guard)).toBe('C');
    expect(peopleFindings(report).map(({ message }) => message)).toEqual([expect.stringMatching(/^1 of E10 are not/)]);
  });

  it('says nothing of a look before the run but its numbers', () => {
    expect(peopleFindings(aReport({ grade: null }, { missing: 5 }))).toEqual([]);
  });
});

describe('the report of people', () => {
  it('explains the head counts, and draws outcomes, units and the course of the run', () => {
    const lines = peopleLines(aReport(), 'en').join('\n');

    expect(lines).toContain(
      'E9: 105 people (compared 100; left the company 5; without e-mail address 7; share an e-mail address 2)',
    );
    expect(lines).toMatch(/linked +90 +█+/);
    expect(lines).toMatch(/Course of the run: ▁▅█ 100\/100, 9 s/);
  });

  it.each(['en', 'zh'] as const)('is a page that needs nothing else, the same bytes each time: %s', (lang) => {
    const page = peopleHtml(aReport(), { tenant: 'acme', name: '<Acme>' }, lang);

    expect(page).toBe(peopleHtml(aReport(), { tenant: 'acme', name: '<Acme>' }, lang));
    expect(page).toContain('&lt;Acme&gt;');
    expect(page).toContain('&lt;sales&gt;');
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).not.toMatch(/<script|https?:|\[object/);
  });
});
