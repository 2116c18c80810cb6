import { expect, it } from 'vitest';
import { numberedPages } from '../../src/gateways/numbered-pages.js';

const rows = Array.from({ length: 90 }, (_, index) => ({ id: String(index + 1) }));

/** A list whose pages have `sizeOf` rows, whatever is asked for. */
function aSite(sizeOf: (asked: number) => number) {
  return numberedPages(50, async (page, asked) => {
    const size = sizeOf(asked);
    return { total: rows.length, rows: rows.slice((page - 1) * size, page * size) };
  });
}

it('tells the row before a page', async () => {
  expect(await aSite((asked) => asked).rowBefore?.('2:50')).toBe('50');
});

it.each([20, 40])(
  'cannot tell it where every page has %i rows, and takes nothing for a row that moved',
  async (size) => {
    const site = aSite(() => size);
    const { next } = await site.readPage(null);

    expect(next).toBe(`2:${size}`);
    expect(await site.rowBefore?.(next ?? '')).toBeUndefined();
  },
);

it('tells that the list has become shorter', async () => {
  expect(await aSite((asked) => asked).rowBefore?.('3:91')).toBe('');
});
