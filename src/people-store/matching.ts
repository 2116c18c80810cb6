import { MATCH_RULES } from '../domain/people/matching.js';
import { COMPARISONS, type Comparison } from '../domain/people/outcomes.js';
import type { PeopleListName } from '../domain/people/rows.js';
import type { Database } from './database.js';
import { keySql } from './keys.js';
import { hashesOf, largest, rangesOf } from './slices.js';
import { familyOf, tableOf } from './tables.js';

/** The two sides of a comparison: `wanted` is how it is to be, `found` is what is compared with it. */
export const SIDES: Record<Comparison, { found: PeopleListName; wanted: PeopleListName }> = {
  baseline: { found: 'e9-people', wanted: 'e10-people' },
  foreseen: { found: 'qiyuesuo-before', wanted: 'e10-people' },
  actual: { found: 'qiyuesuo-after', wanted: 'e10-people' },
};

/** Comparisons with people of that system: what is decided about one of them holds for all. */
export function comparisonsOf(family: string): Comparison[] {
  return COMPARISONS.filter((comparison) => familyOf(SIDES[comparison].found) === family);
}

/** More candidates than anybody would look through. */
const MOST_CANDIDATES = 10;
const RANKS = MATCH_RULES.map((_, rank) => rank);
/** Rows of which those are chosen, for one person. */
const MOST_CLOSE = RANKS.length * MOST_CANDIDATES;

/**
 * Finds the people of one side again among those of the other, as `MATCH_RULES` says. Leaves tables behind: `m_match` with the
 * pairs and how each was found, `m_found_unclear` and `m_wanted_unclear` with those whom a person must decide about, and why.
 * People are numbers there, `n` of their rows, and so are keys, by a digest of 128 bits: small, and quick.
 */
export async function matchPeople(db: Database, comparison: Comparison): Promise<void> {
  const { found, wanted } = SIDES[comparison];
  // A decision about somebody who is not there any more says nothing.
  await db.run(
    `CREATE OR REPLACE TEMP TABLE m_decided AS SELECT wanted_id, found_id FROM decision
     WHERE comparison = $1 AND wanted_id IN (SELECT id FROM ${tableOf(wanted)})
       AND (found_id IS NULL OR found_id IN (SELECT id FROM ${tableOf(found)}))`,
    [comparison],
  );
  for (const [side, list] of [['found', found] as const, ['wanted', wanted] as const]) {
    // Whom a person has decided about takes no part: neither as somebody to find, nor as somebody in the way.
    await db.run(
      `CREATE OR REPLACE TEMP TABLE m_${side} AS
       SELECT n, ${MATCH_RULES.map(({ key }, rank) => `md5_number(${keySql(key)}) AS key_${rank}`).join(', ')}
       FROM ${tableOf(list)}
       WHERE not_compared IS NULL AND id NOT IN (SELECT ${side}_id FROM m_decided WHERE ${side}_id IS NOT NULL)`,
    );
  }
  await findPairs(db, await largest(db, [tableOf(found), tableOf(wanted)]));
  await findUnclear(db);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE m_match AS
     SELECT p.found, p.wanted, p.rank FROM m_pair p ANTI JOIN m_unclear u ON u.side = 'found' AND u.n = p.found
     UNION ALL
     SELECT f.n, w.n, -1 FROM m_decided d
       JOIN ${tableOf(found)} f ON f.id = d.found_id JOIN ${tableOf(wanted)} w ON w.id = d.wanted_id`,
  );
  await nameUnclear(db, comparison);
  if (await settleRefused(db, comparison)) await matchPeople(db, comparison);
}

/** Who has no candidate left but those that a person has refused, in this run or an earlier one, is none of them. */
async function settleRefused(db: Database, comparison: Comparison): Promise<boolean> {
  const settled = await db.rows(
    `INSERT INTO decision SELECT $1, wanted_id, NULL FROM candidate c
     WHERE comparison = $1 AND wanted_id NOT IN (SELECT wanted_id FROM m_decided)
     GROUP BY wanted_id
     HAVING bool_and(EXISTS (SELECT 1 FROM refusal r
       WHERE r.family = $2 AND r.wanted_id = c.wanted_id AND r.found_id = c.found_id))
     RETURNING wanted_id`,
    [comparison, familyOf(SIDES[comparison].found)],
  );
  return settled.length > 0;
}

/** What each rule finds, where its key has one owner on each side; and the keys that have several. */
async function findPairs(db: Database, rows: number): Promise<void> {
  for (const rank of RANKS) {
    await db.run(`CREATE OR REPLACE TEMP TABLE m_key_${rank} (shared UHUGEINT, found INTEGER, wanted INTEGER)`);
    for (const slice of hashesOf(db, rows, 'key')) {
      await db.run(
        `INSERT INTO m_key_${rank}
         SELECT CASE WHEN count(f) > 1 OR count(w) > 1 THEN key END, min(f), min(w) FROM (
           SELECT key_${rank} AS key, n AS f, NULL::INTEGER AS w FROM m_found
           UNION ALL SELECT key_${rank}, NULL, n FROM m_wanted)
         WHERE key IS NOT NULL AND ${slice} GROUP BY key HAVING count(f) > 0 AND count(w) > 0`,
      );
    }
  }
  const pairs = RANKS.map((rank) => `SELECT found, wanted, ${rank} AS rank FROM m_key_${rank} WHERE shared IS NULL`);
  await db.run('CREATE OR REPLACE TEMP TABLE m_pair (found INTEGER, wanted INTEGER, rank TINYINT)');
  for (const slice of rangesOf(db, rows)) {
    await db.run(
      `INSERT INTO m_pair SELECT found, wanted, min(rank) FROM (${pairs.join(' UNION ALL ')}) WHERE ${slice('found')} GROUP BY 1, 2`,
    );
  }
}

/** `rank` is the rule whose key is shared, or null where two rules find different people. */
async function findUnclear(db: Database): Promise<void> {
  const sides = ['found', 'wanted'] as const;
  const shared = sides.flatMap((side) =>
    RANKS.map(
      (rank) =>
        `SELECT '${side}' AS side, n, ${rank} AS rank FROM m_${side}
         SEMI JOIN (SELECT shared FROM m_key_${rank} WHERE shared IS NOT NULL) k ON key_${rank} = k.shared`,
    ),
  );
  await db.run(
    `CREATE OR REPLACE TEMP TABLE m_shared AS
     SELECT side, n, min(rank)::TINYINT AS rank FROM (${shared.join(' UNION ALL ')}) GROUP BY 1, 2`,
  );
  const several = (side: string): string => `SELECT ${side} FROM m_pair GROUP BY 1 HAVING count(*) > 1`;
  // A pair stands only where nothing contradicts it on either side; all who are in one that falls are unclear.
  await db.run(
    `CREATE OR REPLACE TEMP TABLE m_fallen AS
     SELECT found, wanted, contradicted, shared_rank FROM (
       SELECT p.found, p.wanted, coalesce(f.rank, w.rank) AS shared_rank,
         p.found IN (${several('found')}) OR p.wanted IN (${several('wanted')}) AS contradicted
       FROM m_pair p
       LEFT JOIN m_shared f ON f.side = 'found' AND f.n = p.found AND f.rank < p.rank
       LEFT JOIN m_shared w ON w.side = 'wanted' AND w.n = p.wanted AND w.rank < p.rank)
     WHERE contradicted OR shared_rank IS NOT NULL`,
  );
  await db.run(
    `CREATE OR REPLACE TEMP TABLE m_unclear AS
     SELECT side, n, CASE WHEN bool_or(contradicted) THEN NULL ELSE min(rank) END AS rank FROM (
       SELECT 'found' AS side, found AS n, contradicted, shared_rank AS rank FROM m_fallen
       UNION ALL SELECT 'wanted', wanted, contradicted, shared_rank FROM m_fallen
       UNION ALL SELECT side, n, false, rank FROM m_shared s
         ANTI JOIN (SELECT 'found' AS side, found AS n FROM m_pair UNION ALL SELECT 'wanted', wanted FROM m_pair) p
           USING (side, n))
     GROUP BY 1, 2`,
  );
}

/** Why somebody is unclear, and the people among whom somebody has to choose, by their ids. */
async function nameUnclear(db: Database, comparison: Comparison): Promise<void> {
  const { found, wanted } = SIDES[comparison];
  const reason = `CASE rank WHEN 0 THEN 'shared-job-number' WHEN 1 THEN 'shared-mobile' WHEN 2 THEN 'shared-email'
    ELSE 'rules-disagree' END`;
  for (const side of ['found', 'wanted']) {
    await db.run(
      `CREATE OR REPLACE TEMP TABLE m_${side}_unclear AS
       SELECT n, ${reason} AS reason FROM m_unclear WHERE side = '${side}'`,
    );
  }
  await db.run(
    `CREATE OR REPLACE TEMP TABLE m_asked AS
     SELECT w.*, row_number() OVER () - 1 AS place FROM m_wanted w SEMI JOIN m_wanted_unclear u ON u.n = w.n`,
  );
  for (const rank of RANKS) {
    await db.run(
      `CREATE OR REPLACE TEMP TABLE m_close_${rank} AS
       SELECT n, key_${rank} FROM m_found SEMI JOIN m_asked USING (key_${rank})
       QUALIFY row_number() OVER (PARTITION BY key_${rank} ORDER BY n) <= ${MOST_CANDIDATES}`,
    );
  }
  // Those about whom a person has decided stay, so that the same file can be given back twice.
  await db.run(`DELETE FROM candidate WHERE comparison = $1 AND wanted_id NOT IN (SELECT wanted_id FROM m_decided)`, [
    comparison,
  ]);
  const asked = await db.row<{ people: number }>('SELECT count(*)::INTEGER AS people FROM m_asked');
  for (const slice of rangesOf({ sliceRows: Math.ceil(db.sliceRows / MOST_CLOSE) }, asked?.people ?? 0)) {
    const close = RANKS.map(
      (rank) =>
        `SELECT w.n AS wanted, f.n AS found FROM m_asked w JOIN m_close_${rank} f USING (key_${rank}) WHERE ${slice('place')}`,
    );
    await db.run(
      `INSERT INTO candidate
       WITH close AS (${close.join(' UNION ')})
       SELECT $1, w.id, f.id, u.reason FROM close
         JOIN ${tableOf(wanted)} w ON w.n = close.wanted JOIN ${tableOf(found)} f ON f.n = close.found
         JOIN m_wanted_unclear u ON u.n = close.wanted
       QUALIFY row_number() OVER (PARTITION BY w.id ORDER BY f.id) <= ${MOST_CANDIDATES}`,
      [comparison],
    );
  }
}
