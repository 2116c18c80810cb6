import { afterAll, beforeAll, expect, it } from 'vitest';
import { abortCommand } from '../../src/cli/commands/abort.js';
import { applyCommand } from '../../src/cli/commands/apply.js';
import { dropCommand } from '../../src/cli/commands/members.js';
import { reportCommand } from '../../src/cli/commands/report.js';
import { retryCommand } from '../../src/cli/commands/retry.js';
import { statusCommand } from '../../src/cli/commands/status.js';
import { batchWorkflowId, COORDINATOR_TASK_QUEUE } from '../../src/domain/ids.js';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.js';
import { commandsOf, type Commands, type Said } from '../support/commands.js';
import { aRig, until, type Rig } from '../support/rig.js';

const LATER = { startAfter: '2099-01-01T00:00:00+08:00' };

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
  await expect.poll(() => everywhere(batch, file), { timeout: 10_000 }).toEqual(allOf(word, code));
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
