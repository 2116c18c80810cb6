import { Command, InvalidArgumentError } from 'commander';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createFileBatchStore } from '../../batch-store/files.js';
import type { Entrance } from '../../board/options.js';
import { isLoopback, startBoard, type RunningBoard } from '../../board/server.js';
import { newToken } from '../../board/tokens.js';
import { createMigrations, type Migrations } from '../../client.js';
import { batchFolder, makeFolder } from '../../data-folder.js';
import { createLogger } from '../../log.js';
import { connectTemporal } from '../../temporal.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadSelection, type Selection } from '../selection.js';
import { standingWorkers } from '../standing-workers.js';
import { UsageError } from '../usage-error.js';

export interface BoardCommandOptions {
  file?: string;
  port: number;
  host: string;
  publicUrl?: URL;
  trustProxy?: true;
  userHeader?: string;
  reveal?: true;
  evidenceFolder?: string;
  worker: boolean;
  /** Serves until then, not for ever. */
  until?: (migrations: Migrations) => Promise<void>;
}

export function boardCommand(register: Register): Command {
  return new Command('board')
    .description('a web page for operators: batches, tenants, and work orders to do; until Ctrl-C')
    .option('-f, --file <file>', 'the batch file: only its tenants are shown')
    .option('--port <number>', 'where it listens; 0 takes a free one', port, 8686)
    .option('--host <host>', 'the address that it listens on; anything but loopback needs TLS in front', '127.0.0.1')
    .option('--public-url <url>', 'the address by which browsers find it behind a reverse proxy', httpUrl)
    .option('--trust-proxy', 'believes X-Forwarded-For and X-Forwarded-Proto: nobody but the proxy may reach the board')
    .option('--user-header <name>', 'the proxy has people log in and names them in this header; needs --trust-proxy')
    .option('--reveal', 'shows secrets of orders on request, as this machine resolves their references')
    .option('--evidence-folder <folder>', 'keeps evidence there; without it only its name and hash are kept')
    .option('--no-worker', 'on one machine: starts no worker where none runs')
    .action((options: BoardCommandOptions) => register((context) => board(options, context)));
}

/** Serves until Ctrl-C. Without TEMPORAL_ADDRESS it also works, where nobody else does, so that orders are taken and tenants go on. */
export async function board(options: BoardCommandOptions, context: Context): Promise<ExitCode> {
  const { config, env, out, startWorkers, interrupted } = context;
  const selection = options.file === undefined ? null : await loadSelection({ file: options.file }, out);
  const entrance = entranceOf(options, context);
  if (options.evidenceFolder !== undefined) openFolder(options.evidenceFolder);
  const log = createLogger(config, 'file');
  const temporal = await connectTemporal(config, { report: (line) => out.say(line) });
  const ending = new AbortController();
  let running: RunningBoard | undefined;
  let working: Promise<void> | undefined;
  try {
    const migrations = createMigrations({ client: temporal.client, store: createFileBatchStore(batchFolder(config)) });
    running = await startBoard(options, {
      migrations,
      ui: { uiUrl: temporal.uiUrl, namespace: temporal.namespace },
      file: selection && { path: selection.file, batch: selection.batch },
      entrance,
      trustProxy: options.trustProxy === true,
      publicUrl: options.publicUrl ?? null,
      revealFrom: options.reveal ? env : null,
      evidenceFolder: options.evidenceFolder ?? null,
      lang: out.lang,
      tell: (what, facts) => log.info(facts, what),
      now: Date.now,
    });
    if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
    sayWhere(options.publicUrl?.origin ?? running.url, entrance, options, context);
    if (temporal.mode === 'embedded' && options.worker) {
      const sites = sitesOf(selection, config.sites);
      const started = (): void => out.say(out.text.workerRuns(sites.join(', ')));
      const until = ending.signal;
      const work = { config, env, temporal, sites, serves: 'all' } as const;
      working = standingWorkers({ ...work, startWorkers, until, migrations, started });
    }
    const asked = interrupted.aborted ? Promise.resolve() : once(interrupted, 'abort');
    const done = options.until?.(migrations);
    await Promise.race([asked, ...(working ? [working] : []), ...(done ? [done] : [])]);
  } finally {
    ending.abort();
    await running?.close();
    await working?.catch(() => undefined);
    await temporal.close();
  }
  return EXIT.ok;
}

/** Told at the start, not to whoever uploads the first file. */
function openFolder(folder: string): void {
  try {
    makeFolder(folder, 0o700);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`--evidence-folder: ${(error as Error).message}`);
  }
}

/** Nobody comes in without a name. A token without one is that of whoever started the board. */
function entranceOf({ userHeader, trustProxy }: BoardCommandOptions, { config, out, by }: Context): Entrance {
  if (userHeader !== undefined) {
    if (!trustProxy) throw new UsageError(out.text.boardNeedsTrust);
    return { userHeader };
  }
  const { tokens } = config.board;
  if (tokens.length === 0) return { tokens: [{ by, token: newToken() }] };
  return { tokens: tokens.map(({ name, token }) => ({ by: name ?? by, token })) };
}

/** A token that was made for this start is told once, behind a `#`: browsers send that to nobody. */
function sayWhere(url: string, entrance: Entrance, { host, publicUrl }: BoardCommandOptions, context: Context): void {
  const { out, config } = context;
  const [made] = config.board.tokens.length === 0 && 'tokens' in entrance ? entrance.tokens : [];
  out.say(out.text.boardRuns(made ? `${url}/login#${made.token}` : url));
  if (!isLoopback(host) && !publicUrl) out.say(out.text.boardInTheOpen);
}

function sitesOf(selection: Selection | null, otherwise: readonly string[]): string[] {
  return selection ? [...new Set(selection.selected.map(({ tenant }) => tenant.site))] : [...otherwise];
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('a port is 0 to 65535');
  return Number(text);
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new InvalidArgumentError('give scheme and host only, such as https://board.example');
  }
  return url;
}
