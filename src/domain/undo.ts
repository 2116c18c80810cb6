import { HIDDEN } from './old-secrets.js';
import type { FieldDifference, UndoProof } from './outcomes.js';
import { shownAt } from './shown-url.js';

/**
 * One value that we own: as it was, as we wrote it, as it stands now. Raw, so it never leaves an activity: what does is a
 * `FieldDifference`. A secret that the console does not show is `HIDDEN`.
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

/**
 * Sorts the owned values of one step; fields that an operator chose to leave are neither restored nor asked again. A hidden
 * value cannot say whether it is still ours. But a form is saved as a whole: as long as another field of it has our value, the
 * hidden ones have it too, and go back with it.
 */
export function sortUndo(values: readonly OwnedValue[], leave: readonly string[] = []): UndoDecisions {
  const asked = values.filter(({ field }) => !leave.includes(field));
  const decided = asked.filter(isTold).map((value) => ({ value, decision: decideUndo(value) }));
  const restore = decided.filter(({ decision }) => decision === 'restore').map(({ value }) => value);
  const hidden = asked.filter((value) => !isTold(value) && value.wrote !== value.before && mayBeOurs(value));
  return {
    restore: restore.length === 0 ? [] : [...restore, ...hidden],
    foreign: decided.filter(({ decision }) => decision === 'foreign-change').map(({ value }) => difference(value)),
  };
}

/**
 * The proof of an undo: what is not as before and was ours is left; what was never ours is somebody else's. What the console
 * does not show, before or now, and what nobody can empty again, is no part of the proof: neither equal nor left, but named.
 */
export function proveUndo(values: readonly OwnedValue[], cannotEmpty: readonly string[] = []): UndoProof {
  const stays = values.filter((value) => staysFilled(value, cannotEmpty));
  const told = values.filter((value) => isTold(value) && !stays.includes(value));
  const differing = told.filter(({ before, found }) => before !== found);
  const ours = differing.filter(({ before, wrote }) => before !== wrote);
  return {
    equal: told.length - differing.length,
    total: told.length,
    left: ours.map(difference),
    foreign: differing.filter((value) => !ours.includes(value)).map(difference),
    unreadable: values.filter((value) => !isTold(value)).map(({ field }) => field),
    ...(stays.length === 0 ? {} : { stays: stays.map(difference) }),
  };
}

/** Was empty, shows something now, and can be emptied by nobody: not ours to clear, whoever filled it in. */
export function staysFilled({ field, before, found }: OwnedValue, cannotEmpty: readonly string[]): boolean {
  return before === null && found !== null && cannotEmpty.some((name) => field === `integration.${name}`);
}

/** The console says what it was and what it is. */
export function isTold({ before, found }: Pick<OwnedValue, 'before' | 'found'>): boolean {
  return before !== HIDDEN && found !== HIDDEN;
}

function mayBeOurs({ wrote, found }: OwnedValue): boolean {
  return found === HIDDEN || found === wrote;
}

/** What may be said of it outside an activity. */
export function difference({ field, before, found }: OwnedValue): FieldDifference {
  return { field, expected: shownAt(field, before), found: shownAt(field, found) };
}
