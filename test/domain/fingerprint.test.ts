import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical-json.js';
import { fingerprint, planHash } from '../../src/domain/fingerprint.js';
import type { Change } from '../../src/domain/plan.js';

const change: Change = {
  step: 'configure',
  target: 'integration.oaAddress',
  before: 'https://e9.example',
  after: null,
};

describe('fingerprint', () => {
  it('is the first eight hexadecimal digits of the SHA-256', () => {
    expect(fingerprint('abc')).toBe('ba7816bf');
    expect(fingerprint('契约锁')).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('planHash', () => {
  it('has 16 hexadecimal digits and depends on tenant, content and order', () => {
    const other: Change = { ...change, target: 'callback.url' };

    expect(planHash('acme', [change])).toMatch(/^[0-9a-f]{16}$/);
    expect(planHash('acme', [change])).not.toBe(planHash('bcme', [change]));
    expect(planHash('acme', [change, other])).not.toBe(planHash('acme', [other, change]));
  });

  it('does not depend on the order of keys or on absent labels', () => {
    const reordered = {
      after: null,
      before: 'https://e9.example',
      target: 'integration.oaAddress',
      step: 'configure',
    } as const;

    expect(planHash('acme', [reordered])).toBe(planHash('acme', [change]));
  });
});

describe('canonicalJson', () => {
  it('gives equal text for equal values, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(record));
      }),
    );
  });

  it('keeps what JSON keeps', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(plain);
      }),
    );
  });
});
