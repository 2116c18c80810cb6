import { describe, expect, it } from 'vitest';
import { clockSkewMs, retryAfterMs } from '../../src/gateways/retry-after.js';

const now = Date.parse('2026-03-01T00:00:00.000Z');

describe('Retry-After', () => {
  it.each<[string | undefined, number | undefined]>([
    ['0', 0],
    ['7', 7000],
    [' 1.5 ', 1500],
    ['86400', 3_600_000],
    ['Sun, 01 Mar 2026 00:00:30 GMT', 30_000],
    ['Sunday, 01-Mar-26 00:00:30 GMT', 30_000],
    ['Sun Mar  1 00:00:30 2026', 30_000],
    ['Sat, 28 Feb 2026 23:00:00 GMT', 0],
    ['Mon, 02 Mar 2026 00:00:00 GMT', 3_600_000],
    ['-5', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['', undefined],
    [undefined, undefined],
  ])('%o is %o ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});

describe('the clock of the other side', () => {
  it('is ahead or behind by its Date header', () => {
    expect(clockSkewMs({ date: 'Sun, 01 Mar 2026 00:05:00 GMT' }, now)).toBe(300_000);
    expect(clockSkewMs({ date: 'Sat, 28 Feb 2026 23:59:59 GMT' }, now)).toBe(-1000);
  });

  it('is unknown without a readable one', () => {
    expect(clockSkewMs({}, now)).toBeNull();
    expect(clockSkewMs({ date: 'yesterday' }, now)).toBeNull();
  });
});
