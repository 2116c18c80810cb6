import { setTimeout as sleep } from 'node:timers/promises';

/** How a server is: `gone` where its process has ended, `stuck` where it answers every call with the same failure of its own. */
export type Health = 'well' | 'gone' | 'stuck';

/** What to look at, and what to do where it is not well. */
export interface Kept {
  health: () => Promise<Health>;
  /** Not well, seen twice. A failure is told and tried again at the next look. */
  mend: (found: Exclude<Health, 'well'>) => Promise<void>;
  report: (line: string) => void;
  everyMs: number;
}

/**
 * Looks every few seconds whether a server is well, and mends it where it is not, until the returned function is called;
 * that waits for a mending under way. Keeps no process alive.
 */
export function keep({ health, mend, report, everyMs }: Kept): () => Promise<void> {
  const stopping = new AbortController();
  const looking = (async () => {
    for (;;) {
      await sleep(everyMs, undefined, { signal: stopping.signal, ref: false });
      try {
        if ((await health()) === 'well') continue;
        const found = await health();
        if (found !== 'well' && !stopping.signal.aborted) await mend(found);
      } catch (error) {
        report(error instanceof Error ? error.message : String(error));
      }
    }
  })().catch(() => undefined); // stopped
  return async () => {
    stopping.abort();
    await looking;
  };
}
