import { problemText } from './problem-text.js';

/**
 * One spelling per address, since addresses are compared and paths are appended: host in lower case, no default port, no slash
 * at the end. The path stays, because gateways put whole systems behind a prefix.
 */
export function normalisedAddress(written: string): { address: string } | { problem: string } {
  if (!/^https?:\/\/[^/\\?#]/i.test(written) || !URL.canParse(written)) {
    return {
      problem: problemText('ADDRESS', 'not an absolute http or https address', 'write it like https://oa.example.com'),
    };
  }
  const url = new URL(written);
  if (url.username !== '' || url.password !== '') {
    return {
      problem: problemText(
        'SECRET-IN-PLAIN-TEXT',
        'the address holds a user name or password',
        'remove everything between // and @; then replace the password, it has been in a file',
      ),
    };
  }
  if (/[?#]/.test(written)) {
    return {
      problem: problemText('ADDRESS', 'the address has a query or a fragment', 'remove everything from ? or # on'),
    };
  }
  return { address: url.origin + url.pathname.replace(/\/+$/, '') };
}

/** What the keys of `targets` look like, for editors. */
export const ORIGIN_OR_ANY = '^(\\*|[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#@]+/?)$';

/** A key of `targets`, `*` or an address without a path, in the one spelling of origins; undefined where it is neither. */
export function targetOrigin(written: string): string | undefined {
  if (written === '*') return written;
  return new RegExp(ORIGIN_OR_ANY).test(written) && URL.canParse(written) ? new URL(written).origin : undefined;
}

/** Whether an address stays inside this machine, where plain http is no risk. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return (
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || hostname.startsWith('127.')
  );
}
