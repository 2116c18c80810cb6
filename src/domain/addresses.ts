/** Address without trailing slashes and with a lower-case host, so that two spellings of one place compare equal. */
export function canonicalAddress(address: string): string {
  const trimmed = address.trim();
  if (!URL.canParse(trimmed)) return trimmed.replace(/\/+$/, '');
  return new URL(trimmed).href.replace(/\/+$/, '');
}

export function sameAddress(one: string | null | undefined, other: string | null | undefined): boolean {
  if (one === null || one === undefined || other === null || other === undefined) return one === other;
  return canonicalAddress(one) === canonicalAddress(other);
}

/** Scheme, host and port; undefined for what is no address. */
export function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

/** Host without port: a callback may name the same machine by another port. */
export function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).hostname : undefined;
}

/** A path below an address, whatever context path and trailing slashes the address has. */
export function under(address: string, path: string): string {
  return `${address.trim().replace(/\/+$/, '')}${path}`;
}
