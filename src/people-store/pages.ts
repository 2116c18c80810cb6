import type { DuckDBAppender } from '@duckdb/node-api';
import type { PassFacts } from '../domain/people/reading.js';
import type { ListName, ListPage, PersonRow, UnitRow } from '../domain/people/rows.js';
import type { Database } from './database.js';
import type { Opaque } from './opaque.js';
import { dropOutcomesOf, isPeopleList, tableOf } from './tables.js';

/** How far a list has been read; `page` counts what was read, so a page that was read again counts twice. */
export interface ListPosition {
  pass: number;
  page: number;
  rows: number;
  /** Where the next page begins; null at the front. */
  cursor: string | null;
  ended: boolean;
  /** The last id that was read; undefined at the front, or where rows have just moved. */
  lastId: string | undefined;
  /** Where the last page began, and the id that stood before it: to be looked at again. Undefined where there is nothing to see. */
  border: Border | undefined;
  /** Of everything that was read in this pass, in order: two files with the same digest hold the same ids. */
  digest: string;
}

/** The place between two pages. */
export interface Border {
  cursor: string;
  lastId: string;
}

/** Rows of either kind: which one it is, the list says. */
export type AnyRow = PersonRow | UnitRow;

interface StoredPage {
  pass: number;
  page: number;
  kind: 'read' | 'again' | 'gap';
  start: string | null;
  next: string | null;
  last_id: string | null;
  digest: string;
}

const FRONT: Omit<ListPosition, 'pass'> = {
  page: 0,
  rows: 0,
  cursor: null,
  ended: false,
  lastId: undefined,
  border: undefined,
  digest: '',
};

/** The pages of all lists, and how far each has got. Where something stands is only ever told by what was committed. */
export function createPages(db: Database, opaque: Opaque) {
  async function lastPages(list: ListName, count: number): Promise<StoredPage[]> {
    return db.rows<StoredPage>(
      `SELECT pass, page, kind, start, next, last_id, digest FROM page WHERE list = $1
       ORDER BY pass DESC, page DESC LIMIT ${count}`,
      [list],
    );
  }

  async function position(list: ListName): Promise<ListPosition> {
    const [last, before] = await lastPages(list, 2);
    if (last === undefined) return { pass: 1, ...FRONT };
    const { pass, page, kind, start, next, digest } = last;
    if (page === 0) return { pass, ...FRONT };
    const counted = await db.row<{ rows: number }>(
      'SELECT sum(row_count)::INTEGER AS rows FROM page WHERE list = $1 AND pass = $2',
      [list, pass],
    );
    return {
      pass,
      page,
      rows: counted?.rows ?? 0,
      cursor: next,
      ended: kind !== 'again' && page > 0 && next === null,
      lastId: kind === 'read' ? (last.last_id ?? undefined) : undefined,
      border:
        kind === 'read' && before?.kind === 'read' && before.pass === pass
          ? borderOf(start, before.last_id)
          : undefined,
      digest,
    };
  }

  return {
    position,

    /** The digest of the list as it stood after so many pages of a pass; undefined where this file never got there. */
    async digestAt(list: ListName, pass: number, page: number): Promise<string | undefined> {
      const found = await db.row<{ digest: string }>(
        'SELECT digest FROM page WHERE list = $1 AND pass = $2 AND page = $3',
        [list, pass, page],
      );
      return found?.digest;
    },

    /** Rows and cursor in one transaction: after a kill either both are there, or neither. */
    async append(list: ListName, at: ListPosition, page: ListPage<AnyRow>): Promise<ListPosition> {
      const number = at.page + 1;
      const digest = opaque.digest(at.digest, idsOf(page.rows));
      const lastId = page.rows.at(-1)?.id ?? null;
      await db.transaction(async () => {
        await db.append(tableOf(list), (appender) => {
          page.rows.forEach((row, index) => appendRow(list, at.rows + index, row, appender));
        });
        await db.append('page', (appender) => {
          appender.appendVarchar(list);
          appender.appendInteger(at.pass);
          appender.appendInteger(number);
          appender.appendVarchar('read');
          appendText(at.cursor, appender);
          appendText(page.next, appender);
          appender.appendInteger(page.rows.length);
          if (page.total === null) appender.appendNull();
          else appender.appendBigInt(BigInt(page.total));
          appendText(lastId, appender);
          appender.appendVarchar(digest);
          appender.endRow();
        });
      });
      return {
        pass: at.pass,
        page: number,
        rows: at.rows + page.rows.length,
        cursor: page.next,
        ended: page.next === null,
        lastId: lastId ?? undefined,
        border: borderOf(at.cursor, at.lastId),
        digest,
      };
    },

    /**
     * Goes back to the page before the last one, since rows have moved between the two. What they held stays: somebody who stood
     * there may stand in an earlier page now, and would be lost otherwise.
     */
    async again(list: ListName, at: ListPosition): Promise<ListPosition> {
      const [, before] = await lastPages(list, 2);
      return note(list, at, 'again', before?.start ?? null);
    },

    /** Goes on where it is though rows have moved: they moved too often to go back once more. */
    async gap(list: ListName, at: ListPosition): Promise<ListPosition> {
      return note(list, at, 'gap', at.cursor);
    },

    /** Forgets the rows of the pass before and begins at the front. */
    async nextPass(list: ListName, pass: number): Promise<ListPosition> {
      await db.transaction(async () => {
        await db.run(`DELETE FROM ${tableOf(list)}`);
        await dropOutcomesOf(db, list);
        await db.run("INSERT INTO page VALUES ($1, $2, 0, 'read', NULL, NULL, 0, NULL, NULL, '')", [list, pass]);
      });
      return { pass, ...FRONT };
    },

    /** Forgets everything of a list, passes included. */
    async clear(list: ListName): Promise<ListPosition> {
      await db.transaction(async () => {
        await db.run(`DELETE FROM ${tableOf(list)}`);
        await dropOutcomesOf(db, list);
        await db.run('DELETE FROM page WHERE list = $1', [list]);
      });
      return { pass: 1, ...FRONT };
    },

    /**
     * One row for each id, the one that was read last: pages that were read again leave several. Repeated, it does nothing. A
     * list is compared only after this.
     */
    async keepLatest(list: ListName): Promise<void> {
      const table = tableOf(list);
      const found = await db.row<{ twice: boolean }>(`SELECT count(*) > count(DISTINCT id) AS twice FROM ${table}`);
      if (found?.twice !== true) return;
      await dropOutcomesOf(db, list);
      await db.run(
        `DELETE FROM ${table} WHERE n IN (
           SELECT n FROM (SELECT n, row_number() OVER (PARTITION BY id ORDER BY n DESC) AS place FROM ${table})
           WHERE place > 1)`,
      );
    },

    /** How often the pass has gone back so far. */
    async rewinds(list: ListName, pass: number): Promise<number> {
      const counted = await db.row<{ rewinds: number }>(
        "SELECT count(*)::INTEGER AS rewinds FROM page WHERE list = $1 AND pass = $2 AND kind = 'again'",
        [list, pass],
      );
      return counted?.rewinds ?? 0;
    },

    /** What the pass saw. Looks through the whole list: for its end only. */
    async facts(list: ListName, pass: number): Promise<PassFacts> {
      const seen = await db.row<Omit<PassFacts, 'distinct' | 'twice' | 'unseen'>>(
        `WITH told AS (
           SELECT page, total, lag(total) OVER (ORDER BY page) AS before FROM page
           WHERE list = $1 AND pass = $2 AND total IS NOT NULL)
         SELECT (SELECT count(*)::INTEGER FROM page WHERE list = $1 AND pass = $2 AND page > 0 AND kind = 'read') AS pages,
           (SELECT coalesce(sum(row_count), 0)::INTEGER FROM page WHERE list = $1 AND pass = $2) AS rows,
           (SELECT arg_min(total, page)::INTEGER FROM told) AS "firstTotal",
           (SELECT arg_max(total, page)::INTEGER FROM told) AS "lastTotal",
           (SELECT count(*)::INTEGER FROM told WHERE total <> before) AS "totalChanges",
           (SELECT count(*)::INTEGER FROM told WHERE total < before) AS "totalDrops",
           (SELECT coalesce(sum(abs(total - before)), 0)::INTEGER FROM told) AS "totalMoves",
           (SELECT count(*)::INTEGER FROM page WHERE list = $1 AND pass = $2 AND kind = 'again') AS rewinds,
           (SELECT count(*)::INTEGER FROM page WHERE list = $1 AND pass = $2 AND kind = 'gap') AS gaps`,
        [list, pass],
      );
      const ids = await db.row<{ distinct: number }>(
        `SELECT count(DISTINCT id)::INTEGER AS "distinct" FROM ${tableOf(list)}`,
      );
      if (seen === undefined || ids === undefined) throw new Error(`the pages of ${list} cannot be counted`);
      const standing = seen.rewinds === 0 ? { rows: seen.rows, ...ids } : await standingRows(list, pass);
      return {
        ...seen,
        ...ids,
        twice: standing.rows - standing.distinct,
        unseen: ids.distinct - standing.distinct,
      };
    },
  };

  /** Of the pages that were not read again later: of two of these, the later one stands. */
  async function standingRows(list: ListName, pass: number): Promise<{ rows: number; distinct: number }> {
    const standing = await db.row<{ rows: number; distinct: number }>(
      `WITH pages AS (
         SELECT sum(row_count) OVER (ORDER BY page) AS until, row_count,
           lead(kind) OVER (ORDER BY page) AS next, lead(kind, 2) OVER (ORDER BY page) AS second
         FROM page WHERE list = $1 AND pass = $2),
       -- A page of kind 'again' goes back by two.
       left_behind AS (SELECT until - row_count AS first, until FROM pages WHERE 'again' IN (next, second))
       SELECT count(*)::INTEGER AS rows, count(DISTINCT id)::INTEGER AS "distinct" FROM ${tableOf(list)} r
       WHERE NOT EXISTS (SELECT 1 FROM left_behind l WHERE r.n >= l.first AND r.n < l.until)`,
      [list, pass],
    );
    if (standing === undefined) throw new Error(`the rows of ${list} cannot be counted`);
    return standing;
  }

  async function note(
    list: ListName,
    at: ListPosition,
    kind: 'again' | 'gap',
    cursor: string | null,
  ): Promise<ListPosition> {
    const number = at.page + 1;
    const digest = opaque.digest(at.digest, []);
    await db.run('INSERT INTO page VALUES ($1, $2, $3, $4, $5, $6, 0, NULL, NULL, $7)', [
      list,
      at.pass,
      number,
      kind,
      cursor,
      cursor,
      digest,
    ]);
    const ended = kind === 'gap' && at.ended;
    return { ...at, page: number, cursor, ended, lastId: undefined, border: undefined, digest };
  }
}

export type Pages = ReturnType<typeof createPages>;

function borderOf(cursor: string | null, lastId: string | null | undefined): Border | undefined {
  return cursor === null || !lastId ? undefined : { cursor, lastId };
}

function idsOf(rows: readonly AnyRow[]): string[] {
  return rows.map(({ id }) => id);
}

function appendRow(list: ListName, n: number, row: AnyRow, appender: DuckDBAppender): void {
  appender.appendInteger(n);
  appender.appendVarchar(row.id);
  if (isPeopleList(list)) appendPerson(row as PersonRow, appender);
  else appendUnit(row as UnitRow, appender);
  appender.endRow();
}

function appendPerson(person: PersonRow, appender: DuckDBAppender): void {
  const [unit, ...more] = person.units;
  appendText(person.name, appender);
  appendText(person.jobNumber, appender);
  appendText(person.mobile, appender);
  appendText(person.email, appender);
  appendText(person.login, appender);
  appendText(unit ?? null, appender);
  appendText(more.length === 0 ? null : more.join(' '), appender);
  appender.appendBoolean(person.active);
  appendText(person.notCompared, appender);
  appendText(person.oaUserId, appender);
}

function appendUnit(unit: UnitRow, appender: DuckDBAppender): void {
  appender.appendVarchar(unit.name);
  appendText(unit.code, appender);
  appendText(unit.parentId, appender);
}

function appendText(text: string | null, appender: DuckDBAppender): void {
  if (text === null) appender.appendNull();
  else appender.appendVarchar(text);
}
