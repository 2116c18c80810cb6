import { describe, expect, it } from 'vitest';
import { texts } from '../../src/board/texts.js';

/** Every text by its path; one that is made of something is called with what it is made of. */
function flat(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const args = Array.from({ length: value.length }, (_, index) => `X${index}X`);
    return [[path, (value as (...given: string[]) => string)(...args)]];
  }
  return Object.entries(value as object).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
}

const en = new Map(flat(texts.en));
const zh = new Map(flat(texts.zh));

describe('the texts of the board', () => {
  it('are there in both languages, none of them empty', () => {
    expect([...zh.keys()].sort()).toEqual([...en.keys()].sort());
    expect([...en, ...zh].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('are Chinese where they are to be Chinese', () => {
    const same = ['none', 'openOaAddress'];
    const left = [...zh].filter(([path, text]) => !same.includes(path) && !/[\u4e00-\u9fff]/.test(text));
    expect(left).toEqual([]);
  });

  it('say the same: what one language is made of, the other shows too', () => {
    const holes = (text: string): string => [...new Set(text.match(/X\dX/g))].sort().join();
    const differing = [...en].filter(([path, text]) => holes(text) !== holes(zh.get(path) ?? ''));
    expect(differing).toEqual([]);
  });
});
