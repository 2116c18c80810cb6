import type { OnAnswer, PagedList } from '../../domain/people/rows.js';

/** The documented default of the public lists (`facts/qiyuesuo.md` §1.6). */
export const PAGE_SIZE = 1000;
/** Ten million rows: more than any company has, so a list that goes on beyond it never ends. */
const MAX_PAGES = 10_000;

/**
 * All rows of a list that is read by offset. Reads until a page is empty and not until it is short, since a server may give
 * fewer rows than asked for. A server that ignores the offset shows the same page again: harmless when the page is short,
 * for then it is the whole list; otherwise `onRepeat` makes the error.
 */
export async function allPages<T>(
  readPage: (page: { selectOffset: number; selectLimit: number }) => Promise<T[]>,
  onRepeat: () => Error,
): Promise<T[]> {
  const all: T[] = [];
  let before: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const rows = await readPage({ selectOffset: all.length, selectLimit: PAGE_SIZE });
    if (rows.length === 0) return all;
    const text = JSON.stringify(rows);
    if (text === before) {
      if (rows.length < PAGE_SIZE) return all;
      throw onRepeat();
    }
    before = text;
    all.push(...rows);
  }
  throw onRepeat();
}

/**
 * The same list page by page; a cursor is an offset. No total is documented, so it ends at an empty page. A single row can be
 * asked for, so that rows which move between two pages are seen.
 */
export function offsetPages<T extends { id: string }>(
  readPage: (page: { selectOffset: number; selectLimit: number }, onAnswer?: OnAnswer) => Promise<T[]>,
): PagedList<T> {
  return {
    async readPage(cursor, onAnswer) {
      const from = Number(cursor ?? 0);
      const rows = await readPage({ selectOffset: from, selectLimit: PAGE_SIZE }, onAnswer);
      return { rows, total: null, next: rows.length === 0 ? null : String(from + rows.length) };
    },
    async rowBefore(cursor) {
      const rows = await readPage({ selectOffset: Number(cursor) - 1, selectLimit: 1 });
      // More than one: the limit is not heeded, and perhaps the offset is not either.
      return rows.length === 1 ? rows[0]?.id : rows.length === 0 ? '' : undefined;
    },
  };
}
