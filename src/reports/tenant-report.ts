import type { EvidenceEntry } from '../domain/evidence.js';
import type { Finding, FindingCode } from '../domain/findings.js';
import type { LeftBefore } from '../domain/left-before.js';
import type { Ending } from '../domain/batch/limits.js';
import type { Grade } from '../domain/grade.js';
import type { StepReport, TenantResult, UndoProof } from '../domain/outcomes.js';
import type { PeopleReport } from '../domain/people/report.js';
import type { Step } from '../domain/steps.js';
import type { Change } from '../domain/plan.js';

/** One tenant in whatever the CLI prints as JSON: the same shape in `plan`, `status` and `report`. */
export interface TenantReport {
  schemaVersion: 1;
  batch: string;
  tenant: string;
  name: string;
  wave: string | null;
  /** Another batch whose run this is: it has taken the tenant since, or this one has adopted its run. Absent where it is this one's. */
  inBatch?: string;
  /** It ended before the newest run of the batch began, which had no turn for it. Absent otherwise. */
  ofEarlierRun?: true;
  step: Step | null;
  /** Null until the end. */
  outcome: Ending | null;
  grade: Grade | null;
  /** Why; never empty at the end. */
  reason: string;
  /** The same in Chinese, where it is ours to say. */
  zh?: string;
  needsAttention: boolean;
  /** Its open work order, TENANT/NUMBER. */
  order: string | null;
  findings: Finding[];
  /** Instead of findings, where it did not end well and only Temporal's lists were read: their codes. */
  codes?: FindingCode[];
  /** What an earlier run has left to follow up, where the newest one found nothing to write; null where that is nothing. */
  leftBefore: LeftBefore | null;
  changes: Change[];
  steps: StepReport[];
  planHash: string | null;
  snapshotHash: string | null;
  undo: UndoProof | null;
  /** References to pictures of the console, and to files that people gave: names and hashes, never the content. */
  evidence: EvidenceEntry[];
  /** Of its people sync, or, where nothing was written, of the look before it; null where none was made. */
  people: PeopleReport | null;
}

/** What is known of a tenant before it ran. */
export function emptyReport(batch: string, tenant: { id: string; name: string }, wave: string | null): TenantReport {
  return {
    schemaVersion: 1,
    batch,
    tenant: tenant.id,
    name: tenant.name,
    wave,
    step: null,
    outcome: null,
    grade: null,
    reason: '',
    needsAttention: false,
    order: null,
    findings: [],
    leftBefore: null,
    changes: [],
    steps: [],
    planHash: null,
    snapshotHash: null,
    undo: null,
    evidence: [],
    people: null,
  };
}

/** The report of a tenant that is over. The undo record stays inside: it is sealed, and nobody's reading. */
export function finishedReport(
  report: TenantReport,
  ending: Ending,
  reason: string,
  result: TenantResult | null,
): TenantReport {
  return {
    ...report,
    outcome: ending,
    reason,
    ...(result === null
      ? {}
      : {
          // Whoever asked for it may have said more.
          ...(result.zh !== undefined && result.reason === reason ? { zh: result.zh } : {}),
          step: result.failedStep ?? result.steps.findLast(({ state }) => state !== 'pending')?.step ?? null,
          grade: result.grade,
          findings: result.findings,
          changes: result.changes,
          steps: result.steps,
          planHash: result.planHash,
          snapshotHash: result.snapshotHash,
          undo: result.undo,
          people: result.people ?? null,
          evidence: result.evidence ?? [],
        }),
  };
}
