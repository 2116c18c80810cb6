import { setMaxListeners } from 'node:events';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaults, type Faults } from './faults.js';
import { createJournal, type Journal } from './journal.js';

/** What all systems of one world share: journal, faults, open servers and work in the background. */
export interface Kernel {
  seed: number;
  journal: Journal;
  faults: Faults;
  /** Aborted when the world closes; everything that waits listens to it. */
  signal: AbortSignal;
  /** Serves on loopback only and answers the port; 0 takes a free one. */
  listen(handler: Handler, port: number): Promise<number>;
  /** Work that outlives its request, such as a people sync that pulls. */
  background(work: Promise<unknown>): void;
  close(): Promise<void>;
}

/** As a Hono app has it. */
export type Handler = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** One kernel for each world; nothing is shared between worlds of one process. */
export function createKernel(seed: number): Kernel {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // each call that waits listens
  const servers: Server[] = [];
  const pending = new Set<Promise<unknown>>();

  return {
    seed,
    journal: createJournal(),
    faults: createFaults(seed),
    signal: closing.signal,
    async listen(handler, port) {
      const server = createServer(handler);
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
      });
      return (server.address() as AddressInfo).port;
    },
    background(work) {
      const settled = work.then(
        () => undefined,
        () => undefined,
      );
      pending.add(settled);
      void settled.then(() => pending.delete(settled));
    },
    async close() {
      closing.abort();
      await Promise.all([...pending]);
      await Promise.all(servers.map(closeServer));
    },
  };
}

function createServer(handler: Handler): Server {
  // The globals stay Node's own: the program under test may run in the same process.
  const fetch = (request: Request, bindings: unknown) => handler(request, bindings as HttpBindings);
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server;
  // Longer than any client keeps a socket, so that no request is sent into a connection that we are just closing.
  server.keepAliveTimeout = 120_000;
  return server;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
