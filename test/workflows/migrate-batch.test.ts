import { expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { aRig, IMPATIENT } from '../support/rig.js';

const SMALL = { people: { e9: 4, e10: 4 } } satisfies Partial<TenantSpec>;

it('migrates wave after wave', async () => {
  const rig = await aRig(
    ['a', 'b', 'c', 'd'].map((id) => ({ ...SMALL, id })),
    {},
    {
      waves: [
        { name: 'canary', count: 1 },
        { name: 'rest', rest: true, maxConcurrency: 3 },
      ],
    },
  );
  expect(await rig.migrations.startBatch(rig.batch, 'tester', IMPATIENT)).toBe('started');
  const status = await rig.migrations.batchResult(rig.batch.batch);
  expect(status).toMatchObject({ outcome: 'done', endings: { migrated: 4 }, over: true });
  await rig.close();
});
