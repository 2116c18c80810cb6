import type { FieldDifference, UndoProof } from './outcomes.js';
import { joined, type Lang, type Said } from './said.js';

export interface UndoVerdict {
  /** False: something of ours is not as before, and somebody has to act. */
  complete: boolean;
  /** What the proof says, for the reason of a result. Names also what was never ours: it is left alone, not hidden. */
  words: Record<Lang, string>;
}

/** What the proof of an undo comes to. */
export function verdictOfUndo({ equal, total, left, foreign, unreadable = [], stays = [] }: UndoProof): UndoVerdict {
  const complete = left.length === 0;
  const words: Said[] = [];
  const tell = (en: string, zh: string): void => void words.push({ en, zh });
  if (complete) tell(`undone and proved ${equal}/${total}`, `已回退并证明 ${equal}/${total}`);
  else tell(`not as before: ${fields(left)}`, `与之前不同：${fields(left)}`);
  if (unreadable.length > 0) {
    const which = unreadable.join(', ');
    tell(`not shown by the console, so not proved: ${which}`, `控制台不显示，无法证明：${which}`);
  }
  if (stays.length > 0)
    tell(
      `was empty and cannot be emptied on its page, so left: ${fields(stays)}`,
      `原为空但页面无法清空，因此保留：${fields(stays)}`,
    );
  if (foreign.length > 0)
    tell(`changed by somebody else and left alone: ${fields(foreign)}`, `他人修改，保持不动：${fields(foreign)}`);
  return { complete, words: joined(words, { en: '; ', zh: '；' }) };
}

function fields(differences: readonly FieldDifference[]): string {
  return differences.map(({ field }) => field).join(', ');
}
