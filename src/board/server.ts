import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBoard } from './app.js';
import { CannotListen } from './cannot-listen.js';
import type { BoardOptions } from './options.js';

/** A board that listens. */
export interface RunningBoard {
  /** Where it can be reached from this machine. */
  url: string;
  close(): Promise<void>;
}

/** `port` 0 takes a free one. */
export async function startBoard(
  { host, port }: { host: string; port: number },
  options: Omit<BoardOptions, 'loopbackOnly'>,
): Promise<RunningBoard> {
  const app = createBoard({ ...options, loopbackOnly: isLoopback(host) });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new CannotListen(
          `${host}:${port} cannot be listened on (${error.code ?? error.message}): take another --port or --host`,
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

export function isLoopback(host: string): boolean {
  return /^(127(\.\d{1,3}){3}|localhost|::1)$/.test(host);
}
