import type { StepPicture } from './evidence.js';
import type { Finding } from './findings.js';
import type { Outcome, StepReport } from './outcomes.js';
import type { Change } from './plan.js';
import type { Step } from './steps.js';
import type { WorkOrder } from './work-orders/work-order.js';

/** What a person can answer to a tenant that waits. `lift-guard`: try again, and let the people sync do more than `people.guard` allows. */
export type DecisionAction = 'retry' | 'lift-guard' | 'skip' | 'undo';

/** The CLI's verb for each answer. */
export const VERB_OF_DECISION: Record<DecisionAction, string> = {
  retry: 'retry',
  'lift-guard': 'retry --lift-guard',
  skip: 'skip',
  undo: 'rollback',
};

/** An operator's answer, for the audit trail as well. */
export interface Decision {
  action: DecisionAction;
  by: string;
  reason: string;
}

/** What a tenant waits for, and which answers fit. Only `allowed` ones are accepted. */
export interface Waiting {
  step: Step;
  what: string;
  /** Fields that it is about, e.g. those that somebody else changed. */
  fields: string[];
  allowed: DecisionAction[];
}

/** Where a tenant stands: the answer of the `status` query, and the text of the current details. */
export interface TenantStatus {
  tenantId: string;
  name: string;
  batch: string | null;
  wave: string | null;
  step: Step | null;
  outcome: Outcome | null;
  steps: StepReport[];
  findings: Finding[];
  /** What is to be written; empty before the snapshot, and in answers of older versions absent. */
  changes?: Change[];
  waiting: Waiting | null;
  /** Work orders of this run; at most one is open. */
  orders: WorkOrder[];
  /** Pictures that a browser took of the console; in answers of older versions absent. */
  pictures?: StepPicture[];
  /** What it waits for without anybody's answer: a pause, or an endpoint that refuses everybody. */
  held: string | null;
  /** Nobody has to act on what holds it. */
  goesOnByItself?: true;
  /** Answers and orders, for the audit trail. */
  decisions: (Omit<Decision, 'action'> & { action: DecisionAction | 'pause' | 'resume'; at: string })[];
}
