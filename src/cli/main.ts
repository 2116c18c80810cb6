import { Command, CommanderError, Option } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { userInfo } from 'node:os';
import { OrderRefused } from '../client.js';
import { BatchFileInvalid } from '../batch-file/errors.js';
import { ConfigError, environment, loadConfig } from '../config.js';
import { makeFolder } from '../data-folder.js';
import { installRuntime, logFile } from '../telemetry.js';
import { CannotListen } from '../board/server.js';
import { applyCommand } from './commands/apply.js';
import { abortCommand } from './commands/abort.js';
import { approveCommand, rejectCommand } from './commands/approve.js';
import { boardCommand } from './commands/board.js';
import { checkCommand } from './commands/check.js';
import { consoleCommand } from './commands/console.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { pauseCommand, resumeCommand } from './commands/hold.js';
import { limitsCommand } from './commands/limits.js';
import { addCommand, dropCommand } from './commands/members.js';
import { ordersCommand } from './commands/orders.js';
import { peopleCommand } from './commands/people.js';
import { planCommand } from './commands/plan.js';
import { reportCommand } from './commands/report.js';
import { retryCommand } from './commands/retry.js';
import { rollbackCommand } from './commands/rollback.js';
import { skipCommand } from './commands/skip.js';
import { statusCommand } from './commands/status.js';
import { syncCommand } from './commands/sync.js';
import { validateCommand } from './commands/validate.js';
import { whyCommand } from './commands/why.js';
import { workerCommand } from './commands/worker.js';
import type { Run } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { createOutput, type Format, type Output } from './output.js';
import { Interrupted } from './session.js';
import type { Lang } from './texts.js';
import { UsageError } from './usage-error.js';

interface GlobalOptions {
  output: Format;
  lang: Lang;
  color: boolean;
  verbose: boolean;
}

const VERBS = [
  validateCommand,
  checkCommand,
  planCommand,
  applyCommand,
  statusCommand,
  whyCommand,
  ordersCommand,
  consoleCommand,
  pauseCommand,
  resumeCommand,
  limitsCommand,
  approveCommand,
  rejectCommand,
  addCommand,
  dropCommand,
  retryCommand,
  skipCommand,
  abortCommand,
  rollbackCommand,
  syncCommand,
  peopleCommand,
  reportCommand,
  doctorCommand,
  workerCommand,
  boardCommand,
  demoCommand,
];

async function main(argv: readonly string[]): Promise<ExitCode> {
  let run: Run | undefined;
  const register = (given: Run): void => {
    run = given;
  };
  const program = new Command('qys-e10')
    .description('Moves the Qiyuesuo (契约锁) integration of many tenants from Weaver ecology E9 to E10.')
    .version(version())
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const commands = VERBS.map((verb) => verb(register));
  for (const command of commands) {
    const verbs = command.commands.length > 0 ? command.commands : [command];
    for (const verb of verbs) withGlobals(verb.exitOverride());
    program.addCommand(command.exitOverride());
  }

  let invoked: Command | undefined;
  program.hook('preAction', (_, action) => {
    invoked = action;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // commander has said already what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
  if (!run || !invoked) return EXIT.usage;
  return perform(run, invoked.opts<GlobalOptions>(), invoked.name());
}

function withGlobals(command: Command): Command {
  return command
    .addOption(
      new Option('-o, --output <format>', 'form of the data on stdout').choices(['text', 'json']).default('text'),
    )
    .addOption(new Option('--lang <lang>', 'language of texts').choices(['en', 'zh']).default('en'))
    .option('--no-color', 'no colours')
    .option('--verbose', 'show the stack of an error', false);
}

async function perform(run: Run, options: GlobalOptions, verb: string): Promise<ExitCode> {
  const { stdout, stderr, stdin } = process;
  const env = environment();
  const color = options.color && stdout.isTTY && !env['NO_COLOR'];
  const out = createOutput(options.output, options.lang, { stdout, stderr, color, now: Date.now });
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Asked twice: whoever asks does not want to wait for calls under way.
      if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
      interrupted.abort();
      setTimeout(() => out.say(out.text.ending), SAY_ENDING_AFTER_MS).unref();
    });
  }
  try {
    const config = loadConfig(env);
    if (verb !== 'validate') {
      makeFolder(config.dataDir);
      installRuntime(config, verb === 'worker' ? 'stderr' : 'file');
    }
    const ask = async (question: string): Promise<string> => {
      const terminal = createInterface({ input: stdin, output: stderr });
      try {
        return await terminal.question(question);
      } finally {
        terminal.close();
      }
    };
    const context = { config, out, env, by: userInfo().username, interrupted: interrupted.signal };
    return await run(stdin.isTTY ? { ...context, ask } : context);
  } catch (error) {
    return explain(error, out, options.verbose, env);
  }
}

/** A quick end needs no words. */
const SAY_ENDING_AFTER_MS = 1_500;

/** Wrong usage and invalid files say what to do; anything else is an error of the tool, with its log. */
function explain(error: unknown, out: Output, verbose: boolean, env: Record<string, string | undefined>): ExitCode {
  if (error instanceof BatchFileInvalid) {
    if (out.format === 'json')
      out.data({ schemaVersion: 1, valid: false, errors: error.errors, warnings: [] }, () => '');
    out.say(error.message);
    return EXIT.usage;
  }
  if (error instanceof Interrupted) {
    out.say(out.text.interrupted);
    return EXIT.interrupted;
  }
  const usage = [UsageError, ConfigError, OrderRefused, CannotListen];
  if (error instanceof Error && usage.some((kind) => error instanceof kind)) {
    out.say(error.message);
    return EXIT.usage;
  }
  const folder = unusableFolder(error, env);
  if (folder !== null) {
    out.say(out.text.dataFolder(folder));
    return EXIT.usage;
  }
  out.say(withCauses(error));
  if (verbose && error instanceof Error && error.stack) out.say(error.stack);
  try {
    out.say(out.text.logFile(logFile(loadConfig(env))));
  } catch {
    // The environment itself is the trouble, and has been named.
  }
  return EXIT.error;
}

function version(): string {
  const packageFile = ['../../package.json', '../../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find(existsSync);
  if (!packageFile) return 'unknown';
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}

/** What the system says where it lets nobody write into the data folder; null for any other error. */
function unusableFolder(error: unknown, env: Record<string, string | undefined>): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return null;
  const { code, path } = error as { code: string; path: string };
  const refused = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'ENAMETOOLONG'].includes(code);
  try {
    const { dataDir } = loadConfig(env);
    const ofMaking = 'syscall' in error && error.syscall === 'mkdir' && dataDir.startsWith(path);
    return ofMaking || (refused && path.startsWith(dataDir)) ? error.message : null;
  } catch {
    return null;
  }
}

/** What happened and why, down to the first cause: Temporal wraps what an activity says twice. */
function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message.replace(/\.$/, '')}: ${withCauses(error.cause)}`
    : error.message;
}

process.exit(await main(process.argv.slice(2)));
