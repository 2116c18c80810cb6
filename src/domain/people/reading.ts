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
  /** How often rows had moved between two pages, so that a page was read again. */
  rewinds: number;
  /** Of these, moves that went on until we gave up. */
  gaps: number;
}

export type PassVerdict =
  /** Nothing moved, and the totals agree with what was read. */
  | { state: 'settled' }
  /** People were added at the end while it was read, and all of them are in. */
  | { state: 'grown'; added: number }
  /** Edits came in between: somebody may be missing, or be in though gone. */
  | { state: 'disturbed'; uncertain: number; why: string };

/** How often a list is read anew before its edits are reported instead. */
export const MOST_PASSES = 3;

/** Whether a pass over a list can be relied on. Never guesses: what does not add up is `disturbed`. */
export function passVerdict(facts: PassFacts): PassVerdict {
  const { rows, distinct, firstTotal, lastTotal, totalChanges, totalDrops, rewinds, gaps } = facts;
  const off = lastTotal === null ? 0 : Math.abs(distinct - lastTotal);
  const twice = rows - distinct;
  const grown = totalChanges > 0 && totalDrops === 0 && off === 0;
  const whys = [
    ...(off > 0 ? [`${distinct} were read, the source says ${lastTotal}`] : []),
    ...(twice > 0 ? [`${twice} came twice`] : []),
    ...(rewinds > 0 ? [`rows moved between two pages ${rewinds} times`] : []),
    ...(totalChanges > 0 && !grown ? [`the total went from ${firstTotal} to ${lastTotal}`] : []),
  ];
  if (whys.length > 0) {
    const uncertain = Math.max(1, off, twice, rewinds, gaps, totalChanges);
    return { state: 'disturbed', uncertain, why: whys.join('; ') };
  }
  if (grown) return { state: 'grown', added: (lastTotal ?? 0) - (firstTotal ?? 0) };
  return { state: 'settled' };
}
