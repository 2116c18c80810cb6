import { AsyncLocalStorage } from 'node:async_hooks';

type Close = () => Promise<void>;

/** What activities opened and have to close behind them, whichever way they end. */
export interface ActivityEnds {
  /** Runs one activity; when it has ended, closes what was added within it, latest first. A failure to close changes nothing. */
  within<T>(activity: () => Promise<T>): Promise<T>;
  /** Outside of any activity nobody closes it. */
  add(close: Close): void;
}

export function createActivityEnds(): ActivityEnds {
  const opened = new AsyncLocalStorage<Close[]>();
  return {
    add: (close) => void opened.getStore()?.push(close),
    async within(activity) {
      const toClose: Close[] = [];
      try {
        return await opened.run(toClose, activity);
      } finally {
        for (const close of toClose.toReversed()) await close().catch(() => undefined);
      }
    },
  };
}
