import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { createMigrations } from '../../src/client.js';
import { aBoard, type ABoard, type Answer } from '../support/a-board.js';
import { aRig, IMPATIENT, type Rig } from '../support/rig.js';

const ORDER = { by: 'tester', reason: 'test' };

let rig: Rig;
let board: ABoard;

afterEach(async () => {
  await board.close();
  await rig.close();
});

/** What the row of a tenant says, without its markup. */
function rowOf({ body }: Answer, id: string): string {
  const [row = ''] = body.match(new RegExp(`<tr>(?:(?!</tr>)[\\s\\S])*/tenants/${id}"[\\s\\S]*?</tr>`)) ?? [];
  return row.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

it('tells a tenant that was dropped from one that has not started', { timeout: 90_000 }, async () => {
  const file = { waves: [{ name: 'all', rest: true, maxConcurrency: 1 }] };
  rig = await aRig(
    [
      { id: 'stays', deployment: 'public' },
      { id: 'goes', deployment: 'public' },
    ],
    {},
    file,
  );
  const { batch } = rig.batch;
  board = await aBoard(rig.migrations, { file: { path: 'x.batch.yaml', batch: rig.batch } });
  const visitor = await board.visitor();
  const { id } = rig.tenant('goes');
  const listed = async () => rowOf(await visitor.get(`/batches/${batch}`), id);
  const own = async () => (await visitor.get(`/tenants/${id}`)).body;

  await rig.migrations.startBatch(rig.batch, 'li', IMPATIENT);
  await rig.migrations.pause(batch, { ...ORDER, on: { wave: 'all' } });
  expect(await listed()).toContain('not started');
  expect(await own()).not.toContain('left out of the batch');
  await rig.migrations.dropTenants(batch, { ...ORDER, tenantIds: [id] });
  await expect.poll(own).toContain('left out of the batch');
  await expect.poll(listed).toContain('dropped');
  expect(rowOf(await visitor.get(`/batches/${batch}`), rig.tenant('stays').id)).toContain('not started');
  await showsTheBatchElsewhere(batch, id);

  await rig.migrations.resume(batch, { ...ORDER, on: { wave: 'all' } });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ endings: { migrated: 1, skipped: 1 } });
  await expect.poll(listed, { timeout: 20_000 }).toContain('dropped');
  expect(await listed()).not.toContain('not started');
  expect(await own()).toContain('left out of the batch');
  const ended = await visitor.get(`/batches/${batch}?show=ended`);
  expect(rowOf(ended, id)).toContain('dropped');
});

/** On a machine without the folder of batches nobody can say who was left out; with no batch file, nobody asks. */
async function showsTheBatchElsewhere(batch: string, dropped: string): Promise<void> {
  const store = createFileBatchStore(join(rig.dataDir, 'another-machine'));
  const migrations = createMigrations({ client: rig.client, store, coordinatorQueue: 'none' });
  expect(await migrations.leftOut(batch)).toBeUndefined();
  for (const file of [{ path: 'x.batch.yaml', batch: rig.batch }, null]) {
    const elsewhere = await aBoard(migrations, { file });
    try {
      const visitor = await elsewhere.visitor();
      const page = await visitor.get(`/batches/${batch}`);
      expect(page.status).toBe(200);
      expect(rowOf(page, dropped)).toEqual(file === null ? '' : expect.stringContaining('not started'));
      expect((await visitor.get(`/tenants/${dropped}`)).status).toBe(file === null ? 404 : 200);
    } finally {
      await elsewhere.close();
    }
  }
}
