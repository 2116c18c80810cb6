import type { Guarded, MassChange } from '../domain/people/guard.js';
import {
  noCounts,
  type Comparison,
  type OutcomeCounts,
  type OutcomeReason,
  type PersonOutcome,
  type ReasonCount,
} from '../domain/people/outcomes.js';
import { MATCH_RULES } from '../domain/people/matching.js';
import type { ComparisonSummary, UnitCounts } from '../domain/people/report.js';
import type { Database } from './database.js';
import { keySql } from './keys.js';
import { SIDES } from './matching.js';
import { namesOf, shownId } from './names.js';
import type { Opaque } from './opaque.js';
import { tableOf } from './tables.js';

const EXAMPLES = 5;
/** Summaries stand in histories: a name is for reading, the code says which it is. */
const NAME_LENGTH = 40;
const WITHOUT_EXAMPLES: readonly PersonOutcome[] = ['unchanged', 'skipped'];

export async function summarise(
  db: Database,
  opaque: Opaque,
  comparison: Comparison,
  mostUnits: number,
): Promise<ComparisonSummary> {
  const reasons = await db.rows<ReasonCount>(
    `SELECT outcome, reason, count(*)::INTEGER AS people FROM outcome WHERE comparison = $1
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [comparison],
  );
  const differing = await db.row<{ people: number }>(
    'SELECT count(*)::INTEGER AS people FROM outcome WHERE comparison = $1 AND differs IS NOT NULL',
    [comparison],
  );
  const examples: ComparisonSummary['examples'] = {};
  for (const outcome of new Set(reasons.map((one) => one.outcome))) {
    if (WITHOUT_EXAMPLES.includes(outcome)) continue;
    examples[outcome] = await exampleIds(db, opaque, comparison, `outcome = '${outcome}'`);
  }
  return {
    comparison,
    comparable: await isComparable(db, comparison),
    people: reasons.reduce((sum, { people }) => sum + people, 0),
    counts: countsOf(reasons),
    reasons,
    differing: differing?.people ?? 0,
    units: await byUnit(db, comparison, mostUnits),
    examples,
  };
}

/** Of a list of nobody nothing is to be found, whatever it would show: that is certain too. */
async function isComparable(db: Database, comparison: Comparison): Promise<boolean> {
  const tables = Object.values(SIDES[comparison]).map(tableOf);
  const both = MATCH_RULES.map(({ key }) =>
    tables.map((table) => `EXISTS (SELECT 1 FROM ${table} WHERE ${keySql(key)} IS NOT NULL)`).join(' AND '),
  );
  const nobody = tables.map((table) => `NOT EXISTS (SELECT 1 FROM ${table})`);
  const answer = await db.row<{ comparable: boolean }>(
    `SELECT ${[...nobody, ...both].map((one) => `(${one})`).join(' OR ')} AS comparable`,
  );
  return answer?.comparable === true;
}

/** What a run would do, for the guard. Only of the comparison before the run. */
export async function massChange(
  db: Database,
  opaque: Opaque,
): Promise<{ change: MassChange; examples: Partial<Record<Guarded, string[]>> }> {
  const numbers = await db.row<MassChange>(
    `SELECT (SELECT count(*)::INTEGER FROM e10_people
         ANTI JOIN (SELECT wanted FROM outcome WHERE comparison = 'foreseen' AND reason = 'outside-scope') o
         ON n = o.wanted) AS source,
       (SELECT count_if(active AND (oa_user_id IS NOT NULL OR NOT shown))::INTEGER
         FROM qiyuesuo_before, (SELECT count(oa_user_id) > 0 AS shown FROM qiyuesuo_before)) AS active,
       count_if(outcome = 'ambiguous')::INTEGER AS ambiguous, count_if(outcome = 'disabled')::INTEGER AS disabled, count_if(outcome = 'created')::INTEGER AS created,
       count_if(changed IS NOT NULL AND outcome IN ('updated', 'linked') OR reason = 'enabled-again')::INTEGER AS changed
     FROM outcome WHERE comparison = 'foreseen'`,
  );
  if (numbers === undefined) throw new Error('the outcomes cannot be counted');
  return {
    change: numbers,
    examples: {
      disabled: await exampleIds(db, opaque, 'foreseen', "outcome = 'disabled'"),
      created: await exampleIds(db, opaque, 'foreseen', "outcome = 'created'"),
      changed: await exampleIds(db, opaque, 'foreseen', "changed IS NOT NULL AND outcome IN ('updated', 'linked')"),
    },
  };
}

/** How what was foreseen came out: heads by what was foreseen and what became of it. */
export async function foreseenAndActual(
  db: Database,
): Promise<{ foreseen: PersonOutcome | null; actual: PersonOutcome | null; people: number }[]> {
  // Who is new in Qiyuesuo, and not of E10, has no number in either: nothing was foreseen of them.
  const of = (comparison: Comparison): string =>
    `(SELECT coalesce(wanted, before) AS n, wanted IS NOT NULL AS wanted, outcome
      FROM outcome WHERE comparison = '${comparison}')`;
  return db.rows(
    `SELECT f.outcome AS foreseen, a.outcome AS actual, count(*)::INTEGER AS people
     FROM ${of('foreseen')} f FULL JOIN ${of('actual')} a USING (n, wanted) GROUP BY 1, 2 ORDER BY 1, 2`,
  );
}

/** Active in Qiyuesuo after the run, though E10 does not have them. */
export async function stillActive(db: Database): Promise<number> {
  const answer = await db.row<{ people: number }>(
    "SELECT count(*)::INTEGER AS people FROM outcome WHERE comparison = 'actual' AND reason = 'still-active'",
  );
  return answer?.people ?? 0;
}

async function exampleIds(db: Database, opaque: Opaque, comparison: Comparison, where: string): Promise<string[]> {
  const found = await db.rows<{ id: string }>(
    `WITH few AS (
       SELECT * FROM outcome WHERE comparison = $1 AND (${where})
       ORDER BY wanted, before, after LIMIT ${EXAMPLES})
     SELECT ${shownId(opaque, comparison)} AS id FROM few o ${namesOf(comparison, 'few')}
     ORDER BY o.wanted, o.before, o.after`,
    [comparison],
  );
  return found.map(({ id }) => id);
}

async function byUnit(db: Database, comparison: Comparison, most: number): Promise<UnitCounts[]> {
  const rows = await db.rows<{ unit: string | null; name: string | null; outcome: PersonOutcome; people: number }>(
    `WITH counted AS (
       SELECT unit, outcome, count(*)::INTEGER AS people FROM outcome WHERE comparison = $1 GROUP BY 1, 2),
     chosen AS (
       SELECT unit FROM counted GROUP BY 1
       ORDER BY coalesce(sum(people) FILTER (outcome NOT IN ('unchanged', 'skipped')), 0) DESC, sum(people) DESC, unit
       LIMIT ${most})
     SELECT coalesce(nullif(u.code, ''), c.unit) AS unit, nullif(left(u.name, ${NAME_LENGTH}), '') AS name, c.outcome, c.people
     FROM counted c
       JOIN chosen ON chosen.unit IS NOT DISTINCT FROM c.unit
       LEFT JOIN e10_units u ON u.id = c.unit
     ORDER BY 1 NULLS LAST, 2`,
    [comparison],
  );
  const units = new Map<string | null, UnitCounts>();
  for (const { unit, name, outcome, people } of rows) {
    const known = units.get(unit) ?? { unit, ...(name === null ? {} : { name }), counts: noCounts() };
    known.counts[outcome] += people;
    units.set(unit, known);
  }
  return [...units.values()];
}

function countsOf(
  reasons: readonly { outcome: PersonOutcome; reason: OutcomeReason; people: number }[],
): OutcomeCounts {
  const counts = noCounts();
  for (const { outcome, people } of reasons) counts[outcome] += people;
  return counts;
}
