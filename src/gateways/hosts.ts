import { BlockList, isIP } from 'node:net';

/**
 * Whether an address is meant by one of the patterns, in the syntax of `NO_PROXY`: `*`, `host`, `.suffix` or `*.suffix`,
 * `host:port`, an IP address, a CIDR block. A plain name also means its subdomains, as curl and Go read it.
 */
export function hostMatches(url: URL, patterns: readonly string[]): boolean {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return patterns.some((pattern) => matches(host, port, pattern.trim().toLowerCase()));
}

/** Addresses of this machine itself; no forward proxy can reach them for us. */
export function isLoopback(url: URL): boolean {
  return hostMatches(url, ['localhost', '127.0.0.0/8', '::1']);
}

function matches(host: string, port: string, pattern: string): boolean {
  if (pattern === '') return false;
  if (pattern === '*') return true;
  if (pattern.includes('/')) return inBlock(host, pattern);

  const [, name = pattern, wantedPort] = isIP(pattern) === 6 ? [] : (/^(.*?)(?::(\d+))?$/.exec(pattern) ?? []);
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const wanted = bare(name).replace(/^\*?\./, '');
  return host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`));
}

function inBlock(host: string, block: string): boolean {
  const [network = '', bits = ''] = block.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const prefix = Number(bits);
  if (isIP(network) === 0 || isIP(host) === 0 || !Number.isInteger(prefix) || prefix > (family === 'ipv6' ? 128 : 32))
    return false;

  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/** IPv6 addresses stand in brackets in a URL, and without them in most lists. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
