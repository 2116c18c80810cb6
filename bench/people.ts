import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Reachable } from '../test/support/gateways.js';
import { startPart, usageOf, type Part } from './support/children.js';
import { median, report, short } from './support/numbers.js';
import type { PeopleSimulatorsInput } from './support/people-simulators.js';
import type { PeopleRan, PeopleWorkerInput } from './support/people-worker.js';

// Everybody of E9, E10 and Qiyuesuo read and reconciled, against a plain download of the same pages in the same three lanes that
// keeps nothing; in turn, within one run. The worker's memory is sampled all the time.
const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '2' },
    untidy: { type: 'string', default: '20' },
    /** Every answer takes so long; 0: as fast as the simulators can. */
    latency: { type: 'string', default: '0' },
    chunk: { type: 'string', default: '50' },
    seed: { type: 'string', default: '7' },
  },
});
const people = Number(values.people);
const SAMPLE_MS = 200;

interface Round extends PeopleRan {
  cpu: { worker: number; simulators: number };
  rss: { most: number; firstHalf: number; secondHalf: number };
}

const folder = await mkdtemp(join(tmpdir(), 'bench-people-'));
try {
  const told: PeopleSimulatorsInput = {
    people,
    untidy: Number(values.untidy),
    seed: Number(values.seed),
    latencyMs: Number(values.latency),
  };
  const simulators = await startPart<Reachable>('people-simulators.ts', told);
  const runs: Record<'download' | 'reconcile', Round[]> = { download: [], reconcile: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const kind of ['download', 'reconcile'] as const) runs[kind].push(await measured(kind, simulators));
  }
  await simulators.stop();

  const ratios = runs.reconcile.map(({ seconds }, round) => seconds / (runs.download[round]?.seconds ?? Number.NaN));
  const rows = (['download', 'reconcile'] as const).map((kind) => ({
    run: kind,
    's read': short(median(runs[kind].map(({ readSeconds }) => readSeconds))),
    's in all': short(median(runs[kind].map(({ seconds }) => seconds))),
    ratio: kind === 'download' ? 1 : short(median(ratios)),
    'worker s CPU': short(median(runs[kind].map(({ cpu }) => cpu.worker))),
    'simulators s CPU': short(median(runs[kind].map(({ cpu }) => cpu.simulators))),
    'RSS MiB most': short(median(runs[kind].map(({ rss }) => rss.most))),
    '1st half': short(median(runs[kind].map(({ rss }) => rss.firstHalf))),
    '2nd half': short(median(runs[kind].map(({ rss }) => rss.secondHalf))),
  }));
  report(`People: ${people} on each side, answers after ${values.latency} ms`, rows, {
    ratios: ratios.map(short),
    counts: runs.reconcile[0]?.counts,
    seed: values.seed,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** One run in a fresh process, so that its memory is its own. */
async function measured(kind: 'download' | 'reconcile', simulators: Part<Reachable>): Promise<Round> {
  const input: PeopleWorkerInput = {
    dataDir: folder,
    reachable: simulators.told,
    people,
    pagesPerChunk: Number(values.chunk),
  };
  const worker = await startPart<object>('people-worker.ts', input);
  const samples: number[] = [];
  const sampling = setInterval(() => {
    void usageOf(worker.pid).then(({ rssMiB }) => samples.push(rssMiB));
  }, SAMPLE_MS);
  const before = { worker: await usageOf(worker.pid), simulators: await usageOf(simulators.pid) };
  const ran = await worker.ask<PeopleRan>(kind);
  const after = { worker: await usageOf(worker.pid), simulators: await usageOf(simulators.pid) };
  clearInterval(sampling);
  await worker.stop();
  const half = Math.ceil(samples.length / 2);
  return {
    ...ran,
    cpu: {
      worker: after.worker.cpuSeconds - before.worker.cpuSeconds,
      simulators: after.simulators.cpuSeconds - before.simulators.cpuSeconds,
    },
    rss: {
      most: Math.max(...samples),
      firstHalf: Math.max(...samples.slice(0, half)),
      secondHalf: Math.max(...samples.slice(half)),
    },
  };
}
