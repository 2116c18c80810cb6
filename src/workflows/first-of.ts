import { CancellationScope } from '@temporalio/workflow';

/** Whichever comes first; the other is cancelled. */
export async function firstOf<T>(one: () => Promise<T>, other: () => Promise<T>): Promise<T> {
  return CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const both = [one(), other()];
    for (const each of both) each.catch(() => undefined);
    try {
      return await Promise.race(both);
    } finally {
      scope.cancel();
    }
  });
}
