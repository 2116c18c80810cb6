import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PersonRow } from '../../src/domain/people/rows.js';
import type { Comparison, PersonOutcome, OutcomeReason } from '../../src/domain/people/outcomes.js';
import { ListsUnread, type PeopleStore } from '../../src/people-store/store.js';
import { aStore, fill, person, RUN, someStores } from './a-store.js';

type Expected = Partial<Record<`${PersonOutcome}/${OutcomeReason}`, number>>;

/** What becomes of Qiyuesuo's people by the run, and E10's. */
async function foreseen(qiyuesuo: PersonRow[], e10: PersonRow[], scope: string[] | null = null): Promise<Expected> {
  const store = await aStore();
  await fill(store, 'qiyuesuo-before', qiyuesuo);
  await fill(store, 'e10-people', e10);
  const { reasons } = await store.compare({ comparison: 'foreseen', scope });
  return Object.fromEntries(reasons.map(({ outcome, reason, people }) => [`${outcome}/${reason}`, people]));
}

describe('who is found again', () => {
  it.each<[string, PersonRow[], PersonRow[], Expected]>([
    [
      'by job number first',
      [person('q1', { jobNumber: ' A1 ' })],
      [person('e1', { jobNumber: 'a1', mobile: '13800000001' })],
      { 'unchanged/matched-by-job-number': 1 },
    ],
    [
      'by mobile where no job number is known to the other side',
      [person('q1', { jobNumber: 'old', mobile: '+86 138-0000-0001' })],
      [person('e1', { jobNumber: 'new', mobile: '13800000001' })],
      { 'updated/matched-by-mobile': 1 },
    ],
    [
      'by e-mail last',
      [person('q1', { email: 'Li@Example.cn' })],
      [person('e1', { email: 'li@example.cn' })],
      { 'unchanged/matched-by-email': 1 },
    ],
    [
      'never by what is shown with stars',
      [person('q1', { mobile: '138****0001', email: 'l***@example.cn' })],
      [person('e1', { mobile: '138****0001', email: 'l***@example.cn' })],
      { 'skipped/no-key': 2 },
    ],
    [
      'never by name or id',
      [person('x1', { name: '王伟' })],
      [person('x1', { name: '王伟' })],
      { 'skipped/no-key': 2 },
    ],
    [
      'though a later key is shared',
      [
        person('q1', { jobNumber: '1', mobile: '13800000000' }),
        person('q2', { jobNumber: '2', mobile: '13800000000' }),
      ],
      [
        person('e1', { jobNumber: '1', mobile: '13800000000' }),
        person('e2', { jobNumber: '2', mobile: '13800000000' }),
      ],
      { 'unchanged/matched-by-job-number': 2 },
    ],
  ])('%s', async (_what, qiyuesuo, e10, expected) => {
    expect(await foreseen(qiyuesuo, e10)).toEqual(expected);
  });

  it.each<[string, PersonRow[], PersonRow[], Expected]>([
    [
      'two rules find different people',
      [person('q1', { jobNumber: '1' }), person('q2', { mobile: '13800000001' })],
      [person('e1', { jobNumber: '1', mobile: '13800000001' })],
      { 'ambiguous/rules-disagree': 2 },
    ],
    [
      'the deciding key is shared on the other side',
      [person('q1', { mobile: '13800000001' })],
      [person('e1', { mobile: '13800000001' }), person('e2', { mobile: '13800000001' })],
      { 'ambiguous/shared-mobile': 3 },
    ],
    [
      'the first key is shared, whatever a later one says',
      [person('q1', { jobNumber: '1', mobile: '13800000001' })],
      [person('e1', { jobNumber: '1', mobile: '13800000001' }), person('e2', { jobNumber: '1' })],
      { 'ambiguous/shared-job-number': 3 },
    ],
  ])('is unclear where %s', async (_what, qiyuesuo, e10, expected) => {
    const outcomes = await foreseen(qiyuesuo, e10);

    // Who is unclear on both sides is one row for each of them.
    const ambiguous = Object.entries(outcomes).filter(([key]) => key.startsWith('ambiguous'));
    expect(Object.keys(expected).every((key) => ambiguous.some(([found]) => found === key))).toBe(true);
    expect(ambiguous.reduce((sum, [, people]) => sum + people, 0)).toBe(qiyuesuo.length + e10.length);
    expect(Object.keys(outcomes).every((key) => key.startsWith('ambiguous'))).toBe(true);
  });
});

describe('what becomes of whom', () => {
  const both = { jobNumber: '1' };

  it.each<[string, PersonRow[], PersonRow[], Expected]>([
    ['a new one is created', [], [person('e1', both)], { 'created/no-counterpart': 1 }],
    ['one who is gone is disabled', [person('q1', both)], [], { 'disabled/no-counterpart': 1 }],
    ['a disabled one stays so', [person('q1', { ...both, active: false })], [], { 'skipped/was-disabled': 1 }],
    [
      'a disabled one who is back is enabled',
      [person('q1', { ...both, active: false })],
      [person('e1', both)],
      { 'updated/enabled-again': 1 },
    ],
    [
      'one who is bound to E9 is linked',
      [person('q1', { ...both, oaUserId: '17' })],
      [person('9777', both)],
      { 'linked/matched-by-job-number': 1 },
    ],
    [
      'one who is bound already is unchanged',
      [person('q1', { ...both, oaUserId: '9777' })],
      [person('9777', both)],
      { 'unchanged/matched-by-job-number': 1 },
    ],
    [
      'one whom nobody of the OA is bound to is left alone, where others are',
      [person('q1', { ...both, oaUserId: '17' }), person('q2', { jobNumber: '2' })],
      [person('9777', both)],
      { 'linked/matched-by-job-number': 1, 'skipped/not-of-the-oa': 1 },
    ],
    [
      'a field that is shown with stars is no change',
      [person('q1', { ...both, name: '王*', mobile: '138****0001' })],
      [person('e1', { ...both, name: '王伟', mobile: '13800000001' })],
      { 'unchanged/matched-by-job-number': 1 },
    ],
    [
      'a field that E10 leaves empty is no change',
      [person('q1', { ...both, email: 'a@b.cn' }), person('q2', { jobNumber: '2', email: 'b@b.cn' })],
      [person('e1', both), person('e2', { jobNumber: '2', email: 'c@b.cn' })],
      { 'unchanged/matched-by-job-number': 1, 'updated/matched-by-job-number': 1 },
    ],
  ])('%s', async (_what, qiyuesuo, e10, expected) => {
    expect(await foreseen(qiyuesuo, e10)).toEqual(expected);
  });

  it('counts nobody outside of the scope as new, and disables who is', async () => {
    const qiyuesuo = [person('q1', { jobNumber: '1' }), person('q2', { jobNumber: '2' })];
    const e10 = [
      person('e1', { jobNumber: '1', units: ['finance'] }),
      person('e2', { jobNumber: '2', units: ['sales', 'finance'] }),
      person('e3', { jobNumber: '3', units: ['sales'] }),
      person('e4', { jobNumber: '4', units: ['law', 'finance'] }),
    ];

    expect(await foreseen(qiyuesuo, e10, ['sales', 'law'])).toEqual({
      'disabled/outside-scope': 1,
      'unchanged/matched-by-job-number': 1,
      'created/no-counterpart': 2,
    });
  });
});

/** Everybody of a comparison as it is exported: the outcome, and the name before and after. */
async function namedIn(store: PeopleStore, comparison: Comparison, folder: string): Promise<string[]> {
  const file = join(folder, 'people.csv');
  await store.export({ comparison, file, format: 'csv', content: 'personal' });
  const [head = '', ...lines] = (await readFile(file, 'utf8')).trim().split('\n');
  const columns = ['outcome', 'before_name', 'after_name'].map((name) => head.split(',').indexOf(name));
  return lines.map((line) => columns.map((column) => line.split(',')[column]).join(',')).sort();
}

describe('after the run', () => {
  it('says of everybody what the run did, and who should be there and is not', async () => {
    const { stores, dataDir } = await someStores();
    const store = await stores.open(RUN);
    onTestFinished(() => store.close());
    const keys = (number: string) => ({ jobNumber: number, name: '王伟' });
    await fill(
      store,
      'e10-people',
      ['1', '2', '3', '4', '5', '6'].map((one) => person(`e${one}`, keys(one))),
    );
    await fill(store, 'qiyuesuo-before', [
      person('q1', { ...keys('1'), oaUserId: 'e1' }),
      person('q2', { ...keys('2'), oaUserId: '17' }),
      person('q3', { ...keys('3'), oaUserId: 'e3', name: '李娜' }),
      person('q7', { ...keys('7'), oaUserId: '7' }),
      person('q8', { ...keys('8'), oaUserId: '8' }),
      person('q9', { ...keys('9'), oaUserId: '9' }),
    ]);
    // Who has come stands first: nobody has the place of before the run.
    await fill(store, 'qiyuesuo-after', [
      person('q10', { ...keys('10'), oaUserId: '10' }),
      person('q4', { ...keys('4'), oaUserId: 'e4' }),
      person('q6', { ...keys('6'), oaUserId: 'e1' }),
      person('q8', { ...keys('8'), oaUserId: '8' }),
      person('q1', { ...keys('1'), oaUserId: 'e1' }),
      person('q2', { ...keys('2'), oaUserId: 'e2' }),
      person('q3', { ...keys('3'), oaUserId: 'e3' }),
      person('q7', { ...keys('7'), oaUserId: '7', active: false }),
    ]);
    await store.compare({ comparison: 'foreseen', scope: null });

    const { reasons, counts } = await store.compare({ comparison: 'actual', scope: null });

    expect(Object.fromEntries(reasons.map((one) => [`${one.outcome}/${one.reason}`, one.people]))).toEqual({
      'unchanged/matched-by-job-number': 1,
      'linked/matched-by-job-number': 1,
      'updated/matched-by-job-number': 1,
      'created/matched-by-job-number': 1,
      'missing/no-counterpart': 1,
      'missing/bound-elsewhere': 1,
      'disabled/no-counterpart': 1,
      'disabled/removed': 1,
      'skipped/still-active': 2,
    });
    expect(counts.missing).toBe(2);
    expect(await store.stillActive()).toBe(2);
    expect(await store.foreseenAndActual()).toEqual([
      { foreseen: 'created', actual: 'created', people: 1 },
      { foreseen: 'created', actual: 'missing', people: 2 },
      { foreseen: 'disabled', actual: 'disabled', people: 2 },
      { foreseen: 'disabled', actual: 'skipped', people: 1 },
      { foreseen: 'linked', actual: 'linked', people: 1 },
      { foreseen: 'unchanged', actual: 'unchanged', people: 1 },
      { foreseen: 'updated', actual: 'updated', people: 1 },
      { foreseen: null, actual: 'skipped', people: 1 },
    ]);
    expect(await namedIn(store, 'actual', dataDir)).toEqual([
      'created,,王伟',
      'disabled,王伟,',
      'disabled,王伟,王伟',
      'linked,王伟,王伟',
      'missing,,',
      'missing,,王伟',
      'skipped,,王伟',
      'skipped,王伟,王伟',
      'unchanged,王伟,王伟',
      'updated,李娜,王伟',
    ]);
  });
});

describe('the baseline', () => {
  it('leaves out who is not comparable, and says why', async () => {
    const store = await aStore();
    await fill(store, 'e9-people', [
      person('1', { jobNumber: '1', name: '王伟' }),
      person('2', { jobNumber: '2', name: '李娜' }),
      person('3', { jobNumber: '1', notCompared: 'left' }),
      person('4', { notCompared: 'secondary-account' }),
      person('5', { notCompared: 'no-login' }),
    ]);
    await fill(store, 'e10-people', [
      person('e1', { jobNumber: '1', name: '王伟' }),
      person('e3', { jobNumber: '3', name: '张敏' }),
    ]);

    const { reasons } = await store.compare({ comparison: 'baseline', scope: null });

    expect(Object.fromEntries(reasons.map((one) => [`${one.outcome}/${one.reason}`, one.people]))).toEqual({
      'unchanged/matched-by-job-number': 1,
      'missing/no-counterpart': 1,
      'created/no-counterpart': 1,
      'skipped/left': 1,
      'skipped/secondary-account': 1,
      'skipped/no-login': 1,
    });
  });
});

it('compares nothing that was not read to its end', async () => {
  const store = await aStore();
  await fill(store, 'e10-people', [person('e1')]);

  const failure = await store.compare({ comparison: 'foreseen', scope: null }).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(ListsUnread);
  expect(failure).toMatchObject({ lists: ['qiyuesuo-before'] });
});

it('gives the guard its numbers, with opaque examples', async () => {
  const store = await aStore();
  await fill(store, 'qiyuesuo-before', [
    person('q1', { jobNumber: '1' }),
    person('q2', { jobNumber: '2', active: false }),
  ]);
  await fill(store, 'e10-people', [person('e3', { jobNumber: '3' }), person('e4', { jobNumber: '4' })]);
  await store.compare({ comparison: 'foreseen', scope: null });

  const { change, examples } = await store.massChange();

  expect(change).toEqual({ source: 2, active: 1, disabled: 1, created: 2, changed: 0, ambiguous: 0 });
  expect(examples.disabled).toEqual([expect.stringMatching(/^p[0-9a-f]{16}$/)]);
});
