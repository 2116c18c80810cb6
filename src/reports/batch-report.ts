import { outcomeOfEndings, type BatchOutcome } from '../domain/batch/status.js';
import type { FindingCode } from '../domain/findings.js';
import type { Ending } from '../domain/batch/limits.js';
import type { TenantReport } from './tenant-report.js';

/** A batch in JSON: counts, causes, and each tenant. The same run gives the same bytes. */
export interface BatchReport {
  schemaVersion: 1;
  batch: string;
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

/** `outcome`: what the coordinator calls it, where it says so; else it follows from the tenants. */
export function batchReport(
  batch: string,
  tenants: readonly TenantReport[],
  outcome: BatchOutcome | null,
): BatchReport {
  const counts: BatchReport['counts'] = {};
  for (const tenant of tenants) {
    const state = standingOf(tenant);
    counts[state] = (counts[state] ?? 0) + 1;
  }
  const over = tenants.every(({ outcome }) => outcome !== null);
  return {
    schemaVersion: 1,
    batch,
    outcome:
      outcome === 'stopped-by-limit' || outcome === 'aborted'
        ? outcome
        : over
          ? outcomeOfEndings(counts, tenants.length)
          : null,
    total: tenants.length,
    counts,
    causes: causesOf(tenants),
    tenants: [...tenants],
  };
}

/** One word for where a tenant stands. */
export function standingOf({ outcome, step, needsAttention }: TenantReport): keyof BatchReport['counts'] {
  return outcome ?? (step === null ? 'not-started' : needsAttention ? 'waiting' : 'running');
}

function causesOf(tenants: readonly TenantReport[]): Cause[] {
  const causes = new Map<FindingCode, string[]>();
  for (const { tenant, findings, order } of tenants) {
    // Nobody can try it again before that order is answered.
    if (order !== null) continue;
    for (const code of new Set(findings.filter(({ severity }) => severity === 'blocking').map((one) => one.code))) {
      causes.set(code, [...(causes.get(code) ?? []), tenant]);
    }
  }
  return [...causes]
    .map(([code, which]) => ({ code, count: which.length, tenants: which }))
    .sort((one, other) => other.count - one.count || one.code.localeCompare(other.code));
}
