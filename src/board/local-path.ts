/** A page of ours to come back to; `/` for anything that would lead elsewhere. */
export function localPath(given: unknown): string {
  if (typeof given !== 'string' || !/^\/(?![/\\])/.test(given) || !URL.canParse(given, HERE)) return '/';
  const { origin, pathname, search } = new URL(given, HERE);
  return origin === HERE ? pathname + search : '/';
}

const HERE = 'http://here.invalid';
