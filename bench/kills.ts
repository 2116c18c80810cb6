import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPart } from './support/children.js';
import { inFolder, oneWave, startEngine, type Engine } from './support/engine.js';
import { report, short } from './support/numbers.js';
import type { Seen, SimulatorsInput, SimulatorsTold } from './support/simulators.js';

// The worker is killed with -9 at random moments, and the server with it at some: is anything lost or written twice, and how
// soon does it go on? Counted from the new start of the program, as a service manager would give it.
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '500' },
    window: { type: 'string', default: '20' },
    kills: { type: 'string', default: '10' },
    servers: { type: 'string', default: '3' },
    seed: { type: 'string', default: '7' },
  },
});
const count = Number(values.tenants);
const kills = Number(values.kills);
const GOES_ON_WITHIN_S = 15;

await inFolder(async (folder) => {
  const input: SimulatorsInput = {
    folder,
    batch: 'kills',
    from: 0,
    count,
    seed: Number(values.seed),
    latencyMs: 0,
    faults: false,
    privateOfTen: 3,
  };
  const simulators = await startPart<SimulatorsTold>('simulators.ts', input);
  const batch = await oneWave(simulators.told.batchFile, Number(values.window));
  let engine = await startEngine(folder);
  await engine.migrations.startBatch(batch, 'bench');

  const pauses: number[] = [];
  for (let killed = 0; killed < kills; killed += 1) {
    await untilFinished(engine, Math.floor(((killed + Math.random()) * count) / (kills + 1)));
    const withServer = killed % Math.floor(kills / Number(values.servers)) === 0 && killed > 0;
    process.kill(engine.coordinatorPid, 'SIGKILL');
    await engine.worker.kill();
    if (withServer) process.kill(engine.serverPid, 'SIGKILL');
    const writes = (await simulators.ask<Seen>('seen')).writes;
    const since = performance.now();
    engine = await startEngine(folder);
    while ((await simulators.ask<Seen>('seen')).writes === writes) await sleep(100);
    const seconds = (performance.now() - since) / 1_000;
    pauses.push(seconds);
    console.error(
      `kill ${killed + 1}${withServer ? ', with the server' : ''}: a write again after ${seconds.toFixed(1)} s`,
    );
  }
  const { endings } = await engine.migrations.batchResult(batch.batch);
  const seen = await simulators.ask<Seen>('seen');
  await engine.stop();
  await simulators.stop();

  const longest = Math.max(...pauses);
  const ended = Object.values(endings).reduce((sum, number) => sum + number, 0);
  report(
    `${count} tenants, killed with -9 ${kills} times`,
    [
      { what: 'tenants that ended', found: ended, wanted: `= ${count}`, holds: String(ended === count) },
      {
        what: 'migrated',
        found: endings.migrated ?? 0,
        wanted: `= ${count}`,
        holds: String(endings.migrated === count),
      },
      { what: 'writes made twice', found: seen.repeated, wanted: '= 0', holds: String(seen.repeated === 0) },
      {
        what: 'longest pause, s',
        found: short(longest),
        wanted: `≤ ${GOES_ON_WITHIN_S}`,
        holds: String(longest <= GOES_ON_WITHIN_S),
      },
    ],
    { endings, pauses: pauses.map(short), writes: seen.writes },
  );
});

async function untilFinished({ migrations }: Engine, finished: number): Promise<void> {
  for (;;) {
    const status = await migrations.batchStatus('kills');
    const ended = Object.values(status?.endings ?? {}).reduce((sum, number) => sum + number, 0);
    if (status && (ended >= finished || status.over)) return;
    await sleep(200);
  }
}
