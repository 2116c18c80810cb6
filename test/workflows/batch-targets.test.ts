import { afterEach, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { siteTaskQueue } from '../../src/domain/ids.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.close());

const LIMIT = 2;
const IDS = ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7'];

/** From the first to the last request of each run, as the outside saw them. What a second look reads is no run's. */
async function visits(): Promise<{ type: string; from: number; to: number }[]> {
  const found: { type: string; from: number; to: number }[] = [];
  for (const name of IDS) {
    const { id } = rig.tenant(name);
    const asked = rig.world.journal.entries({ tenant: id, from: 'outside' }).map(({ at }) => Date.parse(at));
    for await (const run of rig.client.workflow.list({ query: `WorkflowId = 'tenant/${id}'` })) {
      const [start, end] = [run.startTime.getTime(), run.closeTime?.getTime() ?? Infinity];
      const own = asked.filter((at) => at >= start && at <= end);
      found.push({ type: run.type, from: Math.min(...own), to: Math.max(...own) });
    }
  }
  return found;
}

/** Put back by somebody, it is found changed, and nobody has to be asked before the rest is undone. */
function callbackOf(id: string): string | null {
  let url: string | null = null;
  rig.world.tenant(id).edit(({ callback }) => (url = callback.url));
  return url;
}

/** The most that were under way against the one target at any time. */
function mostAtOnce(all: readonly { from: number; to: number }[]): number {
  return Math.max(...all.map(({ from: at }) => all.filter(({ from, to }) => from <= at && at < to).length));
}

it(
  'of the tenants of one target no more run at once than it bears, on two workers, undoing included',
  { timeout: 180_000 },
  async () => {
    const host = { oaHost: 'shared' as const, people: { e9: 4, e10: 4 } };
    const specs = IDS.map((id, at): TenantSpec => ({ ...host, id, syncFails: at < 2 }));
    const wave = { name: 'all', rest: true, maxConcurrency: IDS.length, slowStart: false };
    rig = await aRig(specs, {}, { waves: [{ ...wave, soak: '2s', gate: 'undo' }], targets: { '*': LIMIT } });
    rig.workerProcess();
    const polling = () => rig.migrations.pollersOf(siteTaskQueue(rig.site));
    await until('both workers ask', async () => (await polling()).length === 2, 60_000);

    const before = new Map(IDS.map((id) => [id, callbackOf(id)]));
    await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
    await until('it soaks', async () => (await rig.status()).waves[0]?.phase === 'soaking', 90_000);
    for (const id of ['t2', 't3', 't4', 't5'])
      rig.world.tenant(id).edit(({ callback }) => (callback.url = before.get(id) ?? null));
    expect(await rig.migrations.batchResult(rig.batch.batch)).toMatchObject({
      endings: { migrated: 2, 'rolled-back': 6 },
    });

    await until('all runs are listed', async () => (await visits()).length === 12);
    const all = await visits();
    expect(all.filter(({ type }) => type === 'rollbackTenant')).toHaveLength(4);
    expect(mostAtOnce(all)).toBe(LIMIT);
  },
);
