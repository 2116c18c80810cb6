import type { ListPage, PagedList } from '../domain/people/rows.js';

/** One answer of a list that is asked for by page number and page size. */
export interface NumberedPage<Row> {
  total: number;
  rows: readonly Row[];
}

/**
 * A list by page numbers as one by cursors. A cursor is `<page>:<rows before it>`: a site may give smaller pages than it is
 * asked for, and the place of a row is what counts. Ends at an empty page, or when as many rows came as there are.
 */
export function numberedPages<Row extends { id: string }>(
  pageSize: number,
  ask: (page: number, size: number) => Promise<NumberedPage<Row>>,
): PagedList<Row> {
  return {
    async readPage(cursor): Promise<ListPage<Row>> {
      const { page, before } = placeOf(cursor);
      const { total, rows } = await ask(page, pageSize);
      const read = before + rows.length;
      const ends = rows.length === 0 || read >= total;
      return { rows, total, next: ends ? null : `${page + 1}:${read}` };
    },
    async rowBefore(cursor) {
      const { before } = placeOf(cursor);
      // Pages of one row: the page with the number of a row is that row. A site that gives more than it is asked for cannot be asked.
      const { rows } = await ask(before, 1);
      return rows.length === 1 ? rows[0]?.id : rows.length === 0 ? '' : undefined;
    },
  };
}

function placeOf(cursor: string | null): { page: number; before: number } {
  const [page, before] = (cursor ?? '1:0').split(':').map(Number);
  return { page: page ?? 1, before: before ?? 0 };
}
