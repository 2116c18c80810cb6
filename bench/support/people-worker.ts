import { createHttp } from '../../src/gateways/http.js';
import type { ListName, PagedList, PersonRow, UnitRow } from '../../src/domain/people/rows.js';
import { createDecisionSeal } from '../../src/gateways/decision-seal.js';
import { createFileSeal } from '../../src/gateways/sealed-file.js';
import { createPeopleStores } from '../../src/people-store/store.js';
import { openGateways, type Reachable } from '../../test/support/gateways.js';
import { inputOf, serve } from './children.js';

/** What a site's worker does with a million people, or a plain download of the same pages that keeps nothing. */
export interface PeopleWorkerInput {
  dataDir: string;
  reachable: Reachable;
  people: number;
  pagesPerChunk: number;
}

export interface PeopleRan {
  /** Of the lists alone. */
  readSeconds: number;
  seconds: number;
  counts: Record<string, number>;
}

const { dataDir, reachable, people, pagesPerChunk } = inputOf<PeopleWorkerInput>();
const PAGE = 1_000;
const KEY = Buffer.alloc(32, 7);
let rounds = 0;

serve({}, { download, reconcile, collected: () => ({ heap: process.memoryUsage().heapUsed }) });

/** Three lists at once, each with one request at a time; compared before anything is touched, and as a run would go. */
async function reconcile(): Promise<PeopleRan> {
  const since = performance.now();
  const stores = createPeopleStores({
    dataDir,
    sealKey: KEY,
    files: createFileSeal(KEY),
    decisionSeal: createDecisionSeal(KEY),
  });
  const run = { tenantId: 'acme', runId: `round-${rounds++}` };
  const { e9, e10, console: driver } = openGateways(reachable);
  const list = driver.people?.();
  if (list === undefined) throw new Error('this driver lists no people');
  await Promise.all([
    readAll(stores, run, 'e9-people', e9.people()),
    readAll(stores, run, 'e10-people', e10.people()),
    readAll(stores, run, 'qiyuesuo-before', list),
  ]);
  const readSeconds = (performance.now() - since) / 1_000;
  const store = await stores.open(run);
  const baseline = await store.compare({ comparison: 'baseline', scope: null });
  const foreseen = await store.compare({ comparison: 'foreseen', scope: null });
  await store.massChange();
  await store.close();
  await stores.forget(run);
  const counts = { baseline: baseline.people, linked: foreseen.counts.linked, ambiguous: foreseen.counts.ambiguous };
  return { readSeconds, seconds: (performance.now() - since) / 1_000, counts };
}

async function readAll(
  stores: ReturnType<typeof createPeopleStores>,
  run: { tenantId: string; runId: string },
  list: ListName,
  source: PagedList<PersonRow> | PagedList<UnitRow>,
): Promise<void> {
  let after = null;
  for (;;) {
    // As an activity does: opened for a chunk, closed behind it.
    const store = await stores.open(run);
    const chunk: Awaited<ReturnType<typeof store.readChunk>> = await store.readChunk<PersonRow | UnitRow>({
      list,
      source,
      pages: pagesPerChunk,
      after,
    });
    await store.close();
    if (chunk.done) return;
    after = chunk;
  }
}

/** The same requests in the same three lanes, looks at single rows included; the answers are dropped. */
async function download(): Promise<PeopleRan> {
  const since = performance.now();
  const { at, env } = reachable;
  const token = Object.entries(env).find(([name]) => name.endsWith('CONSOLE_TOKEN'))?.[1] ?? '';
  const e9 = createHttp({ system: 'e9', baseUrl: at.e9 });
  const e10 = createHttp({ system: 'e10', baseUrl: `${at.e10}/openserver` });
  const console = createHttp({
    system: 'console',
    baseUrl: `${at.console}/console/v1`,
    headers: () => ({ Authorization: `Bearer ${token}` }),
  });
  const accessToken = await tokenOf();
  const fields = ['id', 'username', 'job_num', 'mobile', 'email', 'account', 'status', 'department'];
  const e9Page = (curpage: number, pagesize: number) =>
    e9.exchange({
      method: 'POST',
      path: '/api/hrm/resful/getHrmUserInfoWithPage',
      form: { params: JSON.stringify({ pagesize, curpage }) },
    });
  const e10Page = (current: number, pageSize: number) =>
    e10.exchange({
      method: 'POST',
      path: '/api/hrm/restful/queryEmployee',
      json: { access_token: accessToken, current, pageSize, returnFieldList: fields },
    });
  await Promise.all([
    numbered(people + 2 + Math.floor(people / 50), e9Page),
    numbered(people, e10Page),
    cursors((cursor, limit) => console.exchange({ method: 'GET', path: '/people', query: { cursor, limit } })),
  ]);
  const seconds = (performance.now() - since) / 1_000;
  return { readSeconds: seconds, seconds, counts: {} };

  async function tokenOf(): Promise<string> {
    const { corpId, appKey } = reachable.entry['e10'] as { corpId: string; appKey: string };
    const secret = Object.entries(env).find(([name]) => name.endsWith('_APP_SECRET'))?.[1] ?? '';
    const query = { corpid: corpId, response_type: 'code', state: 'bench' };
    const code = /"code":"([^"]+)"/.exec(
      (await e10.exchange({ method: 'GET', path: '/oauth2/authorize', query })).body,
    );
    const form = { app_key: appKey, app_secret: secret, grant_type: 'authorization_code', code: code?.[1] ?? '' };
    const { body } = await e10.exchange({ method: 'POST', path: '/oauth2/access_token', form });
    return /"accessToken":"([^"]+)"/.exec(body)?.[1] ?? '';
  }
}

async function numbered(rows: number, ask: (page: number, size: number) => Promise<{ status: number }>): Promise<void> {
  for (let page = 1; (page - 1) * PAGE < rows; page++) {
    await ask(page, PAGE);
    if (page > 1) await ask((page - 1) * PAGE, 1);
  }
}

async function cursors(ask: (cursor: string | undefined, limit: number) => Promise<{ body: string }>): Promise<void> {
  let cursor: string | undefined;
  do {
    const { body } = await ask(cursor, PAGE);
    if (cursor !== undefined)
      await ask(
        cursor.replace(/\d+$/, (count) => String(Number(count) - 1)),
        1,
      );
    cursor = /"next":"([^"]+)"/.exec(body.slice(-200))?.[1];
  } while (cursor !== undefined);
}
