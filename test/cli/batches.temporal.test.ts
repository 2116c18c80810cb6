import { WorkflowClient } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { abortCommand } from '../../src/cli/commands/abort.js';
import { applyCommand } from '../../src/cli/commands/apply.js';
import { dropCommand } from '../../src/cli/commands/members.js';
import { reportCommand } from '../../src/cli/commands/report.js';
import { retryCommand } from '../../src/cli/commands/retry.js';
import { statusCommand } from '../../src/cli/commands/status.js';
import type { Format } from '../../src/cli/output.js';
import { readReport } from '../../src/cli/reporting.js';
import { tenantsThatWait, type Migrations } from '../../src/client.js';
import type { BatchStatus } from '../../src/domain/batch/status.js';
import { batchWorkflowId, COORDINATOR_TASK_QUEUE, tenantWorkflowId } from '../../src/domain/ids.js';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.js';
import type { BatchReport } from '../../src/reports/batch-report.js';
import { commandsOf, type Commands, type Said } from '../support/commands.js';
import { aRig, until, type Rig } from '../support/rig.js';

const LATER = { startAfter: '2099-01-01T00:00:00+08:00' };

describe('what a batch comes to', () => {
  let rig: Rig;
  let cli: Commands;
  beforeAll(async () => {
    const few = { people: { e9: 3, e10: 3 } };
    rig = await aRig(
      [
        { id: 'well', deployment: 'public' },
        { id: 'warned', ...few, scope: 'nothing' },
        { id: 'blocked', ...few, wrongCorpId: true },
        { id: 'fails', ...few, syncFails: true },
        { id: 'idle', deployment: 'public' },
        { id: 'unwatched', deployment: 'public' },
      ],
      {},
      {},
      { coordinatorQueue: COORDINATOR_TASK_QUEUE },
    );
    cli = commandsOf(rig);
  }, 120_000);
  afterAll(() => rig.close());

  const nameOf = (name: string): string => `${name}-${rig.site}`;
  const apply = (file: string): Promise<Said> =>
    cli.run(applyCommand, ['-f', file, '--yes', '--attempts', '2'], { format: 'json' });
  const outcomeIn = ({ stdout }: Said): unknown => (JSON.parse(stdout) as { outcome: unknown }).outcome;
  const isLed = (batch: string) =>
    until('the batch is led', async () => (await rig.migrations.batchStatus(batch)) !== undefined);

  /** What a batch is called and what it exits with, wherever somebody looks at it. */
  async function everywhere(batch: string, file: string) {
    const text = await cli.run(statusCommand, ['-f', file]);
    const zh = await cli.run(statusCommand, ['-f', file], { lang: 'zh' });
    const status = await cli.run(statusCommand, ['-f', file], { format: 'json' });
    const report = await cli.run(reportCommand, ['-f', file], { format: 'json' });
    const coordinator = rig.client.workflow.getHandle(batchWorkflowId(batch));
    const page = await coordinator.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    const { searchAttributes } = await coordinator.describe();
    return {
      codes: [...new Set([text.code, zh.code, status.code])],
      text: /^Result: ([a-z-]+): /.exec(text.stdout)?.[1],
      zh: /^结果：([a-z-]+)（/.exec(zh.stdout)?.[1],
      status: outcomeIn(status),
      coordinator: (JSON.parse(status.stdout) as { status: { outcome: unknown } }).status.outcome,
      report: outcomeIn(report),
      details: /^\*\*.*\*\* · \d+ tenants · \*\*(.*)\*\*$/m.exec(page.currentDetails ?? '')?.[1],
      list: searchAttributes[SEARCH_ATTRIBUTES.outcome.name]?.[0],
    };
  }

  const allOf = (word: string, code: number) => ({
    codes: [code],
    text: word,
    zh: word,
    status: word,
    coordinator: word,
    report: word,
    details: word,
    list: word,
  });

  async function expectEverywhere(applied: Said, word: string, code: number, [batch, file]: [string, string]) {
    expect(applied.code, applied.stderr).toBe(code);
    expect(applied.stderr).toContain(`Result: ${word}: `);
    expect(outcomeIn(applied)).toBe(word);
    await expect.poll(() => everywhere(batch, file), { timeout: 30_000 }).toEqual(allOf(word, code));
  }

  it.each([
    ['done', 0, ['well']],
    ['done-with-warnings', 0, ['well', 'warned']],
    ['partial', 5, ['well', 'blocked']],
    ['partial', 3, ['blocked', 'fails']],
  ] as const)('a batch that ends as %s says so everywhere, and ends with %i', async (word, code, tenants) => {
    const batch = nameOf(tenants.join('-'));
    const file = await cli.fileOf(batch, tenants);

    await expectEverywhere(await apply(file), word, code, [batch, file]);
  });

  it('one that nobody waits for goes on; apply takes the selectors of how tenants stand, and status tells rows', async () => {
    const batch = nameOf('unwatched');
    const file = await cli.fileOf(batch, ['well', 'unwatched']);
    const of = ['-f', file, '--yes', '--no-wait'];
    await expect(cli.run(applyCommand, [...of, '--failed'])).rejects.toThrow('No tenant of the file is selected');
    expect(await cli.run(applyCommand, [...of, '--tenant', rig.tenant('well').id])).toMatchObject({
      code: 8,
      stdout: '',
    });
    expect((await rig.migrations.batchResult(batch)).outcome).toBe('done');

    const rest = async () => (await cli.run(applyCommand, [...of, '--not-started'])).code;
    await expect.poll(rest).toBe(8);
    expect(await rig.migrations.batchResult(batch)).toMatchObject({ outcome: 'done', total: 1 });
    const lines = async (format: Format) =>
      (await cli.run(statusCommand, ['-f', file], { format })).stdout.trim().split('\n');
    await expect
      .poll(() => lines('csv'))
      .toMatchObject([
        expect.stringContaining('tenant'),
        expect.stringContaining(rig.tenant('well').id),
        expect.stringContaining(rig.tenant('unwatched').id),
      ]);
    expect((await lines('jsonl')).map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { batch, tenant: rig.tenant('well').id, outcome: 'already-migrated' },
      { batch, tenant: rig.tenant('unwatched').id },
    ]);
  });

  it('one of which a tenant was left out is partial, and ends with 3: nothing goes on', async () => {
    const batch = nameOf('dropped');
    const waves = [
      { name: 'first', count: 1 },
      { name: 'later', rest: true, ...LATER },
    ];
    const file = await cli.fileOf(batch, ['well', 'idle'], { waves });
    const applying = apply(file);
    await isLed(batch);
    const later = ['-f', file, '--wave', 'later', '--reason', 'not this year'];
    expect((await cli.run(dropCommand, later)).code).toBe(0);

    await expectEverywhere(await applying, 'partial', 3, [batch, file]);
  });

  it('one that a limit holds is stopped-by-limit; when it is ended, aborted', { timeout: 120_000 }, async () => {
    const batch = nameOf('stopped');
    const waves = [{ name: 'all', rest: true, maxConcurrency: 1, maxErrors: 0 }];
    const file = await cli.fileOf(batch, ['fails', 'idle'], { waves });
    await expectEverywhere(await apply(file), 'stopped-by-limit', 4, [batch, file]);

    const aborted = await cli.run(abortCommand, ['-f', file, '--undo', '--yes', '--reason', 'enough'], {
      format: 'json',
    });
    await expectEverywhere(aborted, 'aborted', 3, [batch, file]);
  });

  it('one that is ended before anybody starts is aborted, for who ends it and for who waits for it', async () => {
    const batch = nameOf('ended');
    const file = await cli.fileOf(batch, ['idle'], { waves: [{ name: 'all', rest: true, ...LATER }] });
    const applying = apply(file);
    await isLed(batch);
    const order = ['-f', file, '--finish-step', '--yes', '--reason', 'not this year'];
    const aborted = await cli.run(abortCommand, order, { format: 'json' });

    await expectEverywhere(aborted, 'aborted', 3, [batch, file]);
    await expectEverywhere(await applying, 'aborted', 3, [batch, file]);
  });

  it('one that is cancelled in the Web UI is aborted for who waits for it', async () => {
    const batch = nameOf('cancelled');
    const file = await cli.fileOf(batch, ['idle'], { waves: [{ name: 'all', rest: true, ...LATER }] });
    const applying = apply(file);
    await isLed(batch);
    await rig.client.workflow.getHandle(batchWorkflowId(batch)).cancel();

    const applied = await applying;
    expect([applied.code, outcomeIn(applied)], applied.stderr).toEqual([3, 'aborted']);
    expect(applied.stderr).toContain('Result: aborted: 1 not-started');
    const status = await cli.run(statusCommand, ['-f', file]);
    expect([status.code, status.stdout.split('\n')[0]]).toEqual([3, 'Result: aborted: 1 not-started']);
  });

  it('a retry of one says what that came to; the file keeps what its tenants came to', async () => {
    const batch = nameOf('retried');
    const file = await cli.fileOf(batch, ['well', 'blocked']);
    expect((await apply(file)).code).toBe(5);
    const of = ['-f', file, '--tenant', rig.tenant('well').id];
    const retried = await cli.run(retryCommand, [...of, '--reason', 'again'], { format: 'json' });
    expect([retried.code, outcomeIn(retried)], retried.stderr).toEqual([0, 'done']);
    expect(retried.stderr).toContain('Result: done: 1 already-migrated');

    const part = await cli.run(statusCommand, of, { format: 'json' });
    expect([part.code, outcomeIn(part)]).toEqual([0, 'done']);
    const whole = await cli.run(statusCommand, ['-f', file], { format: 'json' });
    expect([whole.code, outcomeIn(whole)]).toEqual([5, 'partial']);
  });
});

describe('status', () => {
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
      'limits of wave now: maxErrors 0 so far, stops at 2 · maxErrorRate 0 of the last 1, stops at 2 of 2 · consecutive 0 so far, stops at 2 · maxBlocked 1 so far, cannot be reached',
    );
    expect(stdout).toContain('limits of the whole batch: maxBlocked 1 so far, stops at 3');
    expect(stdout).toMatch(/blocked.*E10-TOKEN-REFUSED/);
    expect(stdout).toContain(`qys-e10 retry -f ${file} --code E10-TOKEN-REFUSED`);
    expect(stdout).toContain(`qys-e10 orders show ${idOf('waits')}/1`);
    expect(await json()).toMatchObject({
      outcome: null,
      status: {
        perMinute: expect.any(Number) as number,
        waves: [
          { limits: expect.arrayContaining([{ limit: 'maxBlocked', used: 1, stopsAt: 4, never: true }]) as unknown },
          {},
        ],
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
});

describe('status of a large batch as a whole', () => {
  const MANY = 600;
  let rig: Rig;
  let cli: Commands;
  let batch: string;
  let file: string;
  let goesOn: Promise<unknown>;

  beforeAll(async () => {
    rig = await aRig(
      [
        { id: 'well', deployment: 'public' },
        { id: 'blocked', people: { e9: 3, e10: 3 }, wrongCorpId: true },
        { id: 'waits', deployment: 'public', entry: { qiyuesuo: { driver: 'manual', api: undefined } } },
        { id: 'later', deployment: 'public' },
      ],
      {},
      {},
      { coordinatorQueue: COORDINATOR_TASK_QUEUE },
    );
    cli = commandsOf(rig);
    batch = `large-${rig.site}`;
    const waves = [
      { name: 'now', count: 3, slowStart: false },
      { name: 'then', rest: true, ...LATER },
    ];
    const later = rig.world.tenant('later').entry();
    const others = Array.from({ length: MANY - 4 }, (_, at) => ({ ...later, id: `later-${at}-${rig.site}` }));
    file = await cli.fileOf(batch, ['well', 'blocked', 'waits', 'later'], { waves }, others);
    goesOn = cli.run(applyCommand, ['-f', file, '--yes', '--attempts', '2', '--timeout', '40s']);
    await until('two have ended, and one waits for a person', async () => {
      const waiting = await rig.migrations.waitingIn(batch);
      return waiting === 1 && (await rig.migrations.batchStatus(batch))?.waves[0]?.finished === 2;
    });
  }, 120_000);
  afterAll(async () => {
    await goesOn.catch(() => undefined);
    await rig.close();
  });

  const status = async () => {
    const { code, stdout } = await cli.run(statusCommand, ['-f', file], { format: 'json' });
    return { code, ...(JSON.parse(stdout) as BatchReport & { status: BatchStatus }) };
  };
  const counts = { migrated: 1, blocked: 1, waiting: 1, 'not-started': MANY - 3 };
  const blocked = { code: 'E10-TOKEN-REFUSED', count: 1 };

  it('is told by its counts, and only whoever did not end well is listed', async () => {
    const list = vi.spyOn(WorkflowClient.prototype, 'list');
    try {
      await expect
        .poll(status)
        .toMatchObject({ code: 6, outcome: null, total: MANY, counts, causes: [blocked], tenants: [] });
      list.mockClear();
      const { code, stdout } = await cli.run(statusCommand, ['-f', file]);

      expect(code).toBe(6);
      expect(stdout).toContain(`${MANY} tenants; qys-e10 report lists each`);
      expect(stdout).toContain(`E10-TOKEN-REFUSED`);
      expect(stdout).toContain(rig.tenant('blocked').id);
      // `apply` goes on beside it, and looks for whoever waits.
      const queries = list.mock.calls
        .map(([options]) => options?.query ?? '')
        .filter((one) => one !== tenantsThatWait());
      const rows = await Promise.all(queries.map(async (query) => (await rig.client.workflow.count(query)).count));
      expect(rows).toEqual([1]);
    } finally {
      list.mockRestore();
    }
  });

  it('is that of the tenants as they are now, also when it was ended while one of them waits', async () => {
    const order = ['-f', file, '--finish-step', '--yes', '--reason', 'not this year'];
    await cli.run(abortCommand, order);

    const aborted = { code: 6, outcome: 'aborted', counts, causes: [blocked], tenants: [] };
    await expect.poll(status, { timeout: 20_000 }).toMatchObject(aborted);
    const { id } = rig.tenant('waits');
    await rig.client.workflow.getHandle(tenantWorkflowId(id)).cancel();
    const cancelled = { migrated: 1, blocked: 1, cancelled: 1, 'not-started': MANY - 3 };
    await expect.poll(status, { timeout: 20_000 }).toMatchObject({ ...aborted, code: 3, counts: cancelled });
  });
});
