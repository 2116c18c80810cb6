import { setTimeout as sleep } from 'node:timers/promises';

/** How a server is: `gone` where its process has ended, `stuck` where it answers every call with the same failure of its own. */
export type Health = 'well' | 'gone' | 'stuck';

/** What to look at, and what to do where it is not well. */
export interface Kept {
  health: () => Promise<Health>;
  /** Not well, seen twice. A failure is told and tried again, less and less often. */
  mend: (found: Exclude<Health, 'well'>, tell: (line: string) => void) => Promise<void>;
  /** Each line once, until it is well again. */
  report: (line: string) => void;
  /** Milliseconds between two looks, as of now. */
  everyMs: () => number;
}

/** So many times longer at most is waited after failures. */
const MOST_PATIENCE = 20;

/**
 * Looks every few seconds whether a server is well, and mends it where it is not, until the returned function is called;
 * that waits for a mending under way. Keeps no process alive.
 */
export function keep({ health, mend, report, everyMs }: Kept): () => Promise<void> {
  const stopping = new AbortController();
  const told = new Set<string>();
  const tell = (line: string): void => {
    if (!told.has(line)) report(line);
    told.add(line);
  };

  async function look(): Promise<void> {
    if ((await health()) !== 'well') {
      const found = await health();
      if (stopping.signal.aborted) return;
      if (found !== 'well') await mend(found, tell);
    }
    told.clear();
  }

  const looking = (async () => {
    for (let patience = 1; ;) {
      await sleep(everyMs() * patience, undefined, { signal: stopping.signal, ref: false });
      try {
        await look();
        patience = 1;
      } catch (error) {
        tell(error instanceof Error ? error.message : String(error));
        patience = Math.min(patience * 2, MOST_PATIENCE);
      }
    }
  })().catch(() => undefined); // stopped
  return async () => {
    stopping.abort();
    await looking;
  };
}
