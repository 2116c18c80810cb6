import type { EvidenceEntry } from './evidence.js';
import type { Finding } from './findings.js';
import type { WantedPeopleSync } from './people.js';
import type { Grade } from './grade.js';
import type { PeopleReport } from './people/report.js';
import type { Change } from './plan.js';
import type { Step } from './steps.js';
import type { Said } from './said.js';
import type { Tenant } from './tenant.js';

export const OUTCOMES = [
  'migrated',
  'migrated-with-warnings',
  'already-migrated',
  'blocked',
  'rolled-back',
  'rollback-incomplete',
  'cancelled',
  'skipped',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** An outcome by its name; null for any other text. */
export function asOutcome(value: unknown): Outcome | null {
  return OUTCOMES.find((outcome) => outcome === value) ?? null;
}

/** How one step of one tenant went. `undone` and `undo-failed` belong to the undo. */
export type StepState =
  'pending' | 'running' | 'waiting' | 'done' | 'unchanged' | 'skipped' | 'failed' | 'undone' | 'undo-failed';

export interface StepReport {
  step: Step;
  state: StepState;
  startedAt?: string;
  endedAt?: string;
  /** How many effective writes this step made, as far as the answers tell. */
  written: number;
  /** One sentence for people: counts, what was verified. */
  note?: string;
  /** The same in Chinese, where it is ours to say. */
  zh?: string;
}

/** How an undo was proved: every field we own was read again. */
export interface UndoProof {
  equal: number;
  total: number;
  /** Fields that are not as the snapshot has them; empty when proved. */
  left: FieldDifference[];
  /** Fields that somebody else changed and we never wrote: left alone on purpose. */
  foreign: FieldDifference[];
  /**
   * Secrets that went back from their reference, or were cleared, in a console that does not show them: nobody can prove it, so
   * they are not counted. Absent in results of runs that did not tell.
   */
  unreadable?: string[];
  /**
   * Fields that were empty and show something now, since their page lets nobody empty them. Not counted, and no reason to call
   * an undo incomplete: nobody could do better. Absent where there are none.
   */
  stays?: FieldDifference[];
}

/** Secrets, and the values in the query of an address, stand here as fingerprints. */
export interface FieldDifference {
  field: string;
  expected: string | null;
  found: string | null;
}

/** What became of one tenant: the result of `migrateTenant`, and the details of its failure. */
export interface TenantResult {
  tenantId: string;
  outcome: Outcome;
  /** One sentence: what happened and why. Never empty. */
  reason: string;
  /** The same in Chinese, where it is ours to say. */
  zh?: string;
  grade: Grade | null;
  failedStep: Step | null;
  findings: Finding[];
  steps: StepReport[];
  changes: Change[];
  snapshotHash: string | null;
  planHash: string | null;
  undo: UndoProof | null;
  /** References to pictures and files; absent in results of runs that did not tell. */
  evidence?: EvidenceEntry[];
  /** What an undo of a migrated tenant needs later. */
  undoRecord: UndoRecord | null;
  /** Of its people sync, or, where nothing was written, of the look before it; null where none was made, absent in results of older versions. */
  people?: PeopleReport | null;
}

/** A sentence as a result has it. */
export function reasonOf(said: Said): Pick<TenantResult, 'reason' | 'zh'> {
  return typeof said === 'string' ? { reason: said } : { reason: said.en, zh: said.zh };
}

/** A sealed payload: AES-256-GCM over gzipped JSON, Base64. Only an activity of a worker with the seal key can open it. */
export interface Sealed {
  sealed: string;
  /** SHA-256 of the plain JSON, hexadecimal. */
  hash: string;
}

/** Enough to restore a tenant: the snapshot before the first write, and what each set of fields held before we filled it. */
export interface UndoRecord {
  /** As the file had it when it was migrated; absent in records of older versions. */
  tenant?: Tenant;
  snapshot: Sealed;
  /** Whether the OA version was switched in this run: what the switch changes besides is undone with it. */
  switched: boolean;
  beforeConfigure: Sealed | null;
  /** The people-sync settings that were wanted; null where that step was not reached. */
  peopleSync: WantedPeopleSync | null;
  /** Steps whose undo is registered, in the order of registration. */
  steps: Step[];
}
