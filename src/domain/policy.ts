/** How long the outside is given before somebody has to act. Travels in the workflow's input, so that it is one decision per run. */
export interface Policy {
  /** Attempts of a step that only reads. Attempts, not time: a worker that was off for a night must not fail a tenant. */
  readAttempts: number;
  /** Attempts of a step that writes; each looks before it writes. */
  writeAttempts: number;
  /** Attempts of an undo before a person is asked. */
  undoAttempts: number;
  firstRetryMs: number;
  maxRetryMs: number;
  /** How long a people-sync run may take. */
  peopleSyncMs: number;
  /** How long a people sync waits for the worker that has its lists to come back; 10 minutes if absent. */
  peopleHomeMs?: number;
  /** What was read of people holds for so long, and is read anew after it before anything follows from it; an hour if absent. */
  peopleFreshMs?: number;
  /** A run by schedule is looked for so long after its time; a minute if absent. */
  nightGraceMs?: number;
  /** A work order shows as overdue after so long, and as escalated so long after that; 4 hours and 24 hours if absent. */
  orderRemindMs?: number;
  orderEscalateMs?: number;
  /** A step that failed for good is undone at once, or a person decides: retry, skip or undo. */
  onFailure: 'undo' | 'ask';
}

export const DEFAULT_POLICY: Policy = {
  readAttempts: 12,
  writeAttempts: 20,
  undoAttempts: 10,
  firstRetryMs: 1_000,
  maxRetryMs: 30_000,
  peopleSyncMs: 24 * 3_600_000,
  onFailure: 'undo',
};
