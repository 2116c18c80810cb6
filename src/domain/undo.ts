import type { FieldDifference } from './outcomes.js';
import { shownAt } from './shown-url.js';

/**
 * One value that we own: as it was, as we wrote it, as it stands now. Raw, so it never leaves an activity: what does is a
 * `FieldDifference`.
 */
export interface OwnedValue {
  field: string;
  before: string | null;
  wrote: string | null;
  found: string | null;
}

export type UndoDecision = 'nothing-to-undo' | 'restore' | 'foreign-change';

/**
 * Only what still has the value that we wrote is put back. What already is as before, or what we never changed, is left
 * alone. Anything else was changed by somebody since: for a person to decide.
 */
export function decideUndo({ before, wrote, found }: Omit<OwnedValue, 'field'>): UndoDecision {
  if (found === before || wrote === before) return 'nothing-to-undo';
  return found === wrote ? 'restore' : 'foreign-change';
}

export interface UndoDecisions {
  restore: OwnedValue[];
  foreign: FieldDifference[];
}

/** Sorts the owned values of one step; fields that an operator chose to leave are neither restored nor asked again. */
export function sortUndo(values: readonly OwnedValue[], leave: readonly string[] = []): UndoDecisions {
  const decided = values
    .filter(({ field }) => !leave.includes(field))
    .map((value) => ({ value, decision: decideUndo(value) }));
  return {
    restore: decided.filter(({ decision }) => decision === 'restore').map(({ value }) => value),
    foreign: decided.filter(({ decision }) => decision === 'foreign-change').map(({ value }) => difference(value)),
  };
}

/** The proof of an undo: what is not as before and was ours is left; what was never ours is somebody else's. */
export function proveUndo(values: readonly OwnedValue[]) {
  const differing = values.filter(({ before, found }) => before !== found);
  const ours = differing.filter(({ before, wrote }) => before !== wrote);
  return {
    equal: values.length - differing.length,
    total: values.length,
    left: ours.map(difference),
    foreign: differing.filter((value) => !ours.includes(value)).map(difference),
  };
}

/** What may be said of it outside an activity. */
export function difference({ field, before, found }: OwnedValue): FieldDifference {
  return { field, expected: shownAt(field, before), found: shownAt(field, found) };
}
