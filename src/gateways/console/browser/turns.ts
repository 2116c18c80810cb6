/** Lets so many at once do something; the others wait in the order in which they came. */
export interface Turns {
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Waits for a turn, and answers how to end it. `onWanted`: somebody else waits while it lasts. */
  enter(onWanted?: () => void): Promise<() => void>;
  taken(): number;
}

export function createTurns(places: number): Turns {
  const waiting: (() => void)[] = [];
  const holders = new Set<{ onWanted: (() => void) | undefined }>();
  let taken = 0;

  async function enter(onWanted?: () => void): Promise<() => void> {
    if (taken >= places) {
      const turn = new Promise<void>((resolve) => waiting.push(resolve));
      for (const holder of holders) holder.onWanted?.();
      await turn;
    } else {
      taken += 1;
    }
    const holder = { onWanted };
    holders.add(holder);
    if (waiting.length > 0) onWanted?.();
    return () => {
      if (!holders.delete(holder)) return;
      // The place goes from hand to hand, so that nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else taken -= 1;
    };
  }

  return {
    taken: () => taken,
    enter,
    async take(work) {
      const leave = await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
