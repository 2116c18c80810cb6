import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place, Places } from './places.js';

export interface TidyHow {
  /** A plain file that nobody has touched for so long is sealed: whoever goes on opens it again. */
  untouchedMs: number;
  /** What nobody has touched for so long is deleted; null: nothing is. */
  keepMs: number | null;
}

/** How many runs were sealed and deleted, and why others could not be: another process has one open, the disk is full. */
export interface Tidied {
  sealed: number;
  forgotten: number;
  problems: string[];
}

/**
 * Seals what a run has left plain, and deletes what is older than it may become. What is in use in this process is left alone; what
 * cannot be tidied now is told, and looked at the next time.
 */
export function createTidying(
  places: Places,
  {
    inTurn,
    isOpen,
    seal,
  }: {
    inTurn: <T>(folder: string, work: () => Promise<T>) => Promise<T>;
    isOpen: (file: string) => boolean;
    seal: (place: Place) => Promise<void>;
  },
) {
  async function tidied(place: Place, { untouchedMs, keepMs }: TidyHow): Promise<'sealed' | 'forgotten' | null> {
    const { folder, plain } = place;
    if (isOpen(plain)) return null;
    const age = Date.now() - (await lastTouched(folder));
    if (keepMs !== null && age >= keepMs) {
      await rm(folder, { recursive: true, force: true });
      return 'forgotten';
    }
    if (!existsSync(plain) || age < untouchedMs) return null;
    await seal(place);
    return 'sealed';
  }

  return async function tidy(how: TidyHow): Promise<Tidied> {
    const result: Tidied = { sealed: 0, forgotten: 0, problems: [] };
    for (const place of await places.all()) {
      try {
        const what = await inTurn(place.folder, () => tidied(place, how));
        if (what !== null) result[what]++;
      } catch (error) {
        result.problems.push(`${place.reference}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    for (const file of how.keepMs === null ? [] : await places.allDecisions()) {
      const { mtimeMs } = await stat(file);
      if (Date.now() - mtimeMs >= (how.keepMs ?? Number.POSITIVE_INFINITY)) await rm(file, { force: true });
    }
    return result;
  };
}

/** When anything in a folder was written last, or the folder itself. */
async function lastTouched(folder: string): Promise<number> {
  const names = await readdir(folder);
  const times = await Promise.all([folder, ...names.map((name) => join(folder, name))].map((file) => stat(file)));
  return Math.max(...times.map(({ mtimeMs }) => mtimeMs));
}
