import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BrowserContext } from 'playwright-core';
import { authorityOf, type Connector } from './connect.js';

/**
 * The only way by which a browser gets out of a context by itself: a proxy of this process. What pages ask for is carried by this
 * process anyway (`way.ts`), so nothing comes here but their sockets, which are let through one by one, and what the library does not
 * hand to us, such as requests of a SharedWorker: those end here.
 */
export interface WayOut {
  /** As a browser takes it. Whoever else works on this machine does not know the password. */
  proxy: { server: string; username: string; password: string };
  /** A socket is about to be opened there: one tunnel, once. */
  expect(url: URL): void;
  close(): Promise<void>;
}

/** What a page has given up by then opens nothing any more. */
const OPENS_WITHIN_MS = 10_000;
const USERNAME = 'page';
const ASKS = 'Basic realm="way out"';
const INTRODUCTION = 'http://way-out.invalid/';

export async function openWayOut(connect: Connector): Promise<WayOut> {
  const password = randomBytes(16).toString('hex');
  const authorization = `Basic ${Buffer.from(`${USERNAME}:${password}`).toString('base64')}`;
  let expected: { url: URL; until: number }[] = [];
  const open = new Set<Duplex>();
  const server = createServer((request, response) => {
    const { url, headers, socket } = request;
    // Any other answer of ours would pass for one of the host.
    if (url !== INTRODUCTION) return void socket.destroy();
    if (headers['proxy-authorization'] === authorization) return void response.end();
    response.writeHead(407, { 'Proxy-Authenticate': ASKS }).end();
  });
  server.on('connect', ({ url = '', headers }, socket: Duplex, head) => {
    keep(socket);
    if (headers['proxy-authorization'] !== authorization)
      return void socket.end(`HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: ${ASKS}\r\n\r\n`);
    void tunnel(url, socket, head);
  });

  function keep(one: Duplex): void {
    open.add(one);
    one.on('error', () => undefined);
    one.once('close', () => open.delete(one));
  }

  /** What is expected there, which is used up by that. */
  function take(authority: string): URL | undefined {
    const now = Date.now();
    expected = expected.filter(({ until }) => until >= now);
    const known = expected.find(({ url }) => authorityOf(url) === authority.toLowerCase());
    expected = expected.filter((one) => one !== known);
    return known?.url;
  }

  async function tunnel(authority: string, socket: Duplex, head: Buffer): Promise<void> {
    const url = take(authority);
    if (!url) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const outside = await connect(url).catch(() => undefined);
    if (!outside) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    keep(outside);
    socket.once('close', () => outside.destroy());
    outside.once('close', () => socket.destroy());
    if (socket.destroyed) return void outside.destroy();
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    outside.write(head);
    socket.pipe(outside).pipe(socket);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    proxy: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, username: USERNAME, password },
    expect(url) {
      expected.push({ url, until: Date.now() + OPENS_WITHIN_MS });
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const one of open) one.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Chromium gives name and password where a page is loaded, and to sockets only those that it has given before; without them they stay
 * shut. So a page of ours goes first.
 */
export async function introduce(context: BrowserContext): Promise<void> {
  const page = await context.newPage();
  try {
    await page.route(INTRODUCTION, (route) => route.continue());
    await page.goto(INTRODUCTION);
  } finally {
    await page.close();
  }
}
