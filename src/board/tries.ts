/** Tries of logging in: a wrong token costs one, and after some of them an address has to wait. */
export interface Tries {
  mayTry(address: string): boolean;
  failed(address: string): void;
}

const MOST = 10;
const WITHIN_MS = 60_000;
/** Addresses that are remembered; above, the oldest are forgotten. */
const ADDRESSES = 1_000;

/** `now`: milliseconds since the epoch. */
export function createTries(now: () => number): Tries {
  const failures = new Map<string, number[]>();
  const recent = (address: string): number[] => (failures.get(address) ?? []).filter((at) => at > now() - WITHIN_MS);

  return {
    mayTry: (address) => recent(address).length < MOST,
    failed(address) {
      const known = [...recent(address), now()];
      failures.delete(address);
      failures.set(address, known);
      const [oldest] = failures.keys();
      if (failures.size > ADDRESSES && oldest !== undefined) failures.delete(oldest);
    },
  };
}
