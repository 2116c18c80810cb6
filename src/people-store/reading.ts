import { MOST_PASSES, passVerdict, type PassFacts, type PassVerdict } from '../domain/people/reading.js';
import type { ListName, ListPage, PagedList } from '../domain/people/rows.js';
import type { AnyRow, Border, ListPosition, Pages } from './pages.js';

/** How far a chunk got, as it may stand in a history: the next one begins here, if the file can prove it. */
export interface ChunkMark {
  list: ListName;
  pass: number;
  /** Pages of this pass, those that were read again included. */
  page: number;
  rows: number;
  digest: string;
}

/** What a chunk came to. Counts and a digest: nothing of a person. */
export interface ChunkResult extends ChunkMark {
  /** Nothing is left to read. */
  done: boolean;
  /** True: the file did not have what was read before, so the list was begun anew. */
  restarted: boolean;
  /** Of the last pass that came to its end; null in the middle of the first one. */
  verdict: PassVerdict | null;
  facts: PassFacts | null;
}

export interface ReadChunkInput<Row extends AnyRow> {
  list: ListName;
  source: PagedList<Row>;
  /** At most so many pages are read; a bounded unit of work, e.g. 50. */
  pages: number;
  /** No page is begun after this moment, in milliseconds since 1970: a slow system must not make a chunk endless. */
  until?: number;
  /** Of the chunk before; null for the first one. */
  after: ChunkMark | null;
  /** Looked at before each page. */
  signal?: AbortSignal;
  /** After each page that is safe: the place for a heartbeat. */
  onPage?: (mark: ChunkMark) => void;
}

/** Rows that move at one place after the other are a storm: then it is better to go on, and say so. */
const MOST_REWINDS = 20;

/**
 * Reads a list from where the file stands: page by page, each one with its cursor in one transaction, one request at a time. A
 * page that fails throws; called again, it goes on at that page. Behind each page the last row of the one before is looked at
 * again: if it is another one now, both pages are read again. A pass that edits disturbed is repeated, at most
 * `MOST_PASSES` times; after that the verdict says what is uncertain.
 */
export async function readChunk<Row extends AnyRow>(
  store: Pages,
  { list, source, pages, until = Number.POSITIVE_INFINITY, after, signal, onPage }: ReadChunkInput<Row>,
): Promise<ChunkResult> {
  const { at: begin, restarted } = await provenPosition(store, list, after);
  let at = begin;
  let verdict: PassVerdict | null = null;
  let facts: PassFacts | null = null;
  let before: string | undefined;

  // Whoever was here before may have been stopped before they looked; a chunk that came to its end has looked.
  let looked = isAt(after, at) || !(await hasMoved(source, at.border));
  for (let count = 0; ; count++) {
    if (!looked) {
      at = await backOrOn(store, list, at);
      before = undefined;
      looked = true;
    }
    if (at.ended) {
      facts = await store.facts(list, at.pass);
      verdict = passVerdict(facts);
      if (verdict.state !== 'disturbed' || at.pass >= MOST_PASSES) {
        if (facts.rows > facts.distinct) await store.keepLatest(list);
        return result(true);
      }
      at = await store.nextPass(list, at.pass + 1);
      before = undefined;
    }
    if (count >= pages || Date.now() > until) return result(false);
    signal?.throwIfAborted();
    const read = await readPage(store, { list, source, at, before });
    [at, looked, before] = [read.at, !read.moved, read.ids];
    onPage?.(markOf(list, at));
  }

  function result(done: boolean): ChunkResult {
    return { ...markOf(list, at), done, restarted, verdict, facts };
  }
}

/**
 * Reads one page and writes it. The look at its border is sent behind the page's answer, and that is understood and written while
 * the look is answered. `before`: the ids of the page before.
 */
async function readPage<Row extends AnyRow>(
  store: Pages,
  {
    list,
    source,
    at,
    before,
  }: { list: ListName; source: PagedList<Row>; at: ListPosition; before: string | undefined },
): Promise<{ at: ListPosition; moved: boolean; ids: string }> {
  const border = at.cursor === null || at.lastId === undefined ? undefined : { cursor: at.cursor, lastId: at.lastId };
  let moved: Promise<boolean> | undefined;
  const page = await source
    .readPage(at.cursor, () => {
      // An answer that was none had its look as well: the last one counts.
      moved = behind(moved, () => hasMoved(source, border));
    })
    .catch(async (error: unknown) => {
      await Promise.allSettled([moved]);
      throw error;
    });
  const ids = idsOf(page);
  // The same page again: a source that knows no pages. What it has is in already.
  const kept = ids !== '' && ids === before ? ENDLESS : page;
  const written = both(store.append(list, at, kept), moved ?? hasMoved(source, border));
  // Not awaited here: a thousand rows would be held until the look is answered, and outlive the young generation of V8.
  return written.then(([appended, hasMoved]) => ({ at: appended, moved: hasMoved, ids }));
}

const ENDLESS: ListPage<never> = { rows: [], total: null, next: null };

/** A file that lacks what a chunk before has read is another file: then nothing that it holds of the list counts. */
async function provenPosition(
  store: Pages,
  list: ListName,
  after: ChunkMark | null,
): Promise<{ at: ListPosition; restarted: boolean }> {
  if (after === null) return { at: await store.position(list), restarted: false };
  const digest = await store.digestAt(list, after.pass, after.page);
  if (digest === after.digest) return { at: await store.position(list), restarted: false };
  return { at: await store.clear(list), restarted: true };
}

function isAt(mark: ChunkMark | null, { pass, page }: ListPosition): boolean {
  return mark !== null && mark.pass === pass && mark.page === page;
}

async function hasMoved(source: PagedList<AnyRow>, border: Border | undefined): Promise<boolean> {
  if (border === undefined) return false;
  const now = await source.rowBefore?.(border.cursor);
  return now !== undefined && now !== border.lastId;
}

/** What is done behind something else, however that ends; it may fail before anybody waits for it. */
function behind<T>(first: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
  const done = Promise.allSettled([first]).then(work);
  done.catch(() => undefined);
  return done;
}

/** Waits for both, also where one of them fails: nothing may go on writing behind the back of a caller who has given up. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

async function backOrOn(store: Pages, list: ListName, at: ListPosition): Promise<ListPosition> {
  const rewinds = await store.rewinds(list, at.pass);
  return rewinds < MOST_REWINDS ? store.again(list, at) : store.gap(list, at);
}

function markOf(list: ListName, { pass, page, rows, digest }: ListPosition): ChunkMark {
  return { list, pass, page, rows, digest };
}

function idsOf({ rows }: ListPage<AnyRow>): string {
  return rows.map(({ id }) => id).join('\n');
}
