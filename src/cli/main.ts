import { Command, CommanderError, Option } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { OrderRefused } from '../client/order-refused.js';
import { BatchFileInvalid } from '../batch-file/errors.js';
import { ConfigError, environment, loadConfig } from '../config.js';
import { CannotListen } from '../board/cannot-listen.js';
import { makeFolder } from '../data-folder.js';
import { logFile } from '../log.js';
import type { Register, Run } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { createOutput, FORMATS, type Format, type Output } from './output.js';
import { Interrupted } from './session.js';
import type { Lang } from '../domain/said.js';
import { SealBroken } from '../seal-key.js';
import { UsageError } from './usage-error.js';
import { workersStarter } from './workers.js';

interface GlobalOptions {
  output: Format;
  lang: Lang;
  color: boolean;
  input: boolean;
  quiet: boolean;
  verbose: boolean;
}

/** In the order of the help. Only the one that is called is loaded: most need a part of what others do. */
const VERBS: Record<string, () => Promise<(register: Register) => Command>> = {
  validate: async () => (await import('./commands/validate.js')).validateCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  plan: async () => (await import('./commands/plan.js')).planCommand,
  apply: async () => (await import('./commands/apply.js')).applyCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  why: async () => (await import('./commands/why.js')).whyCommand,
  orders: async () => (await import('./commands/orders.js')).ordersCommand,
  console: async () => (await import('./commands/console.js')).consoleCommand,
  pause: async () => (await import('./commands/hold.js')).pauseCommand,
  resume: async () => (await import('./commands/hold.js')).resumeCommand,
  limits: async () => (await import('./commands/limits.js')).limitsCommand,
  approve: async () => (await import('./commands/approve.js')).approveCommand,
  reject: async () => (await import('./commands/approve.js')).rejectCommand,
  add: async () => (await import('./commands/members.js')).addCommand,
  drop: async () => (await import('./commands/members.js')).dropCommand,
  retry: async () => (await import('./commands/retry.js')).retryCommand,
  skip: async () => (await import('./commands/skip.js')).skipCommand,
  abort: async () => (await import('./commands/abort.js')).abortCommand,
  rollback: async () => (await import('./commands/rollback.js')).rollbackCommand,
  sync: async () => (await import('./commands/sync.js')).syncCommand,
  people: async () => (await import('./commands/people.js')).peopleCommand,
  report: async () => (await import('./commands/report.js')).reportCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
  worker: async () => (await import('./commands/worker.js')).workerCommand,
  board: async () => (await import('./commands/board.js')).boardCommand,
  demo: async () => (await import('./commands/demo.js')).demoCommand,
};

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
  for (const load of verbsFor(argv)) {
    const command = (await load())(register);
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

/** The verb that is called; all of them where none is, for the help and for who has mistyped one. */
function verbsFor(argv: readonly string[]): (() => Promise<(register: Register) => Command>)[] {
  const [verb = ''] = argv;
  const called = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  return called ? [called] : Object.values(VERBS);
}

function withGlobals(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'form of the data on stdout').choices(FORMATS).default('text'))
    .addOption(new Option('--lang <lang>', 'language of texts').choices(['en', 'zh']).default('en'))
    .option('--no-color', 'no colours')
    .option('--no-input', 'never ask: a question is an error, as without a terminal')
    .option('-q, --quiet', 'no lines of progress', false)
    .option('-v, --verbose', 'show the stack of an error', false);
}

async function perform(run: Run, options: GlobalOptions, verb: string): Promise<ExitCode> {
  const { stdout, stderr, stdin } = process;
  const env = environment();
  const color = options.color && stdout.isTTY && !env['NO_COLOR'];
  const out = createOutput(options.output, options.lang, {
    stdout,
    stderr,
    color,
    quiet: options.quiet,
    now: Date.now,
  });
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
    if (verb !== 'validate') makeFolder(config.dataDir);
    const ask = async (question: string): Promise<string> => {
      const terminal = createInterface({ input: stdin, output: stderr });
      try {
        return await terminal.question(question);
      } finally {
        terminal.close();
      }
    };
    const startWorkers = workersStarter(config, verb === 'worker' ? 'stderr' : 'file');
    const context = { config, out, env, startWorkers, by: config.by, interrupted: interrupted.signal };
    return await run(stdin.isTTY && options.input ? { ...context, ask } : context);
  } catch (error) {
    return explain(error, out, options.verbose, env);
  }
}

/** A quick end needs no words. */
const SAY_ENDING_AFTER_MS = 1_500;

/** Wrong usage and invalid files say what to do; anything else is an error of the tool, with its log. */
function explain(error: unknown, out: Output, verbose: boolean, env: Record<string, string | undefined>): ExitCode {
  if (error instanceof BatchFileInvalid) {
    if (out.format !== 'text')
      out.data({ schemaVersion: 1, valid: false, errors: error.errors, warnings: [] }, () => '');
    out.say(error.message);
    return EXIT.usage;
  }
  if (error instanceof Interrupted) {
    out.say(out.text.interrupted);
    return EXIT.interrupted;
  }
  const usage = [UsageError, ConfigError, OrderRefused, CannotListen, SealBroken];
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
    const log = logFile(loadConfig(env));
    if (existsSync(log)) out.say(out.text.logFile(log));
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

const streams = [process.stdout, process.stderr];
let isLost = false;
// Whoever reads no more, as `head`, wants no more; a disk that is full loses something.
for (const stream of streams)
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    isLost ||= code !== 'EPIPE';
  });
const code = await main(process.argv.slice(2));
// A pipe takes what it holds, and the rest once that was read.
await Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))));
process.exit(isLost ? EXIT.error : code);
