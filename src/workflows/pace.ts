/** How a batch is kept going: when runs go on as new ones, when tenants are looked after, how many one workflow starts. */
export interface Pace {
  /** The server suggests Continue-As-New at 4,096 events or 4 MiB; a run ends well before, so that a replay takes less than a second. */
  maxEvents: number;
  /** How often tenants are looked after that do not tell how they ended. */
  reconcileMs: number;
  /** Up to this window a coordinator starts the tenants itself; a wider one is dealt out, so that it stays calm and answers at once. */
  ownWidth: number;
  /** A partition has at most this many tenants in flight. */
  partitionWidth: number;
}

export const PACE: Pace = { maxEvents: 500, reconcileMs: 20_000, ownWidth: 20, partitionWidth: 100 };
