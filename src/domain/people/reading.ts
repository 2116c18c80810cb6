import { joined, type Said } from '../said.js';

/** What one pass over a list saw. People are edited meanwhile, so what a source says need not be what was read. */
export interface PassFacts {
  pages: number;
  rows: number;
  /** Different ids; fewer than rows where somebody came twice. */
  distinct: number;
  firstTotal: number | null;
  lastTotal: number | null;
  /** How often a page told another total than the page before. */
  totalChanges: number;
  /** How often a total was smaller than the one before. */
  totalDrops: number;
  /** By how much in all the totals went up and down. */
  totalMoves: number;
  /** How often rows had moved between two pages, so that both were read again. */
  rewinds: number;
  /** Moves at which we went on all the same: there were too many. */
  gaps: number;
  /** Rows of people who stood in an earlier page already, without the pages that were read again themselves. */
  twice: number;
  /** Different ids that stood in a page which was read again, and in no other page: gone, or moved to the pages before it. */
  unseen: number;
}

export type PassVerdict =
  /** Nothing moved, and the totals agree with what was read. */
  | { state: 'settled' }
  /** People were added at the end while it was read, and all of them are in. */
  | { state: 'grown'; added: number }
  /** Edits came in between: somebody may be missing, or be in though gone. */
  | { state: 'disturbed'; uncertain: number; why: Said };

/** How often a list is read anew before its edits are reported instead. */
export const MOST_PASSES = 3;

/**
 * Whether a pass over a list can be relied on. Never guesses: what does not add up is `disturbed`. `uncertain` is no less than
 * the people who are missing, or in though gone, unless some came and others left between the same two looks: each edit of rows
 * that were read leaves a mark in the totals, or as rows that come twice or are not seen again.
 */
export function passVerdict(facts: PassFacts): PassVerdict {
  const { distinct, firstTotal, lastTotal, totalChanges, totalDrops, totalMoves, rewinds, gaps, twice, unseen } = facts;
  const off = lastTotal === null ? 0 : Math.abs(distinct - lastTotal);
  const grown = totalChanges > 0 && totalDrops === 0 && off === 0;
  const whys: Said[] = [];
  const tell = (en: string, zh: string): void => void whys.push({ en, zh });
  if (off > 0)
    tell(`${distinct} were read, the source says ${lastTotal}`, `读到 ${distinct} 人，系统称有 ${lastTotal} 人`);
  if (twice > 0) tell(`${twice} came twice`, `${twice} 人出现两次`);
  if (rewinds > 0) tell(`rows moved between two pages ${rewinds + gaps} times`, `两页之间有 ${rewinds + gaps} 次移动`);
  if (unseen > 0) tell(`${unseen} did not come again when these were read again`, `重读时 ${unseen} 人不再出现`);
  if (totalChanges > 0 && !grown)
    tell(`the total went from ${firstTotal} to ${lastTotal}`, `总数由 ${firstTotal} 变为 ${lastTotal}`);
  if (whys.length > 0) {
    // Behind a gap one is in though gone, and another one was left out. The page behind a move is not looked at, so that without a
    // total one may come and one leave unseen.
    const seen = twice + unseen + 2 * gaps + (lastTotal === null ? 2 * rewinds : 0);
    const uncertain = Math.max(off, rewinds + gaps, seen, gaps > 0 ? 2 * totalMoves : totalMoves);
    return { state: 'disturbed', uncertain, why: joined(whys, { en: '; ', zh: '；' }) };
  }
  if (grown) return { state: 'grown', added: (lastTotal ?? 0) - (firstTotal ?? 0) };
  return { state: 'settled' };
}
