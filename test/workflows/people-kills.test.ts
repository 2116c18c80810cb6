import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { openPeopleStores } from '../../src/people-files.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

/** A dead worker is noticed after ten seconds of silence, so each kill takes a while; `QYS_E10_KILLS=20` for more of them. */
const KILLS = Number(process.env['QYS_E10_KILLS'] ?? 2);
const PEOPLE = 12_000;
const BIN = fileURLToPath(new URL('../../bin/qys-e10.mjs', import.meta.url));

it(
  'killed with -9 while it reads: the same people, row by row, and at most one page of each list read again',
  async () => {
    const rig = await aRig(
      [{ id: 'big', startsMigrated: true, people: { e9: PEOPLE, e10: PEOPLE, untidy: 20 } }],
      {},
      { defaults: { people: { compare: 'everybody' } } },
    );
    await rig.stopWorkers();
    const { id } = rig.tenant('big');
    const undisturbed = await lookedAt(rig, aWorker(rig), async () => undefined);

    rig.world.fault({ tenant: 'big', method: 'POST', kind: 'latency', ms: 120, times: Infinity });
    let worker = aWorker(rig);
    let random = 7;
    const disturbed = await lookedAt(rig, worker, async () => {
      for (let kill = 0; kill < KILLS; kill++) {
        random = (random * 48_271) % 2_147_483_647;
        const wanted = pagesOf(rig) + 1 + (random % 5);
        await until('some more pages', async () => pagesOf(rig) >= wanted || (await isOver(rig)), 60_000);
        worker.kill('SIGKILL');
        await once(worker, 'close');
        if (await isOver(rig)) break;
        worker = aWorker(rig);
      }
      return worker;
    });

    expect(disturbed.pages).toBeLessThanOrEqual(undisturbed.pages + 3 * KILLS);
    expect(disturbed.rows).toEqual(undisturbed.rows);
    expect(disturbed.rows).toHaveLength(undisturbed.rows.length);
    expect(disturbed.rows.length).toBeGreaterThan(PEOPLE);
    expect(rig.world.journal.writes(id)).toEqual([]);
    await rig.close();
  },
  120_000 + KILLS * 25_000,
);

/** Looks at the people until the guard, with these workers, and gives everybody's outcome, sorted. */
async function lookedAt(rig: Rig, worker: ChildProcess, meanwhile: () => Promise<ChildProcess | undefined>) {
  const tenant = {
    ...rig.tenant('big'),
    people: { ...rig.tenant('big').people, guard: { percent: 100, count: PEOPLE } },
  };
  const before = pagesOf(rig);
  expect(await rig.migrations.startPeopleSync(tenant, { until: 'guard', policy: IMPATIENT })).toBe('started');
  const last = (await meanwhile()) ?? worker;
  await until('it ends', () => isOver(rig), 90_000);
  const end = await rig.migrations.peopleSyncEnd(tenant.id);
  last.kill('SIGKILL');
  await once(last, 'close');
  if (!end || 'failed' in end) throw new Error(`it failed: ${JSON.stringify(end)}`);

  const stores = await openPeopleStores(loadConfig({ QYS_E10_DATA: rig.dataDir }));
  const store = await stores.open({ tenantId: tenant.id, reference: end.result.report?.reference ?? '' });
  const file = join(rig.dataDir, 'foreseen.csv');
  await store.export({ comparison: 'foreseen', file, format: 'csv', content: 'personal' });
  store.close();
  return { rows: (await readFile(file, 'utf8')).trim().split('\n').sort(), pages: pagesOf(rig) - before };
}

async function isOver(rig: Rig): Promise<boolean> {
  return (await rig.migrations.peopleSyncEnd(rig.tenant('big').id)) !== undefined;
}

/** Pages of E9's people that were asked for; single rows at the border of two pages look the same. */
function pagesOf(rig: Rig): number {
  return rig.world.journal.times({ tenant: rig.tenant('big').id, system: 'e9', path: /getHrmUserInfoWithPage/ });
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
