/** How a batch is kept going: when runs go on as new ones, when tenants are looked after, how many one workflow starts. */
export interface Pace {
  /**
   * The server suggests Continue-As-New at 4,096 events or 4 MiB. A run ends long before: where news come while it goes on as a new
   * one, that is refused, and nobody is answered until the whole run has been replayed.
   */
  maxEvents: number;
  /** The same of a partition, which nobody asks, and which hears of every start and end. */
  partitionEvents: number;
  /** How often tenants are looked after that do not tell how they ended. */
  reconcileMs: number;
  /** Up to this window a coordinator starts the tenants itself; a wider one is dealt out, so that it stays calm and answers at once. */
  ownWidth: number;
  /** A partition has at most this many tenants in flight. */
  partitionWidth: number;
  /** A window is opened in rounds of so many: who starts with many others stays in step with them, and queues at every step. */
  round: number;
  /** From one full round to the next, where nobody ends meanwhile. */
  roundMs: number;
}

/** Of a batch that starts now; it stands in its input, so that batches under way keep theirs. */
export const PACE: Pace = {
  maxEvents: 150,
  partitionEvents: 500,
  reconcileMs: 20_000,
  ownWidth: 20,
  partitionWidth: 100,
  round: 5,
  roundMs: 1_000,
};

/** What batches go by that were started when it, or one of its parts, did not stand in their input. */
export const FIRST_PACE: Pace = { ...PACE, maxEvents: 500, round: 20, roundMs: 0 };
