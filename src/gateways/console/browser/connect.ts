import http from 'node:http';
import https from 'node:https';
import { connect as openConnection, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAgents } from '../../agents.js';
import { proxyFor, type ForwardProxy, type ProxyServer } from '../../forward-proxy.js';

/** Opens a connection to the host of a socket (`ws:`, `wss:`). What is said on it, TLS included, is between page and console. */
export type Connector = (url: URL) => Promise<Duplex>;

const WITHIN_MS = 30_000;

/** By the site's forward proxy, where it has one for that host. Rejects where there is no connection within the time. */
export function createConnector(ca: readonly string[], forwardProxy: ForwardProxy): Connector {
  const agents = createAgents(ca, { keepAlive: false });
  return (url) => {
    const proxy = proxyFor(new URL(url.href.replace(/^ws/, 'http')), forwardProxy);
    return proxy ? byProxy(authorityOf(url), proxy, agents) : directly(url);
  };
}

/** `host:port`, as a tunnel is asked for. */
export function authorityOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'wss:' ? 443 : 80)}`;
}

function directly(url: URL): Promise<Duplex> {
  const [, port = ''] = /:(\d+)$/.exec(authorityOf(url)) ?? [];
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket: Socket = openConnection({ host, port: Number(port), timeout: WITHIN_MS });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('no connection within the time')));
    socket.once('connect', () => resolve(socket.setTimeout(0)));
  });
}

function byProxy(
  authority: string,
  { protocol, host, port, auth }: ProxyServer,
  agents: ReturnType<typeof createAgents>,
): Promise<Duplex> {
  const secret = auth && Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  // Else the host that the tunnel leads to is what the certificate of the proxy would have to name. An address is no server name.
  const servername = isIP(host) ? '' : host;
  const headers = { host: authority, ...(secret === undefined ? {} : { 'proxy-authorization': `Basic ${secret}` }) };
  const asked = { host, port, method: 'CONNECT', path: authority, headers, timeout: WITHIN_MS };
  return new Promise((resolve, reject) => {
    const request =
      protocol === 'https:'
        ? https.request({ ...asked, servername, agent: agents.https })
        : http.request({ ...asked, agent: agents.http });
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error('no connection within the time')));
    request.once('connect', ({ statusCode }, socket: Socket, head) => {
      if (statusCode !== 200) {
        socket.destroy();
        return reject(new Error(`the forward proxy opens no tunnel: ${statusCode}`));
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket.setTimeout(0));
    });
    request.end();
  });
}
