import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { afterEach, expect, inject, it } from 'vitest';
import { batchFileOf } from '../../simulators/batch-file.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { pauseCommand, resumeCommand } from '../../src/cli/commands/hold.js';
import { limitsCommand } from '../../src/cli/commands/limits.js';
import { addCommand, dropCommand } from '../../src/cli/commands/members.js';
import { reportCommand } from '../../src/cli/commands/report.js';
import { retryCommand } from '../../src/cli/commands/retry.js';
import { skipCommand } from '../../src/cli/commands/skip.js';
import { statusCommand } from '../../src/cli/commands/status.js';
import type { Register, Run } from '../../src/cli/context.js';
import { createOutput } from '../../src/cli/output.js';
import { loadConfig } from '../../src/config.js';
import { endpointsOf } from '../../src/domain/batch/endpoints.js';
import { narrowedBatch } from '../../src/domain/batch/waves.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const PEOPLE = { e9: 4, e10: 4 };
const VERBS: Record<string, (register: Register) => Command> = {
  pause: pauseCommand,
  resume: resumeCommand,
  limits: limitsCommand,
  add: addCommand,
  drop: dropCommand,
  retry: retryCommand,
  skip: skipCommand,
  report: reportCommand,
  status: statusCommand,
};

let rig: Rig;
let file: string;
afterEach(() => rig.close());

async function aBatchFile(specs: TenantSpec[], waves: Record<string, unknown>[]): Promise<void> {
  rig = await aRig(specs, {}, { waves });
  const defaults = { people: { compare: 'count' }, site: rig.site };
  file = join(rig.dataDir, 'x.batch.yaml');
  await writeFile(file, batchFileOf(rig.world, rig.batch.batch, { waves, defaults }).yaml);
}

/** The verb as a user gives it, to the batch that runs. */
async function give(verb: string, ...options: string[]): Promise<{ code: number; data: Record<string, unknown> }> {
  let said = '';
  const stdout = new Writable({ write: (chunk: Buffer, _, done) => ((said += chunk.toString()), done()) });
  const silent = new Writable({ write: (_chunk, _, done) => done() });
  const env = { TEMPORAL_ADDRESS: inject('temporalAddress'), QYS_E10_DATA: rig.dataDir };
  let run: Run | undefined;
  const reason = verb === 'report' || verb === 'status' ? [] : ['--reason', 'test'];
  VERBS[verb]!((given) => (run = given)).parse(['-f', file, ...reason, ...options], { from: 'user' });
  const code = await run!({
    config: loadConfig(env),
    out: createOutput('json', 'en', { stdout, stderr: silent, color: false, now: Date.now }),
    env,
    startWorkers: () => Promise.reject(new Error('the workers are elsewhere')),
    interrupted: new AbortController().signal,
    by: 'tester',
  });
  return { code, data: JSON.parse(said) as Record<string, unknown> };
}

const idOf = (name: string): string => rig.tenant(name).id;

it('waves, tenants by facts and single ones are held by one verb, and each answer lists whom it reached', async () => {
  const specs = ['a', 'b', 'c', 'd'].map((id): TenantSpec => ({ id, people: PEOPLE, startsMigrated: id === 'a' }));
  await aBatchFile(specs, [
    { name: 'one', count: 3, maxConcurrency: 1 },
    { name: 'two', rest: true },
  ]);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(idOf) as [string, string, string, string];
  const begins = narrowedBatch(rig.batch, new Set([a, b]));
  await rig.migrations.startBatch({ ...rig.batch, tenants: begins.tenants }, 'starter', IMPATIENT);
  await rig.migrations.pauseTenants(rig.batch.batch, { by: 'tester', reason: 'test', tenantIds: [b] });
  await until('the first has ended', async () => (await rig.migrations.why(rig.batch.batch, a))?.state !== 'running');

  expect(await give('pause', '--wave', 'one', 'two')).toMatchObject({
    code: 0,
    data: { accepted: [{ wave: 'one' }, { wave: 'two' }], refused: [] },
  });
  expect(await give('pause', '--wave', 'two')).toMatchObject({
    code: 3,
    data: { accepted: [], refused: [{ on: { wave: 'two' }, why: 'wave two is paused already' }] },
  });
  expect(await give('limits', '--wave', 'one', 'two', '--max-errors', '2')).toMatchObject({
    code: 0,
    data: { accepted: [{ wave: 'one' }, { wave: 'two' }], limits: { maxErrors: { count: 2 } } },
  });

  expect(await give('add', '--where', 'deployment=private')).toMatchObject({
    code: 3,
    data: { accepted: [c, d], refused: [a, b].map((tenantId) => ({ tenantId, why: 'it is of this batch already' })) },
  });
  expect(await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT)).toBe('under-way');

  // A name is answered for; a group is who of it the order is for.
  expect(await give('pause', '--tenant', a, c)).toMatchObject({
    code: 3,
    data: { accepted: [c], refused: [{ tenantId: a, why: 'it is already-migrated' }], passedOver: [] },
  });
  expect(await give('pause', '--wave', 'two', '--where', 'id=*')).toMatchObject({ code: 0, data: { accepted: [d] } });
  expect(await give('resume', '--where', 'id=*')).toMatchObject({
    code: 0,
    data: { accepted: [b, c, d], refused: [], passedOver: [a] },
  });
  await expect(give('resume', '--where', 'id=*')).rejects.toThrow('resume: nobody of the selection stands so');

  expect(await give('report', '--not-started', '--wave', 'two')).toMatchObject({ data: { tenants: [{ tenant: d }] } });
  expect(await give('drop', '--where', `id=${a}|${d}`)).toMatchObject({
    code: 0,
    data: { accepted: [d], refused: [], passedOver: [a] },
  });

  const isLeftOut = { tenant: d, outcome: 'skipped', reason: 'tester dropped it before it started: test' };
  expect(await give('status', '--tenant', d)).toMatchObject({ data: { tenants: [isLeftOut] } });

  expect(await give('resume', '--wave', 'one', 'two')).toMatchObject({ code: 0 });
  await rig.migrations.batchResult(rig.batch.batch);
  // Nobody but the tenants themselves could be told now.
  expect(await give('pause', '--tenant', a, d)).toMatchObject({
    code: 3,
    data: { refused: [a, d].map((tenantId) => ({ tenantId, why: 'nothing of it is running' })) },
  });
  // Who ordered what is there for the auditor, after the end as well.
  const { data } = await give('report');
  const { orders } = data as { orders: { what: string; by: string; reason: string }[] };
  expect(orders.map(({ what }) => what)).toEqual(expect.arrayContaining([`paused ${c}`, `dropped ${d}`]));
  expect(new Set(orders.map(({ reason }) => reason))).toEqual(new Set(['test']));
});

it('status tells no end while the batch goes on, whatever became of some', async () => {
  await aBatchFile(
    [{ id: 'bad', people: PEOPLE, wrongCorpId: true }, { id: 'later' }],
    [
      { name: 'one', count: 1 },
      { name: 'two', rest: true, startAfter: '2999-01-01T00:00:00Z' },
    ],
  );
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await until('one is blocked', async () => (await rig.status()).endings.blocked === 1);
  const counts = { blocked: 1, 'not-started': 1 };
  await expect.poll(() => give('status')).toMatchObject({ code: 8, data: { outcome: null, counts } });
  expect((await rig.status()).waits).toEqual([
    { en: 'wave two starts after 2999-01-01T00:00:00Z', zh: '波次 two 在 2999-01-01T00:00:00Z 之后开始' },
  ]);
  const abort = async () => {
    await rig.migrations.abort(rig.batch.batch, { by: 'tester', reason: 'test', how: 'undo' });
    await rig.migrations.batchResult(rig.batch.batch);
  };
  await abort();

  // The next run is of one of them alone: the other stands as before.
  await rig.migrations.startBatch(narrowedBatch(rig.batch, new Set([idOf('later')])), 'starter', IMPATIENT);
  const tenants = [
    { tenant: idOf('bad'), outcome: 'blocked', ofEarlierRun: true },
    { tenant: idOf('later'), outcome: null },
  ];
  await expect.poll(() => give('status')).toMatchObject({ code: 8, data: { counts, tenants } });
  await abort();
  await expect.poll(() => give('status')).toMatchObject({ data: { outcome: 'aborted', counts, tenants } });
});

it('skip answers whoever of a wave waits for a decision, and nobody else', async () => {
  const specs = ['w0', 'w1', 'fine'].map((id): TenantSpec => ({ id, people: PEOPLE, syncFails: id !== 'fine' }));
  await aBatchFile(specs, [{ name: 'all', rest: true, maxConcurrency: 3, slowStart: false, onFailure: 'ask' }]);
  const [w0, w1, fine] = ['w0', 'w1', 'fine'].map(idOf) as [string, string, string];
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  const waits = async () => {
    const rows = await rig.migrations.newestRuns(rig.batch.batch, [w0, w1, fine]);
    return [w0, w1].every((id) => rows.get(id)?.needsAttention) && rows.get(fine)?.ending != null;
  };
  await until('two wait, and one is through', waits, 40_000);

  expect(await give('skip', '--tenant', w0, fine)).toMatchObject({
    code: 3,
    data: { accepted: [w0], refused: [{ tenantId: fine, why: 'nothing of it is running' }] },
  });
  await until('it has gone on', async () => (await rig.migrations.tenantEnd(w0)) !== undefined);
  expect(await give('skip', '--wave', 'all')).toMatchObject({
    code: 0,
    data: { accepted: [w1], refused: [], passedOver: [w0, fine] },
  });
  await rig.migrations.batchResult(rig.batch.batch);
  const over = async () => (await rig.migrations.newestRuns(rig.batch.batch, [w1])).get(w1)?.ending != null;
  await until('the lists know it', over);
  await expect(give('skip', '--wave', 'all')).rejects.toThrow('skip: nobody of the selection stands so');
});

it('what one of a group waits for is neither what another came to, nor what retry is for', async () => {
  const MANUAL = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };
  const specs: TenantSpec[] = [
    { id: 'fine', deployment: 'public' },
    { id: 'bad', people: PEOPLE, wrongCorpId: true },
    { id: 'order', deployment: 'public', ...MANUAL },
  ];
  await aBatchFile(specs, [{ name: 'all', rest: true, maxConcurrency: 3, slowStart: false }]);
  const [fine, bad, order] = ['fine', 'bad', 'order'].map(idOf) as [string, string, string];
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await until('two have ended, and one waits', async () => {
    const rows = await rig.migrations.newestRuns(rig.batch.batch, [fine, bad, order]);
    return [fine, bad].every((id) => rows.get(id)?.ending != null) && (rows.get(order)?.needsAttention ?? false);
  });
  await rig.migrations.pause(rig.batch.batch, { by: 'tester', reason: 'test', on: { batch: true } });
  expect(await give('status', '--tenant', fine)).toMatchObject({ code: 0 });
  expect(await give('status', '--tenant', order)).toMatchObject({ code: 6 });

  expect(await give('retry', '--wave', 'all')).toMatchObject({
    code: 0,
    data: { accepted: [bad], refused: [], passedOver: [fine, order] },
  });
  expect(await give('retry', '--tenant', order)).toMatchObject({ code: 3, data: { refused: [{ tenantId: order }] } });
});

it('resume of an endpoint that one tenant has alone opens it where it is held, and names the tenant where not', async () => {
  const specs = ['a', 'b'].map((id): TenantSpec => ({ id, deployment: 'public' }));
  await aBatchFile(specs, [{ name: 'later', rest: true, startAfter: '2099-01-01T00:00:00+08:00' }]);
  const { batch } = rig.batch;
  const [endpoint] = endpointsOf(rig.tenant('a'));
  const { key } = endpoint!;
  await rig.migrations.startBatch(rig.batch, 'starter', IMPATIENT);
  await rig.migrations.pause(batch, { by: 'tester', reason: 'an older version took it', on: { endpoint: key } });
  await until('it is held', async () => (await rig.status()).holds.length === 1);

  expect(await give('resume', '--endpoint', key)).toMatchObject({
    code: 0,
    data: { accepted: [{ endpoint: key }], refused: [] },
  });
  await expect(give('resume', '--endpoint', key)).rejects.toThrow(`Only ${idOf('a')} has ${key}`);
  await expect(give('pause', '--endpoint', key)).rejects.toThrow(`pause -f ${file} --tenant ${idOf('a')}`);
  expect((await rig.status()).holds).toEqual([]);
  await rig.migrations.abort(batch, { by: 'tester', reason: 'test', how: 'finish-step' });
});
