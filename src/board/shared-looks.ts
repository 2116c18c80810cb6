/** Answers one question for several people who ask it at about the same time. */
export type SharedLook<T> = (key: string, look: () => Promise<T>) => Promise<T>;

/** What took long is believed for long: several pages that keep themselves up to date must not cost more than one. */
const BELIEVED = { leastMs: 1_000, timesItsCost: 5 };
/** Of so many questions the answers are kept. */
const MOST = 200;

/** `now`: milliseconds since the epoch. */
export function createSharedLooks<T>(now: () => number): SharedLook<T> {
  const looks = new Map<string, { answer: Promise<T>; until: number }>();

  return (key, look) => {
    const known = looks.get(key);
    if (known && now() < known.until) return known.answer;
    const began = now();
    const entry = { answer: look(), until: Number.POSITIVE_INFINITY };
    looks.delete(key);
    looks.set(key, entry);
    const [oldest] = looks.keys();
    if (looks.size > MOST && oldest !== undefined) looks.delete(oldest);
    entry.answer.then(
      () => {
        entry.until = now() + Math.max(BELIEVED.leastMs, BELIEVED.timesItsCost * (now() - began));
      },
      () => {
        if (looks.get(key) === entry) looks.delete(key);
      },
    );
    return entry.answer;
  };
}
