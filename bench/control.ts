import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { BatchStatus } from '../src/domain/batch/status.js';
import { mostAtAStart, startedAfter, stoppingOf } from './support/calls.js';
import { startPart } from './support/children.js';
import { inFolder, oneWave, startEngine, type Engine } from './support/engine.js';
import { report, short } from './support/numbers.js';
import type { AnsweredCall, Seen, SimulatorsInput, SimulatorsTold } from './support/simulators.js';

// A batch is paused in the middle, resumed with fewer at once, and widened again: how soon does each order show at the systems of
// the tenants? Counted from the moment that the order was answered, by what the simulators were asked.
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '200' },
    window: { type: 'string', default: '20' },
    /** With so many at once it is resumed. */
    fewer: { type: 'string', default: '5' },
    latency: { type: 'string', default: '300' },
    seed: { type: 'string', default: '7' },
  },
});
const count = Number(values.tenants);
const window = Number(values.window);
const fewer = Number(values.fewer);
const latencyMs = Number(values.latency);

const STOPS_WITHIN_S = 5;
/** Held so long, to see that nobody asks any more. */
const HELD_MS = 15_000;
const ORDER = { by: 'bench', reason: 'measured' };
const ALL = { batch: true } as const;

await inFolder(async (folder) => {
  const input: SimulatorsInput = {
    folder,
    batch: 'control',
    from: 0,
    count,
    seed: Number(values.seed),
    latencyMs,
    faults: false,
    privateOfTen: 10,
  };
  const simulators = await startPart<SimulatorsTold>('simulators.ts', input);
  const batch = await oneWave(simulators.told.batchFile, window);
  const engine = await startEngine(folder);
  await engine.migrations.startBatch(batch, 'bench');

  await watch(engine, (status) => finished(status) >= count * 0.3);
  const pause = await given(() => engine.migrations.pause(batch.batch, { ...ORDER, on: ALL }));
  console.error('paused');
  await sleep(HELD_MS);
  const { running } = await statusOf(engine);
  const held = await heldTenants(
    engine,
    batch.tenants.map(({ id }) => id),
  );

  const limits = { maxConcurrency: fewer };
  const resume = await given(() => engine.migrations.resume(batch.batch, { ...ORDER, on: ALL, limits }));
  console.error(`resumed with ${fewer} at once`);
  await watch(engine, ({ running }) => running <= fewer);
  const narrowAt = Date.now();
  const from = finished(await statusOf(engine));
  const narrow = await watch(engine, (status) => finished(status) >= from + 4 * fewer);

  const change = { maxConcurrency: window };
  const raise = await given(() => engine.migrations.setLimits(batch.batch, { ...ORDER, wave: null, change }));
  console.error(`raised to ${window} at once`);
  const { endings } = await engine.migrations.batchResult(batch.batch);

  const calls = await simulators.ask<AnsweredCall[]>('answered');
  const seen = await simulators.ask<Seen>('seen');
  await engine.stop();
  await simulators.stop();
  conclude();

  function conclude(): void {
    const stopping = stoppingOf(calls, { since: pause.at, until: resume.given, latencyMs });
    const seconds = (ms: number): number => ms / 1_000;
    const afterRunning = seconds(stopping.last - stopping.running);
    const startedNarrow = mostAtAStart(calls, { since: resume.given, until: raise.given, latencyMs });
    const wide = { since: raise.given, until: Date.now(), latencyMs };
    const more = startedAfter(calls, window - fewer, wide);
    const startedWide = mostAtAStart(calls, wide);
    const rows = [
      fact('pause: the order is answered after, s', seconds(pause.ms)),
      fact('the last running call had ended after, s', seconds(stopping.running)),
      fact('the last write had ended after, s', seconds(stopping.lastWrite)),
      fact('the last tenant asked nothing any more after, s', seconds(stopping.last)),
      check('  after the running calls, s', afterRunning, afterRunning <= STOPS_WITHIN_S, `≤ ${STOPS_WITHIN_S}`),
      check('tenants under way that say that they are paused', held, held === running, `= ${running}`),
      fact(`resume with ${fewer}: down to that after, s`, seconds(narrowAt - resume.at)),
      check('  ran at most, when somebody started', startedNarrow, startedNarrow <= fewer, `≤ ${fewer}`),
      check('  counted by the batch from then on', mostRunning(narrow), mostRunning(narrow) === fewer, `= ${fewer}`),
      fact(`raised to ${window}: ${window - fewer} more had started after, s`, seconds(more ?? Number.NaN)),
      check('  ran at most, when somebody started', startedWide, startedWide <= window, `≤ ${window}`),
      check('tenants migrated', endings.migrated ?? 0, endings.migrated === count, `= ${count}`),
      check('writes made twice', seen.repeated, seen.repeated === 0, '= 0'),
    ];
    const answeredMs = [pause, resume, raise].map(({ ms }) => ms);
    const title = `${count} tenants, window ${window}, targets answer after ${latencyMs} ms: paused, narrowed, widened`;
    report(title, rows, { stopping, answeredMs, endings });
    if (rows.some(({ holds }) => holds === 'NO')) process.exitCode = 1;
  }
});

/** When an order was given, and when it was answered; between the two it began to count. */
async function given(order: () => Promise<void>): Promise<{ given: number; at: number; ms: number }> {
  const since = Date.now();
  await order();
  return { given: since, at: Date.now(), ms: Date.now() - since };
}

/** Asks until it is so; every answer on the way. */
async function watch(engine: Engine, isSo: (status: BatchStatus) => boolean): Promise<BatchStatus[]> {
  const answers: BatchStatus[] = [];
  for (;;) {
    const status = await statusOf(engine);
    answers.push(status);
    if (status.over) throw new Error('the batch was over too soon: take more tenants');
    if (isSo(status)) return answers;
    await sleep(200);
  }
}

async function statusOf({ migrations }: Engine): Promise<BatchStatus> {
  for (;;) {
    const status = await migrations.batchStatus('control');
    if (status) return status;
  }
}

async function heldTenants({ migrations }: Engine, ids: readonly string[]): Promise<number> {
  const running = [...(await migrations.newestRuns('control', ids)).values()].filter(({ ending }) => ending === null);
  const statuses = await Promise.all(running.map(({ tenantId }) => migrations.tenantStatus(tenantId)));
  return statuses.filter((status) => (status?.held ?? null) !== null).length;
}

function finished({ endings }: BatchStatus): number {
  return Object.values(endings).reduce((sum, ended) => sum + ended, 0);
}

function mostRunning(statuses: readonly BatchStatus[]): number {
  return Math.max(...statuses.map(({ running }) => running));
}

function check(what: string, measured: number, holds: boolean, wanted: string) {
  return { what, measured: short(measured), wanted, holds: holds ? 'yes' : 'NO' };
}

function fact(what: string, measured: number) {
  return { what, measured: short(measured), wanted: '', holds: '' };
}
