import { outcomeOfEndings, type BatchOutcome } from '../domain/batch/status.js';
import type { FindingCode } from '../domain/findings.js';
import type { Ending } from '../domain/batch/limits.js';
import type { TenantReport } from './tenant-report.js';

/** A batch in JSON: counts, causes, and each tenant. The same run gives the same bytes. */
export interface BatchReport {
  schemaVersion: 1;
  batch: string;
  /**
   * Of a whole file the batch's own word, as Temporal's lists show it. Of fewer tenants, or where the newest run of the batch was of
   * fewer, what these tenants come to: while one of them is not over, null, or the word by which the batch will not go on.
   */
  outcome: BatchOutcome | null;
  total: number;
  counts: Partial<Record<Ending | 'running' | 'waiting' | 'not-started', number>>;
  causes: Cause[];
  tenants: TenantReport[];
}

/** Tenants that did not end well, by what stopped them. */
export interface Cause {
  code: FindingCode;
  count: number;
  tenants: string[];
}

/** The word of a batch, and whether it speaks of just the tenants that are reported. */
export interface BatchWord {
  outcome: BatchOutcome | null;
  ofThese: boolean;
}

export function batchReport(batch: string, tenants: readonly TenantReport[], word: BatchWord): BatchReport {
  const counts: BatchReport['counts'] = {};
  for (const tenant of tenants) {
    const state = standingOf(tenant);
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return {
    schemaVersion: 1,
    batch,
    outcome: word.ofThese ? word.outcome : outcomeOfThese(tenants, counts, word.outcome),
    total: tenants.length,
    counts,
    causes: causesOf(tenants),
    tenants: [...tenants],
  };
}

function outcomeOfThese(
  tenants: readonly TenantReport[],
  counts: BatchReport['counts'],
  ofBatch: BatchOutcome | null,
): BatchOutcome | null {
  if (tenants.length === 0) return null;
  const over = tenants.every((tenant) => tenant.outcome !== null && !isPrepared(tenant));
  if (over) return outcomeOfEndings(counts, tenants.length);
  return ofBatch === 'stopped-by-limit' || ofBatch === 'aborted' ? ofBatch : null;
}

/** Its run ended as it was asked to, before the first write. One that was left out ends as skipped too, but has no run. */
export function isPrepared({ outcome, step }: Pick<TenantReport, 'outcome' | 'step'>): boolean {
  return outcome === 'skipped' && step !== null;
}

/** One word for where a tenant stands. */
export function standingOf({ outcome, step, needsAttention }: TenantReport): keyof BatchReport['counts'] {
  return outcome ?? (step === null ? 'not-started' : needsAttention ? 'waiting' : 'running');
}

export function causesOf(tenants: readonly Pick<TenantReport, 'tenant' | 'findings' | 'codes' | 'order'>[]): Cause[] {
  const causes = new Map<FindingCode, string[]>();
  for (const { tenant, findings, codes = [], order } of tenants) {
    // Nobody can try it again before that order is answered.
    if (order !== null) continue;
    const blocking = findings.flatMap(({ severity, code }) => (severity === 'blocking' ? [code] : []));
    for (const code of new Set([...blocking, ...codes])) {
      causes.set(code, [...(causes.get(code) ?? []), tenant]);
    }
  }
  return [...causes]
    .map(([code, which]) => ({ code, count: which.length, tenants: which }))
    .sort((one, other) => other.count - one.count || one.code.localeCompare(other.code));
}
