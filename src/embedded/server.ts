import { chmod, mkdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import type { TemporalCliPlaces } from '../config.js';
import { ensureTemporalCli } from '../temporal-cli.js';
import { answers, freePort, isStuck, PortTaken, startDevServer } from './dev-server.js';
import type { Health } from './keeper.js';
import { keep } from './keeper.js';
import { withFileLock } from './lock.js';
import { commandLine, isRunning, stopProcess } from './processes.js';
import type { ServerRecord } from './record.js';
import { readServerRecord, writeServerRecord } from './record.js';

/** A running embedded server, as one of its users sees it. */
export interface EmbeddedServer {
  address: string;
  uiUrl: string;
  /** Whether it ran already: left by a run that was killed, or in use by another. */
  attached: boolean;
  /** Whether others use it as well, so that it goes on after us. */
  shared: boolean;
  /** The last user stops the server; for the others it goes on. Until then it is started again wherever it ends. */
  release(): Promise<void>;
}

/** Where it keeps its files, where its program may be, and whom to tell. */
export interface EmbeddedServerOptions {
  dataDir: string;
  temporalCli: TemporalCliPlaces;
  report: (line: string) => void;
}

/**
 * The one server of a data directory: attached to where one runs, started where none does. A run that was killed
 * leaves its server behind with the database open, so the next one must find it instead of starting a second.
 */
export async function acquireEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  await mkdir(options.dataDir, { recursive: true });
  await chmod(options.dataDir, 0o700); // histories and logs of customers
  const executable = await executableUnlessRunning(options);
  return withFileLock(lockFile(options.dataDir), 90_000, async () => {
    const known = await readServerRecord(options.dataDir);
    const attached = known !== null && (await answersAsRecorded(known));
    // Whoever used one that has ended uses the next one, and may be about to start it.
    const users = await living(known?.users ?? []);
    const record = attached ? known : await startAnew(options, known, executable);
    await writeServerRecord(options.dataDir, { ...record, users: [...users, process.pid] });
    return used(options, record, { attached, shared: users.some((pid) => pid !== process.pid) });
  });
}

/** Found before the lock is taken: a first run may build the program for minutes. */
async function executableUnlessRunning(options: EmbeddedServerOptions): Promise<string | null> {
  const known = await readServerRecord(options.dataDir);
  if (known !== null && (await answersAsRecorded(known))) return null;
  return ensureTemporalCli(options.temporalCli, options.report);
}

async function startAnew(
  options: EmbeddedServerOptions,
  known: ServerRecord | null,
  executable: string | null,
): Promise<ServerRecord> {
  await stopLeft(known);
  const program = executable ?? (await ensureTemporalCli(options.temporalCli, options.report));
  for (let tries = 1; ; tries++) {
    const port = await freePort(tries === 1 ? (known?.port ?? null) : null);
    const uiPort = await freePort(tries === 1 ? (known?.uiPort ?? null) : null, [port]);
    try {
      return await startOn({ port, uiPort, users: known?.users ?? [] }, program, options.dataDir);
    } catch (error) {
      if (!(error instanceof PortTaken) || tries === MOST_STARTS) throw error;
    }
  }
}

/** In the place of one that has ended or is stuck, for those who use it: at the same address, or not at all. */
async function startAgain(
  { dataDir, temporalCli, report }: EmbeddedServerOptions,
  joined: ServerRecord,
  found: Exclude<Health, 'well'>,
  tell: (line: string) => void,
): Promise<void> {
  const program = await ensureTemporalCli(temporalCli, tell);
  await withFileLock(lockFile(dataDir), 90_000, async () => {
    const record = (await readServerRecord(dataDir)) ?? joined;
    if ((await healthOf(record)) === 'well') return; // another of its users was quicker
    tell(`The embedded Temporal server ${TROUBLE[found]}: starting it again`);
    await stopLeft(record);
    const users = await living(record.users);
    if (!users.includes(process.pid)) users.push(process.pid);
    await startOn({ ...record, users }, program, dataDir);
    report('The embedded Temporal server runs again');
  });
}

const TROUBLE = { gone: 'has ended', stuck: 'answers nothing but failures of its own' };

async function startOn(
  place: Pick<ServerRecord, 'port' | 'uiPort' | 'users'>,
  executable: string,
  dataDir: string,
): Promise<ServerRecord> {
  const record = { ...place, dbFilename: join(dataDir, 'temporal.db') };
  const pid = await startDevServer({
    ...record,
    executable,
    logFile: join(dataDir, 'temporal-server.log'),
    onSpawn: (started) => writeServerRecord(dataDir, { ...record, pid: started }),
  });
  return { ...record, pid };
}

async function stopLeft(known: ServerRecord | null): Promise<void> {
  if (known?.pid && (await isOurs(known))) await stopProcess(known.pid, 10_000);
}

/** On a busy machine a port that was free a moment ago may be any connection's by now. */
const MOST_STARTS = 3;

const LOOK_EVERY_MS = 3_000;
/** A busy server must not be taken for a dead one; a call that is cut off may be what gets an old one stuck. */
const PATIENT_MS = 15_000;

function used(
  options: EmbeddedServerOptions,
  record: ServerRecord,
  how: Pick<EmbeddedServer, 'attached' | 'shared'>,
): EmbeddedServer {
  const { dataDir, report } = options;
  const stopAtExit = (): void => stopNowIfLast(dataDir);
  process.once('exit', stopAtExit);
  const stopKeeping = keep({
    health: async () => healthOf((await readServerRecord(dataDir)) ?? record),
    mend: (found, tell) => startAgain(options, record, found, tell),
    report,
    // A process that gives way to the server would start one that gives way as well: its other users come first.
    everyMs: () => (getPriority() > 0 ? 3 : 1) * LOOK_EVERY_MS,
  });
  return {
    ...how,
    address: `127.0.0.1:${record.port}`,
    uiUrl: `http://127.0.0.1:${record.uiPort}`,
    async release() {
      if (!process.listeners('exit').includes(stopAtExit)) return;
      process.off('exit', stopAtExit);
      await stopKeeping();
      await leave(dataDir);
    },
  };
}

/** One that does not answer in time counts as well: it may be busy, and a start would not make it faster. */
async function healthOf(record: ServerRecord): Promise<Health> {
  if (record.pid === null || !(await isRunning(record.pid))) return 'gone';
  return (await isStuck(`127.0.0.1:${record.port}`, PATIENT_MS)) ? 'stuck' : 'well';
}

async function leave(dataDir: string): Promise<void> {
  await withFileLock(lockFile(dataDir), 90_000, async () => {
    const record = await readServerRecord(dataDir);
    if (!record?.users.includes(process.pid)) return; // somebody has started another since
    const others = await living(withoutOne(record.users, process.pid));
    const last = others.length === 0;
    if (last) await stopLeft(record);
    await writeServerRecord(dataDir, { ...record, pid: last ? null : record.pid, users: others });
  });
}

/** A process that ends without `release` has no time to wait: the next run repairs the record. */
function stopNowIfLast(dataDir: string): void {
  try {
    const record = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as ServerRecord;
    const alone = record.users.length > 0 && record.users.every((pid) => pid === process.pid);
    if (alone && record.pid !== null) process.kill(record.pid, 'SIGTERM');
  } catch {
    // Nothing to stop any more.
  }
}

async function answersAsRecorded(record: ServerRecord): Promise<boolean> {
  if (record.pid === null || !(await isRunning(record.pid))) return false;
  const told = await commandLine(record.pid);
  if (told !== null && !told.includes(record.dbFilename)) return false;
  return answers(`127.0.0.1:${record.port}`, PATIENT_MS);
}

/** A process id may be another program's by now; only one with our database in its command line is ours to stop. */
async function isOurs(record: ServerRecord): Promise<boolean> {
  return record.pid !== null && ((await commandLine(record.pid))?.includes(record.dbFilename) ?? false);
}

async function living(pids: number[]): Promise<number[]> {
  const running = await Promise.all(pids.map(isRunning));
  return pids.filter((_, index) => running[index]);
}

/** One process may use the server twice. */
function withoutOne(pids: number[], pid: number): number[] {
  const index = pids.indexOf(pid);
  return index < 0 ? pids : pids.toSpliced(index, 1);
}

function lockFile(dataDir: string): string {
  return join(dataDir, 'server.lock');
}
