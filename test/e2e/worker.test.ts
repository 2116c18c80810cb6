import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import { afterEach, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { startWorld, type World } from '../../simulators/world.js';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { createMigrations, type Migrations } from '../../src/client.js';
import { openConnection } from '../../src/connection.js';
import { batchFolder } from '../../src/data-folder.js';
import { COORDINATOR_TASK_QUEUE, siteTaskQueue, tenantWorkflowId } from '../../src/domain/ids.js';
import { isRunning } from '../../src/embedded/processes.js';
import { aCli, type Cli } from '../support/cli.js';
import { until } from '../support/rig.js';

let world: World;
let connection: Connection | undefined;
afterEach(async () => {
  await connection?.close();
  connection = undefined;
  await world.close();
});

async function migrationsIn(cli: Cli): Promise<Migrations> {
  const { port } = JSON.parse(await readFile(join(cli.dataDir, 'server.json'), 'utf8')) as { port: number };
  connection ??= await openConnection({ address: `127.0.0.1:${port}` });
  const store = createFileBatchStore(batchFolder(cli));
  return createMigrations({ client: new Client({ connection }), store });
}

/** The processes that ask for the work of a queue. */
async function pollersIn(cli: Cli, queue: string): Promise<number[]> {
  const pollers = await (await migrationsIn(cli)).pollersOf(queue);
  return pollers.map((identity) => Number(identity.split('/').at(-1)));
}

/** The one tenant of the file, so many times; nobody of them may start yet. Returns the name of the batch. */
async function manyWho(cli: Cli, tenants: number): Promise<string> {
  const batch = parse(await readFile(cli.file, 'utf8')) as { batch: string; tenants: Record<string, unknown>[] };
  const many = Array.from({ length: tenants }, (_, at) => ({ ...batch.tenants[0], id: `t${at}` }));
  const waves = [{ name: 'later', rest: true, startAfter: '2099-01-01T00:00:00+08:00' }];
  await writeFile(cli.file, stringify({ ...batch, waves, tenants: many }));
  return batch.batch;
}

async function aWorker(cli: Cli) {
  const running = cli.start('worker');
  let said = '';
  running.process.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('it works', () => said.includes('Worker runs for: default'), 60_000);
  return running;
}

it(
  'has its coordinators in a process of their own, which ends with it, however it ends',
  { timeout: 180_000 },
  async () => {
    world = await startWorld({ tenants: [{ id: 'one' }] });
    const cli = await aCli(world);

    const first = await aWorker(cli);
    const [coordinator = 0] = await pollersIn(cli, COORDINATOR_TASK_QUEUE);
    expect(await pollersIn(cli, siteTaskQueue('default'))).toEqual([first.process.pid]);
    expect(coordinator).not.toBe(first.process.pid);
    expect(await isRunning(coordinator)).toBe(true);
    first.process.kill('SIGKILL');
    await until('it has ended', async () => !(await isRunning(coordinator)), 40_000);

    await connection?.close();
    connection = undefined;
    const second = await aWorker(cli);
    const others = (await pollersIn(cli, COORDINATOR_TASK_QUEUE)).filter((pid) => pid !== coordinator);
    second.process.kill('SIGINT');
    const [code] = (await once(second.process, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(others).toHaveLength(1);
    expect(await isRunning(others[0] ?? 0)).toBe(false);
  },
);

it('ends where the process of its coordinators does', { timeout: 60_000 }, async () => {
  world = await startWorld({ tenants: [{ id: 'one' }] });
  const cli = await aCli(world);
  const worker = await aWorker(cli);
  const [coordinator = 0] = await pollersIn(cli, COORDINATOR_TASK_QUEUE);

  process.kill(coordinator, 'SIGKILL');

  const { code, stderr } = await worker.finished;
  expect(code).toBe(1);
  expect(stderr).toContain('the process of the coordinators ended with SIGKILL');
  expect(stderr.match(/Worker runs for/g)).toHaveLength(1);
});

it(
  'is for the coordinators also beside an apply of very many tenants, and says nothing between its lines',
  { timeout: 120_000 },
  async () => {
    world = await startWorld({ tenants: [{ id: 'one' }] });
    const cli = await aCli(world);
    const batch = await manyWho(cli, 200);
    const applying = cli.start('apply', '-f', cli.file, '--yes');
    let coordinator = 0;
    await until(
      'the coordinators work',
      async () => {
        [coordinator = 0] = await pollersIn(cli, COORDINATOR_TASK_QUEUE).catch(() => []);
        return coordinator > 0;
      },
      60_000,
    );
    expect(coordinator).not.toBe(applying.process.pid);
    expect(await isRunning(coordinator)).toBe(true);
    const { batchStatus } = await migrationsIn(cli);
    await until('the batch is led', async () => (await batchStatus(batch))?.notStarted === 200, 60_000);

    applying.process.kill('SIGINT');
    const { stderr, stdout, code } = await applying.finished;
    expect(code, stderr).toBe(130);
    expect(stdout + stderr).not.toContain('"pid"');
    expect(await readFile(join(cli.dataDir, 'logs', 'qys-e10.log'), 'utf8')).toContain(`"pid":${coordinator}`);
    expect(await isRunning(coordinator)).toBe(false);
  },
);

it('takes no sites for coordinators alone', { timeout: 60_000 }, async () => {
  world = await startWorld({ tenants: [{ id: 'one' }] });
  const cli = await aCli(world);
  const { code, stderr } = await cli.run('worker', '--coordinator-only', '--site', 'default');
  expect(code).toBe(2);
  expect(stderr).toContain('--coordinator-only');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

it('takes few tasks of its tenants at once, since it gives way to its coordinators', { timeout: 60_000 }, async () => {
  world = await startWorld({ tenants: [{ id: 'one' }] });
  const metrics = `127.0.0.1:${await freePort()}`;
  const cli = await aCli(world, {}, { QYS_E10_METRICS: metrics });
  const worker = await aWorker(cli);

  const slots = async (): Promise<number[]> => {
    const lines = (await (await fetch(`http://${metrics}/metrics`)).text()).split('\n');
    const available = lines.filter(
      (line) =>
        line.startsWith('temporal_worker_task_slots_available') &&
        line.includes(`task_queue="${siteTaskQueue('default')}"`) &&
        line.includes('worker_type="WorkflowWorker"'),
    );
    return available.map((line) => Number(line.split(' ').at(-1)));
  };
  await expect.poll(slots, { timeout: 20_000 }).toEqual([4]);

  worker.process.kill('SIGINT');
  await worker.finished;
});

it('has those who wait look at once, whenever apply is called again', { timeout: 180_000 }, async () => {
  world = await startWorld({ tenants: [{ id: 'waits', sameAddress: true, people: { e9: 4, e10: 4 } }] });
  const cli = await aCli(world);
  const worker = await aWorker(cli);
  await migrationsIn(cli);
  const apply = () => cli.run('apply', '-f', cli.file, '--yes');
  const called = async (): Promise<number> => {
    const handle = new Client({ connection: connection! }).workflow.getHandle(tenantWorkflowId('waits'));
    const { events } = await handle.fetchHistory();
    const signals = events?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    return signals?.filter((name) => name === 'lookNow').length ?? 0;
  };

  const first = await apply();
  expect(first.code, first.stderr).toBe(6);
  expect(await called()).toBe(0);
  const again = await apply();
  expect(again.code, again.stderr).toBe(6);
  expect(await called()).toBe(1);
  world.tenant('waits').setForward('proxied');
  const last = await apply();
  expect(last.code, last.stderr).toBe(0);

  worker.process.kill('SIGINT');
  await worker.finished;
});

it('takes the approval of a wave with four eyes from somebody else only', { timeout: 180_000 }, async () => {
  world = await startWorld({ tenants: ['one', 'two'].map((id) => ({ id, startsMigrated: true })) });
  const cli = await aCli(world, {
    waves: [
      { name: 'canary', count: 1, approval: true, fourEyes: true },
      { name: 'rest', rest: true },
    ],
  });
  const worker = await aWorker(cli);
  const applied = await cli.run('apply', '-f', cli.file, '--yes');
  expect(applied.code, applied.stderr).toBe(6);

  const own = await cli.run('approve', '-f', cli.file, '--wave', 'canary', '--reason', 'looks good to me');
  expect(own.code, own.stderr).toBe(2);
  expect(own.stderr).toContain(`${userInfo().username} started this batch, so somebody else has to approve`);
  const migrations = await migrationsIn(cli);
  const { batch } = parse(await readFile(cli.file, 'utf8')) as { batch: string };
  expect(await migrations.batchStatus(batch)).toMatchObject({ awaitsApproval: 'canary', trail: [] });

  await migrations.approveWave(batch, { by: 'a colleague', reason: 'looked at it', wave: 'canary' });
  expect(await migrations.batchResult(batch)).toMatchObject({ outcome: 'done', endings: { 'already-migrated': 2 } });

  worker.process.kill('SIGINT');
  await worker.finished;
});
