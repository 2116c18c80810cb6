import type { ListPage, OnAnswer, PagedList } from '../domain/people/rows.js';

/** One answer of a list that is asked for by page number and page size. */
export interface NumberedPage<Row> {
  total: number;
  rows: readonly Row[];
}

/** Smaller pages than these are not tried. */
const SMALLEST = 20;

/**
 * A list by page numbers as one by cursors. A cursor is `<page>:<rows before it>`: a site may give smaller pages than it is
 * asked for, and the place of a row is what counts. Ends at an empty page, or when as many rows came as there are. Where
 * `isTooLarge` says of a failure of the first page that it may be its size, smaller ones are tried: the cursor keeps their size.
 */
export function numberedPages<Row extends { id: string }>(
  pageSize: number,
  ask: (page: number, size: number, onAnswer?: OnAnswer) => Promise<NumberedPage<Row>>,
  isTooLarge: (error: unknown) => boolean = () => false,
): PagedList<Row> {
  async function askAtMost(
    page: number,
    most: number,
    onAnswer: OnAnswer | undefined,
  ): Promise<NumberedPage<Row> & { size: number }> {
    for (let size = most; ; size = Math.ceil(size / 2)) {
      try {
        return { ...(await ask(page, size, onAnswer)), size };
      } catch (error) {
        if (page > 1 || size <= SMALLEST || !isTooLarge(error)) throw error;
      }
    }
  }

  function placeOf(cursor: string | null): { page: number; before: number; most: number } {
    const [page = 1, before = 0, most = pageSize] = (cursor ?? '1:0').split(':').map(Number);
    return { page, before, most };
  }

  return {
    async readPage(cursor, onAnswer): Promise<ListPage<Row>> {
      const { page, before, most } = placeOf(cursor);
      const { total, rows, size } = await askAtMost(page, most, onAnswer);
      const read = before + rows.length;
      const ends = rows.length === 0 || read >= total;
      const next = `${page + 1}:${read}${size === pageSize ? '' : `:${size}`}`;
      return { rows, total, next: ends ? null : next };
    },
    async rowBefore(cursor) {
      const { before } = placeOf(cursor);
      // Pages of one row: the page with the number of a row is that row. A site that gives more than it is asked for cannot be
      // asked, nor one that gives nothing where by its own total there is a row.
      const { rows, total } = await ask(before, 1);
      if (rows.length === 0) return total < before ? '' : undefined;
      return rows.length === 1 ? rows[0]?.id : undefined;
    },
  };
}
