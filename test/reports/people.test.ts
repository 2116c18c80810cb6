import { describe, expect, it } from 'vitest';
import { NOBODY_IN_E10 } from '../../src/domain/people/guard.js';
import { noCounts } from '../../src/domain/people/outcomes.js';
import { messageIn } from '../../src/domain/findings.js';
import { gradeOfPeople, peopleFindings, type PeopleReport } from '../../src/domain/people/report.js';
import { passVerdict, type PassFacts } from '../../src/domain/people/reading.js';
import { peopleHtml } from '../../src/reports/people-html.js';
import { peopleLines } from '../../src/reports/people-lines.js';

const guard = { percent: 5, count: 50 };
const OF = { file: 'my batch.yaml', tenant: 'acme' };

const KEYLESS = { outcome: 'skipped', reason: 'no-key', people: 3 } as const;
const CALM: PassFacts = {
  pages: 1,
  rows: 100,
  distinct: 100,
  firstTotal: 100,
  lastTotal: 100,
  totalChanges: 0,
  totalDrops: 0,
  totalMoves: 0,
  rewinds: 0,
  gaps: 0,
  twice: 0,
  unseen: 0,
};

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
    units: [
      { unit: '<sales>', name: '销售部', counts: { ...noCounts(), created: 10, linked: 90 } },
      { unit: 'LAW', counts: { ...noCounts(), created: 1 } },
    ],
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

  it('is told in the language of the reader, all of it', () => {
    const baseline = { ...aReport({}, { missing: 1, ambiguous: 1 }).actual, comparison: 'baseline' } as const;
    const worst = aReport(
      {
        by: 'sample',
        sample: {
          people: 100,
          withoutContact: 0,
          size: 50,
          sentence: { en: 'All.', zh: '逐一核对。' },
          lookedUp: 50,
          missing: 1,
          examples: ['p2'],
        },
        baseline: baseline as PeopleReport['baseline'],
        e9Lost: { en: 'there are no credentials', zh: '没有凭据' },
        readings: [
          { list: 'e10-people', verdict: passVerdict({ ...CALM, distinct: 90, twice: 3, unseen: 1, rewinds: 1 }) },
        ],
        stillActive: 2,
        scopeLost: true,
        beforeLost: true,
        unsealed: true,
        guardLifted: { by: 'li', reason: '分公司已出售', what: NOBODY_IN_E10 },
      },
      { missing: 2, ambiguous: 1 },
    );
    const people = { ...worst, actual: { ...worst.actual, differing: 1, reasons: [KEYLESS] } } as PeopleReport;

    const findings = peopleFindings(people);

    expect(findings).toHaveLength(14);
    for (const one of findings) {
      expect(messageIn(one, 'en').replace('分公司已出售', '')).not.toMatch(/\p{Script=Han}/u);
      // Names of systems and programs, and opaque ids.
      expect(messageIn(one, 'zh').replaceAll(/E9|E10|worker|\bli\b|p\d/g, '')).not.toMatch(/[a-z]/i);
    }
  });

  it('says nothing of a look before the run but its numbers', () => {
    expect(peopleFindings(aReport({ grade: null }, { missing: 5 }))).toEqual([]);
  });
});

describe('the report of people', () => {
  it('explains the head counts, and draws outcomes, units and the course of the run', () => {
    const lines = peopleLines(aReport(), OF, 'en').join('\n');

    expect(lines).toContain(
      'E9: 105 people (compared 100; left the company 5; without e-mail address 7; share an e-mail address 2)',
    );
    expect(lines).toMatch(/linked +90 +█+/);
    expect(lines).toMatch(/Course of the run: ▁▅█ 100\/100, 9 s/);
  });

  it('names a unit beside its code, where its name is known', () => {
    const lines = peopleLines(aReport(), OF, 'en').join('\n');

    expect(lines).toContain('  销售部 (<sales>): created 10');
    expect(lines).toContain('  LAW: created 1');
    expect(peopleHtml(aReport(), { tenant: 'acme', name: 'Acme' }, 'en')).toContain('销售部 (&lt;sales&gt;)');
  });

  it('gives the command for the details whole, as a shell takes it', () => {
    expect(peopleLines(aReport(), OF, 'en').at(-1)).toBe(
      `Details at the site: qys-e10 people export -f 'my batch.yaml' --tenant acme --run ${'a'.repeat(32)} --to acme.people.csv`,
    );
  });

  it.each([
    ['en', 'A rehearsal of 2026-11-28 12:05 UTC: nothing was written', 'The people sync of 2026-11-28 12:05 UTC'],
    ['zh', '演练（2026-11-28 12:05 UTC）：未写入任何内容', '人员同步（2026-11-28 12:05 UTC）'],
  ] as const)('says of when and which run it is, and whether it only looked: %s', (lang, rehearsed, synced) => {
    const at = '2026-11-28T12:05:59.000Z';
    const shown = (more: Partial<PeopleReport>) => [
      peopleHtml(aReport({ at, ...more }), { tenant: 'acme', name: 'Acme' }, lang),
      peopleLines(aReport({ at, ...more }), OF, lang).join('\n'),
    ];

    for (const text of shown({ rehearsal: true, grade: null })) expect(text).toContain(rehearsed);
    for (const text of shown({})) {
      expect(text).toContain(synced);
      expect(text).not.toContain(rehearsed.slice(0, 6));
      expect(text).toContain('a'.repeat(32));
    }
  });

  it('shows on a page what the guard would say', () => {
    const guarded = { code: 'PEOPLE-GUARD', severity: 'blocking', message: 'too many', zh: '人数过多' } as const;
    const page = peopleHtml(aReport({ rehearsal: true }), { tenant: 'acme', name: 'Acme', findings: [guarded] }, 'zh');

    expect(page).toContain('<code>PEOPLE-GUARD</code> 人数过多');
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
