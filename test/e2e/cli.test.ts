import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../simulators/world.js';
import { aCli, BIN, type Cli } from '../support/cli.js';
import { until } from '../support/rig.js';

describe('a batch of good and bad tenants, by the commands', () => {
  let world: World;
  let cli: Cli;
  const people = { e9: 6, e10: 6 };
  beforeAll(async () => {
    world = await startWorld({
      tenants: [
        { id: 'good', people },
        { id: 'public', deployment: 'public' },
        { id: 'blocked', people, wrongCorpId: true },
        { id: 'fails', people, syncFails: true, previousSecrets: true },
      ],
    });
    cli = await aCli(world, {
      waves: [
        { name: 'canary', count: 2, maxConcurrency: 1 },
        { name: 'rest', rest: true, maxErrors: '50%' },
      ],
    });
  });
  afterAll(() => world.close());

  const urls = () =>
    world
      .tenant('good')
      .state()
      .categories.map(({ callback }) => (callback as { url: string } | null)?.url);
  let old: unknown[];
  beforeAll(() => {
    world.tenant('good').edit((live) => {
      for (const { callback } of live.categories) if (callback) callback.url += '?token=CANARY-TOKEN';
    });
    old = urls();
  });

  it('validate says what the file holds', async () => {
    const { code, stdout } = await cli.run('validate', '-f', cli.file, '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, valid: true, tenants: 4 });
  });

  it('an invalid file is named with line and fix, and ends with 2', async () => {
    const file = join(cli.file, '..', 'bad.yaml');
    await writeFile(file, (await readFile(cli.file, 'utf8')).replace('deployment: private', 'deployment: privat'));
    const { code, stderr } = await cli.run('apply', '-f', file, '--yes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.yaml:\d+:\d+ {2}BAD-VALUE {2}tenants\[0\]\.qiyuesuo\.deployment/);
  });

  it('wrong usage, and a question without a terminal, end with 2', async () => {
    expect((await cli.run('apply')).code).toBe(2);
    expect((await cli.run('apply', '-f', cli.file)).code).toBe(2);
    expect((await cli.run('plan', '-f', cli.file, '--tenant', 'nobody')).code).toBe(2);
  });

  it('status before the first apply is no success', async () => {
    const { code, stdout } = await cli.run('status', '-f', cli.file, '-o', 'json');
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: null, counts: { 'not-started': 4 } });
  }, 60_000);

  it('check, plan and a dry run write nothing', async () => {
    const check = await cli.run('check', '-f', cli.file, '-o', 'json', '--attempts', '2');
    const plan = await cli.run('plan', '-f', cli.file, '-o', 'json', '--tenant', 'good', '--detailed-exitcode');
    const dry = await cli.run('apply', '-f', cli.file, '--dry-run', '--attempts', '2');

    expect(check.code, check.stderr).toBe(5);
    expect(plan.code, plan.stderr).toBe(10);
    const [good] = (JSON.parse(plan.stdout) as { tenants: { changes: { target: string }[]; planHash: string }[] })
      .tenants;
    expect(good?.changes.map(({ target }) => target)).toContain('integration.oaVersion');
    expect(good?.planHash).toMatch(/^[0-9a-f]{16}$/);
    expect(dry.stderr.trim().split('\n')[0]).toBe('Dry run: nothing is written.');
    expect(dry.stderr.trim().split('\n').at(-1)).toBe('Dry run: nothing was written.');
    expect(world.journal.writes()).toEqual([]);
  }, 120_000);

  it('apply ends with 3 and says for each tenant what happened and why', async () => {
    const { code, stdout, stderr } = await cli.run('apply', '-f', cli.file, '--yes', '-o', 'json', '--attempts', '3');

    expect(code, stderr).toBe(3);
    const report = JSON.parse(stdout) as {
      tenants: { tenant: string; outcome: string; reason: string; wave: string }[];
    };
    expect(report.tenants.map(({ tenant, outcome, wave }) => [tenant, wave, outcome])).toEqual([
      ['good', 'canary', 'migrated'],
      ['public', 'canary', 'migrated'],
      ['blocked', 'rest', 'blocked'],
      ['fails', 'rest', 'rolled-back'],
    ]);
    for (const { reason } of report.tenants) expect(reason).not.toBe('');
    expect(stdout).toContain('token=sha256:');
    expect(
      urls().filter((url) => url?.endsWith('/papi/signcenter/qiyuesuo/categoryCallback?token=CANARY-TOKEN')),
    ).toHaveLength(2);
  }, 120_000);

  it('status and report tell the same afterwards, without a worker', { timeout: 120_000 }, async () => {
    const before = world.journal.entries().length;
    const status = await cli.run('status', '-f', cli.file, '-o', 'json');
    const report = await cli.run('report', '-f', cli.file, '--lang', 'zh');

    expect(status.code, await cli.told(status)).toBe(3);
    expect(JSON.parse(status.stdout)).toMatchObject({ counts: { migrated: 2, blocked: 1, 'rolled-back': 1 } });
    expect(report.stdout).toContain('E10 拒绝契约锁的应用');
    expect(world.journal.entries()).toHaveLength(before);
  });

  it('rollback undoes a finished tenant with proof', async () => {
    const { code, stdout, stderr } = await cli.run('rollback', '-f', cli.file, '--tenant', 'good', '--reason', 'test');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/good: rolled-back: .*proved \d+\/\d+/);
    expect(world.tenant('good').state().integration['oaVersion']).toBe('E9');
    expect(urls()).toEqual(old);
  }, 120_000);

  it('doctor says what works here', async () => {
    const { code, stdout, stderr } = await cli.run('doctor', '-o', 'json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1 });
  }, 120_000);

  it('has printed and logged no secret and nobody', async () => {
    const log = await readFile(join(cli.dataDir, 'logs', 'qys-e10.log'), 'utf8');
    const everything = cli.printed() + log;
    for (const tenant of world.tenants)
      for (const secret of Object.values(tenant.env)) expect(everything).not.toContain(secret);
    expect(everything).not.toContain('CANARY');
    expect(everything).not.toMatch(/\b1[3-9]\d{9}\b(?!\d)/);
  });
});

it('an answer that is longer than a pipe holds arrives whole', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'qys-e10-long-')), 'long.batch.yaml');
  const tenants = Array.from({ length: 1_000 }, (_, index) => `  - { id: t${index}, unknown: true }`);
  await writeFile(file, ['batch: long', 'tenants:', ...tenants].join('\n'));
  const slowly = `"${process.execPath}" "${BIN}" validate -f "${file}" -o json | (sleep 3; cat)`;
  const { stdout } = await promisify(execFile)('sh', ['-c', slowly], { maxBuffer: 100_000_000 });
  expect(stdout.length).toBeGreaterThan(100_000);
  expect(JSON.parse(stdout)).toMatchObject({ valid: false });
});

it('stops starting tenants when the limit of a wave is exceeded, and ends with 4', async () => {
  const people = { e9: 4, e10: 4 };
  const world = await startWorld({
    tenants: [1, 2, 3, 4].map((number) => ({ id: `t${number}`, people, syncFails: number <= 2 })),
  });
  const cli = await aCli(world, { waves: [{ name: 'all', rest: true, maxConcurrency: 1, maxErrors: 1 }] });

  const { code, stdout, stderr } = await cli.run('apply', '-f', cli.file, '--yes', '-o', 'json');

  expect(code, stderr).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'stopped-by-limit',
    counts: { 'rolled-back': 2, 'not-started': 2 },
  });
  await world.close();
}, 120_000);

it('says that only a person can go on, and ends with 6; goes on after the answer', async () => {
  const world = await startWorld({ tenants: [{ id: 'forward', sameAddress: true, people: { e9: 4, e10: 4 } }] });
  const cli = await aCli(world, { waves: [{ name: 'all', rest: true, maxConcurrency: 5 }] });

  const waiting = await cli.run('apply', '-f', cli.file, '--yes');
  expect(waiting.code, waiting.stderr).toBe(6);
  expect(waiting.stderr).toContain('forward waits');

  const edited = join(cli.file, '..', 'edited.yaml');
  await writeFile(edited, (await readFile(cli.file, 'utf8')).replace('maxConcurrency: 5', 'maxConcurrency: 6'));
  const other = await cli.run('apply', '-f', edited, '--yes');
  expect(other.code, other.stderr).toBe(2);
  expect(other.stderr).toContain('under way with other tenants or settings');

  world.tenant('forward').setForward('proxied');
  const done = await cli.run('apply', '-f', cli.file, '--yes');

  expect(done.code, done.stderr).toBe(0);
  await world.close();
}, 120_000);

it('ends with 6 where one credential is refused that all who run share, and with 0 after it was renewed', async () => {
  const world = await startWorld({
    tenants: ['one', 'two'].map((id) => ({ id, people: { e9: 4, e10: 4 }, consoleToken: 'shared' })),
  });
  const cli = await aCli(world, { waves: [{ name: 'all', rest: true, maxConcurrency: 2, slowStart: false }] });
  world.fault({ tenant: 'one', system: 'console', kind: 'unauthorised', times: Infinity });

  const waiting = await cli.run('apply', '-f', cli.file, '--yes');
  expect(waiting.code, waiting.stderr).toBe(6);
  const [, endpoint = ''] = /endpoint (console \S+ \(env SHARED_CONSOLE_TOKEN\))/.exec(waiting.stderr) ?? [];

  world.clearFaults();
  const resumed = await cli.run('resume', '-f', cli.file, '--endpoint', endpoint, '--reason', 'renewed');
  expect(resumed.code, resumed.stderr).toBe(0);
  const done = await cli.run('apply', '-f', cli.file, '--yes');
  expect(done.code, await cli.told(done)).toBe(0);
  await world.close();
}, 180_000);

it('an undo that meets a change by somebody else ends with 6, and after the answer with 7', async () => {
  const world = await startWorld({ tenants: [{ id: 'changed', people: { e9: 4, e10: 4 } }] });
  const cli = await aCli(world);
  expect((await cli.run('apply', '-f', cli.file, '--yes')).code).toBe(0);
  world.tenant('changed').edit(({ callback }) => (callback.url = 'https://elsewhere.example/'));

  const tenant = ['-f', cli.file, '--tenant', 'changed', '--reason', 'test'];
  const waits = await cli.run('rollback', ...tenant);
  expect(waits.code, waits.stderr).toBe(6);
  expect(waits.stdout).toContain('somebody else changed callback.url');
  await cli.run('skip', ...tenant);
  const left = await cli.run('rollback', ...tenant);

  expect(left.code, left.stderr).toBe(7);
  expect(world.tenant('changed').state().callback).toMatchObject({ url: 'https://elsewhere.example/' });
  await world.close();
}, 120_000);

it('Ctrl-C ends whatever waits with 130', async () => {
  const world = await startWorld({ tenants: [{ id: 'slow', people: { e9: 4, e10: 4 } }] });
  world.fault({ system: 'console', kind: 'latency', ms: 20_000, times: Infinity });
  const cli = await aCli(world);
  const plan = cli.start('plan', '-f', cli.file);
  await until('it looks at the tenant', () => world.journal.entries().length > 0);
  plan.process.kill('SIGINT');

  const { code, stderr } = await plan.finished;
  expect(code, stderr).toBe(130);
  await world.close();
}, 120_000);

it('is steered while it runs: pause, why, resume, retry, roll back a wave', async () => {
  const people = { e9: 4, e10: 4 };
  const world = await startWorld({
    tenants: ['one', 'two', 'three'].map((id) => ({ id, people, syncSeconds: id === 'one' ? 10 : 0.2 })),
  });
  world.fault({
    tenant: 'three',
    system: 'console',
    method: 'PUT',
    path: '/callback',
    kind: 'error-before',
    times: Infinity,
  });
  const cli = await aCli(world, { waves: [{ name: 'all', rest: true, maxConcurrency: 1 }] });
  const file = ['-f', cli.file];
  const told = [...file, '--reason', 'test'];

  const apply = cli.start('apply', ...file, '--yes', '--attempts', '2');
  await until('the first is under way', () => world.journal.writes().length > 0, 60_000);
  const paused = await cli.run('pause', ...told);
  expect(paused.code, paused.stderr).toBe(0);
  const status = await cli.run('status', ...file, '-o', 'json');
  expect(status.code, status.stderr).toBe(6);
  expect(JSON.parse(status.stdout)).toMatchObject({ status: { holds: [{ reason: 'test' }], notStarted: 2 } });
  const why = await cli.run('why', 'three', ...file);
  expect(why.stdout).toContain('the batch is paused by');
  const again = await cli.run('pause', ...told);
  expect(again.code, again.stderr).toBe(2);
  expect(again.stderr).toContain('paused already');

  await cli.run('resume', ...told);
  const { code, stdout, stderr } = await apply.finished;
  expect(code, stderr).toBe(3);
  expect(stdout).toContain(`qys-e10 retry -f ${cli.file} --code CONSOLE-UNREACHABLE --reason`);

  world.clearFaults();
  const before = world.journal.entries().length;
  const retried = await cli.run('retry', ...told, '--failed');
  expect(retried.code, retried.stderr).toBe(0);
  expect(
    new Set(
      world.journal
        .entries()
        .slice(before)
        .map(({ tenant }) => tenant),
    ),
  ).toEqual(new Set(['three']));

  const undone = await cli.run('rollback', ...told, '--wave', 'all', '--yes');
  expect(undone.code, undone.stderr).toBe(0);
  for (const { id } of world.tenants) expect(world.tenant(id).state().integration['oaVersion']).toBe('E9');
  await world.close();
}, 240_000);

describe('a batch that is prepared before its night', () => {
  let world: World;
  let cli: Cli;
  beforeAll(async () => {
    world = await startWorld({ tenants: ['one', 'two'].map((id) => ({ id, deployment: 'public' as const })) });
    cli = await aCli(world);
  });
  afterAll(() => world.close());

  it('is looked at with --until snapshot, and written by the next apply', async () => {
    const prepares = await cli.run('apply', '-f', cli.file, '--yes', '--until', 'snapshot');
    expect(prepares.code, prepares.stderr).toBe(0);
    expect(prepares.stderr).toContain(
      `2 prepared, nothing was written. Next, to cut over: qys-e10 apply -f ${cli.file}`,
    );
    expect(prepares.stdout).toContain('changes are planned, nothing was written');
    expect(world.journal.writes()).toEqual([]);

    const status = await cli.run('status', '-f', cli.file);
    expect(status.code, status.stderr).toBe(6);
    expect(status.stdout).toContain('skipped');

    const applied = await cli.run('apply', '-f', cli.file, '--yes');
    expect(applied.code, applied.stderr).toBe(0);
    expect(applied.stderr).toContain('was prepared: what was planned is written now');
    expect(world.journal.writes().length).toBeGreaterThan(0);
  }, 120_000);
});

it('a batch is taken back while it runs: nobody of it starts any more', async () => {
  const people = { e9: 4, e10: 4 };
  const ids = ['through', 'running', 'to-come'];
  const world = await startWorld({
    tenants: ids.map((id) => ({ id, people, syncSeconds: id === 'running' ? 20 : 0.2 })),
  });
  const cli = await aCli(world, { waves: [{ name: 'all', rest: true, maxConcurrency: 1 }] });
  const apply = cli.start('apply', '-f', cli.file, '--yes');
  await until(
    'the second is switched',
    () => world.tenant('running').state().integration['oaVersion'] === 'E10',
    60_000,
  );

  const undone = await cli.run(
    'rollback',
    '-f',
    cli.file,
    '--all',
    '--yes',
    '--reason',
    'the wrong night',
    '-o',
    'json',
  );
  expect(undone.code, undone.stderr).toBe(0);
  const { tenants } = JSON.parse(undone.stdout) as { tenants: { tenant: string; outcome: string | null }[] };
  const outcomes = Object.fromEntries(tenants.map(({ tenant, outcome }) => [tenant, outcome]));
  expect(outcomes).toEqual({ through: 'rolled-back', running: 'cancelled', 'to-come': null });
  const ended = await apply.finished;
  expect(ended.code, ended.stderr).toBe(3);
  for (const id of ids) expect(world.tenant(id).state().integration['oaVersion']).toBe('E9');
  expect(world.journal.writes().filter(({ tenant }) => tenant === 'to-come')).toEqual([]);
  await world.close();
}, 240_000);

it('an undo in a batch that runs asks about a change by somebody else, with 6 as any other', async () => {
  const people = { e9: 4, e10: 4 };
  const world = await startWorld({
    tenants: ['changed', 'slow'].map((id) => ({ id, people, syncSeconds: id === 'slow' ? 60 : 0.2 })),
  });
  const cli = await aCli(world, { waves: [{ name: 'all', rest: true, maxConcurrency: 2, slowStart: false }] });
  const told = ['-f', cli.file, '--reason', 'test'];
  const apply = cli.start('apply', '-f', cli.file, '--yes');
  const status = () => cli.run('status', '-f', cli.file);
  await until('the first is through', async () => /changed .*migrated/.test((await status()).stdout), 60_000);
  world.tenant('changed').edit(({ callback }) => (callback.url = 'https://elsewhere.example/'));

  const waits = await cli.run('rollback', ...told, '--tenant', 'changed');
  expect(waits.code, waits.stderr).toBe(6);
  expect(waits.stdout).toContain('somebody else changed callback.url');
  await cli.run('skip', ...told, '--tenant', 'changed');
  await until('its undo is over', async () => (await status()).code === 7, 60_000);

  world.tenant('slow').edit(({ callback }) => (callback.url = 'https://elsewhere.example/'));
  const aborted = await cli.run('abort', ...told, '--undo', '--yes');
  expect(aborted.code, aborted.stderr).toBe(7);
  expect(aborted.stderr).toContain('slow waits');
  expect((await apply.finished).code).toBe(7);
  const worker = cli.start('worker');
  await cli.run('skip', ...told, '--tenant', 'slow');
  await until('the batch is over', async () => (await status()).stdout.includes('aborted'), 60_000);
  expect((await status()).code).toBe(7);
  expect(world.tenant('slow').state().integration['oaVersion']).toBe('E9');
  worker.process.kill('SIGINT');
  await worker.finished;
  await world.close();
}, 240_000);

it('who stands after abort --finish-step is named with the command that goes on', async () => {
  const world = await startWorld({ tenants: [{ id: 'slow', people: { e9: 4, e10: 4 }, syncSeconds: 5 }] });
  const cli = await aCli(world);
  const apply = cli.start('apply', '-f', cli.file, '--yes');
  await until('it writes', () => world.journal.writes().length > 0, 60_000);
  const told = ['-f', cli.file, '--reason', 'test'];
  const aborted = await cli.run('abort', ...told, '--finish-step', '--yes');
  expect(aborted.code, aborted.stderr).toBe(6);
  expect(aborted.stderr).toContain(`qys-e10 resume -f ${cli.file} --tenant slow --reason`);
  await apply.finished;
  const undo = await cli.run('abort', ...told, '--undo', '--yes');
  expect(undo).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing of it is running') as unknown });
  expect(undo.stderr).not.toContain('will be undone');
  const resumed = await cli.run('resume', ...told, '--tenant', 'slow');
  expect(resumed).toMatchObject({ code: 0, stderr: expect.stringContaining('qys-e10 worker') as unknown });
  const undone = await cli.run('rollback', ...told, '--tenant', 'slow');
  expect(undone.code, undone.stderr).toBe(0);
  expect(world.tenant('slow').state().integration['oaVersion']).toBe('E9');
  await world.close();
}, 240_000);

it('a tenant that asks about a failure is undone as one that failed', async () => {
  const world = await startWorld({ tenants: [{ id: 'asks', people: { e9: 4, e10: 4 } }] });
  world.fault({ system: 'console', method: 'PUT', path: '/callback', kind: 'error-before', times: Infinity });
  const cli = await aCli(world, { waves: [{ name: 'all', rest: true, onFailure: 'ask' }] });
  expect((await cli.run('apply', '-f', cli.file, '--yes', '--attempts', '1')).code).toBe(6);
  world.clearFaults();

  const undone = await cli.run('rollback', '-f', cli.file, '--tenant', 'asks', '--reason', 'test', '-o', 'json');
  expect(undone.code, undone.stderr).toBe(0);
  expect(JSON.parse(undone.stdout)).toMatchObject({ tenants: [{ outcome: 'rolled-back' }] });
  expect(world.tenant('asks').state().integration['oaVersion']).toBe('E9');
  await world.close();
}, 240_000);
