import type { Database } from './database.js';

/** Rows of the larger of these tables, as far as their `n` goes. */
export async function largest(db: Database, tables: readonly string[]): Promise<number> {
  let most = 0;
  for (const table of tables) {
    const answer = await db.row<{ rows: number }>(`SELECT coalesce(max(n) + 1, 0)::INTEGER AS rows FROM ${table}`);
    most = Math.max(most, answer?.rows ?? 0);
  }
  return most;
}

/** A condition on a column that holds numbers of rows. */
export type Slice = (column: string) => string;

/** Conditions that cut a table by its `n`: each is true of neighbours, so that only their part of the file is read. */
export function rangesOf({ sliceRows }: Pick<Database, 'sliceRows'>, rows: number): Slice[] {
  if (rows <= sliceRows) return [() => 'true'];
  return Array.from({ length: Math.ceil(rows / sliceRows) }, (_, slice) => {
    return (column: string) => `${column} >= ${slice * sliceRows} AND ${column} < ${(slice + 1) * sliceRows}`;
  });
}

/**
 * Conditions that cut a table by the hash of a key: equal keys come together. Half as many, since keys are less than rows, and
 * each goes through all of them.
 */
export function hashesOf({ sliceRows }: Database, rows: number, column: string): string[] {
  const slices = Math.ceil(rows / (2 * sliceRows));
  if (slices <= 1) return ['true'];
  return Array.from({ length: slices }, (_, slice) => `hash(${column}) % ${slices} = ${slice}`);
}
