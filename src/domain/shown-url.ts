import { fingerprint } from './fingerprint.js';

/**
 * What may be shown of an address. Customers put tokens into the query of a callback, and passwords before the host: the
 * values of a query and a fragment become fingerprints (`?token=sha256:9f86d081`), so that two of them can be told apart and
 * equal ones are seen to be equal; userinfo goes. Scheme, host, path and the names in the query stay. Shown twice is shown once.
 *
 * Raw addresses live inside an activity and in the sealed snapshot; whatever leaves goes through here. Never fails: what is no
 * address is taken apart all the same. Not for workflow code, see `fingerprint`.
 */
export function shownUrl(url: string): string {
  const { place, query, fragment } = takenApart(url);
  const shownQuery = query === undefined ? '' : `?${query.split('&').map(shownPair).join('&')}`;
  return withoutUserinfo(place) + shownQuery + (fragment === undefined ? '' : `#${shownValue(fragment)}`);
}

/** A value as plans, findings and proofs may show it: `target` says whether it is an address (`Change.target`). */
export function shownAt(target: string, value: string | null): string | null {
  const isAddress = ADDRESSES.includes(target) || target.startsWith('category:');
  return value !== null && isAddress ? shownUrl(value) : value;
}

/** The same for the addresses inside a sentence of the outside: the system that says it may have been given a token in one. */
export function shownText(text: string): string {
  return text.replace(ADDRESS_IN_TEXT, shownUrl);
}

/** What must not stand in a message of a system that repeats the address: for masking. Short values say nothing and occur anywhere. */
export function hiddenParts(url: string): string[] {
  const { place, query = '', fragment = '' } = takenApart(url);
  const values = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  const parts = [...values, ...values.map(decoded), fragment, USERINFO.exec(place)?.[2] ?? ''];
  return [url, query, ...parts].filter((part) => part.length >= SHORTEST_HIDDEN);
}

const ADDRESSES = ['integration.oaAddress', 'integration.openPlatformAddress', 'callback.url'];
const ADDRESS_IN_TEXT = /https?:\/\/[^\s"'<>]+|[^\s"'<>?]*\?[^\s"'<>?=]+=[^\s"'<>]+/gi;
const SHORTEST_HIDDEN = 6;
const SHOWN = /^sha256:[0-9a-f]{8}$/;
const USERINFO = /^([a-z][a-z0-9+.-]*:[/\\]*|[/\\]{2})([^/\\?#]*)@/i;

function takenApart(url: string): { place: string; query: string | undefined; fragment: string | undefined } {
  // Browsers and servers ignore tabs and line breaks inside an address.
  const text = url.trim().replace(/[\t\r\n]/g, '');
  const [, place = '', query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text) ?? [];
  return { place, query: query === undefined ? undefined : encoded(query), fragment };
}

function withoutUserinfo(place: string): string {
  return place.replace(USERINFO, '$1');
}

/** A pair without `=` is taken for a value: a bare query may be the token itself. */
function shownPair(pair: string): string {
  const equals = pair.indexOf('=');
  return equals < 0 ? shownValue(pair) : pair.slice(0, equals + 1) + shownValue(pair.slice(equals + 1));
}

function shownValue(value: string): string {
  return value === '' || SHOWN.test(value) ? value : `sha256:${fingerprint(value)}`;
}

/** As an address that was parsed has it, so that a callback and the one moved from it show the same fingerprints. */
function encoded(query: string): string {
  return new URL(`http://any/?${query}`).search.slice(1);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
