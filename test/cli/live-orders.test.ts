import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { OrderRefused } from '../../src/client.js';
import { choosesTenants } from '../../src/cli/by-state.js';
import { abortCommand } from '../../src/cli/commands/abort.js';
import { pauseCommand, resumeCommand } from '../../src/cli/commands/hold.js';
import { addCommand, dropCommand } from '../../src/cli/commands/members.js';
import { skipCommand } from '../../src/cli/commands/skip.js';
import type { Context, Register, Run } from '../../src/cli/context.js';
import { createOutput } from '../../src/cli/output.js';
import { tellScopes, tellTenants } from '../../src/cli/telling.js';
import { UsageError } from '../../src/cli/usage-error.js';

const FILE = 'examples/waves-by-facts.batch.yaml';
/** Nobody shares anything in it. */
const ALONE = 'examples/spring-cutover.batch.yaml';
const COMMANDS: Record<string, (register: Register) => Command> = {
  abort: abortCommand,
  add: addCommand,
  drop: dropCommand,
  pause: pauseCommand,
  resume: resumeCommand,
  skip: skipCommand,
};
const { stdout, stderr } = process;
const out = createOutput('text', 'en', { stdout, stderr, color: false, now: () => 0 });

/** As far as a command comes without Temporal: what is wrong with an order is said before anybody is told. */
async function give(verb: string, ...options: string[]): Promise<unknown> {
  let run: Run | undefined;
  const command = COMMANDS[verb]!((given) => (run = given)).exitOverride();
  command.parse(['-f', FILE, '--reason', 'test', ...options], { from: 'user' });
  return run!({ out, by: 'tester' } as Context);
}

it.each(Object.keys(COMMANDS))('%s says why', async (verb) => {
  const command = COMMANDS[verb]!(() => undefined)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const blank = () => command.parse(['-f', FILE, '--tenant', 'yunqi', '--reason', ' '], { from: 'user' });
  expect(blank).toThrow("option '--reason <text>' argument ' ' is invalid. say why in a few words");
});

describe('an order that cannot be meant', () => {
  const wants = 'wants at least one of --tenant, --where, --wave, --failed, --not-started, --code';
  const whole = 'abort ends the whole batch. For some of its tenants: drop';

  it.each([
    ['skip', [], `skip ${wants}`],
    ['add', [], `add ${wants}`],
    ['drop', [], `drop ${wants}`],
    ['abort', ['--undo', '--tenant', 'yunqi'], whole],
    ['abort', ['--finish-step', '--wave', 'canary'], whole],
    ['abort', ['--undo', '--failed'], whole],
    ['abort', ['--undo', '--code', 'PEOPLE-GUARD'], whole],
    ['pause', ['--endpoint', 'k', '--tenant', 'yunqi'], 'pause takes endpoints or tenants, not both'],
    ['resume', ['--endpoint', 'k', '--not-started'], 'resume takes endpoints or tenants, not both'],
    ['resume', ['--max-errors', '3', '--where', 'region=east'], 'New limits go with resume of the whole batch'],
    ['resume', ['--max-errors', '3', '--wave', 'canary'], 'New limits go with resume of the whole batch'],
    ['pause', ['--wave', 'canary', 'nowhere'], 'the file has no wave nowhere'],
    ['pause', ['--endpoint', 'nowhere'], 'the file has no endpoint nowhere'],
  ])('%s %j', async (verb, options, message) => {
    await expect(give(verb, ...options)).rejects.toSatisfy(
      (error) => error instanceof UsageError && error.message.startsWith(message),
    );
  });
});

it.each([
  [{}, false],
  [{ code: [] }, false],
  [{ wave: ['canary'] }, false],
  [{ wave: ['canary'], where: ['region=east'] }, true],
  [{ tenant: ['yunqi'] }, true],
  [{ failed: true }, true],
  [{ notStarted: true }, true],
  [{ code: ['PEOPLE-GUARD' as const] }, true],
])('%j chooses single tenants: %s', (options, expected) => {
  expect(choosesTenants(options)).toBe(expected);
});

it('pause of an endpoint that one tenant has alone names the tenant, and the command that holds it', async () => {
  const key = 'qiyuesuo https://seal.acme.example:9182 (env ACME_QYS_TOKEN, env ACME_QYS_SECRET)';
  await expect(give('pause', '-f', ALONE, '--endpoint', key)).rejects.toSatisfy(
    (error) =>
      error instanceof UsageError &&
      error.message.startsWith(`Only acme has ${key}`) &&
      error.message.endsWith(`qys-e10 pause -f ${ALONE} --tenant acme --reason …`),
  );
});

describe('one that refuses', () => {
  const refuse = new OrderRefused('two: it is so already', 'it is so already');

  it('keeps nobody else from hearing it, and is told with its reason', async () => {
    const heard: string[] = [];
    const tell = async (id: string): Promise<void> => {
      if (id === 'two') throw refuse;
      heard.push(id);
    };
    expect(await tellTenants(['one', 'two', 'three'], tell)).toEqual({
      accepted: ['one', 'three'],
      refused: [{ tenantId: 'two', why: 'it is so already' }],
    });
    expect(heard).toEqual(['one', 'three']);
    const waves = ['two', 'three'].map((wave) => ({ wave }));
    expect(await tellScopes(waves, ({ wave }) => tell(wave))).toEqual({
      accepted: [{ wave: 'three' }],
      refused: [{ on: { wave: 'two' }, why: 'it is so already' }],
    });
  });

  it('is not taken for one that the tool could not tell', async () => {
    const lost = async (): Promise<void> => {
      throw new Error('connection lost');
    };
    await expect(tellTenants(['one'], lost)).rejects.toThrow('connection lost');
  });
});
