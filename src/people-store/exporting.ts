import { chmod, rm } from 'node:fs/promises';
import type { Comparison } from '../domain/people/outcomes.js';
import type { Database } from './database.js';
import { FIELDS } from './differing.js';
import { counterpartId, namesOf, shownId } from './names.js';
import type { Opaque } from './opaque.js';

export interface ExportInput {
  comparison: Comparison;
  /** Is written anew, for its owner only; a CSV in UTF-8 with a byte order mark. */
  file: string;
  format: 'csv' | 'parquet';
  /**
   * `opaque`: nobody can be told from the file; the fields before and after are keyed fingerprints, which say that something
   * changed and not what. `personal`: as the systems show them; only where an operator asks for it at the site.
   */
  content: 'opaque' | 'personal';
}

const BYTE_ORDER_MARK = '\uFEFF';

/** Everybody of a comparison with outcome, reason, and the fields before and after; in no order. */
export async function exportOutcomes(db: Database, opaque: Opaque, input: ExportInput): Promise<{ rows: number }> {
  const { comparison, file, format, content } = input;
  // What a run does to a person is before and after it; otherwise what is there, and what is wanted.
  const after = comparison === 'actual' ? 'a' : 'w';
  const shown = (table: string, column: string): string =>
    content === 'personal' ? `${table}.${column}` : opaque.sql('field', `${table}.${column}`);
  const fields = Object.values(FIELDS).flatMap((column) => [
    `${shown('b', column)} AS before_${column}`,
    `${shown(after, column)} AS after_${column}`,
  ]);
  const options = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION zstd';
  // A spreadsheet takes a file for UTF-8 by its first bytes alone; DuckDB writes none, so they are part of the header.
  const columns = format === 'csv' ? `person AS "${BYTE_ORDER_MARK}person", * EXCLUDE (person)` : '*';
  const ranges = await slicesOf(db, comparison);
  const parts = ranges.map((_, part) => `${file}.part-${part}`);
  // What was there before goes first, so that a file is never half of one export and half of another.
  for (const old of [file, ...parts]) await rm(old, { force: true });
  try {
    for (const [part, { from, to }] of ranges.entries()) {
      await db.run(
        `COPY (
           WITH slice AS MATERIALIZED (
             SELECT * FROM outcome WHERE comparison = '${comparison}' AND rowid >= ${from} AND rowid < ${to}),
           x AS (
             SELECT ${shownId(opaque, comparison)} AS person,
               CASE WHEN o.wanted IS NOT NULL THEN ${counterpartId(opaque, comparison)} END AS counterpart, o.outcome, o.reason, o.unit, o.changed,
               o.differs, ${fields.join(', ')}
             FROM slice o ${namesOf(comparison, 'slice')})
           SELECT person, counterpart, outcome, reason, coalesce(nullif(u.code, ''), x.unit) AS unit, changed, differs,
             x.* EXCLUDE (person, counterpart, outcome, reason, unit, changed, differs)
           FROM x LEFT JOIN e10_units u ON u.id = x.unit
         ) TO ${textSql(parts[part] ?? '')} (FORMAT parquet)`,
      );
      await chmod(parts[part] ?? '', 0o600);
    }
    await db.run(
      `COPY (SELECT ${columns} FROM read_parquet([${parts.map(textSql).join(', ')}])) TO ${textSql(file)} (${options})`,
    );
  } finally {
    for (const part of parts) await rm(part, { force: true });
  }
  await chmod(file, 0o600);
  const counted = await db.row<{ rows: number }>(
    'SELECT count(*)::INTEGER AS rows FROM outcome WHERE comparison = $1',
    [comparison],
  );
  return { rows: counted?.rows ?? 0 };
}

/** An export of a million people in one go would hold all of them; so it is made in parts. */
async function slicesOf(db: Database, comparison: Comparison): Promise<{ from: number; to: number }[]> {
  const place = await db.row<{ first: number; last: number }>(
    `SELECT coalesce(min(rowid), 0)::INTEGER AS first, coalesce(max(rowid), 0)::INTEGER AS last
     FROM outcome WHERE comparison = $1`,
    [comparison],
  );
  const { first, last } = place ?? { first: 0, last: 0 };
  const slices: { from: number; to: number }[] = [];
  for (let from = first; from <= last; from += db.sliceRows) slices.push({ from, to: from + db.sliceRows });
  return slices;
}

function textSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
