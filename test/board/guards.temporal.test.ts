import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import type { BoardOptions } from '../../src/board/options.js';
import { createMigrations, type Migrations } from '../../src/client.js';
import { openConnection } from '../../src/connection.js';
import { aBoard, TOKEN, ZHANG, type ABoard } from '../support/a-board.js';

let connection: Connection;
let migrations: Migrations;
let board: ABoard;

beforeAll(async () => {
  connection = await openConnection({ address: inject('temporalAddress') });
  const store = createFileBatchStore(await mkdtemp(join(tmpdir(), 'qys-e10-board-')));
  migrations = createMigrations({ client: new Client({ connection }), store });
});
afterAll(() => connection.close());
afterEach(() => board.close());

const opened = async (more: Partial<BoardOptions> = {}): Promise<ABoard> => (board = await aBoard(migrations, more));
const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();

describe('the headers of a page', () => {
  it('allow our own files alone, and keep nothing', async () => {
    await opened();
    const visitor = await board.visitor();
    for (const answer of [await board.ask('/login'), await visitor.get('/'), await visitor.get('/nowhere')]) {
      expect(answer.headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
      });
    }
  });

  it('let a browser keep our files, which it needs before anybody logs in', async () => {
    await opened();
    const { body } = await board.ask('/login');
    const files = [...body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(files).toHaveLength(3);
    for (const file of files) {
      const { status, headers } = await board.ask(file);
      expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
    expect((await board.ask('/assets/x/..%2fapp.ts')).status).toBe(404);
  });
});

describe('logging in', () => {
  it('is needed for everything', async () => {
    await opened();
    for (const path of ['/', '/orders', '/batches/spring', '/tenants/acme', '/orders/acme/1?told=taken']) {
      const { status, headers } = await board.ask(path);
      expect([status, headers['location']]).toEqual([303, `/login?to=${encodeURIComponent(path)}`]);
    }
    const origin = { origin: board.url };
    for (const path of ['/orders/acme/1/take', '/orders/acme/1/confirm', '/orders/acme/1/reveal', '/logout']) {
      expect((await board.ask(path, { method: 'POST', headers: origin, body: 'a=b' })).status).toBe(401);
    }
    expect((await board.ask('/orders', { headers: { 'x-poll': '1' } })).status).toBe(401);
  });

  it('goes on to the page that was asked for, with a cookie that no script and no other site gets', async () => {
    await opened();
    const body = form({ token: TOKEN, to: '/orders?a=1' });
    const { status, headers } = await board.ask('/login', { method: 'POST', headers: { origin: board.url }, body });
    expect([status, headers['location']]).toEqual([303, '/orders?a=1']);
    expect(headers['set-cookie']?.[0]).toMatch(/^qys-e10-board\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(board.told).toMatchObject([{ what: 'Logged in', facts: { by: ZHANG } }]);
  });

  it('ends where somebody logs out', async () => {
    await opened();
    const visitor = await board.visitor();
    expect((await visitor.get('/orders')).body).toContain(`Logged in as ${ZHANG}`);
    expect((await visitor.post('/logout', {})).headers['location']).toBe('/login');
    expect((await visitor.get('/orders')).status).toBe(303);
  });

  it('refuses a wrong token in words, then makes wait, and never repeats what was typed', async () => {
    await opened();
    const attempt = (): ReturnType<ABoard['ask']> =>
      board.ask('/login', { method: 'POST', headers: { origin: board.url }, body: form({ token: 'canary-guess' }) });
    const first = await attempt();
    expect(first.status).toBe(401);
    expect(first.body).toContain('Nobody has this token');
    for (let count = 1; count < 10; count += 1) await attempt();
    const last = await attempt();
    expect([last.status, last.headers['retry-after']]).toEqual([429, '60']);
    expect(first.body + last.body + JSON.stringify(board.told)).not.toContain('canary-guess');
    // The right one has to wait as well: whoever guesses must not learn that it was right.
    await expect(board.visitor()).rejects.toThrow('429');
  });

  it('marks the cookie for https where the board is reached by it', async () => {
    await opened({ publicUrl: new URL('https://board.example') });
    const headers = { host: 'board.example', origin: 'https://board.example' };
    const answer = await board.ask('/login', { method: 'POST', headers, body: form({ token: TOKEN }) });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Host-qys-e10-board=.*; HttpOnly; Secure; SameSite=Strict$/);
  });
});

describe('a form from elsewhere', () => {
  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a browser that says so', { 'sec-fetch-site': 'cross-site' }],
    ['a frame without an origin, in a browser that says so', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a program that says nothing', {}],
  ])('is refused: %s', async (_, headers) => {
    await opened();
    const visitor = await board.visitor();
    const { body: page } = await visitor.get('/orders');
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const sent = { method: 'POST', headers: { cookie: visitor.cookie, ...headers }, body: form({ token }) };
    expect((await board.ask('/logout', sent)).status).toBe(403);
    expect((await board.ask('/login', { ...sent, body: form({ token: TOKEN }) })).status).toBe(403);
    expect((await visitor.get('/orders')).status).toBe(200);
  });

  it('is refused without the token of our pages, wherever it says that it comes from', async () => {
    await opened();
    const visitor = await board.visitor();
    for (const origin of [board.url, 'null']) {
      for (const body of ['a=b', form({ token: 'x' })]) {
        const sent = { method: 'POST', headers: { cookie: visitor.cookie, origin }, body };
        expect((await board.ask('/logout', sent)).status).toBe(403);
      }
    }
    const json = { 'content-type': 'application/json', cookie: visitor.cookie, 'content-length': '2' };
    expect((await board.ask('/logout', { method: 'POST', headers: json, body: '{}' })).status).toBe(403);
    expect((await visitor.get('/orders')).status).toBe(200);
  });

  it('is taken from a page of ours whose origin a browser keeps to itself', async () => {
    await opened();
    const visitor = await board.visitor();
    expect((await visitor.post('/logout', {}, { origin: 'null' })).status).toBe(303);
  });
});

describe('the name by which the board is called', () => {
  it('is one of loopback, or its public one', async () => {
    await opened({ publicUrl: new URL('https://board.example') });
    const { port } = new URL(board.url);
    const status = async (host: string): Promise<number> => (await board.ask('/login', { headers: { host } })).status;
    expect(await status(`localhost:${port}`)).toBe(200);
    expect(await status('board.example')).toBe(200);
    expect(await status(`evil.example:${port}`)).toBe(403);
    expect(await status('127.0.0.1.evil.example')).toBe(403);
  });
});

describe('behind a proxy that knows people', () => {
  const byHeader: Partial<BoardOptions> = { entrance: { userHeader: 'X-Forwarded-User' }, trustProxy: true };

  it('takes its word, and nobody without it', async () => {
    await opened(byHeader);
    const user = Buffer.from('李四', 'utf8').toString('latin1');
    const { status, body } = await board.ask('/orders', { headers: { 'x-forwarded-user': user } });
    expect(status).toBe(200);
    expect(body).toContain('Logged in as 李四');
    expect(body).not.toContain('Log out');
    for (const name of ['', 'x'.repeat(101)]) {
      expect((await board.ask('/orders', { headers: { 'x-forwarded-user': name } })).status).toBe(401);
    }
    expect((await board.ask('/orders')).body).toContain('names no user');
    expect(
      (await board.ask('/login', { method: 'POST', headers: { origin: board.url }, body: 'token=x' })).status,
    ).toBe(404);
  });

  it('still wants the token of its pages with a form', async () => {
    await opened(byHeader);
    const headers = { 'x-forwarded-user': 'li', origin: board.url };
    expect((await board.ask('/orders/acme/1/take', { method: 'POST', headers, body: 'a=b' })).status).toBe(403);
  });
});

describe('what is sent', () => {
  it('has a limit, and one for files only where somebody is logged in', async () => {
    await opened();
    const visitor = await board.visitor();
    const large = 'x'.repeat(300 * 1024);
    expect((await visitor.post('/orders/acme/1/take', { large })).status).toBe(413);
    const confirm = await visitor.post('/orders/acme/1/confirm', { large });
    expect(confirm.status).toBe(404);
    const sent = { method: 'POST', headers: { origin: board.url }, body: form({ token: large }) };
    expect((await board.ask('/login', sent)).status).toBe(413);
    expect((await board.ask('/orders/acme/1/confirm', sent)).status).toBe(401);
  });
});

describe('the language', () => {
  it('is the browser’s, until somebody chooses another', async () => {
    await opened({ lang: 'zh' });
    const asked = async (headers: Record<string, string>): Promise<string> =>
      (await board.ask('/login', { headers })).body;
    expect(await asked({})).toContain('<html lang="zh-CN">');
    expect(await asked({ 'accept-language': 'en-GB' })).toContain('<html lang="en">');
    const chosen = await board.ask('/language', {
      method: 'POST',
      headers: { origin: board.url },
      body: form({ lang: 'en', back: '/login?to=%2Forders' }),
    });
    expect([chosen.status, chosen.headers['location']]).toEqual([303, '/login?to=%2Forders']);
    const cookie = chosen.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect(await asked({ cookie, 'accept-language': 'zh' })).toContain('<html lang="en">');
    const away = { method: 'POST', headers: { origin: board.url }, body: form({ lang: 'en', back: '//evil.example' }) };
    expect((await board.ask('/language', away)).headers['location']).toBe('/');
  });
});
