import type { BrowserContext } from 'playwright-core';
import type { Browsers, Lease, LeaseOptions } from './browsers.js';
import { createTurns } from './turns.js';

/**
 * One context for operation after operation at one console: opened by the first of them, given up as soon as somebody else waits for a
 * turn, after a failure, and where the session is another one. What it keeps are cookies; pages are opened afresh by each operation.
 */
export interface Visit {
  /** Operations of one visit go one after the other. */
  use<T>(options: Omit<LeaseOptions, 'onWanted'>, work: (context: BrowserContext) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Kept {
  lease: Lease;
  options: Omit<LeaseOptions, 'onWanted'>;
}

export function createVisit(browsers: Pick<Browsers, 'lease'>): Visit {
  const turns = createTurns(1);
  let kept: Kept | undefined;
  let busy = false;
  let wanted = false;

  async function giveUp(): Promise<void> {
    const given = kept;
    kept = undefined;
    wanted = false;
    await given?.lease.release();
  }

  async function opened(options: Omit<LeaseOptions, 'onWanted'>): Promise<BrowserContext> {
    if (kept && isSame(kept, options)) {
      kept.options.rules.gate = options.rules.gate;
      return kept.lease.context;
    }
    await giveUp();
    const lease = await browsers.lease({
      ...options,
      onWanted: () => {
        wanted = true;
        if (!busy) void giveUp();
      },
    });
    kept = { lease, options };
    return lease.context;
  }

  return {
    use: (options, work) =>
      turns.take(async () => {
        busy = true;
        let good = false;
        try {
          const context = await opened(options);
          const result = await work(context);
          await Promise.all(context.pages().map((page) => page.close().catch(() => undefined)));
          good = true;
          return result;
        } finally {
          busy = false;
          if (!good || wanted) await giveUp();
        }
      }),
    close: () => turns.take(giveUp),
  };
}

function isSame({ lease, options: { origin, session } }: Kept, now: Omit<LeaseOptions, 'onWanted'>): boolean {
  return origin === now.origin && session?.at === now.session?.at && lease.context.browser()?.isConnected() === true;
}
