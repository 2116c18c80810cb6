import type { PeopleListName } from '../domain/people/rows.js';
import type { Database } from './database.js';
import { keySql } from './keys.js';
import { largest, rangesOf } from './slices.js';
import { tableOf } from './tables.js';

/** The fields of a person that matter to a signature: whom it reaches, and under which name and number. */
export const FIELDS = { name: 'name', jobNumber: 'job_number', mobile: 'mobile', email: 'email' } as const;
type Field = keyof typeof FIELDS;

const FIELD_NAMES = Object.keys(FIELDS) as Field[];

/** Fields that one of these lists shows of nobody are not compared: a system that tells no e-mail addresses has not lost them. */
export async function shownFields(db: Database, lists: readonly PeopleListName[]): Promise<Field[]> {
  const fields: Field[] = [];
  for (const field of FIELD_NAMES) {
    const counts = lists.map((list) => `(SELECT count(${FIELDS[field]}) FROM ${tableOf(list)}) > 0`);
    const answer = await db.row<{ shown: boolean }>(`SELECT ${counts.join(' AND ')} AS shown`);
    if (answer?.shown === true) fields.push(field);
  }
  return fields;
}

/** People of two lists who are the same: a table with the numbers of both. */
export interface Pairs {
  table: string;
  one: { column: string; list: PeopleListName };
  other: { column: string; list: PeopleListName };
}

/** Leaves a table of pairs behind, `one` and `other`: those who differ in these columns, if only by a letter. */
export async function findUnlike(
  db: Database,
  into: string,
  { table, one, other }: Pairs,
  [columns, otherColumns]: readonly [readonly string[], readonly string[]],
): Promise<void> {
  await db.run(`CREATE OR REPLACE TEMP TABLE ${into} (one INTEGER, other INTEGER)`);
  for (const slice of rangesOf(db, await largest(db, [tableOf(one.list)]))) {
    // A digest of 64 bits in place of the texts: small. Of a million changed people, one comparison in 10^13 misses somebody.
    await db.run(
      `INSERT INTO ${into} SELECT a.n, b.n FROM ${table} p
       JOIN (SELECT n, hash(${columns.join(', ')}) AS digest FROM ${tableOf(one.list)}) a ON a.n = p.${one.column}
       JOIN (SELECT n, hash(${otherColumns.join(', ')}) AS digest FROM ${tableOf(other.list)}) b ON b.n = p.${other.column}
       WHERE ${slice(`p.${one.column}`)} AND ${slice('a.n')} AND a.digest <> b.digest`,
    );
  }
}

/**
 * Leaves a table behind with the pairs of which these fields differ: `one`, `other`, and `bits` for `namesSql`. What the other leaves
 * empty, or one shows with stars, is no difference. One field is looked at after the other, so that of people no more than a column
 * of each side is in memory.
 */
export async function findDiffering(db: Database, into: string, pairs: Pairs, fields: readonly Field[]): Promise<void> {
  await db.run(`CREATE OR REPLACE TEMP TABLE ${into} (one INTEGER, other INTEGER, bits INTEGER)`);
  if (fields.length === 0) return;
  const columns = fields.map((field) => FIELDS[field]);
  await findUnlike(db, 'm_unlike', pairs, [columns, columns]);
  const unlike = await db.row<{ pairs: number }>('SELECT count(*)::INTEGER AS pairs FROM m_unlike');
  if (!unlike?.pairs) return;
  for (const slice of rangesOf(db, unlike.pairs)) {
    await db.run('CREATE OR REPLACE TEMP TABLE m_bit (one INTEGER, other INTEGER, bit INTEGER)');
    for (const field of fields) {
      await db.run(
        `INSERT INTO m_bit SELECT one, other, ${bitOf(field)} FROM m_unlike p
         JOIN (SELECT n, ${FIELDS[field]} AS value FROM ${tableOf(pairs.one.list)}) a ON a.n = p.one
         JOIN (SELECT n, ${FIELDS[field]} AS value FROM ${tableOf(pairs.other.list)}) b ON b.n = p.other
         WHERE ${slice('p.rowid')} AND a.value IS DISTINCT FROM b.value AND ${differs(field, 'a.value', 'b.value')}`,
      );
    }
    await db.run(`INSERT INTO ${into} SELECT one, other, bit_or(bit) FROM m_bit GROUP BY 1, 2`);
  }
}

function differs(field: Field, one: string, other: string): string {
  const compared = (value: string): string =>
    field === 'name' ? `nullif(trim(${value}), '')` : keySql(field).replaceAll(FIELDS[field], value);
  const shown = [one, other].map((value) => `NOT contains(coalesce(${value}, ''), '*')`).join(' AND ');
  return `${shown} AND ${compared(other)} IS NOT NULL AND ${compared(one)} IS DISTINCT FROM ${compared(other)}`;
}

function bitOf(field: Field): number {
  return 1 << FIELD_NAMES.indexOf(field);
}

/** Names of the fields that differ, separated by spaces; null where none does. */
export function namesSql(bits: string): string {
  const names = FIELD_NAMES.map((field) => `CASE WHEN ${bits} & ${bitOf(field)} > 0 THEN '${field}' END`);
  return `nullif(concat_ws(' ', ${names.join(', ')}), '')`;
}
