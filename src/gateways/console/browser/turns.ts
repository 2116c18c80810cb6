/** Lets so many at once do something; the others wait in the order in which they came. */
export interface Turns {
  take<T>(work: () => Promise<T>): Promise<T>;
  taken(): number;
}

export function createTurns(places: number): Turns {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return {
    taken: () => taken,
    async take(work) {
      if (taken >= places) await new Promise<void>((resolve) => waiting.push(resolve));
      else taken += 1;
      try {
        return await work();
      } finally {
        // The place goes from hand to hand, so that nobody slips in between.
        const next = waiting.shift();
        if (next) next();
        else taken -= 1;
      }
    },
  };
}
