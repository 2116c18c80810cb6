import { MATCH_RULES } from '../domain/people/matching.js';
import type { Comparison } from '../domain/people/outcomes.js';
import type { PeopleListName } from '../domain/people/rows.js';
import type { Database } from './database.js';
import { KEY_COLUMNS, keySql } from './keys.js';
import { matchPeople, SIDES } from './matching.js';
import { findOutside } from './scope.js';
import { largest, rangesOf } from './slices.js';
import { tableOf } from './tables.js';

/** The fields of a person that matter to a signature: whom it reaches, and under which name and number. */
const FIELDS = { name: 'name', jobNumber: 'job_number', mobile: 'mobile', email: 'email' } as const;
type Field = keyof typeof FIELDS;

const MATCHED_BY = `CASE rank WHEN -1 THEN 'matched-by-decision' WHEN 0 THEN 'matched-by-job-number'
  WHEN 1 THEN 'matched-by-mobile' ELSE 'matched-by-email' END`;

/**
 * Compares the two sides person by person, and says of everybody what becomes, or became, of them and why. `scope`: ids of the
 * units of E10 whose people are wanted, those below included; null for everybody. Repeating it gives the same again.
 */
export async function comparePeople(
  db: Database,
  comparison: Comparison,
  scope: readonly string[] | null,
): Promise<void> {
  const { found, wanted } = SIDES[comparison];
  await matchPeople(db, comparison);
  await findOutside(db, comparison === 'baseline' ? null : scope);
  const shown = await shownFields(db, comparison);
  const bindings = await shownBindings(db, comparison);
  const rows = await largest(db, [tableOf(found), tableOf(wanted)]);
  await db.run('DELETE FROM outcome WHERE comparison = $1', [comparison]);
  for (const part of ['both', 'found', 'wanted'] as const) {
    for (const slice of rangesOf(db, rows, part === 'wanted' ? 'wanted' : 'found')) {
      await db.run(
        `INSERT INTO outcome SELECT '${comparison}', wanted, before, after, verdict.outcome, verdict.reason, unit,
           nullif(changed, ''), nullif(differs, '')
         FROM (SELECT *, ${VERDICTS[comparison]} AS verdict
           FROM (SELECT *, coalesce(changed_since, differs) AS changed FROM (${joinedPeople(comparison, part, slice, { shown, bindings })})))`,
      );
    }
  }
  if (comparison === 'baseline') await db.run(NOT_COMPARED);
  if (comparison === 'actual') await db.run(GONE);
  await dropWork(db);
}

/** A pair of numbers for everybody of one part: those with a counterpart, and those of either side without. */
function pairsOf(part: 'both' | 'found' | 'wanted', comparison: Comparison, slice: string): string {
  if (part === 'both') return `SELECT found, wanted, rank FROM m_match WHERE ${slice}`;
  const table = tableOf(SIDES[comparison][part]);
  const other = part === 'found' ? 'wanted' : 'found';
  return `SELECT found, wanted, rank FROM (SELECT n AS ${part}, NULL::INTEGER AS ${other}, NULL::TINYINT AS rank
      FROM ${table} WHERE not_compared IS NULL) p
    ANTI JOIN (SELECT ${part} AS n FROM m_match) m ON m.n = p.${part} WHERE ${slice}`;
}

/** One row for everybody of a slice, with what is known of both. */
function joinedPeople(
  comparison: Comparison,
  part: 'both' | 'found' | 'wanted',
  slice: string,
  { shown, bindings }: { shown: readonly Field[]; bindings: Bindings },
): string {
  const { found, wanted } = SIDES[comparison];
  const after = comparison === 'actual';
  // What a run does to a person: before with after, where both are known; otherwise what is there with what is wanted.
  const changedSince = after ? differing('b', 'f', shown) : 'NULL';
  const known = after
    ? `b.n AS before, m.found AS after, b.active AS was_active, b.id IS NOT NULL AS was_there,
       b.oa_user_id IS DISTINCT FROM f.oa_user_id AS bound_anew`
    : `m.found AS before, NULL AS after, NULL::BOOLEAN AS was_active, false AS was_there, false AS bound_anew`;
  // Where a run has bound nobody to an id of E10, what stands there is another kind of id: nothing follows from it.
  const boundElsewhere =
    after && !bindings.toWanted ? 'false' : 'f.oa_user_id IS NOT NULL AND w.id IS NOT NULL AND f.oa_user_id <> w.id';
  return `SELECT m.wanted, ${known}, m.rank, w.unit AS unit, f.id IS NOT NULL AS has_found,
      w.id IS NOT NULL AS has_wanted, f.active, fu.reason AS found_unclear, wu.reason AS wanted_unclear,
      o.id IS NOT NULL AS outside,
      ${boundElsewhere} AS bound_elsewhere, ${bindings.shown ? 'f.oa_user_id IS NULL' : 'false'} AS unbound,
      ${part === 'both' ? 'false' : keylessSql('f')} AS found_keyless,
      ${part === 'both' ? 'false' : keylessSql('w')} AS wanted_keyless,
      ${changedSince} AS changed_since, ${differing('f', 'w', shown)} AS differs
    FROM (${pairsOf(part, comparison, slice)}) m
    ${rowsOf(found, 'f', part !== 'wanted')} ON f.n = m.found ${part === 'wanted' ? '' : `AND ${slice.replaceAll('found', 'f.n')}`}
    ${rowsOf(wanted, 'w', part !== 'found')} ON w.n = m.wanted
    LEFT JOIN m_found_unclear fu ON fu.n = m.found
    LEFT JOIN m_wanted_unclear wu ON wu.n = m.wanted
    LEFT JOIN m_outside o ON o.id = w.id
    ${after ? `LEFT JOIN ${beforeOf(part, slice)} b ON b.id = f.id` : ''}`;
}

/** Those of Qiyuesuo before the run who are in the slice after it. */
function beforeOf(part: 'both' | 'found' | 'wanted', slice: string): string {
  if (part === 'wanted') return '(SELECT * FROM qiyuesuo_before WHERE false)';
  const ids = `SELECT id FROM qiyuesuo_after WHERE ${slice.replaceAll('found', 'n')}`;
  return `(SELECT * FROM qiyuesuo_before SEMI JOIN (${ids}) USING (id))`;
}

/** An inner join where there is somebody: its smaller side is the slice, so the list itself is only gone through. */
function rowsOf(list: PeopleListName, alias: string, has: boolean): string {
  return has ? `JOIN ${tableOf(list)} ${alias}` : `LEFT JOIN (SELECT * FROM ${tableOf(list)} WHERE false) ${alias}`;
}

/** Fields that a list shows of nobody are not compared: a system that tells no e-mail addresses has not lost them. */
async function shownFields(db: Database, comparison: Comparison): Promise<Field[]> {
  const { found, wanted } = SIDES[comparison];
  const lists: PeopleListName[] = comparison === 'actual' ? [found, wanted, 'qiyuesuo-before'] : [found, wanted];
  const fields: Field[] = [];
  for (const [field, column] of Object.entries(FIELDS) as [Field, string][]) {
    const counts = lists.map((list) => `(SELECT count(${column}) FROM ${tableOf(list)}) > 0`);
    const answer = await db.row<{ shown: boolean }>(`SELECT ${counts.join(' AND ')} AS shown`);
    if (answer?.shown === true) fields.push(field);
  }
  return fields;
}

/** What a list of Qiyuesuo tells of the people of the OA that its own are bound to. */
export interface Bindings {
  /** Of somebody at least. Who has none then is not of the OA, and no run touches them. */
  shown: boolean;
  /** Somebody who was found again is bound to the very person of E10. */
  toWanted: boolean;
}

/** After `matchPeople`, or with what it leaves behind in `outcome`. */
async function shownBindings(db: Database, comparison: Comparison): Promise<Bindings> {
  const { found, wanted } = SIDES[comparison];
  const answer = await db.row<Bindings>(
    `SELECT (SELECT count(oa_user_id) FROM ${tableOf(found)}) > 0 AS shown,
       EXISTS (SELECT 1 FROM ${tableOf(found)} f SEMI JOIN ${tableOf(wanted)} w ON f.oa_user_id = w.id) AS "toWanted"`,
  );
  return answer ?? { shown: false, toWanted: false };
}

function keylessSql(table: string): string {
  const keys = MATCH_RULES.map(({ key }) => keySql(key).replaceAll(KEY_COLUMNS[key], `${table}.${KEY_COLUMNS[key]}`));
  return `coalesce(${keys.join(', ')}) IS NULL`;
}

/** Names of the fields that differ, separated by spaces; what the second one leaves empty, or one shows with stars, is no difference. */
function differing(from: string, to: string, fields: readonly Field[]): string {
  if (fields.length === 0) return `''`;
  const parts = fields.map((field) => {
    const [one, other] = [valueSql(field, from), valueSql(field, to)];
    const shown = [from, to].map((table) => `NOT contains(coalesce(${table}.${FIELDS[field]}, ''), '*')`).join(' AND ');
    // Most are the same to the letter: then nothing more is worked out.
    const same = `${from}.${FIELDS[field]} IS NOT DISTINCT FROM ${to}.${FIELDS[field]}`;
    return `CASE WHEN ${same} THEN NULL
      WHEN ${from}.id IS NOT NULL AND ${other} IS NOT NULL AND ${shown} AND ${one} IS DISTINCT FROM ${other}
      THEN '${field}' END`;
  });
  return `concat_ws(' ', ${parts.join(', ')})`;
}

function valueSql(field: Field, table: string): string {
  const column = FIELDS[field];
  const key = field === 'name' ? `nullif(trim(${column}), '')` : keySql(field);
  return key.replaceAll(column, `${table}.${column}`);
}

const verdict = (outcome: string, reason: string): string =>
  `{outcome: '${outcome}', reason: ${reason.startsWith('CASE') || reason.includes('unclear') ? reason : `'${reason}'`}}`;

/** As first match wins. The order is the rule: what a person must decide comes before what would be done. */
const VERDICTS: Record<Comparison, string> = {
  baseline: `CASE
    WHEN wanted_unclear IS NOT NULL THEN ${verdict('ambiguous', 'wanted_unclear')}
    WHEN found_unclear IS NOT NULL THEN ${verdict('ambiguous', 'found_unclear')}
    WHEN NOT has_found AND wanted_keyless THEN ${verdict('skipped', 'no-key')}
    WHEN NOT has_wanted AND found_keyless THEN ${verdict('skipped', 'no-key')}
    WHEN NOT has_found THEN ${verdict('created', 'no-counterpart')}
    WHEN NOT has_wanted THEN ${verdict('missing', 'no-counterpart')}
    WHEN changed <> '' THEN ${verdict('updated', MATCHED_BY)}
    ELSE ${verdict('unchanged', MATCHED_BY)} END`,
  foreseen: `CASE
    WHEN outside AND has_found AND active THEN ${verdict('disabled', 'outside-scope')}
    WHEN outside THEN ${verdict('skipped', 'outside-scope')}
    WHEN wanted_unclear IS NOT NULL THEN ${verdict('ambiguous', 'wanted_unclear')}
    WHEN found_unclear IS NOT NULL THEN ${verdict('ambiguous', 'found_unclear')}
    WHEN NOT has_found AND wanted_keyless THEN ${verdict('skipped', 'no-key')}
    WHEN NOT has_wanted AND found_keyless THEN ${verdict('skipped', 'no-key')}
    WHEN NOT has_found THEN ${verdict('created', 'no-counterpart')}
    WHEN NOT has_wanted AND unbound THEN ${verdict('skipped', 'not-of-the-oa')}
    WHEN NOT has_wanted AND active THEN ${verdict('disabled', 'no-counterpart')}
    WHEN NOT has_wanted THEN ${verdict('skipped', 'was-disabled')}
    WHEN NOT active THEN ${verdict('updated', 'enabled-again')}
    WHEN bound_elsewhere THEN ${verdict('linked', MATCHED_BY)}
    WHEN changed <> '' THEN ${verdict('updated', MATCHED_BY)}
    ELSE ${verdict('unchanged', MATCHED_BY)} END`,
  actual: `CASE
    WHEN outside AND has_found AND NOT active AND was_active THEN ${verdict('disabled', 'outside-scope')}
    WHEN outside THEN ${verdict('skipped', 'outside-scope')}
    WHEN wanted_unclear IS NOT NULL THEN ${verdict('ambiguous', 'wanted_unclear')}
    WHEN found_unclear IS NOT NULL THEN ${verdict('ambiguous', 'found_unclear')}
    WHEN NOT has_found AND wanted_keyless THEN ${verdict('skipped', 'no-key')}
    WHEN NOT has_wanted AND found_keyless THEN ${verdict('skipped', 'no-key')}
    WHEN NOT has_found THEN ${verdict('missing', 'no-counterpart')}
    WHEN NOT has_wanted AND NOT active AND was_active THEN ${verdict('disabled', 'no-counterpart')}
    WHEN NOT has_wanted AND unbound THEN ${verdict('skipped', 'not-of-the-oa')}
    WHEN NOT has_wanted AND active THEN ${verdict('skipped', 'still-active')}
    WHEN NOT has_wanted THEN ${verdict('skipped', 'was-disabled')}
    WHEN NOT active THEN ${verdict('missing', 'disabled-there')}
    WHEN bound_elsewhere THEN ${verdict('missing', 'bound-elsewhere')}
    WHEN NOT was_there THEN ${verdict('created', MATCHED_BY)}
    WHEN NOT was_active THEN ${verdict('updated', 'enabled-again')}
    WHEN bound_anew THEN ${verdict('linked', MATCHED_BY)}
    WHEN changed <> '' THEN ${verdict('updated', MATCHED_BY)}
    ELSE ${verdict('unchanged', MATCHED_BY)} END`,
};

/** Leavers, secondary accounts and people without a login: E10 does not show them either (`facts/weaver.md` §5.1). */
const NOT_COMPARED = `INSERT INTO outcome
  SELECT 'baseline', NULL, n, NULL, 'skipped', not_compared, NULL, NULL, NULL FROM e9_people
  WHERE not_compared IS NOT NULL`;

/** In Qiyuesuo before the run, and not after it. */
const GONE = `INSERT INTO outcome
  SELECT 'actual', NULL, b.n, NULL, CASE WHEN b.active THEN 'disabled' ELSE 'skipped' END,
    CASE WHEN b.active THEN 'removed' ELSE 'was-disabled' END, NULL, NULL, NULL
  FROM qiyuesuo_before b ANTI JOIN qiyuesuo_after a ON a.id = b.id`;

async function dropWork(db: Database): Promise<void> {
  const tables = await db.rows<{ name: string }>(
    "SELECT table_name AS name FROM duckdb_tables() WHERE starts_with(table_name, 'm_')",
  );
  for (const { name } of tables) await db.run(`DROP TABLE IF EXISTS ${name}`);
}
