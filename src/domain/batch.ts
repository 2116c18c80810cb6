import type { Tenant } from './tenant.js';

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
export type WaveSize = { count: number } | { percent: number } | { match: Record<string, string> } | { rest: true };

export interface Wave extends Limits {
  name: string;
  size: WaveSize;
  maxConcurrency: number;
  /** Milliseconds to wait after the wave before the next one starts. */
  soakMs?: number;
  /** After the wave and its soak somebody must approve it before the next one starts. */
  approval?: boolean;
}

/** A batch file, read and completed. */
export interface Batch {
  batch: string;
  waves: Wave[];
  limits: Limits;
  tenants: Tenant[];
}
