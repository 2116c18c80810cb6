import { describe, expect, it } from 'vitest';
import { passVerdict, type PassFacts } from '../../src/domain/people/reading.js';
import type { PagedList, PersonRow } from '../../src/domain/people/rows.js';
import type { ChunkResult } from '../../src/people-store/reading.js';
import type { PeopleStore } from '../../src/people-store/store.js';
import { aList, aStore, fill, person, RUN, someStores } from './a-store.js';

const people = (count: number): PersonRow[] =>
  Array.from({ length: count }, (_, index) => person(String(index + 1), { jobNumber: `J${index + 1}` }));

/** Reads to the end, chunk after chunk, as a workflow would. */
async function readAll(store: PeopleStore, source: PagedList<PersonRow>, pages = 3) {
  let after: ChunkResult | null = null;
  for (;;) {
    const chunk: ChunkResult = await store.readChunk({ list: 'e10-people', source, pages, after });
    if (chunk.done) return chunk;
    after = chunk;
  }
}

/** Who is in the file: by comparing with nobody. */
async function idsIn(store: PeopleStore): Promise<number> {
  await fill(store, 'qiyuesuo-before', [person('q')]);
  return (await store.compare({ comparison: 'foreseen', scope: null })).counts.created;
}

describe('a list', () => {
  it('is read by chunks, each of which begins where the one before ended', async () => {
    const store = await aStore();
    const source = aList(() => people(9));

    const first = await store.readChunk({ list: 'e10-people', source, pages: 2, after: null });
    const second = await store.readChunk({ list: 'e10-people', source, pages: 2, after: first });
    const third = await store.readChunk({ list: 'e10-people', source, pages: 2, after: second });

    expect([first, second, third].map(({ rows, page, done }) => [rows, page, done])).toEqual([
      [4, 2, false],
      [8, 4, false],
      [9, 5, true],
    ]);
    expect(third.verdict).toEqual({ state: 'settled' });
    expect(third.facts).toMatchObject({ pages: 5, rows: 9, distinct: 9, firstTotal: 9, lastTotal: 9 });
  });

  it('goes on at the page that failed, and asks for no other one again', async () => {
    const store = await aStore();
    const source = aList(() => people(9));
    const asked: (string | null)[] = [];
    let failing = true;
    const flaky: PagedList<PersonRow> = {
      async readPage(cursor) {
        asked.push(cursor);
        if (cursor === '4' && failing) throw new Error('no answer');
        return source.readPage(cursor);
      },
    };

    await expect(store.readChunk({ list: 'e10-people', source: flaky, pages: 9, after: null })).rejects.toThrow('no');
    failing = false;
    const again = await store.readChunk({ list: 'e10-people', source: flaky, pages: 9, after: null });

    expect(again).toMatchObject({ done: true, restarted: false, rows: 9 });
    expect(asked).toEqual([null, '2', '4', '4', '6', '8']);
  });

  describe('looks at the border of a page as soon as that is answered', () => {
    /** Answers are read when they are let go on; what was asked is told in order. */
    function slowToRead(rows: PersonRow[], answers = 1, look = () => Promise.resolve()) {
      const list = aList(() => rows);
      const told: string[] = [];
      const source: PagedList<PersonRow> = {
        async readPage(cursor, onAnswer) {
          for (let answer = 0; answer < answers; answer++) {
            told.push(`answer ${cursor ?? 'front'}`);
            onAnswer?.();
            await new Promise((resolve) => setImmediate(resolve));
          }
          told.push(`read ${cursor ?? 'front'}`);
          return list.readPage(cursor);
        },
        async rowBefore(cursor) {
          told.push(`look ${cursor}`);
          await look();
          return list.rowBefore?.(cursor);
        },
      };
      return { source, told };
    }

    it('while it is read', async () => {
      const { source, told } = slowToRead(people(4));

      expect(await readAll(await aStore(), source, 9)).toMatchObject({ rows: 4, verdict: { state: 'settled' } });
      expect(told).toEqual(['answer front', 'read front', 'answer 2', 'look 2', 'read 2']);
    });

    it('and again where that answer was none', async () => {
      const { source, told } = slowToRead(people(4), 2);

      expect(await readAll(await aStore(), source, 9)).toMatchObject({ rows: 4, verdict: { state: 'settled' } });
      expect(told.slice(3)).toEqual(['answer 2', 'look 2', 'answer 2', 'look 2', 'read 2']);
    });

    it('whose failure is one of the chunk, and nobody else’s', async () => {
      const { source } = slowToRead(people(4), 1, () => Promise.reject(new Error('no look')));
      const store = await aStore();

      await expect(readAll(store, source, 9)).rejects.toThrow('no look');
      expect(await store.position('e10-people')).toMatchObject({ page: 2, rows: 4 });
    });

    it('and a page that cannot be read is told when the look has ended', async () => {
      const { source, told } = slowToRead(people(4), 1, async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        told.push('looked');
      });
      const broken: PagedList<PersonRow> = {
        ...source,
        async readPage(cursor, onAnswer) {
          const page = await source.readPage(cursor, onAnswer);
          if (cursor !== null) throw new Error('no people');
          return page;
        },
      };

      await expect(readAll(await aStore(), broken, 9)).rejects.toThrow('no people');
      expect(told.at(-1)).toBe('looked');
    });
  });

  it('is begun anew on a worker that does not have what was read before', async () => {
    const source = aList(() => people(9));
    const first = await (await aStore()).readChunk({ list: 'e10-people', source, pages: 3, after: null });

    const elsewhere = await (await aStore()).readChunk({ list: 'e10-people', source, pages: 9, after: first });

    expect(elsewhere).toMatchObject({ restarted: true, done: true, rows: 9, verdict: { state: 'settled' } });
  });

  it('is compared anew where it was begun anew', async () => {
    const store = await aStore();
    await fill(store, 'e9-people', people(9));
    await fill(store, 'e10-people', people(9));
    await store.compare({ comparison: 'baseline', scope: null });
    expect(await store.compared()).toEqual(['baseline']);

    const after = { list: 'e9-people', pass: 1, page: 1, rows: 9, digest: 'of another file' } as const;
    await store.readChunk({ list: 'e9-people', source: aList(() => people(7)), pages: 9, after });

    expect(await store.compared()).toEqual([]);
  });

  it('is in the same file after it was closed and opened again', async () => {
    const { stores } = await someStores();
    const source = aList(() => people(9));
    const before = await stores.open(RUN);
    const first = await before.readChunk({ list: 'e10-people', source, pages: 3, after: null });
    await before.close();

    const after = await stores.open(RUN);
    const rest = await after.readChunk({ list: 'e10-people', source, pages: 9, after: first });
    await after.close();

    expect(rest).toMatchObject({ restarted: false, done: true, rows: 9 });
  });

  it('ends where a source shows the same page for ever, and is not believed', async () => {
    const store = await aStore();
    const stuck: PagedList<PersonRow> = {
      readPage: async (cursor) => ({ rows: people(2), total: 900, next: String(Number(cursor ?? 0) + 2) }),
    };

    expect((await readAll(store, stuck)).verdict).toMatchObject({ state: 'disturbed' });
  });

  it('stops at a signal between two pages', async () => {
    const store = await aStore();
    const stop = new AbortController();
    const chunk = store.readChunk({
      list: 'e10-people',
      source: aList(() => people(9)),
      pages: 9,
      after: null,
      signal: stop.signal,
      onPage: ({ page }) => page === 2 && stop.abort(new Error('enough')),
    });

    await expect(chunk).rejects.toThrow('enough');
    expect(await store.position('e10-people')).toMatchObject({ page: 2, rows: 4 });
  });
});

describe('edits during paging', () => {
  /** Edits after the page that begins at this row, once. */
  function editedAfter(at: number, rows: PersonRow[], edit: (rows: PersonRow[]) => void): PagedList<PersonRow> {
    const list = aList(() => rows);
    let left = 1;
    return {
      ...list,
      async readPage(cursor) {
        const page = await list.readPage(cursor);
        if (Number(cursor ?? 0) === at && left-- > 0) edit(rows);
        return page;
      },
    };
  }

  it('who is added at the end is in, and no second pass is needed', async () => {
    const store = await aStore();
    const source = editedAfter(4, people(9), (rows) => rows.push(person('new', { jobNumber: 'new' })));

    expect(await readAll(store, source)).toMatchObject({ pass: 1, verdict: { state: 'grown', added: 1 } });
    expect(await idsIn(store)).toBe(10);
  });

  it.each<[string, (rows: PersonRow[]) => void, number]>([
    ['somebody leaves', (rows) => rows.splice(1, 1), 8],
    ['somebody comes in front', (rows) => rows.unshift(person('new', { jobNumber: 'new' })), 10],
    [
      'one leaves and one comes, so that the total stays',
      (rows) => {
        rows.splice(1, 1);
        rows.push(person('new', { jobNumber: 'new' }));
      },
      9,
    ],
    [
      'one who was read moves to the end',
      (rows) => {
        rows.push(...rows.splice(1, 1));
      },
      9,
    ],
    [
      'one who was not read moves to the front',
      (rows) => {
        rows.unshift(...rows.splice(-1, 1));
      },
      9,
    ],
  ])('%s: noticed, and read again', async (_what, edit, left) => {
    const store = await aStore();

    const end = await readAll(store, editedAfter(4, people(9), edit));

    expect(end).toMatchObject({ pass: 2, verdict: { state: 'settled' } });
    expect(await idsIn(store)).toBe(left);
  });

  it('is nothing to a list that a chunk before has read to its end', async () => {
    const store = await aStore();
    const rows = people(9);
    const source = aList(() => rows);
    const end = await store.readChunk({ list: 'e10-people', source, pages: 9, after: null });
    rows.shift();

    const later = await store.readChunk({ list: 'e10-people', source, pages: 9, after: end });

    expect(later).toMatchObject({ done: true, pass: 1, page: 5, verdict: { state: 'settled' } });
  });

  it('is noticed by the next attempt, where this one was stopped before it had looked', async () => {
    const store = await aStore();
    const rows = people(9);
    const list = editedAfter(0, rows, (edited) => edited.splice(0, 1));
    let failing = true;
    const flaky: PagedList<PersonRow> = {
      readPage: list.readPage,
      async rowBefore(cursor) {
        if (failing) throw new Error('no answer');
        return list.rowBefore?.(cursor);
      },
    };
    await expect(store.readChunk({ list: 'e10-people', source: flaky, pages: 9, after: null })).rejects.toThrow('no');
    failing = false;

    const again = await store.readChunk({ list: 'e10-people', source: flaky, pages: 99, after: null });

    expect(again).toMatchObject({ done: true, pass: 2, verdict: { state: 'settled' } });
    expect(await idsIn(store)).toBe(8);
  });

  it('loses nobody who was there all the time, not even in a pass that is disturbed', async () => {
    const store = await aStore();
    const rows = people(30);
    const list = aList(() => rows);
    let reads = 0;
    const storm: PagedList<PersonRow> = {
      ...list,
      async readPage(cursor) {
        const page = await list.readPage(cursor);
        if (++reads % 4 === 0) rows.splice(0, 1);
        return page;
      },
    };

    const end = await readAll(store, storm);

    expect(end.verdict).toMatchObject({ state: 'disturbed' });
    expect(end.pass).toBe(3);
    expect(await idsIn(store)).toBeGreaterThanOrEqual(rows.length);
  });

  it('goes on where rows move at every page, and says so', async () => {
    const store = await aStore();
    const rows = people(60);
    let at = 0;
    const list = aList(() => rows);
    const storm: PagedList<PersonRow> = { ...list, rowBefore: async () => `somebody ${at++}` };

    const end = await readAll(store, storm, 1000);

    expect(end).toMatchObject({ done: true, pass: 3, verdict: { state: 'disturbed' } });
    expect(end.facts).toMatchObject({ rewinds: 20, distinct: 60 });
    expect(end.facts?.gaps).toBeGreaterThan(0);
  });
});

describe('the verdict on a pass', () => {
  const calm: PassFacts = {
    pages: 2,
    rows: 4,
    distinct: 4,
    firstTotal: 4,
    lastTotal: 4,
    totalChanges: 0,
    totalDrops: 0,
    totalMoves: 0,
    rewinds: 0,
    gaps: 0,
    twice: 0,
    unseen: 0,
  };

  it.each<[string, Partial<PassFacts>, string, number?]>([
    ['all agrees', {}, 'settled'],
    ['the source tells no total', { firstTotal: null, lastTotal: null }, 'settled'],
    ['it grew, and all are in', { firstTotal: 3, totalChanges: 1, totalMoves: 1 }, 'grown'],
    ['it grew, and not all are in', { lastTotal: 6, totalChanges: 1, totalMoves: 2 }, 'disturbed', 2],
    ['it shrank and grew again', { totalChanges: 2, totalDrops: 1, totalMoves: 6 }, 'disturbed', 6],
    ['somebody came twice', { rows: 5, twice: 1 }, 'disturbed', 1],
    ['somebody is missing', { lastTotal: 5, firstTotal: 5 }, 'disturbed', 1],
    ['rows moved', { rewinds: 3 }, 'disturbed', 3],
    ['rows moved, whatever the totals say', { rewinds: 1, gaps: 1 }, 'disturbed', 2],
    ['one came, one left', { rows: 9, rewinds: 2, twice: 1, unseen: 1 }, 'disturbed', 2],
    ['pages were read again, and all came again', { rows: 8, rewinds: 1 }, 'disturbed', 1],
    ['rows moved in a list without a total', { firstTotal: null, lastTotal: null, rewinds: 2 }, 'disturbed', 4],
    ['rows moved too often to go back', { rewinds: 20, gaps: 15 }, 'disturbed', 35],
    ['many left at once', { lastTotal: 4, totalDrops: 1, totalMoves: 30, gaps: 1, rewinds: 20 }, 'disturbed', 60],
  ])('%s', (_what, facts, state, uncertain) => {
    const verdict = passVerdict({ ...calm, ...facts });

    expect(verdict.state).toBe(state);
    if (verdict.state === 'disturbed') expect(verdict.uncertain).toBe(uncertain);
  });
});
