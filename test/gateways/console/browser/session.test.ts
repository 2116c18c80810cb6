import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../../../src/gateways/console/browser/chromium.js';
import { createNotes } from '../../../../src/gateways/console/browser/notes.js';
import { createSessionStore, type Session } from '../../../../src/gateways/console/browser/session.js';
import { createTurns } from '../../../../src/gateways/console/browser/turns.js';
import { createSeal } from '../../../../src/gateways/seal.js';

const ORIGIN = 'https://seal.acme.example:9181';
const SESSION: Session = {
  storage: { cookies: [], origins: [] },
  session: { token: 'canary-token' },
  userAgent: 'Chrome',
  origin: ORIGIN,
  at: '2026-11-28T10:00:00.000Z',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qys-sessions-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the store of sessions', () => {
  it('keeps one per tenant and origin, sealed, for nobody else to read', async () => {
    const store = createSessionStore({ folder, seal: createSeal(randomBytes(32)) });
    await store.put('acme', SESSION);

    expect(await store.get('acme', ORIGIN)).toEqual(SESSION);
    expect(await store.get('acme', 'https://seal.acme.example:9180')).toBeUndefined();
    expect(await store.get('other', ORIGIN)).toBeUndefined();
    const files = await readdir(folder);
    expect(files).toHaveLength(1);
    const file = join(folder, files[0] ?? '');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, 'utf8')) + file).not.toMatch(/canary|acme/);

    expect(await store.delete('acme', ORIGIN)).toBe(true);
    expect(await store.get('acme', ORIGIN)).toBeUndefined();
    expect(await store.delete('acme', ORIGIN)).toBe(false);
  });

  it('opens no file that was made for another tenant', async () => {
    const seal = createSeal(randomBytes(32));
    const sealed = seal.seal(SESSION, `acme|${ORIGIN}`);
    expect(() => seal.open(sealed, { parse: (value: unknown) => value } as never, `other|${ORIGIN}`)).toThrow(
      /cannot be opened/,
    );
  });
});

it('takes no note of another run for its own', async () => {
  const notes = createNotes({ folder, seal: createSeal(randomBytes(32)) });
  await notes.write('acme', { run: 'one', formBefore: { singleSignOn: false }, starts: { key: ['a'] } });
  expect(await notes.read('acme', 'one')).toMatchObject({ starts: { key: ['a'] } });
  expect(await notes.read('acme', 'two')).toEqual({ run: 'two', starts: {} });

  await notes.forget('acme', 'two');
  expect(await notes.read('acme', 'one')).toMatchObject({ starts: { key: ['a'] } });
  await notes.forget('acme', 'one');
  expect(await readdir(folder)).toEqual([]);
});

it('gives turns in the order in which they were asked for, so many at once', async () => {
  const turns = createTurns(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    [0, 1, 2, 3, 4].map((id) =>
      turns.take(async () => {
        most = Math.max(most, ++running);
        order.push(id);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      }),
    ),
  );
  expect([most, order, turns.taken()]).toEqual([2, [0, 1, 2, 3, 4], 0]);
  await expect(turns.take(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(turns.taken()).toBe(0);
});

it('tells whoever has a turn that somebody waits for it, now or already', async () => {
  const turns = createTurns(1);
  const told: string[] = [];
  const leave = await turns.enter(() => told.push('first'));
  expect(told).toEqual([]);
  const others = ['second', 'third'].map((name) => turns.enter(() => told.push(name)));
  expect(told).toEqual(['first', 'first']);
  leave();
  leave();
  (await others[0])?.();
  expect(told).toEqual(['first', 'first', 'second']);
  (await others[1])?.();
  expect([told.length, turns.taken()]).toEqual([3, 0]);
});

describe('the Chromium to drive', () => {
  it('is the one that somebody named, or one on the path', () => {
    expect(findChromium({ QYS_E10_CHROMIUM: '/opt/chrome', PATH: '' })).toBe('/opt/chrome');
  });

  it('is none where its log would hold what is typed', () => {
    expect(() => findChromium({ DEBUG: 'pw:api', PATH: '' })).toThrow(/DEBUG/);
    expect(() => findChromium({ DEBUG: 'app:*', PATH: '' })).not.toThrow();
  });
});
