import { afterEach, expect, it } from 'vitest';
import { rollbackCommand } from '../../src/cli/commands/rollback.js';
import { commandsOf, type Commands } from '../support/commands.js';
import { anOperator } from '../support/operator.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const BY_HAND = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };

let rig: Rig;
let cli: Commands;
let file: string;
afterEach(() => rig.close());

const rollback = (how: { format?: 'json' } = {}) => {
  const args = ['-f', file, '--tenant', rig.tenant('cloud').id, '--reason', 'changed our mind'];
  return cli.run(rollbackCommand, args, how);
};

/** It says who does what, and ends with 6; when that is done, the same command ends with the undo. */
async function expectToWaitForItsOrder(): Promise<void> {
  const { id } = rig.tenant('cloud');
  const waits = await rollback();
  expect(waits.code, waits.stderr).toBe(6);
  const { order } = (await rig.migrations.openOrderOf(id))!;
  expect(order.undo).toBe(true);
  const name = `${id}/${order.number}`;
  expect(waits.stdout).toContain(`work order ${name} (undo of ${order.step}): qys-e10 orders show ${name} -f ${file}`);
  const again = await rollback({ format: 'json' });
  expect(again.code).toBe(6);
  expect(JSON.parse(again.stdout)).toMatchObject({
    tenants: [{ tenant: id, outcome: null, needsAttention: true, step: order.step, order: name }],
  });

  await anOperator(rig, 'cloud').work();
  const done = await rollback();
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toContain(`${id}: rolled-back`);
}

it('rollback of a tenant alone ends with 6 while its undo waits for a work order', { timeout: 120_000 }, async () => {
  rig = await aRig([{ id: 'cloud', deployment: 'public', ...BY_HAND }]);
  cli = commandsOf(rig);
  file = await cli.fileOf(rig.batch.batch, ['cloud']);
  await rig.start('cloud');
  await anOperator(rig, 'cloud').work();
  expect(await rig.end('cloud')).toMatchObject({ ending: expect.stringMatching(/^migrated/) as unknown });

  await expectToWaitForItsOrder();
});

it('so does that of a tenant whose batch is under way', { timeout: 120_000 }, async () => {
  const waves = [
    { name: 'now', count: 1 },
    { name: 'then', rest: true, startAfter: '2099-01-01T00:00:00+08:00' },
  ];
  const specs = ['cloud', 'later'].map((id) => ({ id, deployment: 'public' as const, ...BY_HAND }));
  rig = await aRig(specs, {}, { waves });
  cli = commandsOf(rig);
  const { batch } = rig.batch;
  file = await cli.fileOf(batch, ['cloud', 'later'], { waves });
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await anOperator(rig, 'cloud').work();
  await until('its batch knows', async () => (await rig.status()).waves[0]?.finished === 1);

  await expectToWaitForItsOrder();
  await rig.migrations.abort(batch, { by: 'tester', reason: 'the test is over', how: 'finish-step' });
});
