import type { FieldDifference, UndoProof } from './outcomes.js';

export interface UndoVerdict {
  /** False: something of ours is not as before, and somebody has to act. */
  complete: boolean;
  /** What the proof says, for the reason of a result. Names also what was never ours: it is left alone, not hidden. */
  words: string;
}

/** What the proof of an undo comes to. */
export function verdictOfUndo({ equal, total, left, foreign, unreadable = [], stays = [] }: UndoProof): UndoVerdict {
  const complete = left.length === 0;
  const words = [
    complete ? `undone and proved ${equal}/${total}` : `not as before: ${fields(left)}`,
    ...(unreadable.length === 0 ? [] : [`not shown by the console, so not proved: ${unreadable.join(', ')}`]),
    ...(stays.length === 0 ? [] : [`was empty and cannot be emptied on its page, so left: ${fields(stays)}`]),
    ...(foreign.length === 0 ? [] : [`changed by somebody else and left alone: ${fields(foreign)}`]),
  ];
  return { complete, words: words.join('; ') };
}

function fields(differences: readonly FieldDifference[]): string {
  return differences.map(({ field }) => field).join(', ');
}
