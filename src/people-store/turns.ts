/** Work at one place comes one after the other; work at others goes on beside it. */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>();

  return async function inTurn<T>(place: string, work: () => Promise<T>): Promise<T> {
    const before = last.get(place) ?? Promise.resolve();
    // Whoever came before may have failed: that is theirs.
    const mine = before.then(work, work);
    last.set(place, mine);
    try {
      return await mine;
    } finally {
      if (last.get(place) === mine) last.delete(place);
    }
  };
}
