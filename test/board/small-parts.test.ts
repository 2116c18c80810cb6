import { describe, expect, it } from 'vitest';
import { createFormTokens } from '../../src/board/form-tokens.js';
import { isKnownName } from '../../src/board/guards.js';
import { languageOf } from '../../src/board/language.js';
import { localPath } from '../../src/board/local-path.js';
import type { BoardOptions } from '../../src/board/options.js';
import { isLoopback } from '../../src/board/server.js';
import { createSessions } from '../../src/board/sessions.js';
import { createSharedLooks } from '../../src/board/shared-looks.js';
import { newToken, whoHas } from '../../src/board/tokens.js';
import { createTries } from '../../src/board/tries.js';

describe('the language of a page', () => {
  it.each([
    [undefined, undefined, 'en'],
    [undefined, 'zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    [undefined, 'de-DE, en;q=0.3, zh;q=0.7', 'zh'],
    [undefined, 'zh;q=0, en', 'en'],
    [undefined, 'fr', 'en'],
    ['en', 'zh-CN', 'en'],
    ['zh', undefined, 'zh'],
    ['tlh', 'zh', 'zh'],
  ] as const)('cookie %s, browser %s: %s', (cookie, accept, lang) => {
    expect(languageOf({ cookie, accept }, 'en')).toBe(lang);
  });
});

describe('where a form leads back to', () => {
  it.each([
    ['/orders/acme/1?told=taken', '/orders/acme/1?told=taken'],
    ['//evil.example/x', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
    [undefined, '/'],
  ])('%s: %s', (given, path) => {
    expect(localPath(given)).toBe(path);
  });
});

describe('names by which the board is called', () => {
  const onLoopback = { loopbackOnly: true, publicUrl: new URL('https://board.example') } as BoardOptions;

  it.each([
    ['127.0.0.1:8686', true],
    ['localhost', true],
    ['[::1]:8686', true],
    ['board.example', true],
    ['evil.example:8686', false],
    ['127.0.0.1.evil.example', false],
    ['', false],
  ])('%s: %s', (host, known) => {
    expect(isKnownName(host, onLoopback)).toBe(known);
  });

  it('are any where it listens for others too', () => {
    expect(isKnownName('10.0.0.5:8686', { ...onLoopback, loopbackOnly: false })).toBe(true);
    expect(['127.0.0.1', 'localhost', '::1', '0.0.0.0', '10.0.0.5'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('a token', () => {
  it('is known to be whose', () => {
    const tokens = [
      { by: '张三', token: 'a'.repeat(20) },
      { by: 'li', token: 'b'.repeat(20) },
    ];
    expect(whoHas(tokens, 'b'.repeat(20))).toBe('li');
    expect(whoHas(tokens, 'b'.repeat(19))).toBeUndefined();
    expect(whoHas([], '')).toBeUndefined();
    expect(newToken()).not.toBe(newToken());
  });

  it('of a form fits its person only', () => {
    const forms = createFormTokens();
    expect(forms.fits('li', forms.of('li'))).toBe(true);
    expect(forms.fits('张三', forms.of('li'))).toBe(false);
    expect(forms.fits('li', createFormTokens().of('li'))).toBe(false);
    expect([undefined, '', 'x'].some((given) => forms.fits('li', given))).toBe(false);
  });
});

describe('a session', () => {
  it('ends after twelve idle hours, in which a page that renews itself does not count', () => {
    let now = 0;
    const sessions = createSessions(() => now);
    const id = sessions.begin('li');
    now = 11 * 3_600_000;
    expect(sessions.who(id, false)).toBe('li');
    now = 11.5 * 3_600_000;
    expect(sessions.who(id, true)).toBe('li');
    now = 23 * 3_600_000;
    expect(sessions.who(id, false)).toBe('li');
    now = 23.5 * 3_600_000;
    expect(sessions.who(id, true)).toBeUndefined();
    const other = sessions.begin('li');
    sessions.end(other);
    expect(sessions.who(other, true)).toBeUndefined();
  });
});

describe('tries to log in', () => {
  it('are ten a minute from one address', () => {
    let now = 0;
    const tries = createTries(() => now);
    for (let count = 0; count < 10; count += 1) {
      expect(tries.mayTry('a')).toBe(true);
      tries.failed('a');
    }
    expect([tries.mayTry('a'), tries.mayTry('b')]).toEqual([false, true]);
    now = 60_001;
    expect(tries.mayTry('a')).toBe(true);
  });
});

describe('a look that several share', () => {
  it('is taken once within a moment, and longer where it took long', async () => {
    let now = 0;
    let looks = 0;
    const shared = createSharedLooks<number>(() => now);
    const slow = async (): Promise<number> => {
      now += 2_000;
      looks += 1;
      return looks;
    };
    expect(await Promise.all([shared('a', slow), shared('a', slow)])).toEqual([1, 1]);
    now += 9_000;
    expect(await shared('a', slow)).toBe(1);
    now += 1_001;
    expect(await shared('a', slow)).toBe(2);
  });

  it('is taken again at once where it failed', async () => {
    const shared = createSharedLooks<number>(() => 0);
    await expect(shared('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await shared('a', () => Promise.resolve(2))).toBe(2);
  });
});
