import { afterEach, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { ParsedBatch } from '../../src/batch-file/parse.js';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const HUGE = 36;
const SMALL = 3;

let rig: Rig;
afterEach(() => rig.close());

const named = (kind: string, count: number): TenantSpec[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${kind}${index}`, startsMigrated: true }));

function batchOf(kind: string): ParsedBatch {
  const batch = `${rig.batch.batch}-${kind}`;
  const tenants = rig.batch.tenants.filter(({ id }) => id.startsWith(kind));
  const waves = rig.batch.waves.map((wave) => ({ ...wave, slowStart: false, maxConcurrency: tenants.length }));
  return { ...rig.batch, batch, tenants, waves };
}

it('a huge batch with a wide window does not starve a small one at the same site', async () => {
  rig = await aRig([...named('huge', HUGE), ...named('small', SMALL)], {}, {}, { activitySlots: 2 });
  const [huge, small] = [batchOf('huge'), batchOf('small')];
  // All at the same moment: opened in rounds, it would leave places by itself.
  await rig.migrations.startBatch(huge, 'starter', IMPATIENT, { round: HUGE });
  await until('all of the huge one wait for a place', async () => {
    return (await rig.migrations.batchStatus(huge.batch))?.running === HUGE;
  });
  await rig.migrations.startBatch(small, 'starter', IMPATIENT);

  for (const { batch, tenants } of [huge, small]) {
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ endings: { 'already-migrated': tenants.length } });
  }
  const smallEnded = Math.max(...(await endsOf(small)));
  const before = (await endsOf(huge)).filter((ended) => ended < smallEnded);
  expect(before.length, 'tenants of the huge batch that ended before the small one was through').toBeLessThan(HUGE / 4);
}, 120_000);

async function endsOf({ tenants }: ParsedBatch): Promise<number[]> {
  return Promise.all(
    tenants.map(async ({ id }) => {
      const { closeTime } = await rig.client.workflow.getHandle(tenantWorkflowId(id)).describe();
      return closeTime?.getTime() ?? Number.POSITIVE_INFINITY;
    }),
  );
}
