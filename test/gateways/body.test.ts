import fc from 'fast-check';
import { isSafeNumber, parse } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { parseBody } from '../../src/gateways/body.js';

/** The slow and certain way. */
function lossless(text: string): unknown {
  return parse(text, undefined, (digits) => (isSafeNumber(digits) ? Number(digits) : digits));
}

/** Bits of JSON, and what looks like numbers where they are text. */
const Bit = fc.oneof(
  fc.constantFrom('{', '}', '[', ']', ':', ',', ' ', '"', '\\', 'e', '-', '.', '0', 'a'),
  fc.constantFrom(
    '1234567890123456',
    '-9007199254740993',
    '7890123456789012345',
    '1.5',
    '1e3',
    '0.1234567890123456789',
  ),
);
const Text = fc.array(Bit, { maxLength: 12 }).map((bits) => bits.join(''));

describe('parseBody', () => {
  it('keeps numbers that a double cannot hold as text, and only those', () => {
    const text = '{"id":7890123456789012345, "list":[ -9007199254740993,9007199254740991 ],"total":1000000000000000}';
    expect(parseBody(text)).toEqual({
      id: '7890123456789012345',
      list: ['-9007199254740993', 9007199254740991],
      total: 1000000000000000,
    });
  });

  it('leaves texts alone that look like such numbers', () => {
    const text = '{"name":"no:7890123456789012345,","id":7890123456789012345,"other":"[7890123456789012345]"}';
    expect(parseBody(text)).toEqual({
      name: 'no:7890123456789012345,',
      id: '7890123456789012345',
      other: '[7890123456789012345]',
    });
  });

  it('says the same as a parser of numbers of any length', () => {
    const Row = fc.record({ id: fc.bigInt({ min: 0n, max: 10n ** 20n }), name: Text, more: fc.array(fc.double()) });
    fc.assert(
      fc.property(fc.array(Row), (rows) => {
        const text = JSON.stringify(rows.map(({ name, more }) => ({ id: '<id>', name, more }))).replaceAll(
          '"<id>"',
          () => String(rows.shift()?.id),
        );
        expect(parseBody(text)).toEqual(lossless(text));
      }),
    );
  });

  it('takes nothing for JSON that is none', () => {
    fc.assert(
      fc.property(Text, (inside) => {
        const text = `[{"a":${inside}}]`;
        const valid = ((): boolean => {
          try {
            JSON.parse(text);
            return true;
          } catch {
            return false;
          }
        })();
        if (!valid) expect(() => parseBody(text)).toThrow(SyntaxError);
      }),
      { numRuns: 2000 },
    );
  });
});
