import { hostMatches, isLoopback } from './hosts.js';

/** Forward proxies of the worker's network, in the meaning of the usual variables; read by the configuration, not here. */
export interface ForwardProxy {
  /** For `http` addresses (`HTTP_PROXY`). */
  http?: string;
  /** For `https` addresses (`HTTPS_PROXY`); reached by CONNECT, so the proxy sees no content. */
  https?: string;
  /** Hosts that are reached directly (`NO_PROXY`), separated by commas or blanks. */
  noProxy?: string;
}

/** In the form that axios takes. */
export interface ProxyServer {
  protocol: string;
  host: string;
  port: number;
  auth?: { username: string; password: string };
}

/** The proxy for an address, or false: direct. This machine itself is always reached directly. */
export function proxyFor(url: URL, proxy: ForwardProxy | undefined): ProxyServer | false {
  const address = url.protocol === 'https:' ? proxy?.https : proxy?.http;
  if (!address || isLoopback(url) || hostMatches(url, (proxy?.noProxy ?? '').split(/[\s,]+/))) return false;

  const text = address.includes('://') ? address : `http://${address}`;
  if (!URL.canParse(text)) throw new Error('the address of the forward proxy is not a URL');
  const { protocol, hostname, port, username, password } = new URL(text);
  return {
    protocol,
    host: hostname,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    ...(username ? { auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } } : {}),
  };
}
