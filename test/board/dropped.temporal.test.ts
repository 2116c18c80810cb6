import { afterEach, expect, it } from 'vitest';
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

  await rig.migrations.resume(batch, { ...ORDER, on: { wave: 'all' } });
  expect(await rig.migrations.batchResult(batch)).toMatchObject({ endings: { migrated: 1, skipped: 1 } });
  await expect.poll(listed, { timeout: 20_000 }).toContain('dropped');
  expect(await listed()).not.toContain('not started');
  expect(await own()).toContain('left out of the batch');
  const ended = await visitor.get(`/batches/${batch}?show=ended`);
  expect(rowOf(ended, id)).toContain('dropped');
});
