import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { authorityOf, type Connector } from './connect.js';

/**
 * The only way by which a browser gets out of a context by itself: a proxy of this process. What pages ask for is carried by this
 * process anyway (`way.ts`), so nothing comes here but their sockets, which are let through one by one, and what the library does not
 * hand to us, such as requests of a SharedWorker: those end here.
 */
export interface WayOut {
  /** As a browser takes it. */
  address: string;
  /** A socket is about to be opened there. */
  expect(url: URL): void;
  close(): Promise<void>;
}

/** A browser may ask twice where the first connection is slow. */
const OPENS_WITHIN_MS = 10_000;

export async function openWayOut(connect: Connector): Promise<WayOut> {
  const expected = new Map<string, { url: URL; until: number }>();
  const open = new Set<Duplex>();
  // An answer of ours would pass for one of the host.
  const server = createServer(({ socket }) => void socket.destroy());
  server.on('connect', (request, socket: Duplex, head) => void tunnel(request.url ?? '', socket, head));

  function keep(one: Duplex): void {
    open.add(one);
    one.on('error', () => undefined);
    one.once('close', () => open.delete(one));
  }

  async function tunnel(authority: string, socket: Duplex, head: Buffer): Promise<void> {
    keep(socket);
    const known = expected.get(authority.toLowerCase());
    if (!known || known.until < Date.now()) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const outside = await connect(known.url).catch(() => undefined);
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
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    expect(url) {
      expected.set(authorityOf(url), { url, until: Date.now() + OPENS_WITHIN_MS });
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const one of open) one.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}
