import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/gateways/forward-proxy.js';
import { hostMatches } from '../../src/gateways/hosts.js';

describe('a list of hosts', () => {
  it.each<[string, string, boolean]>([
    ['https://oa.example.com', 'oa.example.com', true],
    ['https://oa.example.com', 'OA.example.com', true],
    ['https://oa.example.com', 'example.com', true],
    ['https://oa.example.com', '.example.com', true],
    ['https://oa.example.com', '*.example.com', true],
    ['https://oa.example.com', '*', true],
    ['https://badexample.com', 'example.com', false],
    ['https://oa.example.com.evil.test', 'example.com', false],
    ['https://oa.example.com', 'oa.example.com:443', true],
    ['https://oa.example.com:8443', 'oa.example.com:443', false],
    ['http://10.1.2.3:8080', '10.0.0.0/8', true],
    ['http://11.1.2.3', '10.0.0.0/8', false],
    ['http://10.1.2.3', '10.1.2.3', true],
    ['http://110.1.2.3', '10.1.2.3', false],
    ['http://oa.example.com', '10.0.0.0/8', false],
    ['http://10.1.2.3', '10.0.0.0/99', false],
    ['http://10.1.2.3', 'nonsense/8', false],
    ['http://[fd00::1]:8080', 'fd00::1', true],
    ['http://[fd00::1]:8080', '[fd00::1]:8080', true],
    ['http://[fd00::1]', 'fd00::/8', true],
    ['https://oa.example.com', '', false],
  ])('%s is meant by %o: %o', (url, pattern, expected) => {
    expect(hostMatches(new URL(url), [pattern])).toBe(expected);
  });
});

describe('the forward proxy of an address', () => {
  const proxy = {
    http: 'proxy.example:3128',
    https: 'http://me:p%40ss@proxy.example:3129',
    noProxy: 'intra.example 10.0.0.0/8',
  };

  it.each<[string, object | false]>([
    ['http://oa.example', { protocol: 'http:', host: 'proxy.example', port: 3128 }],
    [
      'https://oa.example',
      { protocol: 'http:', host: 'proxy.example', port: 3129, auth: { username: 'me', password: 'p@ss' } },
    ],
    ['https://oa.intra.example', false],
    ['http://10.9.8.7', false],
    ['http://localhost:9', false],
    ['http://127.0.0.1:9', false],
    ['http://[::1]:9', false],
  ])('%s', (url, expected) => {
    expect(proxyFor(new URL(url), proxy)).toEqual(expected);
  });

  it('is none where none is configured', () => {
    expect(proxyFor(new URL('https://oa.example'), undefined)).toBe(false);
    expect(proxyFor(new URL('https://oa.example'), { http: 'http://p' })).toBe(false);
  });

  it('that is no address is named without showing it', () => {
    expect(() => proxyFor(new URL('http://oa.example'), { http: 'http://me:canary@:x' })).toThrow(
      /^[^]*proxy is not a URL$/,
    );
  });
});
