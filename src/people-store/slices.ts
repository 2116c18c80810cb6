import type { Database } from './database.js';

/** So many rows of strings are joined or grouped at once: what that takes fits into memory, however many people there are. */
const ROWS = 200_000;

/** How many slices it takes to go through tables of this size. */
export async function slicesFor(db: Database, tables: readonly string[]): Promise<number> {
  let most = 0;
  for (const table of tables) {
    const answer = await db.row<{ rows: number }>(`SELECT count(*)::INTEGER AS rows FROM ${table}`);
    most = Math.max(most, answer?.rows ?? 0);
  }
  return Math.max(1, Math.ceil(most / ROWS));
}

/** Does something for each slice; the condition is true of every row in one of them. */
export async function forEachSlice(
  slices: number,
  value: string,
  work: (condition: string) => Promise<void>,
): Promise<void> {
  for (let slice = 0; slice < slices; slice++) {
    await work(slices === 1 ? 'true' : `${value} % ${slices} = ${slice}`);
  }
}
