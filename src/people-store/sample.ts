import type { DrawnSample, SampleResult } from '../domain/people/report.js';
import { sampleSentence, sampleSize, type Confidence } from '../domain/people/sample.js';
import type { Database } from './database.js';
import { keySql } from './keys.js';
import type { Opaque } from './opaque.js';
import { findOutside } from './scope.js';

/** A person of the sample who is still to be looked up. `contact` is personal: it stays inside the activity. */
export interface ToLookUp {
  position: number;
  contact: string;
}

const EXAMPLES = 5;

/**
 * Draws people of E10 by chance, but by the same chance for the same seed: a retry draws the same ones, and so does an auditor.
 * A sample that is there already stays.
 */
export async function drawSample(
  db: Database,
  { seed, confidence, scope }: { seed: string; confidence: Confidence; scope: readonly string[] | null },
): Promise<DrawnSample> {
  const contact = `coalesce(${keySql('mobile')}, ${keySql('email')})`;
  await findOutside(db, scope);
  const inside = `e10_people ANTI JOIN m_outside USING (n)`;
  const heads = await db.row<{ people: number; all: number }>(
    `SELECT count(${contact})::INTEGER AS people, count(*)::INTEGER AS "all"
     FROM ${inside}`,
  );
  const people = heads?.people ?? 0;
  const size = sampleSize(people, confidence);
  const drawn = await db.row<{ size: number }>('SELECT count(*)::INTEGER AS size FROM sample');
  if (drawn?.size !== size) {
    await db.transaction(async () => {
      await db.run('DELETE FROM sample');
      await db.run(
        `INSERT INTO sample SELECT row_number() OVER (ORDER BY draw, id)::INTEGER, id, contact, NULL, false FROM (
           SELECT id, ${contact} AS contact, md5('${hexOf(seed)}' || id) AS draw FROM ${inside}
           WHERE ${contact} IS NOT NULL ORDER BY draw, id LIMIT ${size})`,
      );
    });
  }
  const withoutContact = (heads?.all ?? 0) - people;
  return { people, withoutContact, size, sentence: sampleSentence({ people, size }, confidence) };
}

/** The next ones, in the order of drawing. */
export async function nextToLookUp(db: Database, most: number): Promise<ToLookUp[]> {
  return db.rows(`SELECT position, contact FROM sample WHERE NOT looked_up ORDER BY position LIMIT ${most}`);
}

/** `found`: the id in Qiyuesuo, or null where nobody is found. */
export async function recordLookUp(db: Database, position: number, found: string | null): Promise<void> {
  await db.run('UPDATE sample SET looked_up = true, found = $1 WHERE position = $2', [found, position]);
}

export async function sampleResult(db: Database, opaque: Opaque, drawn: DrawnSample): Promise<SampleResult> {
  const counted = await db.row<{ lookedUp: number; missing: number }>(
    `SELECT count_if(looked_up)::INTEGER AS "lookedUp", count_if(looked_up AND found IS NULL)::INTEGER AS missing
     FROM sample`,
  );
  const examples = await db.rows<{ id: string }>(
    `SELECT ${opaque.sql('e10', 'id')} AS id FROM sample WHERE looked_up AND found IS NULL
     ORDER BY position LIMIT ${EXAMPLES}`,
  );
  return {
    ...drawn,
    lookedUp: counted?.lookedUp ?? 0,
    missing: counted?.missing ?? 0,
    examples: examples.map(({ id }) => id),
  };
}

/** So that a seed can hold anything. */
function hexOf(seed: string): string {
  return Buffer.from(seed).toString('hex');
}
