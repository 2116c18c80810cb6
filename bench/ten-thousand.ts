import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { batchWorkflowId } from '../src/domain/ids.js';
import type { BatchStatus } from '../src/domain/batch/status.js';
import { startPart, usageOf, type Usage } from './support/children.js';
import { inFolder, oneWave, startEngine, type Engine } from './support/engine.js';
import { median, quantile, report, short } from './support/numbers.js';
import type { Seen, SimulatorsInput, SimulatorsTold } from './support/simulators.js';

// Thousands of tenants in one batch with faults at 2 %: is every one accounted for, and do memory, history and the answer to
// `status` stay flat? Simulators, worker and server are processes of their own.
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '10000' },
    window: { type: 'string', default: '25' },
    private: { type: 'string', default: '10' },
    seed: { type: 'string', default: '7' },
    /** Every answer of a simulator takes so many milliseconds; 0: as fast as it can. */
    latency: { type: 'string', default: '0' },
    /** The status is asked for with so many milliseconds between. */
    ask: { type: 'string', default: '500' },
  },
});
const count = Number(values.tenants);
const window = Number(values.window);

Runtime.install({ logger: new DefaultLogger('ERROR') });

const MAX_EVENTS = 4_096;
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_STATUS_MS = 300;
const MAX_GROWTH = 1.15;

interface Sample {
  finished: number;
  seconds: number;
  /** With the process of its coordinators. */
  workerMiB: number;
  serverMiB: number;
  statusMs: number;
  /** The same way without the coordinator: what the machine and the server need for any answer. */
  describeMs: number;
}

await inFolder(async (folder) => {
  const input: SimulatorsInput = {
    folder,
    batch: 'ten-thousand',
    from: 0,
    count,
    seed: Number(values.seed),
    latencyMs: Number(values.latency),
    faults: true,
    privateOfTen: Number(values.private),
  };
  const simulators = await startPart<SimulatorsTold>('simulators.ts', input);
  // They stand for other machines, and would take the CPU from who answers: here they have what is left.
  setPriority(simulators.pid, constants.priority.PRIORITY_LOW);
  const engine = await startEngine(folder);
  const readSince = performance.now();
  const batch = await oneWave(simulators.told.batchFile, window);
  const readSeconds = (performance.now() - readSince) / 1_000;

  const since = performance.now();
  await engine.migrations.startBatch(batch, 'bench');
  const { samples, last } = await watch(engine, batch.batch, since);
  const seconds = (performance.now() - since) / 1_000;

  const seen = await simulators.ask<Seen>('seen');
  const runs = await coordinatorRuns(engine, batch.batch);
  const databaseBytes = await engine.databaseBytes();
  await engine.stop();
  await simulators.stop();
  conclude({ samples, last, seconds, readSeconds, seen, runs, databaseBytes });
});

/** Asks for the status all the time, and looks at the memory, until the batch is over. */
async function watch(
  { migrations, client, worker, coordinatorPid, serverPid }: Engine,
  batch: string,
  since: number,
): Promise<{ samples: Sample[]; last: BatchStatus }> {
  const samples: Sample[] = [];
  let told = 0;
  for (;;) {
    const asked = performance.now();
    const status = await migrations.batchStatus(batch);
    const statusMs = performance.now() - asked;
    const described = performance.now();
    await client.workflow.getHandle(batchWorkflowId(batch)).describe();
    const describeMs = performance.now() - described;
    const finished = status ? Object.values(status.endings).reduce((sum, ended) => sum + ended, 0) : told;
    const [ofSites, ofCoordinators, ofServer] = (await Promise.all(
      [worker.pid, coordinatorPid, serverPid].map(usageOf),
    )) as [Usage, Usage, Usage];
    const workerMiB = ofSites.rssMiB + ofCoordinators.rssMiB;
    const seconds = (asked - since) / 1_000;
    samples.push({ finished, seconds, workerMiB, serverMiB: ofServer.rssMiB, statusMs, describeMs });
    if (statusMs >= MAX_STATUS_MS)
      console.error(
        `a slow status after ${Math.round(seconds)} s: ${Math.round(statusMs)} ms, a description beside it ${Math.round(describeMs)} ms`,
      );
    if (finished - told >= count / 20) {
      told = finished;
      console.error(
        `${finished} tenants after ${Math.round(seconds)} s; worker ${Math.round(workerMiB)} MiB; status ${Math.round(statusMs)} ms`,
      );
    }
    if (status?.over) return { samples, last: status };
    await sleep(Number(values.ask));
  }
}

interface CoordinatorRun {
  events: number;
  bytes: number;
  /** Whether another worker could take it over. */
  replays: boolean;
}

async function coordinatorRuns({ client }: Engine, batch: string): Promise<CoordinatorRun[]> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../src/workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const runs: CoordinatorRun[] = [];
  const query = `WorkflowId = '${batchWorkflowId(batch)}'`;
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { historyLength, historySize } = await handle.describe();
    const history = await handle.fetchHistory();
    let replays = true;
    for await (const { error } of Worker.runReplayHistories({ workflowBundle }, [{ workflowId, history }])) {
      replays &&= error === undefined;
    }
    runs.push({ events: historyLength, bytes: historySize ?? 0, replays });
  }
  return runs;
}

interface Measured {
  samples: Sample[];
  last: BatchStatus;
  seconds: number;
  readSeconds: number;
  seen: Seen;
  runs: CoordinatorRun[];
  databaseBytes: number;
}

function conclude({ samples, last, seconds, readSeconds, seen, runs, databaseBytes }: Measured): void {
  const { endings } = last;
  const ended = Object.values(endings).reduce((sum, number) => sum + number, 0);
  const moved = (endings.migrated ?? 0) + (endings['migrated-with-warnings'] ?? 0);
  const growth = memoryAround(samples, 0.9) / memoryAround(samples, 0.1);
  const statusMs = samples.map((sample) => sample.statusMs);
  const checks = [
    check('tenants accounted for', ended, ended === count, `= ${count}`),
    check(
      'moved, as the consoles show it',
      seen.oaVersions['E10'] ?? 0,
      seen.oaVersions['E10'] === moved,
      `= ${moved}`,
    ),
    check(
      'most events of a coordinator run',
      most(runs.map(({ events }) => events)),
      runs.every(({ events }) => events < MAX_EVENTS),
      `< ${MAX_EVENTS}`,
    ),
    check(
      'most bytes of a coordinator run',
      most(runs.map(({ bytes }) => bytes)),
      runs.every(({ bytes }) => bytes < MAX_BYTES),
      `< ${MAX_BYTES}`,
    ),
    check(
      'coordinator runs that replay',
      runs.filter(({ replays }) => replays).length,
      runs.every(({ replays }) => replays),
      `= ${runs.length}`,
    ),
    check('worker memory at 90 % / at 10 % of the tenants', growth, growth < MAX_GROWTH, `< ${MAX_GROWTH}`),
    check('status, slowest ms', most(statusMs), most(statusMs) < MAX_STATUS_MS, `< ${MAX_STATUS_MS}`),
  ];
  const facts = {
    tenants: count,
    window,
    privateOfTen: Number(values.private),
    latencyMs: Number(values.latency),
    seconds: short(seconds),
    perSecond: short(count / seconds),
    readSeconds: short(readSeconds),
    endings,
    seen: { requests: seen.requests, writes: seen.writes, oaVersions: seen.oaVersions },
    coordinatorRuns: runs.length,
    status: spread(statusMs),
    describe: spread(samples.map((sample) => sample.describeMs)),
    databaseBytesPerTenant: Math.round(databaseBytes / count),
    memory: [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => ({
      share,
      workerMiB: Math.round(memoryAround(samples, share)),
      serverMiB: Math.round(memoryAround(samples, share, 'serverMiB')),
    })),
  };
  report(`${count} tenants in one batch, faults at 2 %, window ${window}`, checks, facts);
  if (checks.some(({ holds }) => holds !== 'yes')) process.exitCode = 1;
}

function check(what: string, measured: number, holds: boolean, wanted: string) {
  return { what, measured: short(measured), wanted, holds: holds ? 'yes' : 'NO' };
}

/** Median of what was seen around this share of the tenants: one sample would show the collector's mood. */
function memoryAround(samples: readonly Sample[], share: number, of: 'workerMiB' | 'serverMiB' = 'workerMiB'): number {
  const away = ({ finished }: Sample): number => Math.abs(finished - share * count);
  const near = samples.toSorted((one, other) => away(one) - away(other)).slice(0, 5);
  return median(near.map((sample) => sample[of]));
}

function spread(values: readonly number[]): Record<string, number> {
  const [p50, p99, max] = [quantile(values, 0.5), quantile(values, 0.99), most(values)].map(short) as [
    number,
    number,
    number,
  ];
  return { asked: values.length, p50, p99, max };
}

function most(values: readonly number[]): number {
  return values.reduce((highest, value) => Math.max(highest, value), 0);
}
