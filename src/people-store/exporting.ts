import { chmod, rm } from 'node:fs/promises';
import type { Comparison } from '../domain/people/outcomes.js';
import type { Database } from './database.js';
import { SIDES } from './matching.js';
import type { Opaque } from './opaque.js';
import { familyOf, tableOf } from './tables.js';
import { shownId } from './counts.js';

export interface ExportInput {
  comparison: Comparison;
  /** Is written anew, for its owner only. */
  file: string;
  format: 'csv' | 'parquet';
  /**
   * `opaque`: nobody can be told from the file; the fields before and after are keyed fingerprints, which say that something
   * changed and not what. `personal`: as the systems show them; only where an operator asks for it at the site.
   */
  content: 'opaque' | 'personal';
}

const FIELDS = ['name', 'job_number', 'mobile', 'email'] as const;

/** Everybody of a comparison with outcome, reason, and the fields before and after; in no order. */
export async function exportOutcomes(db: Database, opaque: Opaque, input: ExportInput): Promise<{ rows: number }> {
  const { comparison, file, format, content } = input;
  const [before, after] = sources(comparison);
  const shown = (table: string, column: string): string =>
    content === 'personal' ? `${table}.${column}` : opaque.sql('field', `${table}.${column}`);
  const fields = FIELDS.flatMap((column) => [
    `${shown('b', column)} AS before_${column}`,
    `${shown('a', column)} AS after_${column}`,
  ]);
  const other = opaque.sql(familyOf(SIDES[comparison].found), 'coalesce(o.after_id, o.before_id)');
  const options = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION zstd';
  await rm(file, { force: true });
  await db.run(
    `COPY (
       SELECT person, counterpart, outcome, reason, coalesce(nullif(u.code, ''), x.unit) AS unit, changed, differs,
         x.* EXCLUDE (person, counterpart, outcome, reason, unit, changed, differs)
       FROM (
         SELECT ${shownId(opaque, comparison)} AS person,
           CASE WHEN o.wanted_id IS NOT NULL THEN ${other} END AS counterpart, o.outcome, o.reason, o.unit, o.changed,
           o.differs, ${fields.join(', ')}
         FROM outcome o
           LEFT JOIN ${tableOf(before.list)} b ON b.id = o.${before.key}
           LEFT JOIN ${tableOf(after.list)} a ON a.id = o.${after.key}
         WHERE o.comparison = '${comparison}') x
       LEFT JOIN e10_units u ON u.id = x.unit
     ) TO '${file.replaceAll("'", "''")}' (${options})`,
  );
  await chmod(file, 0o600);
  const counted = await db.row<{ rows: number }>(
    'SELECT count(*)::INTEGER AS rows FROM outcome WHERE comparison = $1',
    [comparison],
  );
  return { rows: counted?.rows ?? 0 };
}

/** Which lists the fields before and after come from. */
function sources(comparison: Comparison) {
  const { found, wanted } = SIDES[comparison];
  if (comparison === 'actual') {
    return [
      { list: 'qiyuesuo-before', key: 'before_id' },
      { list: 'qiyuesuo-after', key: 'after_id' },
    ] as const;
  }
  return [
    { list: found, key: 'before_id' },
    { list: wanted, key: 'wanted_id' },
  ] as const;
}
