import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { delimiter, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TemporalCliPlaces } from './config.js';
import { withFileLock } from './embedded/lock.js';

const run = promisify(execFile);

/** Newer tags cannot be built as a package of another module: their go.mod has a `replace`. */
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
const CLI_VERSION = 'v1.5.1';
/**
 * Instead of the SQLite that this version asks for, by which one call that is cancelled at the wrong moment leaves every
 * later one `interrupted (9)` (https://github.com/temporalio/temporal/pull/9198, https://gitlab.com/cznic/sqlite/-/issues/241).
 */
const SQLITE = 'modernc.org/sqlite@v1.44.3';
const EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
const DOWNLOAD_PATIENCE_MS = 20_000;
const BUILD_PATIENCE_MS = 20 * 60_000;

/** Thrown where the Temporal CLI is neither here nor to be had; says the ways out. */
export class TemporalCliMissing extends Error {
  override readonly name = 'TemporalCliMissing';
  constructor(tried: string[]) {
    super(
      [
        'The Temporal CLI is missing, and with it the embedded server.',
        ...tried.map((line) => `  tried: ${line}`),
        'Do one of these:',
        '  1. install it (https://docs.temporal.io/cli) so that `temporal` is on the PATH, or set TEMPORAL_CLI to its path',
        `  2. install Go 1.25 or newer and run this again: it builds ${GO_PACKAGE}@${CLI_VERSION}`,
        '  3. set TEMPORAL_ADDRESS to a Temporal server that runs already',
      ].join('\n'),
    );
  }
}

/** The Temporal CLI that is here already, or null. A `TEMPORAL_CLI` that does not run is an error: somebody meant it. */
export async function findTemporalCli(places: TemporalCliPlaces): Promise<string | null> {
  if (places.explicit !== null) {
    if (await works(places.explicit)) return places.explicit;
    throw new Error(`TEMPORAL_CLI: ${places.explicit} does not run as the Temporal CLI; correct or unset it`);
  }
  for (const folder of [...places.searchPath, ...places.caches]) {
    const candidate = join(folder, EXECUTABLE);
    if (await works(candidate)) return candidate;
  }
  return null;
}

/** The Temporal CLI: found, else downloaded, else built, the latter two once and kept in a cache. */
export async function ensureTemporalCli(places: TemporalCliPlaces, report: (line: string) => void): Promise<string> {
  const found = await findTemporalCli(places);
  if (found !== null) return found;

  const cache = await writableCache(places.caches);
  return withFileLock(join(cache, 'temporal-cli.lock'), BUILD_PATIENCE_MS, async () => {
    const meanwhile = await findTemporalCli(places);
    if (meanwhile !== null) return meanwhile;
    const tried: string[] = [];
    for (const provide of [download, build]) {
      const scratch = join(cache, `temporal-cli.${process.pid}`);
      await mkdir(scratch, { recursive: true });
      try {
        return await keep(await provide(scratch, places, report), cache);
      } catch (error) {
        tried.push(error instanceof Error ? error.message : String(error));
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    }
    throw new TemporalCliMissing(tried);
  });
}

/**
 * By the SDK, which has no call that only downloads: it starts a server with the program. In a process of its own,
 * because a download through a silent firewall hangs and cannot be cancelled.
 */
async function download(scratch: string, _: TemporalCliPlaces, report: (line: string) => void): Promise<string> {
  report(`Looking for the Temporal CLI on the internet (at most ${DOWNLOAD_PATIENCE_MS / 1000} s) …`);
  const script = fileURLToPath(new URL(`./temporal-cli-download${extname(import.meta.url)}`, import.meta.url));
  try {
    const { stdout } = await run(process.execPath, [...loader(script), script, scratch], {
      timeout: DOWNLOAD_PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    return stdout.trim();
  } catch (error) {
    const { killed } = error as { killed?: boolean };
    throw new Error(`download by the Temporal SDK: ${killed ? 'no answer in time' : 'not reachable'}`, {
      cause: error,
    });
  }
}

async function build(scratch: string, places: TemporalCliPlaces, report: (line: string) => void): Promise<string> {
  const started = Date.now();
  report(`Building the Temporal CLI with Go (${GO_PACKAGE}@${CLI_VERSION}): once, two to three minutes …`);
  const ticking = setInterval(() => {
    report(`  still building the Temporal CLI: ${Math.round((Date.now() - started) / 1000)} s`);
  }, 15_000);
  const env = { ...places.buildVariables, PATH: places.searchPath.join(delimiter) };
  try {
    await go(['mod', 'init', 'temporal-cli'], scratch, env);
    await go(['get', `${GO_PACKAGE}@${CLI_VERSION}`, SQLITE], scratch, env);
    await go(['build', '-o', EXECUTABLE, GO_PACKAGE], scratch, env);
    return join(scratch, EXECUTABLE);
  } finally {
    clearInterval(ticking);
  }
}

async function go(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('go', args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let last = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (last = (last + text).slice(-2_000)));
  const failure = await new Promise<string | null>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ENOENT' ? 'Go is not installed' : error.message);
    });
    child.once('close', (code) => resolve(code === 0 ? null : `it ended with ${code}: ${last.trim()}`));
  });
  if (failure !== null) throw new Error(`go ${args.join(' ')}: ${failure}`);
}

/** Sources run through tsx, in whichever way this process itself was started. */
function loader(script: string): string[] {
  return script.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
}

/** Moved into place whole: whoever looks meanwhile finds the program or nothing. */
async function keep(made: string, cache: string): Promise<string> {
  const kept = join(cache, EXECUTABLE);
  await rename(made, kept).catch(async () => {
    await copyFile(made, `${kept}.new`);
    await rename(`${kept}.new`, kept);
  });
  if (!(await works(kept))) throw new Error(`${kept} does not run on this machine`);
  return kept;
}

/** The user's cache before the project's: one download or build serves every clone. */
async function writableCache(caches: string[]): Promise<string> {
  for (const cache of caches.toReversed()) {
    try {
      await mkdir(cache, { recursive: true });
      await access(cache, constants.W_OK);
      return cache;
    } catch {
      // The next one.
    }
  }
  throw new Error(`No cache folder is writable: ${caches.join(', ')}; set TEMPORAL_CLI`);
}

/** Asks the program for its version: a `temporal` on the PATH may be anything. */
async function works(candidate: string): Promise<boolean> {
  try {
    await access(candidate, constants.X_OK);
    const { stdout } = await run(candidate, ['--version'], { timeout: 15_000 });
    return stdout.startsWith('temporal version');
  } catch {
    return false;
  }
}
