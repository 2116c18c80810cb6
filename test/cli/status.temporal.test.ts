import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyCommand } from '../../src/cli/commands/apply.js';
import { statusCommand } from '../../src/cli/commands/status.js';
import { readReport } from '../../src/cli/reporting.js';
import type { Migrations } from '../../src/client.js';
import { COORDINATOR_TASK_QUEUE } from '../../src/domain/ids.js';
import type { BatchReport } from '../../src/reports/batch-report.js';
import { commandsOf, type Commands } from '../support/commands.js';
import { aRig, until, type Rig } from '../support/rig.js';

const LATER = { startAfter: '2099-01-01T00:00:00+08:00' };
const TENANTS = ['well', 'blocked', 'waits', 'later'];

let rig: Rig;
let cli: Commands;
let batch: string;
let file: string;
let goesOn: Promise<unknown>;

beforeAll(async () => {
  const few = { people: { e9: 3, e10: 3 } };
  rig = await aRig(
    [
      { id: 'well', deployment: 'public' },
      { id: 'blocked', ...few, wrongCorpId: true },
      { id: 'waits', deployment: 'public', entry: { qiyuesuo: { driver: 'manual', api: undefined } } },
      { id: 'later', deployment: 'public' },
    ],
    {},
    {},
    { coordinatorQueue: COORDINATOR_TASK_QUEUE },
  );
  cli = commandsOf(rig);
  batch = `status-${rig.site}`;
  const limits = { maxErrors: 1, maxErrorRate: { percent: 50, last: 2 }, consecutive: 2, maxBlocked: 3 };
  const waves = [
    { name: 'now', count: 3, slowStart: false, ...limits },
    { name: 'then', rest: true, ...LATER },
  ];
  file = await cli.fileOf(batch, TENANTS, { waves, limits: { maxBlocked: '50%' } });
  goesOn = cli.run(applyCommand, ['-f', file, '--yes', '--attempts', '2', '--timeout', '40s']);
  const waits = rig.tenant('waits').id;
  await until('two have ended, and one waits for a person', async () => {
    const rows = await rig.migrations.newestRuns(
      batch,
      TENANTS.map((id) => rig.tenant(id).id),
    );
    const status = await rig.migrations.batchStatus(batch);
    return rows.get(waits)?.order != null && status?.waves[0]?.finished === 2;
  });
}, 120_000);
afterAll(async () => {
  await rig.client.workflow
    .getHandle(`batch/${batch}`)
    .terminate('the test is over')
    .catch(() => undefined);
  await goesOn.catch(() => undefined);
  await rig.close();
});

const status = (...more: string[]) => cli.run(statusCommand, ['-f', file, ...more]);
const json = async (...more: string[]) => {
  const { code, stdout } = await cli.run(statusCommand, ['-f', file, ...more], { format: 'json' });
  return { code, ...(JSON.parse(stdout) as BatchReport) };
};
const idsIn = ({ tenants }: BatchReport): string[] => tenants.map(({ tenant }) => tenant);
const idOf = (id: string): string => rig.tenant(id).id;

it('shows rate, limits and who is where, from one answer and the lists', async () => {
  const { code, stdout } = await status();

  expect(code).toBe(6);
  expect(stdout.split('\n')[0]).toMatch(/^wave 1\/2 now {3}2\/3 finished · 0 failed \(stops at 2\).* a minute/);
  expect(stdout).toContain(
    'limits of wave now: maxErrors 0, stops at 2 · maxErrorRate 0 of the last 1, stops at 2 of 2 · consecutive 0, stops at 2 · maxBlocked 1, stops at 4',
  );
  expect(stdout).toContain('limits of the whole batch: maxBlocked 1, stops at 3');
  expect(stdout).toMatch(/blocked.*E10-TOKEN-REFUSED/);
  expect(stdout).toContain(`qys-e10 retry -f ${file} --code E10-TOKEN-REFUSED`);
  expect(stdout).toContain(`qys-e10 orders show ${idOf('waits')}/1`);
  expect(await json()).toMatchObject({
    outcome: null,
    status: {
      perMinute: expect.any(Number) as number,
      waves: [{ limits: expect.arrayContaining([{ limit: 'maxBlocked', used: 1, stopsAt: 4 }]) as unknown }, {}],
      limits: [{ limit: 'maxBlocked', used: 1, stopsAt: 3 }],
    },
  });
});

it('reads nobody alone where all are meant, and of a few that are selected only how they ended', async () => {
  const asked: string[] = [];
  const counting =
    <T>(what: string, ask: (id: string) => Promise<T>) =>
    (id: string) => {
      asked.push(`${what} ${id}`);
      return ask(id);
    };
  const { tenantStatus, tenantEnd, leftBefore } = rig.migrations;
  const migrations: Migrations = {
    ...rig.migrations,
    tenantStatus: counting('status', tenantStatus),
    tenantEnd: counting('end', tenantEnd),
    leftBefore: counting('left', leftBefore),
  };
  const selected = TENANTS.map((id) => ({ tenant: rig.tenant(id), wave: 'now' }));
  const selection = { file, batch: { ...rig.batch, batch }, selected };

  const listed = await readReport(migrations, selection, 'listed');
  expect(asked).toEqual([]);
  expect(listed.tenants.map(({ outcome, codes }) => [outcome, codes])).toEqual([
    ['migrated', undefined],
    ['blocked', ['E10-TOKEN-REFUSED']],
    [null, undefined],
    [null, undefined],
  ]);

  const read = await readReport(migrations, selection, 'results');
  expect(asked.sort()).toEqual([`end ${idOf('blocked')}`, `end ${idOf('well')}`].sort());
  expect(read.tenants[1]?.reason).toContain('corpid 无效');
});

it('selects by how tenants ended, as retry does', async () => {
  const blocked = await json('--code', 'E10-TOKEN-REFUSED');
  expect(idsIn(blocked)).toEqual([idOf('blocked')]);
  expect(blocked).toMatchObject({ code: 5, outcome: 'partial', status: { total: 4 } });
  expect(blocked.tenants[0]?.reason).toContain('corpid 无效');
  expect(idsIn(await json('--not-started'))).toEqual([idOf('later')]);
});

it('says that nobody is left, which is no wrong usage', async () => {
  const { code, stdout } = await status('--failed');
  expect([code, stdout.includes('No tenant stands so.')]).toEqual([0, true]);
  expect(await json('--failed')).toMatchObject({ code: 0, total: 0, tenants: [], status: { total: 4 } });
  await expect(status('--failed', '--tenant', 'nobody')).rejects.toThrow('the file has no tenant nobody');
});
