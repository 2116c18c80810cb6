import { describe, expect, it } from 'vitest';
import {
  GatewayError,
  UnexpectedAnswer,
  Unavailable,
  gatewayError,
  type FailureKind,
} from '../../src/gateways/errors.js';
import { everythingOf } from '../support/leaks.js';

const call = { system: 'e10', method: 'GET', path: '/oauth2/authorize?corpid=c#f' } as const;

describe('a failure of the outside', () => {
  it('is a sentence, without the query', () => {
    const error = new Unavailable(call, { text: '系统繁忙', code: '3000', status: 200 });

    expect(error.message).toBe('e10 GET /oauth2/authorize: 系统繁忙 (errcode 3000)');
    expect(error.path).toBe('/oauth2/authorize');
    expect(error.cause).toBeUndefined();
  });

  it('has no query of an address that the system repeats', () => {
    const text = 'I/O error on POST request for "https://oa.example/x?access_token=canary-token": timed out';
    const error = gatewayError(call, { kind: 'Rejected', text, errors: [{ field: 'url', message: text }] });

    expect(everythingOf(error)).toContain('https://oa.example/x?access_token=sha256:');
    expect(everythingOf(error)).not.toContain('canary');
  });

  it('says something where the system said nothing', () => {
    expect(new Unavailable({ ...call, system: 'e9' }, { status: 502, text: ' \n' }).message).toBe(
      'e9 GET /oauth2/authorize: no usable answer (HTTP 502)',
    );
  });

  it('quotes 300 characters on one line', () => {
    const { message } = new Unavailable(call, { text: `a\n\tb\u0000${'𠮷'.repeat(1000)}` });

    expect(message).toMatch(/: a b 𠮷+…$/u);
    expect([...message]).toHaveLength([...'e10 GET /oauth2/authorize: '].length + 300);
  });

  it('names what broke the schema', () => {
    const error = new UnexpectedAnswer(call, { paths: ['data.total', 'data.data.0.id'] });

    expect(error.message).toContain('unexpected answer at data.total, data.data.0.id');
  });

  it.each<[FailureKind, boolean]>([
    ['Unavailable', true],
    ['Throttled', true],
    ['Unauthenticated', false],
    ['NeedsLogin', false],
    ['Rejected', false],
    ['Conflict', false],
    ['UnexpectedAnswer', false],
  ])('%s: retryable %o', (kind, retryable) => {
    const error = gatewayError(call, { kind, retryAfterMs: 5 });

    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ name: kind, retryable, retryAfterMs: 5 });
    expect(error.constructor.name).toBe(kind);
  });
});
