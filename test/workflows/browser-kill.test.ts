import { afterEach, expect, it } from 'vitest';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import { chromiumPath } from '../support/chromium.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

/** The console lists the addresses, so that forty categories are listed in seconds. */
const FORTY = {
  people: { e9: 6, e10: 6 },
  categories: { legacy: 40, otherOldHost: 0, elsewhere: 0, none: 0 },
  web: { categoriesShowUrl: true },
};
const DETAIL = '/signing/api/categories/detail';
const SAVE = '/signing/api/categories/save';

let rig: Rig;
afterEach(() => rig.close());

/** Everything but the categories is on E10 already, by the contract: that takes seconds. */
async function withOldCategories(): Promise<void> {
  const { state, edit } = rig.world.tenant('acme');
  const old = state().categories.map(({ callback }) => (callback as { url: string }).url);
  await Promise.all([rig.logIn('acme'), rig.migrate('acme')]);
  edit(({ categories }) => categories.forEach(({ callback }, at) => callback && (callback.url = old[at] ?? '')));
}

it.skipIf(chromiumPath === undefined)(
  'a worker that is killed in category 17 of 40 goes on there, and not at the first',
  { timeout: 360_000 },
  async () => {
    rig = await aRig([{ id: 'acme', ...FORTY }]);
    await withOldCategories();
    await rig.stopWorkers();
    const tenant = rig.tenant('acme');
    tenant.qiyuesuo.driver = 'browser';
    const { journal } = rig.world;
    const byPage = { tenant: tenant.id, path: SAVE };
    const written = (): string[] => journal.entries({ ...byPage, changed: true }).flatMap(({ effect }) => effect ?? []);
    const opened = (): number => journal.times({ tenant: tenant.id, path: DETAIL });

    const first = rig.workerProcess();
    await rig.start('acme', { ...IMPATIENT, writeAttempts: 5 });
    await until('sixteen are done', () => written().length >= 16, 200_000);
    const before = opened();
    // The sixteenth is read back, then the next one is opened.
    await until('the seventeenth is open', () => opened() >= before + 2, 30_000);
    first.kill('SIGKILL');
    await until('it is gone', () => first.signalCode !== null);
    const done = written();
    expect([16, 17]).toContain(done.length);

    rig.workerProcess();
    await until('the next one goes on', () => written().length >= done.length + 2, 90_000);
    await rig.client.workflow.getHandle(tenantWorkflowId(tenant.id)).terminate('enough is seen');

    const all = written();
    expect(all.slice(0, done.length)).toEqual(done);
    expect(new Set(all).size, 'each is written once').toBe(all.length);
    // One may have been sent when the worker was killed, and its answer be lost.
    expect(journal.times(byPage)).toBeLessThanOrEqual(all.length + 1);
  },
);
