import { MATCH_RULES } from '../domain/people/matching.js';
import type { Comparison } from '../domain/people/outcomes.js';
import type { PeopleListName } from '../domain/people/rows.js';
import type { Database } from './database.js';
import { findDiffering, findUnlike, namesSql, shownFields, type Pairs } from './differing.js';
import { KEY_COLUMNS, keySql } from './keys.js';
import { matchPeople, SIDES } from './matching.js';
import { findOutside } from './scope.js';
import { largest, rangesOf, type Slice } from './slices.js';
import { LISTS_OF, tableOf } from './tables.js';

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
  const rows = await largest(db, [tableOf(found), tableOf(wanted)]);
  if (comparison === 'actual') await findKept(db, rows);
  const bindings = await shownBindings(db, comparison);
  await findDifferences(db, comparison, bindings);
  await db.run('DELETE FROM outcome WHERE comparison = $1', [comparison]);
  for (const part of ['both', 'found', 'wanted'] as const) {
    for (const slice of rangesOf(db, rows)) {
      await db.run(
        `INSERT INTO outcome
         SELECT '${comparison}', wanted, before, after, verdict.outcome, verdict.reason, unit, changed, differs
         FROM (SELECT *, ${VERDICTS[comparison]} AS verdict
           FROM (${joinedPeople(comparison, part, slice, bindings)}))`,
      );
    }
  }
  if (comparison === 'baseline') await db.run(NOT_COMPARED);
  if (comparison === 'actual') await db.run(GONE);
  await dropWork(db);
}

/** Leaves a table `m_kept` behind: those of Qiyuesuo who were there before the run, and are after it. */
async function findKept(db: Database, rows: number): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE m_kept (before INTEGER, found INTEGER, was_active BOOLEAN)');
  for (const slice of rangesOf(db, rows)) {
    await db.run(
      `INSERT INTO m_kept SELECT b.n, a.n, b.active
       FROM (SELECT n, id FROM qiyuesuo_after WHERE ${slice('n')}) a JOIN qiyuesuo_before b USING (id)`,
    );
  }
}

/**
 * Leaves tables behind with what differs between two who are the same: `m_differs`, of whom was found and who is wanted, and
 * `m_bound_elsewhere` where that can be told; after a run `m_since`, of before and after it, and `m_bound_anew`.
 */
async function findDifferences(db: Database, comparison: Comparison, bindings: Bindings): Promise<void> {
  const { found, wanted } = SIDES[comparison];
  const fields = await shownFields(db, LISTS_OF[comparison]);
  const one = { column: 'found', list: found };
  const match: Pairs = { table: 'm_match', one, other: { column: 'wanted', list: wanted } };
  await findDiffering(db, 'm_differs', match, fields);
  if (bindings.toE10) await findUnlike(db, 'm_bound_elsewhere', match, [['oa_user_id'], ['id']]);
  if (comparison !== 'actual') return;
  const kept: Pairs = { table: 'm_kept', one: { column: 'before', list: 'qiyuesuo-before' }, other: one };
  await findDiffering(db, 'm_since', kept, fields);
  await findUnlike(db, 'm_bound_anew', kept, [['oa_user_id'], ['oa_user_id']]);
}

type Part = 'both' | 'found' | 'wanted';

/** A pair of numbers for everybody of one part: those with a counterpart, and those of either side without. */
function pairsOf(part: Part, comparison: Comparison, slice: Slice): string {
  if (part === 'both') return `SELECT found, wanted, rank FROM m_match WHERE ${slice('found')}`;
  const table = tableOf(SIDES[comparison][part]);
  const other = part === 'found' ? 'wanted' : 'found';
  return `SELECT found, wanted, rank FROM (SELECT n AS ${part}, NULL::INTEGER AS ${other}, NULL::TINYINT AS rank
      FROM ${table} WHERE not_compared IS NULL) p
    ANTI JOIN (SELECT ${part} AS n FROM m_match) m ON m.n = p.${part} WHERE ${slice(part)}`;
}

/** One row for everybody of a slice, with what is known of both. */
function joinedPeople(comparison: Comparison, part: Part, slice: Slice, bindings: Bindings): string {
  const { found, wanted } = SIDES[comparison];
  const after = comparison === 'actual';
  const ofSlice: Slice = (column) => (part === 'wanted' ? 'false' : slice(column));
  // What a run does to a person: before with after, where both are known; otherwise what is there with what is wanted.
  const known = after
    ? `k.before, m.found AS after, k.was_active, k.before IS NOT NULL AS was_there,
       a.one IS NOT NULL AS bound_anew, ${namesSql('s.bits')} AS changed`
    : `m.found AS before, NULL AS after, ${namesSql('d.bits')} AS changed`;
  const boundElsewhere = bindings.toE10 ? 'f.oa_user_id IS NOT NULL AND e.one IS NOT NULL' : 'false';
  return `SELECT m.wanted, ${known}, ${namesSql('d.bits')} AS differs, m.rank, w.unit, f.active,
      f.n IS NOT NULL AS has_found, w.n IS NOT NULL AS has_wanted,
      fu.reason AS found_unclear, wu.reason AS wanted_unclear, o.n IS NOT NULL AS outside,
      ${boundElsewhere} AS bound_elsewhere, ${bindings.shown ? 'f.oa_user_id IS NULL' : 'false'} AS unbound,
      ${part === 'both' ? 'false' : keylessSql('f')} AS found_keyless,
      ${part === 'both' ? 'false' : keylessSql('w')} AS wanted_keyless
    FROM (${pairsOf(part, comparison, slice)}) m
    ${rowsOf(found, 'f', part !== 'wanted')} ON f.n = m.found AND ${ofSlice('f.n')}
    ${rowsOf(wanted, 'w', part !== 'found')} ON w.n = m.wanted
    LEFT JOIN m_found_unclear fu ON fu.n = m.found
    LEFT JOIN m_wanted_unclear wu ON wu.n = m.wanted
    LEFT JOIN m_outside o ON o.n = m.wanted
    LEFT JOIN (SELECT * FROM m_differs WHERE ${ofSlice('one')}) d ON d.one = m.found AND d.other = m.wanted
    ${bindings.toE10 ? `LEFT JOIN (SELECT * FROM m_bound_elsewhere WHERE ${ofSlice('one')}) e ON e.one = m.found AND e.other = m.wanted` : ''}
    ${after ? beforeOf(ofSlice) : ''}`;
}

function beforeOf(slice: Slice): string {
  return `LEFT JOIN (SELECT * FROM m_kept WHERE ${slice('found')}) k ON k.found = m.found
    LEFT JOIN (SELECT * FROM m_since WHERE ${slice('other')}) s ON s.other = m.found AND s.one = k.before
    LEFT JOIN (SELECT * FROM m_bound_anew WHERE ${slice('other')}) a ON a.other = m.found AND a.one = k.before`;
}

/** An inner join where there is somebody: its smaller side is the slice, so the list itself is only gone through. */
function rowsOf(list: PeopleListName, alias: string, has: boolean): string {
  return has ? `JOIN ${tableOf(list)} ${alias}` : `LEFT JOIN (SELECT * FROM ${tableOf(list)} WHERE false) ${alias}`;
}

/** What a list of Qiyuesuo tells of the people of the OA that its own are bound to. */
interface Bindings {
  /** Of somebody at least. Who has none then is not of the OA, and no run touches them. */
  shown: boolean;
  /** They can be held against ids of E10. After a run that bound nobody to one, another kind of id stands there: nothing follows from it. */
  toE10: boolean;
}

async function shownBindings(db: Database, comparison: Comparison): Promise<Bindings> {
  const { found, wanted } = SIDES[comparison];
  const answer = await db.row<{ shown: boolean; same: boolean }>(
    `SELECT (SELECT count(oa_user_id) FROM ${tableOf(found)}) > 0 AS shown,
       EXISTS (SELECT 1 FROM ${tableOf(found)} f SEMI JOIN ${tableOf(wanted)} w ON f.oa_user_id = w.id) AS same`,
  );
  const { shown = false, same = false } = answer ?? {};
  return { shown, toE10: shown && (same || comparison !== 'actual') };
}

function keylessSql(table: string): string {
  const keys = MATCH_RULES.map(({ key }) => keySql(key).replaceAll(KEY_COLUMNS[key], `${table}.${KEY_COLUMNS[key]}`));
  return `coalesce(${keys.join(', ')}) IS NULL`;
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
    WHEN changed IS NOT NULL THEN ${verdict('updated', MATCHED_BY)}
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
    WHEN changed IS NOT NULL THEN ${verdict('updated', MATCHED_BY)}
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
    WHEN changed IS NOT NULL THEN ${verdict('updated', MATCHED_BY)}
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
  FROM qiyuesuo_before b ANTI JOIN m_kept k ON k.before = b.n`;

async function dropWork(db: Database): Promise<void> {
  const tables = await db.rows<{ name: string }>(
    "SELECT table_name AS name FROM duckdb_tables() WHERE starts_with(table_name, 'm_')",
  );
  for (const { name } of tables) await db.run(`DROP TABLE IF EXISTS ${name}`);
}
