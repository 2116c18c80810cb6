import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PeopleStore, PeopleStores } from '../../src/people-store/store.js';
import { fill, person, RUN, someStores } from './a-store.js';

const COMPARISON = 'foreseen' as const;

/** Two people of E10 with one mobile number, and two of Qiyuesuo who could be them. */
const mobile = '13800000001';
const E10 = [
  person('e1', { name: '王伟', mobile, jobNumber: 'N1' }),
  person('e2', { name: '=SUM(A1)', mobile, jobNumber: 'N2' }),
  person('e3', { name: '张敏', jobNumber: '3' }),
];
const QIYUESUO = [
  person('q1', { name: '王伟', mobile, jobNumber: 'O1' }),
  person('q2', { name: '李娜', mobile, jobNumber: 'O2' }),
  person('q3', { name: '张敏', jobNumber: '3' }),
];

interface Unclear {
  dataDir: string;
  stores: PeopleStores;
  store: PeopleStore;
  file: string;
  lines: string[];
}

async function unclear(): Promise<Unclear> {
  const { stores, dataDir } = await someStores();
  const store = await stores.open(RUN);
  onTestFinished(() => store.close());
  await fill(store, 'e10-people', E10);
  await fill(store, 'qiyuesuo-before', QIYUESUO);
  await store.compare({ comparison: COMPARISON, scope: null });
  const file = join(dataDir, 'ambiguous.csv');
  expect(await store.writeAmbiguous(COMPARISON, file)).toEqual({ people: 2, lines: 4 });
  return { dataDir, stores, store, file, lines: (await readFile(file, 'utf8')).trimEnd().split('\n') };
}

/** Fills in the last column by who the person and the candidate are. */
function filled(lines: string[], word: (person: string, candidate: string) => string): string {
  const [header, ...rows] = lines;
  return [header, ...rows.map((row) => row + word(row.split(',')[2] ?? '', row.split(',')[8] ?? ''))].join('\n');
}

const sameNames = (name: string, candidate: string): string => {
  if (name === 'N1') return candidate === 'O1' ? 'yes' : 'no';
  return candidate === 'O2' ? '是' : '否';
};

async function counts(store: PeopleStore) {
  return (await store.compare({ comparison: COMPARISON, scope: null })).counts;
}

it('goes out as a table for people, which a spreadsheet opens and does not run', async () => {
  const { lines } = await unclear();

  expect(lines[0]).toMatch(/^\uFEFFperson,name,job_number,.*,same$/);
  expect(lines[1]).toContain('手机号重复');
  expect(lines.join('\n')).toContain(",'=SUM(A1),");
});

it('comes back filled in, and is applied', async () => {
  const { store, file, lines } = await unclear();
  expect((await counts(store)).ambiguous).toBe(4);
  await writeFile(file, filled(lines, sameNames));

  expect(await store.applyDecisions(COMPARISON, file)).toEqual({ same: 2, nobody: 0, open: 0, invalid: [] });

  const { reasons } = await store.compare({ comparison: COMPARISON, scope: null });
  expect(reasons).toContainEqual({ outcome: 'updated', reason: 'matched-by-decision', people: 2 });
  expect((await store.writeAmbiguous(COMPARISON, file)).lines).toBe(0);
});

it('twice is once', async () => {
  const { store, file, lines } = await unclear();
  await writeFile(file, filled(lines, sameNames));
  await store.applyDecisions(COMPARISON, file);
  const once = await counts(store);

  expect(await store.applyDecisions(COMPARISON, file)).toMatchObject({ same: 2, invalid: [] });
  expect(await counts(store)).toEqual(once);
});

it('can say that somebody is none of them', async () => {
  const { store, file, lines } = await unclear();
  const nobody = (name: string, candidate: string) => (name === 'N1' ? 'no' : sameNames(name, candidate));
  await writeFile(file, filled(lines, nobody));

  expect(await store.applyDecisions(COMPARISON, file)).toMatchObject({ same: 1, nobody: 1, open: 0 });
  expect(await counts(store)).toMatchObject({ created: 1, disabled: 1, ambiguous: 0 });
});

it('may be half done: what is decided makes the rest clear, or leaves it open', async () => {
  const { store, file, lines } = await unclear();
  await writeFile(
    file,
    filled(lines, (name, candidate) => (name === 'N1' ? sameNames(name, candidate) : '')),
  );

  expect(await store.applyDecisions(COMPARISON, file)).toMatchObject({ same: 1, open: 1 });
  // With the one gone, the number has one owner on each side.
  expect((await counts(store)).ambiguous).toBe(0);
});

it.each<[string, (text: string) => Buffer]>([
  ['as GB18030, as a Chinese Windows does', (text) => gb18030(text)],
  ['with semicolons', (text) => Buffer.from(text.replaceAll(',', ';'))],
  ['in UTF-8 without its mark', (text) => Buffer.from(text.replace('\uFEFF', ''))],
  ['as Unicode text', (text) => Buffer.from(text, 'utf16le')],
  ['with lines of Windows', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
])('may have been saved %s', async (_what, saved) => {
  const { store, file, lines } = await unclear();
  await writeFile(file, saved(filled(lines, sameNames)));

  expect(await store.applyDecisions(COMPARISON, file)).toMatchObject({ same: 2, invalid: [] });
});

it('that is no text at all is told so, and applies nothing', async () => {
  const { store, file } = await unclear();
  await writeFile(file, Buffer.from([0x50, 0x4b, 0xff, 0xff, 0x80, 0xff]));

  const applied = await store.applyDecisions(COMPARISON, file);

  expect(applied).toMatchObject({
    same: 0,
    invalid: [{ column: 'file', problem: expect.stringContaining('UTF-8') as string }],
  });
});

describe('an invalid file', () => {
  it.each<[string, (lines: string[]) => string, object[]]>([
    [
      'a word that is neither yes nor no',
      (lines) => filled(lines, () => '').replace(/$/, '') + 'perhaps',
      [{ line: 5, column: 'same' }],
    ],
    [
      'a person who was never ambiguous',
      (lines) => filled(lines, sameNames).replace(/\np[0-9a-f]{16}/, '\np0000000000000000'),
      [{ line: 2, column: 'person' }],
    ],
    [
      'a candidate of nobody',
      (lines) => filled(lines, sameNames).replace(/p[0-9a-f]{16}(?=,李娜)/, 'p0000000000000000'),
      [{ column: 'candidate' }],
    ],
    [
      'two candidates for one person',
      (lines) => filled(lines, (name) => (name === 'N1' ? 'yes' : '')),
      [{ column: 'same', problem: expect.stringContaining('only one candidate') as string }],
    ],
    [
      'one candidate for two people',
      (lines) => filled(lines, (_, candidate) => (candidate === 'O1' ? 'yes' : 'no')),
      [{ column: 'same', problem: expect.stringContaining('another person') as string }],
    ],
    ['no column to fill in', (lines) => lines.join('\n').replace('same', 'other'), [{ line: 1, column: 'same' }]],
    ['a quote that is not closed', (lines) => `${lines.join('\n')}\n"`, [{ column: 'file' }]],
  ])('%s: each line is told, and nothing is applied', async (_what, spoil, invalid) => {
    const { store, file, lines } = await unclear();
    await writeFile(file, spoil(lines));

    const applied = await store.applyDecisions(COMPARISON, file);

    expect(applied).toMatchObject({ same: 0, nobody: 0, invalid });
    expect(JSON.stringify(applied)).not.toMatch(/王伟|李娜|138|N1/);
    expect((await counts(store)).ambiguous).toBe(4);
  });
});

/** Node writes no GB18030: the few characters of these tests by hand. */
function gb18030(text: string): Buffer {
  const known: Record<string, number[]> = {};
  const decoder = new TextDecoder('gb18030');
  for (let high = 0xb0; high <= 0xf7; high++) {
    for (let low = 0xa1; low <= 0xfe; low++) known[decoder.decode(Uint8Array.of(high, low))] = [high, low];
  }
  return Buffer.from([...text.replace('\uFEFF', '')].flatMap((one) => known[one] ?? [...Buffer.from(one)]));
}

describe('decisions of an earlier run', () => {
  /** A later run of the same tenant, with the same people but for those who are left out. */
  async function later({ stores }: Unclear, without: string[] = []): Promise<PeopleStore> {
    const store = await stores.open({ ...RUN, runId: 'run-2' });
    onTestFinished(() => store.close());
    await fill(store, 'e10-people', E10);
    await fill(
      store,
      'qiyuesuo-before',
      QIYUESUO.filter(({ id }) => !without.includes(id)),
    );
    return store;
  }

  it('hold for the next one', async () => {
    const first = await unclear();
    await writeFile(first.file, filled(first.lines, sameNames));
    await first.store.applyDecisions(COMPARISON, first.file);

    const { reasons } = await (await later(first)).compare({ comparison: COMPARISON, scope: null });
    expect(reasons).toContainEqual({ outcome: 'updated', reason: 'matched-by-decision', people: 2 });
  });

  it('say nothing about somebody who is gone', async () => {
    const first = await unclear();
    await writeFile(first.file, filled(first.lines, sameNames));
    await first.store.applyDecisions(COMPARISON, first.file);

    const { reasons } = await (await later(first, ['q1'])).compare({ comparison: COMPARISON, scope: null });
    expect(reasons).toContainEqual({ outcome: 'updated', reason: 'matched-by-decision', people: 1 });
    expect(reasons).toContainEqual({ outcome: 'created', reason: 'no-counterpart', people: 1 });
  });

  it('that somebody is none of them ask again once there is another account', async () => {
    const first = await unclear();
    await writeFile(
      first.file,
      filled(first.lines, () => 'no'),
    );
    await first.store.applyDecisions(COMPARISON, first.file);

    const same = await later(first);
    expect((await counts(same)).ambiguous).toBe(0);

    const store = await first.stores.open({ ...RUN, runId: 'run-3' });
    onTestFinished(() => store.close());
    await fill(store, 'e10-people', E10);
    await fill(store, 'qiyuesuo-before', [...QIYUESUO, person('q4', { mobile, jobNumber: 'N1' })]);
    const { reasons } = await store.compare({ comparison: COMPARISON, scope: null });
    expect(reasons).toContainEqual({ outcome: 'updated', reason: 'matched-by-job-number', people: 1 });
  });

  it('are added to those that were kept before, and one account has one person', async () => {
    const first = await unclear();
    const second = await first.stores.open({ ...RUN, runId: 'run-2' });
    onTestFinished(() => second.close());
    await writeFile(first.file, filled(first.lines, sameNames));
    await first.store.applyDecisions(COMPARISON, first.file);
    // Opened before anybody had decided, it knows nothing of that.
    await fill(second, 'e10-people', E10);
    await fill(second, 'qiyuesuo-before', QIYUESUO);
    await second.compare({ comparison: COMPARISON, scope: null });
    await writeFile(
      first.file,
      filled(first.lines, (name, candidate) => (name === 'N1' ? (candidate === 'O2' ? 'yes' : 'no') : '')),
    );
    await second.applyDecisions(COMPARISON, first.file);

    const third = await first.stores.open({ ...RUN, runId: 'run-3' });
    onTestFinished(() => third.close());
    await fill(third, 'e10-people', E10);
    await fill(third, 'qiyuesuo-before', QIYUESUO);
    const { reasons } = await third.compare({ comparison: COMPARISON, scope: null });
    expect(reasons).toContainEqual(expect.objectContaining({ reason: 'matched-by-decision', people: 1 }));
  });

  /** As the files show them. */
  function idsOf(lines: string[]): Record<string, string> {
    return Object.fromEntries(lines.slice(1).map((line) => [line.split(',')[2] ?? '', line.split(',')[0] ?? '']));
  }

  it('are taken back for one person, in this run and in later ones, and the others stay', async () => {
    const first = await unclear();
    await writeFile(first.file, filled(first.lines, sameNames));
    await first.store.applyDecisions(COMPARISON, first.file);
    const { N1 = '' } = idsOf(first.lines);

    expect(await first.store.undoDecisions(COMPARISON, [N1])).toEqual({ undecided: [] });

    const decided = { outcome: 'updated', reason: 'matched-by-decision', people: 1 };
    for (const store of [first.store, await later(first)])
      expect((await store.compare({ comparison: COMPARISON, scope: null })).reasons).toContainEqual(decided);
    expect(await first.store.undoDecisions(COMPARISON, [N1])).toEqual({ undecided: [N1] });
  });

  it('that somebody is none of them are taken back too, and are asked about again', async () => {
    const first = await unclear();
    await writeFile(
      first.file,
      filled(first.lines, () => 'no'),
    );
    await first.store.applyDecisions(COMPARISON, first.file);
    const second = await later(first);
    expect((await counts(second)).ambiguous).toBe(0);

    // Also by another run than the one that was decided in.
    await second.undoDecisions(COMPARISON, Object.values(idsOf(first.lines)));

    expect((await counts(second)).ambiguous).toBe(4);
    const third = await first.stores.open({ ...RUN, runId: 'run-3' });
    onTestFinished(() => third.close());
    await fill(third, 'e10-people', E10);
    await fill(third, 'qiyuesuo-before', QIYUESUO);
    expect((await counts(third)).ambiguous).toBe(4);
  });

  it('are taken back all or none', async () => {
    const first = await unclear();
    await writeFile(first.file, filled(first.lines, sameNames));
    await first.store.applyDecisions(COMPARISON, first.file);
    const { N1 = '' } = idsOf(first.lines);
    const nobody = `p${'0'.repeat(16)}`;

    expect(await first.store.undoDecisions(COMPARISON, [N1, nobody])).toEqual({ undecided: [nobody] });

    expect((await counts(first.store)).ambiguous).toBe(0);
  });

  it('come back by no later decision about somebody else', async () => {
    const first = await unclear();
    await writeFile(first.file, filled(first.lines, sameNames));
    await first.store.applyDecisions(COMPARISON, first.file);
    const { N1 = '' } = idsOf(first.lines);
    const second = await later(first);
    await second.undoDecisions(COMPARISON, [N1]);

    // The first file still has what was taken back in the second one.
    await writeFile(
      first.file,
      filled(first.lines, (name, candidate) => (name === 'N2' ? sameNames(name, candidate) : '')),
    );
    await first.store.applyDecisions(COMPARISON, first.file);

    const third = await first.stores.open({ ...RUN, runId: 'run-3' });
    onTestFinished(() => third.close());
    await fill(third, 'e10-people', E10);
    await fill(third, 'qiyuesuo-before', QIYUESUO);
    const { reasons } = await third.compare({ comparison: COMPARISON, scope: null });
    expect(reasons).toContainEqual({ outcome: 'updated', reason: 'matched-by-decision', people: 1 });
  });

  it('that cannot be opened, with another key, are asked about again', async () => {
    const first = await unclear();
    await writeFile(first.file, filled(first.lines, sameNames));
    await first.store.applyDecisions(COMPARISON, first.file);
    const decisions = (await readdir(first.dataDir, { recursive: true })).find((name) =>
      name.endsWith('decisions.sealed'),
    );
    await writeFile(join(first.dataDir, decisions ?? ''), JSON.stringify({ sealed: 'AAAA', hash: '' }));

    expect((await counts(await later(first))).ambiguous).toBe(4);
  });

  it('are forgotten with the tenant', async () => {
    const first = await unclear();
    await writeFile(first.file, filled(first.lines, sameNames));
    await first.store.applyDecisions(COMPARISON, first.file);
    expect(await first.stores.referencesOf(RUN.tenantId)).toHaveLength(1);
    await first.stores.forgetTenant(RUN.tenantId);

    expect((await counts(await later(first))).ambiguous).toBe(4);
  });
});
