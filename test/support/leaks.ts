import { inspect } from 'node:util';

/** Everything a logger could print of an error, its hidden parts and causes included. */
export function everythingOf(error: unknown): string {
  const own =
    error instanceof Error ? Object.getOwnPropertyNames(error).map((name) => inspect(Reflect.get(error, name))) : [];
  return [inspect(error, { depth: Infinity, showHidden: true }), JSON.stringify(error), String(error), ...own].join(
    '\n',
  );
}

/** What a call throws; fails the test if it does not. */
export async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => Promise.reject(new Error('expected a failure, got an answer')),
    (error: unknown) => error,
  );
}
