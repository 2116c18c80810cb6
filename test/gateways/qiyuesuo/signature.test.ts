import { describe, expect, it } from 'vitest';
import { signature, signedHeaders } from '../../../src/gateways/qiyuesuo/signature.js';

/** Vectors A–C of `facts/qiyuesuo.md` §1.7. */
const input = {
  token: 'TESTTOKEN0',
  secret: 'TESTSECRET0123456789abcdefABCD',
  timestamp: '1700000000000',
  nonce: '11111111-2222-4333-8444-555555555555',
};

describe('the signature', () => {
  it('A: legacy', () => {
    expect(signature('legacy', input)).toBe('f423b9c7f6201a374b48f3555ead9f74');
  });

  it('B: with nonce, the same for the private and the public cloud', () => {
    expect(signature('nonce', input)).toBe('dd4c09b1a1beb0e8330c063e784c48e8');
    expect(signature('public', input)).toBe('dd4c09b1a1beb0e8330c063e784c48e8');
  });

  it('C: legacy at time 0', () => {
    expect(signature('legacy', { ...input, timestamp: '0' })).toBe('a66da4cb71d1ffabd0636101dec1fd86');
  });
});

describe('the headers', () => {
  it('have the names of each dialect, and never the secret', () => {
    expect(signedHeaders('legacy', input)).toEqual({
      'x-qys-accesstoken': 'TESTTOKEN0',
      'x-qys-timestamp': '1700000000000',
      'x-qys-signature': 'f423b9c7f6201a374b48f3555ead9f74',
    });
    expect(signedHeaders('nonce', input)).toEqual({
      'x-qys-accesstoken': 'TESTTOKEN0',
      'x-qys-timestamp': '1700000000000',
      'x-qys-nonce': input.nonce,
      'x-qys-signature': 'dd4c09b1a1beb0e8330c063e784c48e8',
    });
    expect(Object.keys(signedHeaders('public', input))).toEqual([
      'x-qys-open-accesstoken',
      'x-qys-open-timestamp',
      'x-qys-open-nonce',
      'x-qys-open-signature',
    ]);
    expect(JSON.stringify(signedHeaders('public', input))).not.toContain(input.secret);
  });
});
