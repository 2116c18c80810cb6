import { Context } from '@temporalio/activity';
import pMap from 'p-map';
import { scopeInE10, type ScopeUnit } from '../domain/people.js';
import { limitsOf, massChangeVerdict, NOBODY_IN_E10, type MassChangeVerdict } from '../domain/people/guard.js';
import type { ListReading, ListReport, PeopleReport } from '../domain/people/report.js';
import type { ListName, PagedList, PeopleListName, PersonRow, UnitRow } from '../domain/people/rows.js';
import { USUAL_CONFIDENCE } from '../domain/people/sample.js';
import type { Tenant } from '../domain/tenant.js';
import { GatewayError, UnexpectedAnswer } from '../gateways/errors.js';
import type { ChunkMark } from '../people-store/reading.js';
import type { PeopleStore, PeopleStores } from '../people-store/store.js';
import { StepRefused } from './failures.js';
import { keep } from './kept.js';
import type { OpenSystems, Systems } from './systems.js';

/** Which lists are read together: all that there is before a run, or Qiyuesuo's people after it. */
export type PeopleReadingPart = 'before' | 'after';

export interface PeopleRunInput {
  tenant: Tenant;
  /** Whose file it is: the same for every chunk and every retry of one sync. */
  run: string;
}

/** How far a chunk got, in numbers and digests. */
export interface PeopleChunk {
  /** The task queue of the worker that has the file. */
  home: string;
  marks: ChunkMark[];
  done: boolean;
  /** Rows of people lists so far. */
  people: number;
  /** Lists that had to be begun anew, since this worker did not have what was read before. */
  restarted: ListName[];
  /** Of the lists of people that are read to their end. */
  readings: ListReading[];
  /** Why E9, or Qiyuesuo, is not compared; absent where it is. */
  without: Partial<Record<'e9' | 'e10' | 'qiyuesuo', string>>;
}

/** What a run would do. */
export type ForeseenPeople = Pick<PeopleReport, 'lists' | 'baseline' | 'foreseen'> & {
  source: number;
  /** What the guard would have stopped it for, had it not been lifted. */
  lifted: string | null;
};

/** What a run did. */
export type ReconciledPeople = Pick<PeopleReport, 'lists' | 'actual' | 'cameOut' | 'stillActive' | 'sample'> & {
  source: number;
  /** Why nobody could be looked up. */
  why: string | null;
};

/** Pages of each list, and time, after which a chunk ends: a place in the history where a sync can be paused, or reset to. */
const CHUNK = { pages: 50, ms: 120_000 };
/** Look-ups of a sample at once. */
const LOOK_UPS = 4;
const FOUND_AT_ONCE = 50;
/** E9 may be switched off for good: so often it is asked before it is done without. */
const E9_ATTEMPTS = 3;
const USUAL_PAUSE_MS = 1_000;
/** So often a page is asked for again by the same attempt. */
const MOST_IN_VAIN = 3;

export interface PeopleListsDeps {
  open: OpenSystems;
  stores: PeopleStores;
  /** The task queue of this worker alone, at a site. */
  homeAt: (site: string) => string;
}

/**
 * Lists of people and their comparison, on the disk of this worker. Nobody leaves these activities: results hold counts, codes of
 * units, digests and opaque ids.
 */
export function createPeopleListActivities({ open, stores, homeAt }: PeopleListsDeps) {
  async function withStore<T>({ tenant, run }: PeopleRunInput, work: (store: PeopleStore) => Promise<T>): Promise<T> {
    const store = await stores.open({ tenantId: tenant.id, runId: run });
    try {
      return await work(store);
    } finally {
      store.close();
    }
  }

  return {
    /**
     * Reads on from where the file stands. What has failed for the moment is asked again here, and anew once a page came in
     * between: so only a system which gives nothing at all uses up the attempts.
     */
    async readPeople({
      tenant,
      run,
      part,
      after,
      without = {},
    }: PeopleRunInput & {
      part: PeopleReadingPart;
      after: ChunkMark[];
      without?: PeopleChunk['without'];
    }): Promise<PeopleChunk> {
      const systems = open(tenant);
      const chunk: PeopleChunk = {
        home: homeAt(tenant.site),
        marks: [],
        done: true,
        people: 0,
        restarted: [],
        readings: [],
        // What an earlier chunk has given up is not begun again.
        without: without.e9 === undefined ? {} : { e9: without.e9 },
      };
      const until = Date.now() + CHUNK.ms;
      const lanes = await (part === 'before' ? lanesBefore : lanesAfter)(tenant, systems, chunk);
      // Each lane has a store, and with it a transaction, of its own.
      const work = lanes.map((lane) =>
        withStore({ tenant, run }, (store) => readLane(store, lane, { until, after, chunk })),
      );
      // Nothing may go on writing behind the back of a caller who has given up.
      const failed = (await Promise.allSettled(work)).find((ended) => ended.status === 'rejected');
      if (failed === undefined) return chunk;
      // Before the first chunk is told nobody knows on which worker the file is, so nobody else could seal it.
      if (after.length === 0) await stores.seal({ tenantId: tenant.id, runId: run }).catch(() => undefined);
      throw failed.reason;
    },

    /**
     * What a run within these units would do. Throws `PEOPLE-GUARD` where that is too much and nobody has lifted it; `unguarded`:
     * the run has been made, or there is none to make.
     */
    async foreseePeople({
      tenant,
      run,
      units,
      without,
      unguarded = false,
    }: PeopleRunInput & ComparedWith & { unguarded?: boolean }): Promise<ForeseenPeople> {
      return withStore({ tenant, run }, async (store) => {
        const scope = await scopeOf(store, units);
        const baseline = without.e9 === undefined ? await store.compare({ comparison: 'baseline', scope: null }) : null;
        const lists = await reportsOf(store, [
          ...(without.e9 === undefined ? (['e9-people'] as const) : []),
          'e10-people',
          ...(without.qiyuesuo === undefined ? (['qiyuesuo-before'] as const) : []),
        ]);
        const people = lists.find(({ list }) => list === 'e10-people')?.people ?? 0;
        if (people === 0 && !unguarded) throw tooMuch(NOBODY_IN_E10);
        if (without.qiyuesuo !== undefined) return { lists, baseline, foreseen: null, source: people, lifted: null };
        const foreseen = await store.compare({ comparison: 'foreseen', scope });
        const { change, examples } = await store.massChange();
        if (!foreseen.comparable) return { lists, baseline, foreseen: null, source: change.source, lifted: null };
        const verdict = massChangeVerdict(change, limitsOf(tenant.people.guard), examples);
        const lifted = unguarded ? null : liftedOf(tenant, verdict);
        return { lists, baseline, foreseen, source: change.source, lifted };
      });
    },

    /** What the run did, person by person. */
    async reconcilePeople({ tenant, run, units }: PeopleRunInput & ComparedWith): Promise<ReconciledPeople> {
      return withStore({ tenant, run }, async (store) => {
        const actual = await store.compare({ comparison: 'actual', scope: await scopeOf(store, units) });
        const lists = await reportsOf(store, ['qiyuesuo-after']);
        const source = (await store.massChange()).change.source;
        if (!actual.comparable) return { ...NOTHING, lists, source };
        const [cameOut, stillActive] = [await store.foreseenAndActual(), await store.stillActive()];
        return { ...NOTHING, lists, source, actual, cameOut, stillActive };
      });
    },

    /** Where only single look-ups exist: as many people by chance as the confidence asks for. Goes on where it was stopped. */
    async samplePeople({ tenant, run, units }: PeopleRunInput & ComparedWith): Promise<ReconciledPeople> {
      const qiyuesuo = await open(tenant).qiyuesuo();
      const signal = Context.current().cancellationSignal;
      return withStore({ tenant, run }, async (store) => {
        const scope = await scopeOf(store, units);
        const drawn = await store.drawSample({ seed: run, confidence: USUAL_CONFIDENCE, scope });
        const source = drawn.people + drawn.withoutContact;
        try {
          for (
            let next = await store.nextToLookUp(FOUND_AT_ONCE);
            next.length > 0;
            next = await store.nextToLookUp(FOUND_AT_ONCE)
          ) {
            await pMap(
              next,
              async ({ position, contact }) => {
                signal.throwIfAborted();
                await store.recordLookUp(position, (await qiyuesuo.findPerson(contact))?.id ?? null);
              },
              { concurrency: LOOK_UPS },
            );
          }
        } catch (error) {
          if (!(error instanceof GatewayError) || error.retryable) throw error;
          return { ...NOTHING, source, why: `nobody could be looked up in Qiyuesuo: ${error.message}` };
        }
        return { ...NOTHING, source, sample: await store.sampleResult(drawn) };
      });
    },

    /** Seals the file of a sync; what stands for it is the same in every worker. Repeated, it does nothing. */
    async sealPeople({ tenant, run }: PeopleRunInput): Promise<{ reference: string | null }> {
      const of = { tenantId: tenant.id, runId: run };
      await stores.seal(of);
      return { reference: stores.has(of) ? stores.referenceOf(of) : null };
    },
  };
}

/** What the guard would have stopped the run for, where somebody has lifted it. Throws where nobody has, or may. */
function liftedOf({ people }: Tenant, verdict: MassChangeVerdict): string | null {
  if (verdict.pass) return null;
  if (people.guardLifted === undefined || verdict.reason === 'empty-source') throw tooMuch(verdict.why);
  return verdict.why;
}

function tooMuch(message: string): StepRefused {
  return new StepRefused({ code: 'PEOPLE-GUARD', message, subject: 'people.guard' });
}

/** Within which units people are wanted, and what is not compared. */
export interface ComparedWith {
  units: ScopeUnit[] | null;
  without: PeopleChunk['without'];
}

const NOTHING: ReconciledPeople = {
  lists: [],
  actual: null,
  cameOut: [],
  stillActive: 0,
  sample: null,
  source: 0,
  why: null,
};

type Row = PersonRow | UnitRow;

/** Lists that are read one after the other, with one request at a time. */
interface Lane {
  system: 'e9' | 'e10' | 'qiyuesuo';
  lists: { list: ListName; source: PagedList<Row> }[];
}

async function lanesBefore(tenant: Tenant, systems: Systems, { without }: PeopleChunk): Promise<Lane[]> {
  const lanes: Lane[] = [];
  const e9 = await systems.e9();
  if (e9 === undefined) without.e9 = 'the file has no credentials for the people of E9';
  else if (without.e9 === undefined) {
    lanes.push({
      system: 'e9',
      lists: [
        { list: 'e9-people', source: e9.people() },
        { list: 'e9-subcompanies', source: e9.subcompanies() },
        { list: 'e9-departments', source: e9.departments() },
      ],
    });
  }
  const e10 = await systems.checks();
  if (e10 === undefined) without.e10 = 'the file has no app of E10 for its people';
  else {
    lanes.push({
      system: 'e10',
      lists: [
        { list: 'e10-units', source: e10.units() },
        { list: 'e10-people', source: e10.people() },
      ],
    });
  }
  const people = await qiyuesuoPeople(tenant, systems);
  if (people === undefined) without.qiyuesuo = NO_LIST;
  else lanes.push({ system: 'qiyuesuo', lists: [{ list: 'qiyuesuo-before', source: people }] });
  return lanes;
}

async function lanesAfter(tenant: Tenant, systems: Systems, { without }: PeopleChunk): Promise<Lane[]> {
  const people = await qiyuesuoPeople(tenant, systems);
  if (people === undefined) without.qiyuesuo = NO_LIST;
  return people === undefined ? [] : [{ system: 'qiyuesuo', lists: [{ list: 'qiyuesuo-after', source: people }] }];
}

const NO_LIST = 'this site has no list of the people in Qiyuesuo';

/** The private cloud's API has no list (`facts/qiyuesuo.md` §4.1): only an adapter of the console has, and the public cloud. */
async function qiyuesuoPeople(tenant: Tenant, systems: Systems): Promise<PagedList<PersonRow> | undefined> {
  const { deployment, driver } = tenant.qiyuesuo;
  if (deployment === 'public') return (await systems.qiyuesuo()).people();
  return driver === 'api' ? (await systems.console()).people?.() : undefined;
}

async function readLane(
  store: PeopleStore,
  { system, lists }: Lane,
  { until, after, chunk }: { until: number; after: readonly ChunkMark[]; chunk: PeopleChunk },
): Promise<void> {
  const { cancellationSignal, info } = Context.current();
  let pages = CHUNK.pages;
  for (const { list, source } of lists) {
    let mark = after.find((one) => one.list === list) ?? null;
    for (let inVain = 0; ;) {
      let came = 0;
      try {
        const read = await store.readChunk<Row>({
          list,
          source,
          pages,
          until,
          after: mark,
          signal: cancellationSignal,
          onPage: ({ rows, page }) => {
            came++;
            keep({ list, page, rows });
          },
        });
        pages -= came;
        chunk.marks.push({ list, pass: read.pass, page: read.page, rows: read.rows, digest: read.digest });
        if (read.restarted) chunk.restarted.push(list);
        if (isOfPeople(list)) {
          chunk.people += read.rows;
          if (read.done && read.verdict) chunk.readings.push({ list, verdict: read.verdict });
        }
        if (!read.done) {
          chunk.done = false;
          return;
        }
        break;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        inVain = came > 0 ? 0 : inVain + 1;
        // An answer that is cut off is whole the next time.
        const mayPass = error.retryable || error instanceof UnexpectedAnswer;
        if (!mayPass || inVain > MOST_IN_VAIN) {
          if (system !== 'e9' || (error.retryable && info.attempt < E9_ATTEMPTS)) throw error;
          // Without its units its people are people all the same.
          if (list === 'e9-people') chunk.without.e9 = error.message;
          return;
        }
        pages -= came;
        // What is in the file is more than the chunk before knew.
        mark = null;
        await pause(error.retryAfterMs ?? USUAL_PAUSE_MS);
      }
    }
  }
}

function pause(ms: number): Promise<void> {
  return Context.current().sleep(ms);
}

function isOfPeople(list: ListName): list is PeopleListName {
  return list.endsWith('-people') || list.startsWith('qiyuesuo-');
}

async function scopeOf(store: PeopleStore, units: readonly ScopeUnit[] | null): Promise<string[] | null> {
  return units === null ? null : scopeInE10(units, await store.units('e10'));
}

async function reportsOf(store: PeopleStore, lists: readonly PeopleListName[]): Promise<ListReport[]> {
  const reports: ListReport[] = [];
  for (const list of lists) reports.push(await store.report(list));
  return reports;
}
