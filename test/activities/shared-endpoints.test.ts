import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSharedEndpoints } from '../../src/activities/shared-endpoints.js';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { aTenant } from './a-step.js';

it('knows what a tenant shares, however often tenants were added to its batch', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'qys-e10-store-'));
  const store = createFileBatchStore(folder);
  const tenants = Array.from({ length: 230 }, (_, index) => ({ ...aTenant('private'), id: `t${index}` }));
  const sources = await Promise.all(
    tenants.map(async (tenant) => ({ reference: await store.put('many', [[tenant]]), wave: 0, size: 1 })),
  );
  const sharedBy = createSharedEndpoints(store);
  const [first] = tenants;

  const alone = await sharedBy({ batch: 'many', wave: 0, sources: sources.slice(0, 1) }, first!);
  const among = await sharedBy({ batch: 'many', wave: 0, sources }, first!);
  expect(alone).toEqual([]);
  expect(among.length).toBeGreaterThan(0);
  await rm(folder, { recursive: true });
});
