import { createE10Host } from './e10/server.js';
import type { E10Host } from './e10/host.js';
import { createE9Host, type E9Host } from './e9/server.js';
import type { Handler, Kernel } from './kernel/kernel.js';

/** Fixed ports, so that a batch file outlives a restart. Free ones are taken where nothing is said. */
export interface Ports {
  console?: number;
  /** The signing platform is an origin of its own, as at a customer's. */
  signing?: number;
  openApi?: number;
  /** The OA hosts take this port and the following ones, in the order of the tenants. */
  oaFrom?: number;
}

/** An OA host and where it listens. */
export interface Served<T> {
  host: T;
  address: string;
}

/** Opens the servers of one world. */
export interface Hosts {
  serve(app: { fetch: Handler }, port?: number): Promise<string>;
  e10(ownedAlone: boolean): Promise<Served<E10Host>>;
  e9(ownedAlone: boolean): Promise<Served<E9Host>>;
}

/** Everything listens on loopback. */
export function createHosts(kernel: Kernel, { oaFrom = 0 }: Ports): Hosts {
  let nextPort = oaFrom;

  async function serve(app: { fetch: Handler }, port = 0): Promise<string> {
    const handler: Handler = (request, bindings) => app.fetch(request, bindings);
    return `http://127.0.0.1:${await kernel.listen(handler, port)}`;
  }

  function serveOa(app: { fetch: Handler }): Promise<string> {
    return serve(app, nextPort === 0 ? 0 : nextPort++);
  }

  return {
    serve,
    async e10(ownedAlone) {
      const { host, app } = createE10Host(kernel, ownedAlone);
      return { host, address: await serveOa(app) };
    },
    async e9(ownedAlone) {
      const { host, app } = createE9Host(kernel, ownedAlone);
      return { host, address: await serveOa(app) };
    },
  };
}
