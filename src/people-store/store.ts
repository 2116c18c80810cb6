import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guarded, MassChange } from '../domain/people/guard.js';
import type { Comparison, PersonOutcome } from '../domain/people/outcomes.js';
import type { ListName, PeopleListName } from '../domain/people/rows.js';
import type { ComparisonSummary, DrawnSample, ListReport, SampleResult } from '../domain/people/report.js';
import type { Confidence } from '../domain/people/sample.js';
import type { Unit } from '../domain/settings.js';
import { foreseenAndActual, massChange, stillActive, summarise } from './counts.js';
import { createDatabases, type Database, type DatabaseLimits } from './database.js';
import { applyDecisions, decidedPeople, dropDecisions, writeAmbiguous, type AppliedDecisions } from './decisions.js';
import { exportOutcomes, type ExportInput } from './exporting.js';
import { reportList } from './keys-report.js';
import { createOpaque, type Opaque } from './opaque.js';
import { comparePeople } from './outcomes.js';
import { createPages, type AnyRow, type ListPosition } from './pages.js';
import type { FileSeal } from './file-seal.js';
import { createKeptDecisions, type DecisionSeal } from './kept-decisions.js';
import { createPlaces, type Forgotten, type PeopleReference, type PeopleRun, type Place } from './places.js';
import { readChunk, type ChunkResult, type ReadChunkInput } from './reading.js';
import { drawSample, nextToLookUp, recordLookUp, sampleResult, type ToLookUp } from './sample.js';
import { SIDES } from './matching.js';
import { createTables, familyOf, LISTS_OF, tableOf } from './tables.js';
import { createTidying, type Tidied, type TidyHow } from './tidying.js';
import { createTurns } from './turns.js';

/** A comparison was asked for before its lists were read to the end, e.g. because another worker's disk has them. */
export class ListsUnread extends Error {
  override readonly name = 'ListsUnread';
  constructor(readonly lists: readonly ListName[]) {
    super(`not read to the end on this worker: ${lists.join(', ')}; read these lists again, then compare`);
  }
}

export interface CompareInput {
  comparison: Comparison;
  /** Ids of the units of E10 whose people are wanted, those below included; null: everybody. */
  scope: readonly string[] | null;
  /** Units in the summary at most. Default 20. */
  mostUnits?: number;
}

/**
 * The people of one run of one tenant, in a DuckDB file of the site's worker. Results hold counts, opaque ids, and codes and names
 * of units, and may stand in a history; rows of people never leave it, but by an export that an operator asks for.
 */
export interface PeopleStore {
  readonly reference: PeopleReference;
  position(list: ListName): Promise<ListPosition>;
  readChunk<Row extends AnyRow>(input: ReadChunkInput<Row>): Promise<ChunkResult>;
  /** Duplicates and empties. */
  report(list: PeopleListName): Promise<ListReport>;
  /** The tree of units, for `remapScope` and `withDescendants`. Units are no persons. */
  units(of: 'e9' | 'e10'): Promise<Unit[]>;
  /** Throws `ListsUnread`. The same again when it is repeated. */
  compare(input: CompareInput): Promise<ComparisonSummary>;
  /** The same within the units of the last time: after decisions. Throws `ListsUnread` where it never was made. */
  compareAgain(comparison: Comparison): Promise<ComparisonSummary>;
  /** What has been compared so far. */
  compared(): Promise<Comparison[]>;
  /** For the guard; after `compare` of `foreseen`. */
  massChange(): Promise<{ change: MassChange; examples: Partial<Record<Guarded, string[]>> }>;
  /** After `compare` of both. */
  foreseenAndActual(): Promise<{ foreseen: PersonOutcome | null; actual: PersonOutcome | null; people: number }[]>;
  stillActive(): Promise<number>;
  drawSample(input: { seed: string; confidence: Confidence; scope: readonly string[] | null }): Promise<DrawnSample>;
  /** Personal: stays inside the activity. */
  nextToLookUp(most: number): Promise<ToLookUp[]>;
  recordLookUp(position: number, found: string | null): Promise<void>;
  sampleResult(drawn: DrawnSample): Promise<SampleResult>;
  export(input: ExportInput): Promise<{ rows: number }>;
  writeAmbiguous(comparison: Comparison, file: string): Promise<{ people: number; lines: number }>;
  /** Then `compare` again. They hold for later runs of the tenant, too. */
  applyDecisions(comparison: Comparison, file: string): Promise<AppliedDecisions>;
  /**
   * Takes back what was decided about these people, by their opaque ids, for this and for later runs; then `compare` again. Answers
   * those about whom nothing was decided: where there are some, nothing is taken back.
   */
  undoDecisions(comparison: Comparison, people: readonly string[]): Promise<{ undecided: string[] }>;
  close(): Promise<void>;
}

/** All stores of a worker. */
export interface PeopleStores {
  /** Opens the file of a run, or makes it; one that was sealed is opened again. Close it: the last one who closes gives it free. */
  open(run: PeopleRun): Promise<PeopleStore>;
  /**
   * Seals the file of a run, and leaves nothing else of it. Repeated, it does nothing. Throws where somebody has it open, in this
   * process or another: who closes it last seals it.
   */
  seal(run: PeopleRun): Promise<void>;
  /** See `createTidying`. */
  tidy(how: TidyHow): Promise<Tidied>;
  /** Whether this worker has anything of a run. */
  has(run: PeopleRun): boolean;
  referenceOf(run: PeopleRun): PeopleReference;
  /** What this worker has of a tenant, the newest first. */
  referencesOf(tenantId: string): Promise<PeopleReference[]>;
  /** Deletes everything of a run, or of all runs of a tenant. Nothing there is not an error. */
  forget(run: PeopleRun): Promise<Forgotten>;
  forgetTenant(tenantId: string): Promise<Forgotten>;
}

export interface PeopleStoresOptions {
  dataDir: string;
  /** The 32 bytes of the seal key: opaque ids are made with it, so that they are the same in every run of a tenant. */
  sealKey: Buffer;
  files: FileSeal;
  decisionSeal: DecisionSeal;
  limits?: DatabaseLimits;
}

const USUAL_MOST_UNITS = 20;

export function createPeopleStores({
  dataDir,
  sealKey,
  files,
  decisionSeal,
  limits,
}: PeopleStoresOptions): PeopleStores {
  const places = createPlaces(dataDir);
  const databases = createDatabases(createTables, limits);
  const inTurn = createTurns();
  const decisions = createKeptDecisions(places, decisionSeal);

  /** The plain file is the newer one wherever both are there: sealing ends with its removal. */
  async function unsealed({ plain, sealed, reference }: Place): Promise<void> {
    if (existsSync(plain) || !existsSync(sealed)) return;
    await files.open(sealed, plain, reference);
  }

  async function seal({ folder, plain, sealed, reference }: Place): Promise<void> {
    if (!existsSync(plain)) return;
    if (databases.isOpen(plain)) throw new Error('these lists of people are in use: they cannot be sealed now');
    // Open while it is sealed: no other process gets it then, and what a killed one left beside the file goes into it.
    const db = await databases.open(plain);
    try {
      await db.run('CHECKPOINT');
      await files.seal(plain, sealed, reference);
      // Also drafts of an opening that was killed.
      for (const name of await readdir(folder)) {
        const left = join(folder, name);
        if (left !== sealed) await rm(left, { recursive: true, force: true });
      }
    } finally {
      await db.close();
    }
  }

  return {
    async open(run) {
      const place = places.placeOf(run);
      const db = await inTurn(place.folder, async () => {
        await places.make(run);
        await unsealed(place);
        const opened = await databases.open(place.plain);
        try {
          await decisions.bring(run.tenantId, opened);
        } catch (error) {
          await opened.close();
          throw error;
        }
        return opened;
      });
      const { tenantId } = run;
      const kept: Kept = {
        keep: (whom) => decisions.keep(tenantId, db, whom),
        people: (family) => decisions.people(tenantId, family),
        drop: (family, whom) => decisions.drop(tenantId, family, whom),
      };
      return storeOf(db, createOpaque(sealKey, tenantId), place.reference, kept);
    },
    seal(run) {
      const place = places.placeOf(run);
      return inTurn(place.folder, () => seal(place));
    },
    tidy: createTidying(places, { inTurn, isOpen: (file) => databases.isOpen(file), seal }),
    has(run) {
      const { plain, sealed } = places.placeOf(run);
      return existsSync(plain) || existsSync(sealed);
    },
    referenceOf: (run) => places.referenceOf(run),
    referencesOf: (tenantId) => places.referencesOf(tenantId),
    forget: (run) => places.forget(run),
    forgetTenant: (tenantId) => places.forgetTenant(tenantId),
  };
}

/** What was decided about one tenant's people, for later runs. */
interface Kept {
  keep(whom: readonly string[]): Promise<void>;
  people(family: string): Promise<string[]>;
  drop(family: string, whom: readonly string[]): Promise<void>;
}

function storeOf(db: Database, opaque: Opaque, reference: PeopleReference, kept: Kept): PeopleStore {
  const pages = createPages(db, opaque);

  async function requireRead(lists: readonly ListName[]): Promise<void> {
    const unread: ListName[] = [];
    for (const list of lists) if (!(await pages.position(list)).ended) unread.push(list);
    if (unread.length > 0) throw new ListsUnread(unread);
  }

  async function compare({
    comparison,
    scope,
    mostUnits = USUAL_MOST_UNITS,
  }: CompareInput): Promise<ComparisonSummary> {
    await requireRead(LISTS_OF[comparison]);
    return db.compute(async () => {
      await comparePeople(db, comparison, scope);
      await db.run('DELETE FROM compared WHERE comparison = $1', [comparison]);
      await db.run('INSERT INTO compared VALUES ($1, $2)', [comparison, scope && JSON.stringify(scope)]);
      return summarise(db, opaque, comparison, mostUnits);
    });
  }

  return {
    reference,
    position: (list) => pages.position(list),
    readChunk: (input) => readChunk(pages, input),
    report: (list) => db.compute(() => reportList(db, opaque, list)),
    units: (of) => unitsOf(db, of),
    compare,
    async compareAgain(comparison) {
      const last = await db.row<{ scope: string | null }>('SELECT scope FROM compared WHERE comparison = $1', [
        comparison,
      ]);
      if (last === undefined) throw new ListsUnread(LISTS_OF[comparison]);
      return compare({ comparison, scope: last.scope === null ? null : (JSON.parse(last.scope) as string[]) });
    },
    async compared() {
      const made = await db.rows<{ comparison: Comparison }>('SELECT comparison FROM compared ORDER BY 1');
      return made.map(({ comparison }) => comparison);
    },
    massChange: () => db.compute(() => massChange(db, opaque)),
    foreseenAndActual: () => foreseenAndActual(db),
    stillActive: () => stillActive(db),
    async drawSample(input) {
      await requireRead(['e10-people']);
      return drawSample(db, input);
    },
    nextToLookUp: (most) => nextToLookUp(db, most),
    recordLookUp: (position, found) => recordLookUp(db, position, found),
    sampleResult: (drawn) => sampleResult(db, opaque, drawn),
    export: (input) => db.compute(() => exportOutcomes(db, opaque, input)),
    writeAmbiguous: (comparison, file) => db.compute(() => writeAmbiguous(db, opaque, comparison, file)),
    async applyDecisions(comparison, file) {
      const { applied, whom } = await applyDecisions(db, opaque, comparison, file);
      if (applied.invalid.length === 0) await kept.keep(whom);
      return applied;
    },
    async undoDecisions(comparison, people) {
      const family = familyOf(SIDES[comparison].found);
      const decided = await decidedPeople(db, opaque, family);
      for (const id of await kept.people(family)) decided.set(opaque.idOf('e10', id), id);
      const undecided = people.filter((person) => !decided.has(person));
      if (undecided.length > 0) return { undecided };
      const whom = people.flatMap((person) => decided.get(person) ?? []);
      // First what later runs would take: a kill in between leaves what can be asked for again.
      await kept.drop(family, whom);
      await dropDecisions(db, family, whom);
      return { undecided };
    },
    close: () => db.close(),
  };
}

/** E9 numbers departments and subcompanies apart, so its ids carry a letter here (`facts/weaver.md` §5.1). */
async function unitsOf(db: Database, of: 'e9' | 'e10'): Promise<Unit[]> {
  const lists = of === 'e9' ? (['e9-subcompanies', 'e9-departments'] as const) : (['e10-units'] as const);
  const columns = 'id, name, code, parent_id AS "parentId"';
  const selects = lists.map((list) => `SELECT ${columns} FROM ${tableOf(list)}`);
  const rows = await db.rows<{ id: string; name: string; code: string | null; parentId: string | null }>(
    `${selects.join(' UNION ALL ')} ORDER BY id`,
  );
  return rows.map(({ id, name, code, parentId }) => ({
    id,
    name,
    ...(code ? { code } : {}),
    ...(parentId ? { parentId } : {}),
  }));
}
