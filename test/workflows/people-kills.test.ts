import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import type { JournalFilter } from '../../simulators/kernel/journal.js';
import { loadConfig } from '../../src/config.js';
import { peopleSyncWorkflowId } from '../../src/domain/ids.js';
import { COMPARISONS } from '../../src/domain/people/outcomes.js';
import { openPeopleStores } from '../../src/people-files.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

/** A dead worker is noticed after ten seconds of silence, so each kill takes a while; `QYS_E10_KILLS=20` for more of them. */
const KILLS = Number(process.env['QYS_E10_KILLS'] ?? 3);
const PEOPLE = KILLS > 3 ? 12_000 : 4_000;
const SEED = Number(process.env['QYS_E10_SEED'] ?? 7);
const BIN = fileURLToPath(new URL('../../bin/qys-e10.mjs', import.meta.url));

/** The lists that are read page by page, as the journal shows their pages. */
const LISTS = {
  e9: { system: 'e9', path: /getHrmUserInfoWithPage/ },
  e10: { system: 'e10', path: /queryEmployee/, from: 'outside' },
  qiyuesuo: { system: 'console', path: '/people' },
} as const satisfies Record<string, JournalFilter>;
type Pages = Record<keyof typeof LISTS, number>;

/** When the worker is killed: an equal part of all kills each, one part after the other. */
const PARTS = ['reading before', 'reading after', 'comparing'] as const;

it(
  'killed with -9 at any moment: the same people, row by row, and at most one page of each list read again',
  async () => {
    const rig = await aRig(
      [{ id: 'big', startsMigrated: true, people: { e9: PEOPLE, e10: PEOPLE, qiyuesuo: PEOPLE + 90, untidy: 20 } }],
      {},
      { defaults: { people: { compare: 'everybody' } } },
    );
    await rig.stopWorkers();
    // Some to be created, enabled, and disabled; the same before either run.
    const asBefore = () =>
      rig.world.tenant('big').edit(({ people }) => {
        people.fill(1).forEach((_, index) => (people[index] = index % 50 === 7 ? 0 : index % 70 === 9 ? 2 : 1));
      });
    asBefore();
    const undisturbed = await synced(rig, aWorker(rig), async () => undefined);

    asBefore();
    rig.world.fault({ tenant: 'big', from: 'outside', kind: 'latency', ms: 120, times: Infinity });
    let worker = aWorker(rig);
    let random = SEED;
    let kills = 0;
    const disturbed = await synced(rig, worker, async () => {
      const due = momentOf(rig);
      for (; kills < KILLS; kills++) {
        const part = PARTS[Math.floor((kills * PARTS.length) / KILLS)] ?? 'comparing';
        if (!(await due(part))) break;
        random = (random * 48_271) % 2_147_483_647;
        await sleep(random % 150);
        worker.kill('SIGKILL');
        await once(worker, 'close');
        worker = aWorker(rig);
      }
      return worker;
    });

    expect(kills).toBe(KILLS);
    for (const list of Object.keys(LISTS) as (keyof typeof LISTS)[]) {
      expect([list, disturbed.pages[list]]).toEqual([
        list,
        expect.toSatisfy((pages: number) => pages <= undisturbed.pages[list] + KILLS),
      ]);
    }
    for (const comparison of COMPARISONS) {
      expect(disturbed.rows[comparison]).toEqual(undisturbed.rows[comparison]);
      expect(disturbed.rows[comparison]?.length).toBeGreaterThan(PEOPLE);
    }
    expect(disturbed.report).toEqual(undisturbed.report);
    expect(disturbed.report).toMatchObject({ beforeLost: false, by: 'list' });
    const files = await readdir(join(rig.dataDir, 'people'), { recursive: true });
    expect(files.filter((file) => /duckdb|spill/.test(file))).toEqual([]);
    console.log(JSON.stringify({ kills, pages: disturbed.pages, undisturbed: undisturbed.pages }));
    await rig.close();
  },
  120_000 + KILLS * 30_000,
);

/** Answers once the sync is at that part, and further than at the kill before; false where it is over. */
function momentOf(rig: Rig) {
  let pages = pagesOf(rig);
  let attempt = '';

  async function attemptOf(activity: string): Promise<string> {
    const { raw } = await rig.client.workflow.getHandle(peopleSyncWorkflowId(rig.tenant('big').id)).describe();
    // STARTED also where its worker is dead already, so an attempt counts once.
    const found = raw.pendingActivities?.find(
      (one) => one.activityType?.name === activity && Number(one.state) === STARTED,
    );
    return found ? `${found.activityId} ${found.attempt}` : '';
  }

  return async (part: (typeof PARTS)[number]): Promise<boolean> => {
    const list = part === 'reading before' ? 'e9' : 'qiyuesuo';
    let isOver = false;
    await until(
      part,
      async () => {
        isOver = (await rig.migrations.peopleSyncEnd(rig.tenant('big').id)) !== undefined;
        if (isOver) return true;
        if (part === 'comparing') {
          const now = await attemptOf('reconcilePeople');
          if (now === '' || now === attempt) return false;
          attempt = now;
          return true;
        }
        const isAfter = rig.world.tenant('big').state().runs.length > 1;
        if ((part === 'reading after' && !isAfter) || pagesOf(rig)[list] <= pages[list]) {
          if (part === 'reading after' && !isAfter) pages = pagesOf(rig);
          return false;
        }
        pages = pagesOf(rig);
        return true;
      },
      90_000,
    );
    return !isOver;
  };
}

/** `PENDING_ACTIVITY_STATE_STARTED`. */
const STARTED = 2;

/** Syncs with these workers, and gives everybody's outcomes, sorted. */
async function synced(rig: Rig, worker: ChildProcess, meanwhile: () => Promise<ChildProcess | undefined>) {
  const big = rig.tenant('big');
  const tenant = { ...big, people: { ...big.people, guard: { percent: 100, count: 2 * PEOPLE } } };
  const before = pagesOf(rig);
  expect(await rig.migrations.startPeopleSync(tenant, { policy: IMPATIENT })).toBe('started');
  const last = (await meanwhile()) ?? worker;
  await until('it ends', async () => (await rig.migrations.peopleSyncEnd(tenant.id)) !== undefined, 90_000);
  const end = await rig.migrations.peopleSyncEnd(tenant.id);
  last.kill('SIGKILL');
  await once(last, 'close');
  if (!end || 'failed' in end) throw new Error(`it failed: ${JSON.stringify(end)}`);

  if (!end.result.report) throw new Error('it has no report');
  const { reference, progress: _progress, at: _at, readings, ...others } = end.result.report;
  const report = { ...others, readings: readings.toSorted((one, other) => one.list.localeCompare(other.list)) };
  const stores = await openPeopleStores(loadConfig({ QYS_E10_DATA: rig.dataDir }));
  const run = { tenantId: tenant.id, reference: reference ?? '' };
  const store = await stores.open(run);
  const rows: Partial<Record<string, string[]>> = {};
  for (const comparison of COMPARISONS) {
    const file = join(rig.dataDir, `${comparison}.csv`);
    await store.export({ comparison, file, format: 'csv', content: 'personal' });
    rows[comparison] = (await readFile(file, 'utf8')).trim().split('\n').sort();
  }
  await store.close();
  await stores.seal(run);
  const now = pagesOf(rig);
  const pages = { e9: now.e9 - before.e9, e10: now.e10 - before.e10, qiyuesuo: now.qiyuesuo - before.qiyuesuo };
  return { rows, pages, report };
}

/** Pages that were given out; a single row is a look at the border of two pages. */
function pagesOf(rig: Rig): Pages {
  const { id } = rig.tenant('big');
  const pages = (list: keyof typeof LISTS): number =>
    rig.world.journal.entries({ tenant: id, ...LISTS[list] }).filter(({ rows }) => rows !== null && rows > 1).length;
  return { e9: pages('e9'), e10: pages('e10'), qiyuesuo: pages('qiyuesuo') };
}

/** A worker of the site in a process of its own, as at a customer's. */
function aWorker(rig: Rig): ChildProcess {
  return spawn(process.execPath, [BIN, 'worker'], {
    env: {
      PATH: process.env['PATH'],
      ...rig.secrets,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      QYS_E10_SITES: rig.site,
      QYS_E10_DATA: rig.dataDir,
    },
    stdio: 'ignore',
  });
}
