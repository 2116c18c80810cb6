import type { FieldDifference } from '../domain/outcomes.js';
import { sortUndo, type OwnedValue } from '../domain/undo.js';
import { readBack, saveSeen } from './look-and-write.js';

/** What an undo of one step did. Anything in `foreign` or `left` is for a person; nothing is swallowed. */
export interface UndoResult {
  restored: number;
  /** Changed by somebody else since we wrote: left as it is, and asked about. */
  foreign: FieldDifference[];
  /** Ours, and not to be put back. */
  left: FieldDifference[];
  /** Filled in by us where it was empty, and nobody can empty it on its page; absent where there is none. */
  stays?: FieldDifference[];
}

export const NOTHING_UNDONE: UndoResult = { restored: 0, foreign: [], left: [] };

export interface Restorable<Seen> {
  look(): Promise<Seen>;
  values(seen: Seen): OwnedValue[];
  /** Puts these values back, and leaves all others of the page as `seen`. */
  save(seen: Seen, restore: readonly OwnedValue[]): Promise<void>;
  /** Fields that an operator chose to leave. */
  leave: readonly string[];
  what: string;
}

/** Puts back what still has the value that we wrote, and reads back. Tolerates that there is nothing to undo. */
export async function restorePage<Seen extends object>(page: Restorable<Seen>): Promise<UndoResult> {
  const seen = await page.look();
  const { restore, foreign } = sortUndo(page.values(seen), page.leave);
  if (restore.length === 0) return { ...NOTHING_UNDONE, foreign };

  const fields = new Set(restore.map(({ field }) => field));
  const differing = (now: Seen): string[] =>
    page
      .values(now)
      .filter(({ field, before, found }) => fields.has(field) && before !== found)
      .map(({ field }) => field);
  await saveSeen({ look: page.look, differing, save: (current) => page.save(current, restore) }, seen);
  await readBack({ what: page.what, look: page.look, differing });
  return { restored: restore.length, foreign, left: [] };
}
