import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderForward } from '../../src/domain/forward-block.js';

describe('the block', () => {
  it.each([
    ['forward.conf', { tenantId: 'acme' }],
    ['forward-upstream.conf', { tenantId: '阿珂米', upstream: 'https://oa.acme.example:8443' }],
  ])('is %s, letter by letter', (file, options) => {
    const golden = readFileSync(new URL(`golden/${file}`, import.meta.url), 'utf8');

    expect(renderForward(options)).toBe(golden);
    expect(renderForward(options)).toBe(golden);
  });

  it('never redirects, and matches the path of E9 only', () => {
    for (const block of [
      renderForward({ tenantId: 'acme' }),
      renderForward({ tenantId: 'acme', upstream: 'http://oa' }),
    ]) {
      expect(block).not.toMatch(/return 30|permanent|redirect;/);
      expect(block.match(/location/g)).toHaveLength(1);
      expect(block).toContain('location = /QYSPrivateCallbackServlet {');
    }
  });

  it.each(['', 'a\n}', 'a\rb', 'a\u0000b', 'a\u0085b'])('is not made for the tenant id %j', (tenantId) => {
    expect(() => renderForward({ tenantId })).toThrow('tenant id');
  });

  it.each([
    'oa.example',
    'ftp://oa',
    'http://oa/papi',
    'http://oa;}',
    'http://$host',
    'http://a b',
    'http://oa\n',
    'http://u:p@oa',
  ])('is not made for the upstream %j', (upstream) => {
    expect(() => renderForward({ tenantId: 'acme', upstream })).toThrow('upstream');
  });
});
