import type { Database } from './database.js';

/**
 * Leaves a table `m_outside` behind: the numbers of the people of E10 with no post in any of these units. Null: everybody is inside.
 */
export async function findOutside(db: Database, scope: readonly string[] | null): Promise<void> {
  if (scope === null) {
    await db.run('CREATE OR REPLACE TEMP TABLE m_outside (n INTEGER)');
    return;
  }
  await db.run('CREATE OR REPLACE TEMP TABLE m_scope (id VARCHAR)');
  await db.run('INSERT INTO m_scope SELECT unnest(from_json($1, \'["VARCHAR"]\'))', [JSON.stringify(scope)]);
  const units = `unnest(list_prepend(unit, string_split(coalesce(more_units, ''), ' ')))`;
  await db.run(
    `CREATE OR REPLACE TEMP TABLE m_outside AS SELECT n FROM e10_people ANTI JOIN (
       SELECT person FROM (SELECT id AS person, ${units} AS unit FROM e10_people) SEMI JOIN m_scope ON unit = m_scope.id
     ) inside ON e10_people.id = inside.person`,
  );
}
