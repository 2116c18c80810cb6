import { Context } from '@temporalio/activity';
import type { ListReading } from '../domain/people/report.js';
import type { ListName, PagedList, PeopleListName, PersonRow, UnitRow } from '../domain/people/rows.js';
import type { Said } from '../domain/said.js';
import type { Tenant } from '../domain/tenant.js';
import { GatewayError, Rejected, UnexpectedAnswer } from '../gateways/errors.js';
import type { ChunkMark } from '../people-store/reading.js';
import type { PeopleStore } from '../people-store/store.js';
import { keep } from './kept.js';
import type { Systems } from './systems.js';

/** Which lists are read together: all that there is before a run, or Qiyuesuo's people after it. */
export type PeopleReadingPart = 'before' | 'after';

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
  without: Partial<Record<'e9' | 'e10' | 'qiyuesuo', Said>>;
}

/**
 * Pages of each list, and time, after which a chunk ends: a place in the history where a sync can be paused, or reset to. At each
 * end the file is closed, and the lists wait for the slowest. The first one is short: until it is told, nobody knows on which worker
 * the file is.
 */
const CHUNK = { firstPages: 50, pages: 200, ms: 120_000 };
/** A source with tiny pages has many chunks: after so many only time ends one, so that the history stays short. */
const CHUNKS_BY_PAGES = 40;
/** E9 may be switched off for good: so often it is asked before it is done without. */
const E9_ATTEMPTS = 3;
const USUAL_PAUSE_MS = 1_000;
/** So often a page is asked for again by the same attempt. */
const MOST_IN_VAIN = 3;

/** Reads one chunk of all lists of a part, side by side; each of them in a store, and so with a transaction, of its own. */
export async function readLists(
  {
    tenant,
    part,
    after,
    without,
    number,
    home,
  }: {
    tenant: Tenant;
    part: PeopleReadingPart;
    after: readonly ChunkMark[];
    without: PeopleChunk['without'];
    number: number;
    home: string;
  },
  systems: Systems,
  withStore: (work: (store: PeopleStore) => Promise<void>) => Promise<void>,
): Promise<PeopleChunk> {
  const chunk: PeopleChunk = {
    home,
    marks: [],
    done: true,
    people: 0,
    restarted: [],
    readings: [],
    // What an earlier chunk has given up is not begun again.
    without: without.e9 === undefined ? {} : { e9: without.e9 },
  };
  const until = Date.now() + CHUNK.ms;
  const most = number < CHUNKS_BY_PAGES ? CHUNK.pages : Number.POSITIVE_INFINITY;
  const pages = after.length === 0 ? CHUNK.firstPages : most;
  const lanes = await (part === 'before' ? lanesBefore : lanesAfter)(tenant, systems, chunk);
  const work = lanes.map((lane) => withStore((store) => readLane(store, lane, { pages, until, after, chunk })));
  // Nothing may go on writing behind the back of a caller who has given up.
  for (const ended of await Promise.allSettled(work)) if (ended.status === 'rejected') throw ended.reason;
  return chunk;
}

type Row = PersonRow | UnitRow;

/** Lists that are read one after the other, with one request at a time. */
interface Lane {
  system: 'e9' | 'e10' | 'qiyuesuo';
  lists: { list: ListName; source: PagedList<Row> }[];
}

async function lanesBefore(tenant: Tenant, systems: Systems, { without }: PeopleChunk): Promise<Lane[]> {
  const lanes: Lane[] = [];
  const e9 = await systems.e9();
  if (e9 === undefined) without.e9 = NO_CREDENTIALS;
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
  if (e10 === undefined) without.e10 = NO_APP;
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

const NO_CREDENTIALS: Said = {
  en: 'the file has no credentials for the people of E9',
  zh: '文件中没有读取 E9 人员的凭据',
};
const NO_APP: Said = { en: 'the file has no app of E10 for its people', zh: '文件中没有读取 E10 人员的应用' };
const NO_LIST: Said = { en: 'this site has no list of the people in Qiyuesuo', zh: '该站点没有契约锁人员列表' };

/** The private cloud's API has no list (`facts/qiyuesuo.md` §4.1): only an adapter of the console has, and the public cloud. */
async function qiyuesuoPeople(tenant: Tenant, systems: Systems): Promise<PagedList<PersonRow> | undefined> {
  const { deployment, driver } = tenant.qiyuesuo;
  if (deployment === 'public') return (await systems.qiyuesuo()).people();
  return driver === 'api' ? (await systems.console()).people?.() : undefined;
}

async function readLane(
  store: PeopleStore,
  { system, lists }: Lane,
  { until, after, chunk, ...most }: { pages: number; until: number; after: readonly ChunkMark[]; chunk: PeopleChunk },
): Promise<void> {
  const { cancellationSignal, info } = Context.current();
  let { pages } = most;
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
          const mayDoWithout =
            system === 'e9' ? !error.retryable || info.attempt >= E9_ATTEMPTS : isOfAnotherKind(error);
          if (!mayDoWithout) throw error;
          // Without its units its people are people all the same.
          if (!isOfPeople(list)) break;
          chunk.without[system] = error.message;
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

/** A list that a system gives in a form that we do not know, or not at all: heads are counted then, and no migration fails by it. */
function isOfAnotherKind(error: GatewayError): boolean {
  return error instanceof UnexpectedAnswer || error instanceof Rejected;
}

function pause(ms: number): Promise<void> {
  return Context.current().sleep(ms);
}

function isOfPeople(list: ListName): list is PeopleListName {
  return list.endsWith('-people') || list.startsWith('qiyuesuo-');
}
