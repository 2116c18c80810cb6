import { createWriteStream } from 'node:fs';
import { chmod, readFile, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify';
import { reasonTexts, type Comparison, type OutcomeReason } from '../domain/people/outcomes.js';
import type { Database } from './database.js';
import { comparisonsOf, SIDES } from './matching.js';
import type { Opaque } from './opaque.js';
import { familyOf, tableOf } from './tables.js';

/** A line of the returned file that cannot be taken, without anything of a person. */
export interface InvalidLine {
  /** As an editor counts: the header is line 1. */
  line: number;
  column: 'person' | 'candidate' | 'same' | 'file';
  problem: string;
  /** The same in Chinese. */
  zh: string;
}

export interface AppliedDecisions {
  /** People who were found to be the same as a candidate. */
  same: number;
  /** People of whom all candidates are somebody else. */
  nobody: number;
  /** People about whom not all is said yet. */
  open: number;
  /** Where there are some, nothing of the file was applied. */
  invalid: InvalidLine[];
}

const COLUMNS = [
  'person',
  'name',
  'job_number',
  'mobile',
  'email',
  'why',
  'candidate',
  'candidate_name',
  'candidate_job_number',
  'candidate_mobile',
  'candidate_email',
  'candidate_active',
  'same',
] as const;

const YES = ['yes', 'y', '是', '1', 'true'];
const NO = ['no', 'n', '否', '0', 'false'];

interface Line {
  person: string;
  candidate: string;
  same: string;
}

/**
 * Writes the ambiguous people of a comparison for a person to decide: one line for each candidate, whose column `same` is to be
 * filled in with yes or no (是, 否). Holds personal data, since nobody could decide without: it goes where an operator says.
 */
export async function writeAmbiguous(
  db: Database,
  opaque: Opaque,
  comparison: Comparison,
  file: string,
): Promise<{ people: number; lines: number }> {
  const { found, wanted } = SIDES[comparison];
  const sql = `SELECT ${opaque.sql('e10', 'c.wanted_id')} AS person, w.name, w.job_number, w.mobile, w.email, c.reason,
      ${opaque.sql(familyOf(found), 'c.found_id')} AS candidate, f.name AS candidate_name,
      f.job_number AS candidate_job_number, f.mobile AS candidate_mobile, f.email AS candidate_email,
      CASE WHEN f.active THEN 'yes' ELSE 'no' END AS candidate_active
    FROM candidate c JOIN ${tableOf(wanted)} w ON w.id = c.wanted_id
      JOIN ${tableOf(found)} f ON f.id = c.found_id
    WHERE c.comparison = $1
      AND c.wanted_id NOT IN (SELECT wanted_id FROM decision WHERE comparison = $1)
    ORDER BY person, candidate`;
  let lines = 0;
  const people = new Set<unknown>();

  async function* records(): AsyncGenerator<Record<string, unknown>> {
    for await (const rows of db.stream<Record<string, unknown>>(sql, [comparison])) {
      for (const row of rows) {
        lines++;
        people.add(row['person']);
        const { en, zh } = reasonTexts[row['reason'] as OutcomeReason];
        yield { ...row, why: `${zh} (${en})`, same: '' };
      }
    }
  }

  await rm(file, { force: true });
  const csv = stringify({ header: true, columns: [...COLUMNS], bom: true, escape_formulas: true });
  await pipeline(Readable.from(records()), csv, createWriteStream(file, { mode: 0o600 }));
  await chmod(file, 0o600);
  return { people: people.size, lines };
}

/**
 * Takes the file back as a person filled it in, also when their spreadsheet saved it as GB18030. All lines are looked at first:
 * where one is invalid nothing is applied, and every such line is told. Asked again with the same file, it is the same. `whom`: ids of
 * E10 of those who are decided about.
 */
export async function applyDecisions(
  db: Database,
  opaque: Opaque,
  comparison: Comparison,
  file: string,
): Promise<{ applied: AppliedDecisions; whom: string[] }> {
  const text = await textOf(file);
  const read = text === null ? { invalid: [UNREADABLE] } : readLines(text);
  const nothing = (invalid: InvalidLine[]) => ({ applied: { same: 0, nobody: 0, open: 0, invalid }, whom: [] });
  if ('invalid' in read) return nothing(read.invalid);
  const ids = await candidatesOf(db, opaque, comparison);
  const { invalid, decided } = judge(read.lines, ids, await takenCandidates(db, opaque, comparison));
  if (invalid.length > 0) return nothing(invalid);

  await db.transaction(async () => {
    for (const { wantedId, foundId } of decided) {
      await db.run('DELETE FROM decision WHERE comparison = $1 AND wanted_id = $2', [comparison, wantedId]);
      await db.run('INSERT INTO decision VALUES ($1, $2, $3)', [comparison, wantedId, foundId]);
      const family = familyOf(SIDES[comparison].found);
      await db.run('DELETE FROM refusal WHERE family = $1 AND wanted_id = $2', [family, wantedId]);
      if (foundId === null)
        await db.run(
          `INSERT INTO refusal SELECT $1, wanted_id, found_id FROM candidate WHERE comparison = $2 AND wanted_id = $3`,
          [family, comparison, wantedId],
        );
    }
  });
  const same = decided.filter(({ foundId }) => foundId !== null).length;
  const open = await db.row<{ people: number }>(
    `SELECT count(DISTINCT wanted_id)::INTEGER AS people FROM candidate WHERE comparison = $1
     AND wanted_id NOT IN (SELECT wanted_id FROM decision WHERE comparison = $1)`,
    [comparison],
  );
  const whom = decided.map(({ wantedId }) => wantedId);
  return { applied: { same, nobody: decided.length - same, open: open?.people ?? 0, invalid }, whom };
}

/** Ids of E10 of people about whom something was decided in this file, by their opaque ids. `family`: of the candidates. */
export async function decidedPeople(db: Database, opaque: Opaque, family: string): Promise<Map<string, string>> {
  const rows = await db.rows<{ id: string }>(
    `SELECT wanted_id AS id FROM decision WHERE ${isOfFamily(family)} UNION SELECT wanted_id FROM refusal WHERE family = $1`,
    [family],
  );
  return new Map(rows.map(({ id }) => [opaque.idOf('e10', id), id]));
}

/** As if nobody had decided about these people of E10. Then `compare` again. */
export async function dropDecisions(db: Database, family: string, whom: readonly string[]): Promise<void> {
  await db.transaction(async () => {
    for (const id of whom) {
      await db.run(`DELETE FROM decision WHERE ${isOfFamily(family)} AND wanted_id = $1`, [id]);
      await db.run('DELETE FROM refusal WHERE family = $1 AND wanted_id = $2', [family, id]);
    }
  });
}

function isOfFamily(family: string): string {
  return `comparison IN (${comparisonsOf(family)
    .map((one) => `'${one}'`)
    .join(', ')})`;
}

interface Candidates {
  wantedId: string;
  /** Ids of the found side by opaque id. */
  found: Map<string, string>;
}

async function candidatesOf(db: Database, opaque: Opaque, comparison: Comparison): Promise<Map<string, Candidates>> {
  const family = familyOf(SIDES[comparison].found);
  const people = new Map<string, Candidates>();
  for await (const rows of db.stream<{ wanted: string; found: string }>(
    'SELECT wanted_id AS wanted, found_id AS found FROM candidate WHERE comparison = $1',
    [comparison],
  )) {
    for (const { wanted, found } of rows) {
      const person = opaque.idOf('e10', wanted);
      const known = people.get(person) ?? { wantedId: wanted, found: new Map<string, string>() };
      known.found.set(opaque.idOf(family, found), found);
      people.set(person, known);
    }
  }
  return people;
}

/** Ids of candidates that earlier decisions have given to somebody, with the opaque id of whom. */
async function takenCandidates(db: Database, opaque: Opaque, comparison: Comparison): Promise<Map<string, string>> {
  const rows = await db.rows<{ wanted: string; found: string }>(
    'SELECT wanted_id AS wanted, found_id AS found FROM decision WHERE comparison = $1 AND found_id IS NOT NULL',
    [comparison],
  );
  return new Map(rows.map(({ wanted, found }) => [found, opaque.idOf('e10', wanted)]));
}

function readLines(text: string): { lines: { line: number; fields: Line }[] } | { invalid: InvalidLine[] } {
  try {
    const delimiter = text.slice(0, text.indexOf('\n')).includes(';') ? ';' : text.includes('\t') ? '\t' : ',';
    const records = parse(text, {
      columns: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { record: Partial<Line>; info: { lines: number } }[];
    const first = records[0]?.record;
    if (text.trim() === '')
      return torn(1, 'file', 'the file is empty: not even its header is there', '文件为空：连表头都没有');
    const absent = (['person', 'candidate', 'same'] as const).find((name) => first !== undefined && !(name in first));
    if (absent !== undefined) {
      return torn(1, absent, `the header has no column ${absent}`, `表头没有 ${absent} 列`);
    }
    return {
      lines: records.map(({ record, info }) => ({
        line: info.lines,
        fields: { person: record.person ?? '', candidate: record.candidate ?? '', same: record.same ?? '' },
      })),
    };
  } catch (error) {
    const line = error instanceof Error && 'lines' in error ? Number(error.lines) : 1;
    // Not the parser's own words: they show what stands in the line.
    return torn(
      line,
      'file',
      'this is not CSV: a quote is not closed, or columns are torn',
      '不是 CSV：引号未闭合，或列已错乱',
    );
  }
}

function torn(line: number, column: InvalidLine['column'], problem: string, zh: string): { invalid: InvalidLine[] } {
  return { invalid: [{ line, column, problem, zh }] };
}

function judge(
  lines: readonly { line: number; fields: Line }[],
  people: ReadonlyMap<string, Candidates>,
  taken: ReadonlyMap<string, string>,
): { invalid: InvalidLine[]; decided: { wantedId: string; foundId: string | null }[] } {
  const invalid: InvalidLine[] = [];
  const chosen = new Map<string, { line: number; foundId: string }>();
  // Who is in the file decides anew.
  const inFile = new Set(lines.map(({ fields }) => fields.person));
  const takenBy = new Map([...taken].filter(([, person]) => !inFile.has(person)));
  const refused = new Map<string, Set<string>>();

  for (const { line, fields } of lines) {
    const known = people.get(fields.person);
    const foundId = known?.found.get(fields.candidate);
    const word = fields.same.toLowerCase();
    const tell = (column: InvalidLine['column'], problem: string, zh: string): void =>
      void invalid.push({ line, column, problem, zh });
    if (known === undefined)
      tell(
        'person',
        'this person is not among the ambiguous ones: leave the column as it was',
        '该人员不在无法确定之列：请勿改动此列',
      );
    else if (foundId === undefined)
      tell(
        'candidate',
        'this is no candidate of the person: leave the column as it was',
        '不是该人员的候选人：请勿改动此列',
      );
    else if (YES.includes(word)) {
      const before = chosen.get(fields.person);
      const taken = takenBy.get(foundId);
      if (before !== undefined && before.foundId !== foundId) {
        tell(
          'same',
          `line ${before.line} says yes for the same person: only one candidate can be the same`,
          `第 ${before.line} 行已为同一人员填写“是”：只能有一个候选人`,
        );
      } else if (taken !== undefined && taken !== fields.person) {
        tell(
          'same',
          'another person has this candidate already: only one can be the same',
          '该候选人已属于另一人员：只能对应一人',
        );
      } else {
        chosen.set(fields.person, { line, foundId });
        takenBy.set(foundId, fields.person);
      }
    } else if (NO.includes(word)) {
      refused.set(fields.person, (refused.get(fields.person) ?? new Set()).add(fields.candidate));
    } else if (word !== '')
      tell('same', 'fill in yes or no (是, 否), or leave it empty', '请填写 yes 或 no（是、否），或留空');
  }

  const decided: { wantedId: string; foundId: string | null }[] = [];
  for (const [person, { wantedId, found }] of people) {
    const yes = chosen.get(person);
    if (yes !== undefined) decided.push({ wantedId, foundId: yes.foundId });
    else if (refused.get(person)?.size === found.size) decided.push({ wantedId, foundId: null });
  }
  return { invalid, decided };
}

const UNREADABLE: InvalidLine = {
  line: 1,
  column: 'file',
  problem: 'this is no text in UTF-8, in UTF-16 (Unicode text), or in GB18030: save it as CSV UTF-8',
  zh: '不是 UTF-8、UTF-16（Unicode 文本）或 GB18030 编码的文本：请另存为“CSV UTF-8”',
};

/** UTF-8 with or without its mark, UTF-16, or what a Chinese Windows saves; null where it is nothing of that. */
async function textOf(file: string): Promise<string | null> {
  const bytes = await readFile(file);
  // What Excel calls Unicode text.
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  for (const encoding of isUtf16 ? ['utf-16le'] : ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Then the next one.
    }
  }
  return null;
}
