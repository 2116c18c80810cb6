import type { Ending } from './limits.js';

/** How a tenant's run ended, as its batch keeps it. */
export interface TenantEnding {
  tenantId: string;
  ending: Ending;
}

export const BATCH_OUTCOMES = ['done', 'done-with-warnings', 'partial', 'stopped-by-limit', 'aborted'] as const;
export type BatchOutcome = (typeof BATCH_OUTCOMES)[number];

export interface WaveStatus {
  name: string;
  size: number;
  maxConcurrency: number;
  started: number;
  running: number;
  finished: number;
  failed: number;
  blocked: number;
}

/** Counts per state and wave; the answer of the coordinator's query and, at its end, its result. */
export interface BatchStatus {
  batch: string;
  total: number;
  wave: string | null;
  waves: WaveStatus[];
  /** Tenants by how they ended. */
  endings: Partial<Record<Ending, number>>;
  running: number;
  /** The wave whose approval is awaited, or null. */
  awaitsApproval: string | null;
  /** Why no more tenants start, in words; null while they do. */
  stoppedBy: string | null;
  outcome: BatchOutcome | null;
  startedAt: string;
}

/** The counts of a batch in the order of the outcomes; what is zero is left out. */
export function outcomeOfBatch(endings: BatchStatus['endings'], total: number, stopped: boolean): BatchOutcome {
  if (stopped) return 'stopped-by-limit';
  const well = (endings.migrated ?? 0) + (endings['already-migrated'] ?? 0);
  const warned = endings['migrated-with-warnings'] ?? 0;
  if (well === total) return 'done';
  return well + warned === total ? 'done-with-warnings' : 'partial';
}
