import { afterEach, expect, it } from 'vitest';
import { readReport } from '../../src/cli/reporting.js';
import { aBoard, type ABoard } from '../support/a-board.js';
import { anOperator } from '../support/operator.js';
import { aRig, until, type Rig } from '../support/rig.js';

const MANUAL = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };

let rig: Rig;
let board: ABoard;

afterEach(async () => {
  await board.close();
  await rig.close();
});

it('a cancelled run, which leaves no result, still tells its evidence', { timeout: 90_000 }, async () => {
  rig = await aRig([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
  board = await aBoard(rig.migrations, { file: { path: 'x.batch.yaml', batch: rig.batch } });
  const tenant = rig.tenant('cloud');
  const operator = anOperator(rig, 'cloud');
  const evidence = { name: 'before.png', sha256: 'ab'.repeat(32) };
  await rig.start('cloud');
  const order = async (number: number) => {
    const find = async () => (await rig.migrations.openOrderOf(tenant.id))?.order;
    await until(`order ${number} is open`, async () => (await find())?.number === number);
    return (await find())!;
  };
  await rig.migrations.tellOrder(tenant.id, {
    ...(await operator.act(await order(1))),
    evidence,
  } as Parameters<typeof rig.migrations.tellOrder>[1]);
  await order(2);
  await rig.migrations.startRollback(tenant, 'changed our mind');
  await operator.work();
  expect(await rig.end('cloud')).toMatchObject({ ending: 'cancelled', result: null });

  const selection = { file: 'x', batch: rig.batch, selected: [{ tenant, wave: 'all' }] };
  const report = async () => (await readReport(rig.migrations, selection)).tenants[0];
  await expect
    .poll(report)
    .toMatchObject({ outcome: 'cancelled', evidence: [{ ...evidence, kind: 'file', order: 1 }] });
  expect((await report())?.reason).toContain('changed our mind');
  const visitor = await board.visitor();
  expect((await visitor.get(`/tenants/${tenant.id}`)).body).toContain(evidence.sha256);

  await rig.stopWorkers();
  expect(await report()).toMatchObject({ outcome: 'cancelled', evidence: [] });
});
