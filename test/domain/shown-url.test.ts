import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { E9_CATEGORY_PATH, movedCallback } from '../../src/domain/categories.js';
import { fingerprint, planHash } from '../../src/domain/fingerprint.js';
import { planChanges, type Picture } from '../../src/domain/planning.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { difference } from '../../src/domain/undo.js';
import { hiddenParts, shownAt, shownText, shownUrl } from '../../src/domain/shown-url.js';

const OLD = `https://old.example${E9_CATEGORY_PATH}`;
const NEW = 'https://new.example';
const token = fc.stringMatching(/^[A-Za-z0-9_-]{8,40}$/);

describe('a shown sentence', () => {
  const abc = `sha256:${fingerprint('abc')}`;
  it.each([
    [
      'I/O error on POST "http://oa.example/x?access_token=abc": timed out',
      `I/O error on POST "http://oa.example/x?access_token=${abc}": timed out`,
    ],
    ['GET /openserver/x?token=abc 超时', `GET /openserver/x?token=${abc} 超时`],
    ['see https://me:pass@oa.example/x', 'see https://oa.example/x'],
    ['is it on? see https://oa.example/x', 'is it on? see https://oa.example/x'],
  ])('%j reads %j', (text, shown) => {
    expect(shownText(text)).toBe(shown);
  });
});

describe('a shown address', () => {
  it.each([
    ['https://oa.example/x', 'https://oa.example/x'],
    ['https://OA.example', 'https://OA.example'],
    ['https://oa.example/x?token=abc&no=', `https://oa.example/x?token=sha256:${fingerprint('abc')}&no=`],
    ['https://oa.example/x?a=b=c?d', `https://oa.example/x?a=sha256:${fingerprint('b=c?d')}`],
    ['https://oa.example/x?abc', `https://oa.example/x?sha256:${fingerprint('abc')}`],
    ['https://oa.example/x#abc', `https://oa.example/x#sha256:${fingerprint('abc')}`],
    ['https://me:pass@oa.example/@x', 'https://oa.example/@x'],
    ['https:/me:pass@oa.example', 'https:/oa.example'],
    ['//me:pass@oa.example/x', '//oa.example/x'],
    ['ht\ntps://me:pass@oa.example/x\t', 'https://oa.example/x'],
    ['/x?token=abc', `/x?token=sha256:${fingerprint('abc')}`],
    ['no address', 'no address'],
    ['', ''],
  ])('%j reads %j', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  it('has no value of its query, no password and no fragment; names and place stay', () => {
    fc.assert(
      fc.property(token, token, token, (one, two, three) => {
        const secrets = [`canary1${one}`, `canary2${two}`, `canary3${three}`];
        const url = `https://me:${secrets[0]}@oa.example/x?first=${secrets[1]}&second=${secrets[1]}#${secrets[2]}`;
        const shown = shownUrl(url);
        for (const secret of secrets) expect(shown).not.toContain(secret);
        expect(shown).toMatch(/^https:\/\/oa\.example\/x\?first=sha256:.{8}&second=sha256:.{8}#sha256:.{8}$/);
      }),
    );
  });

  it('is the same for the same address, another for another token, and shown twice is shown once', () => {
    fc.assert(
      fc.property(token, token, (one, other) => {
        const [a, b] = [shownUrl(`${OLD}?t=${one}`), shownUrl(`${OLD}?t=${other}`)];
        expect(a === b).toBe(one === other);
        expect(shownUrl(a)).toBe(a);
      }),
    );
  });

  it('never fails', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof shownUrl(text) === 'string'));
  });

  it('shows the query of a callback and of the moved one alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (value) => {
        const url = `${OLD}?from=qys&t=${value.replaceAll(/[#\s]/g, '')}x`;
        const moved = movedCallback({ url }, NEW)?.url ?? '';
        const [, query] = shownUrl(url).split('?');
        expect(shownUrl(moved).split('?')[1]).toBe(query);
      }),
    );
  });

  it('is made of what stands at an address, and of nothing else', () => {
    expect(shownAt('people-sync.schedule', '0 2 ? * *')).toBe('0 2 ? * *');
    expect(shownAt('callback.url', null)).toBeNull();
    expect(shownAt('integration.oaAddress', 'https://a:b@oa.example')).toBe('https://oa.example');
  });

  it('hides in messages what is long enough to be a secret, also where it is repeated decoded', () => {
    const parts = hiddenParts('https://me:password@oa.example/x?token=a%2Fsecret&no=1');
    expect(parts).toEqual(expect.arrayContaining(['a%2Fsecret', 'a/secret', 'me:password']));
    expect(parts).not.toContain('1');
  });
});

describe('a plan with a token in a callback', () => {
  const tenant = {
    id: 'acme',
    qiyuesuo: { deployment: 'private', version: '4.3.7' },
    e9: { address: 'https://old.example' },
    e10: { address: NEW, tenantKey: 't', openPlatform: `${NEW}/openserver` },
    categories: 'auto',
    people: { scope: 'keep', guard: { percent: 5, count: 50 } },
  } as unknown as Tenant;
  const picture = (secret: string): Picture => ({
    integration: {
      deployment: 'private',
      oaVersion: 'E9',
      fields: { singleSignOn: true, oaAddress: `https://u:${secret}@old.example` },
      etag: '',
    },
    callback: { page: 'new', url: `https://old.example/x?t=${secret}`, etag: '', extra: {} },
    peopleSync: null,
    categories: [{ id: '1', name: 'one', state: 'enabled', etag: '', callback: { url: `${OLD}?t=${secret}` } }],
    forwarded: null,
    namedScope: null,
  });

  it('does not hold it; equal tokens give equal hashes, other tokens other ones', () => {
    fc.assert(
      fc.property(token, token, (one, other) => {
        const [a, again, b] = [one, one, other].map((secret) => planChanges(tenant, picture(`canary${secret}`), {}));
        expect(JSON.stringify(a)).not.toContain('canary');
        expect(planHash('acme', again ?? [])).toBe(planHash('acme', a ?? []));
        expect(planHash('acme', a ?? []) === planHash('acme', b ?? [])).toBe(one === other);
      }),
    );
  });

  it('nor does the difference that an undo leaves', () => {
    const left = difference({
      field: 'category:1',
      before: `${OLD}?t=canary1`,
      wrote: null,
      found: `${OLD}?t=canary2`,
    });
    expect(JSON.stringify(left)).not.toContain('canary');
    expect(left.expected).not.toBe(left.found);
  });
});
