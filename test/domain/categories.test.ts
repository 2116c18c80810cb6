import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  categoriesMode,
  E10_CATEGORY_PATH,
  E9_CATEGORY_PATH,
  legacyCategories,
  movedCallback,
  otherOldCallbacks,
} from '../../src/domain/categories.js';
import type { Category } from '../../src/domain/settings.js';
import type { Tenant } from '../../src/domain/tenant.js';

const E9 = 'https://old.example:8443';
const E10 = 'https://new.example/yth';
const calling = (url: string | null, id = '1'): Category => ({
  id,
  name: id,
  state: 'enabled',
  etag: '',
  callback: url === null ? null : { url },
});
const tenant = (more: Partial<Tenant> = {}) =>
  ({ categories: 'auto', e9: { address: E9 }, e10: { address: E10 }, ...more }) as Tenant;

describe('movedCallback', () => {
  it('changes scheme, host and path only: query, events and whatever else stay', () => {
    const extra = fc.dictionary(
      fc.string().filter((key) => key !== 'url' && key !== '__proto__'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.webQueryParameters(), extra, (query, rest) => {
        const url = new URL(`${E9}${E9_CATEGORY_PATH}${query ? `?${query}` : ''}`).href;
        const moved = movedCallback({ ...rest, url }, E10);
        expect(moved).toEqual({ ...rest, url: `${E10}${E10_CATEGORY_PATH}${new URL(url).search}` });
      }),
    );
  });

  it.each([
    '/QYSPrivateCallbackServlet/',
    '/qysprivatecallbackservlet',
    '/x/QYSPrivateCallbackServlet',
    '/custom/doSubmitCallBack',
    '/',
  ])('leaves %s alone', (path) => {
    expect(movedCallback({ url: E9 + path }, E10)).toBeUndefined();
  });

  it.each(['', 'not an address', '/QYSPrivateCallbackServlet'])('leaves what is no address alone: "%s"', (url) => {
    expect(movedCallback({ url }, E10)).toBeUndefined();
  });

  it('moves once: what is moved is not legacy any more', () => {
    const moved = movedCallback({ url: E9 + E9_CATEGORY_PATH }, E10);
    expect(legacyCategories([calling(moved?.url ?? null)])).toEqual([]);
  });
});

describe('categoriesMode', () => {
  const legacy = [calling(E9 + E9_CATEGORY_PATH)];
  it.each([
    ['no category calls E9', tenant(), [calling(null), calling(`${E9}/other`)], 'none'],
    ['another address', tenant(), legacy, 'rewrite'],
    ['the same address', tenant({ e9: { address: 'https://new.example' } }), legacy, 'forward'],
    ['none is chosen', tenant({ categories: 'none' }), legacy, 'none'],
    ['forward is chosen', tenant({ categories: 'forward' }), legacy, 'forward'],
  ] as const)('%s', (_why, of, categories, mode) => {
    expect(categoriesMode(of, categories)).toBe(mode);
  });

  it('goes by the callbacks themselves where the file names no E9, and asks where they disagree', () => {
    const { e9: _, ...without } = tenant();
    const kept = calling(`https://new.example${E9_CATEGORY_PATH}`, '2');
    expect(categoriesMode(without, legacy)).toBe('rewrite');
    expect(categoriesMode(without, [kept])).toBe('forward');
    expect(categoriesMode(without, [...legacy, kept])).toBe('undecided');
  });
});

it('reports what still points at the old OA by another path, and nothing else', () => {
  const categories = [
    calling(E9 + E9_CATEGORY_PATH, 'legacy'),
    calling(`${E9}/custom`, 'custom'),
    calling('https://erp.example/x', 'elsewhere'),
    calling(`https://new.example${E10_CATEGORY_PATH}`, 'moved'),
    calling(null, 'none'),
  ];
  expect(otherOldCallbacks(tenant(), categories, 'rewrite').map(({ id }) => id)).toEqual(['custom']);
});
