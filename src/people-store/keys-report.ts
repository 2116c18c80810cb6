import type { KeyReport, ListReport } from '../domain/people/report.js';
import type { PeopleListName } from '../domain/people/rows.js';
import type { Database } from './database.js';
import { KEY_COLUMNS, keySql } from './keys.js';
import type { Opaque } from './opaque.js';
import { familyOf, tableOf } from './tables.js';

const EXAMPLES = 3;

/** Duplicates and empties among the people who are compared and active. */
export async function reportList(db: Database, opaque: Opaque, list: PeopleListName): Promise<ListReport> {
  const rows = tableOf(list);
  const heads = await db.row<{ people: number; compared: number }>(
    `SELECT count(*)::INTEGER AS people, count_if(not_compared IS NULL)::INTEGER AS compared FROM ${rows}`,
  );
  const notCompared = await db.rows<{ reason: string; people: number }>(
    `SELECT not_compared AS reason, count(*)::INTEGER AS people FROM ${rows}
     WHERE not_compared IS NOT NULL GROUP BY ALL ORDER BY 1`,
  );
  const keys: KeyReport[] = [];
  for (const key of Object.keys(KEY_COLUMNS) as (keyof typeof KEY_COLUMNS)[]) {
    keys.push(await reportKey(db, opaque, list, rows, key));
  }
  return { list, people: heads?.people ?? 0, compared: heads?.compared ?? 0, notCompared, keys };
}

async function reportKey(
  db: Database,
  opaque: Opaque,
  list: PeopleListName,
  rows: string,
  key: keyof typeof KEY_COLUMNS,
): Promise<KeyReport> {
  const counted = await db.row<Pick<KeyReport, 'empty' | 'sharedValues' | 'sharedBy'> & { examples: string[] | null }>(
    `WITH keyed AS (SELECT n, ${keySql(key)} AS value FROM ${rows} WHERE not_compared IS NULL AND active),
       shared AS (
         SELECT value, count(*) AS people, min(n) AS n FROM keyed WHERE value IS NOT NULL
         GROUP BY value HAVING count(*) > 1)
     SELECT (SELECT count_if(value IS NULL)::INTEGER FROM keyed) AS empty,
       count(*)::INTEGER AS "sharedValues", coalesce(sum(people), 0)::INTEGER AS "sharedBy",
       (SELECT string_agg(${opaque.sql(familyOf(list), 'id')}, ' ') FROM
         (SELECT id FROM ${rows} SEMI JOIN (SELECT n FROM shared ORDER BY n LIMIT ${EXAMPLES}) s USING (n))) AS examples
     FROM shared`,
  );
  const examples = String(counted?.examples ?? '')
    .split(' ')
    .filter((id) => id !== '');
  return {
    key,
    empty: counted?.empty ?? 0,
    sharedValues: counted?.sharedValues ?? 0,
    sharedBy: counted?.sharedBy ?? 0,
    examples,
  };
}
