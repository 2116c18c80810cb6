import { COMPARISONS, type Comparison } from '../domain/people/outcomes.js';
import {
  PEOPLE_LISTS,
  UNIT_LISTS,
  type ListName,
  type PeopleListName,
  type UnitListName,
} from '../domain/people/rows.js';
import type { Database } from './database.js';

/** The table of a list's rows. */
export function tableOf(list: ListName): string {
  return list.replaceAll('-', '_');
}

export function isPeopleList(list: ListName): list is PeopleListName {
  return (PEOPLE_LISTS as readonly string[]).includes(list);
}

/** Which system's ids a list has: the two lists of Qiyuesuo name the same people. */
export function familyOf(list: PeopleListName): string {
  return list.split('-', 1)[0] ?? list;
}

/** The lists that a comparison is made of. */
export const LISTS_OF: Record<Comparison, readonly PeopleListName[]> = {
  baseline: ['e9-people', 'e10-people'],
  foreseen: ['e10-people', 'qiyuesuo-before'],
  actual: ['e10-people', 'qiyuesuo-before', 'qiyuesuo-after'],
};

const PERSON_COLUMNS = `n INTEGER, id VARCHAR, name VARCHAR, job_number VARCHAR, mobile VARCHAR, email VARCHAR,
  login VARCHAR, unit VARCHAR, more_units VARCHAR, active BOOLEAN, not_compared VARCHAR, oa_user_id VARCHAR`;
const UNIT_COLUMNS = 'n INTEGER, id VARCHAR, name VARCHAR, code VARCHAR, parent_id VARCHAR';

/**
 * All tables of a run. `n` counts the rows of a pass in the order of reading: work is done with it in place of ids.
 * Insert-only but for pages that are read anew, and without indexes: those would hold memory that cannot
 * be given back.
 */
export async function createTables(db: Database): Promise<void> {
  const statements = [
    ...PEOPLE_LISTS.map((list: PeopleListName) => `CREATE TABLE IF NOT EXISTS ${tableOf(list)} (${PERSON_COLUMNS})`),
    ...UNIT_LISTS.map((list: UnitListName) => `CREATE TABLE IF NOT EXISTS ${tableOf(list)} (${UNIT_COLUMNS})`),
    // What was read, in the order of reading. `next` is null after the last page; a page of kind `again` only goes back.
    `CREATE TABLE IF NOT EXISTS page (list VARCHAR, pass INTEGER, page INTEGER, kind VARCHAR, start VARCHAR, next VARCHAR,
       row_count INTEGER, total BIGINT, last_id VARCHAR, digest VARCHAR)`,
    // `wanted`, `before` and `after` are the `n` of people in the lists that were compared (`namesOf`).
    `CREATE TABLE IF NOT EXISTS outcome (comparison VARCHAR, wanted INTEGER, before INTEGER, after INTEGER,
       outcome VARCHAR, reason VARCHAR, unit VARCHAR, changed VARCHAR, differs VARCHAR)`,
    'CREATE TABLE IF NOT EXISTS candidate (comparison VARCHAR, wanted_id VARCHAR, found_id VARCHAR, reason VARCHAR)',
    // What a person decided: `found_id` null says that nobody is the same.
    'CREATE TABLE IF NOT EXISTS decision (comparison VARCHAR, wanted_id VARCHAR, found_id VARCHAR)',
    // Two who are not the same, in whatever comparison.
    'CREATE TABLE IF NOT EXISTS refusal (family VARCHAR, wanted_id VARCHAR, found_id VARCHAR)',
    // Within which units of E10 a comparison was made, as a list in JSON; null for everybody.
    'CREATE TABLE IF NOT EXISTS compared (comparison VARCHAR, scope VARCHAR)',
    'CREATE TABLE IF NOT EXISTS sample (position INTEGER, id VARCHAR, contact VARCHAR, found VARCHAR, looked_up BOOLEAN)',
  ];
  for (const statement of statements) await db.run(statement);
}

/** Where rows of a list go, the outcomes that have their numbers go with them. */
export async function dropOutcomesOf(db: Database, list: ListName): Promise<void> {
  for (const comparison of COMPARISONS) {
    if (!(LISTS_OF[comparison] as readonly ListName[]).includes(list)) continue;
    await db.run('DELETE FROM outcome WHERE comparison = $1', [comparison]);
    await db.run('DELETE FROM compared WHERE comparison = $1', [comparison]);
  }
}
