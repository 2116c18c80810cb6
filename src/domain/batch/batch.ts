import type { Policy } from '../policy.js';
import type { Selector } from '../selectors.js';
import type { Tenant } from '../tenant.js';

/** A number of tenants, or a percentage of the wave's size, rounded down. */
export type ErrorLimit = { count: number } | { percent: number };

/** Stops when more than `percent` of the `last` finished tenants failed; never before `last` have finished. */
export interface ErrorRate {
  percent: number;
  last: number;
}

export interface Limits {
  maxErrors?: ErrorLimit;
  maxErrorRate?: ErrorRate;
  /** Stops after so many failures in a row. */
  consecutive?: number;
  maxBlocked?: ErrorLimit;
  /** A tenant starts only while failed + running ≤ the limit. */
  strict?: boolean;
}

/** Which tenants a wave takes, from those that no earlier wave took. */
export type WaveSize = { count: number } | { percent: number } | { match: Selector } | { rest: true };

export interface Wave extends Limits {
  name: string;
  size: WaveSize;
  maxConcurrency: number;
  /** Begins with one tenant and widens while results are clean; false: full width from the start, in rounds of five a second apart. */
  slowStart: boolean;
  /** In what order its tenants start: as in the file, or those of a higher priority first. */
  order: 'file' | 'priority';
  /** Nothing of the wave starts before; ISO 8601 with zone. */
  startAfter?: string;
  /** Nothing of the wave is written before; until then its tenants are prepared. ISO 8601 with zone. */
  completeAfter?: string;
  /** Milliseconds to wait after the wave; then its migrated tenants are looked at again. */
  soakMs?: number;
  /** What becomes of those whom the second look finds changed: the batch stops (if absent), or they are undone. */
  gate?: 'stop' | 'undo';
  /** After the wave and its soak somebody must approve it before the next one starts; `warnings`: only where some have warnings. */
  approval?: boolean | 'warnings';
  /** Whoever started the batch may not approve it. */
  fourEyes?: boolean;
  /** What becomes of a tenant whose step failed for good; the policy of the run where absent. */
  onFailure?: Policy['onFailure'];
}

/** A batch file, read and completed. */
export interface Batch {
  batch: string;
  waves: Wave[];
  limits: Limits;
  /** Tenants that may run at once against one origin; `*` is any that is not named. */
  targets: Record<string, number>;
  /** Milliseconds after a tenant's end in which a rollback is offered. */
  undoWindowMs: number;
  tenants: Tenant[];
}
