import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { parseBatch } from '../src/batch-file/parse.js';
import { peopleSyncWorkflowId } from '../src/domain/ids.js';
import type { Reachable } from '../test/support/gateways.js';
import { startPart, usageOf, type Part } from './support/children.js';
import { inFolder, startEngine } from './support/engine.js';
import { median, report, short } from './support/numbers.js';
import { withSecretFiles } from './support/secret-files.js';
import type { PeopleSimulatorsInput } from './support/people-simulators.js';
import type { PeopleRan, PeopleWorkerInput } from './support/people-worker.js';

// Everybody of E9, E10 and Qiyuesuo read and reconciled, by the workflow and by its engine alone, against a plain download of the same pages
// in the same three lanes that keeps nothing; in turn, within one run. The worker's memory is sampled all the time.
const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '2' },
    untidy: { type: 'string', default: '20' },
    /** Of a thousand people Qiyuesuo has so many with a former name and e-mail address. */
    outdated: { type: 'string', default: '100' },
    /** Every answer takes so long; 0: as fast as the simulators can. */
    latency: { type: 'string', default: '0' },
    chunk: { type: 'string', default: '50' },
    seed: { type: 'string', default: '7' },
    /** Which of `reconcile` and `workflow` beside the download. */
    kinds: { type: 'string', default: 'reconcile,workflow' },
  },
});
const people = Number(values.people);
const kinds = ['download', ...values.kinds.split(',')] as Kind[];
const SAMPLE_MS = 200;
const LOOK_MS = 250;

type Kind = 'download' | 'reconcile' | 'workflow';

interface Round extends PeopleRan {
  cpu: { worker: number; simulators: number };
  rss: { most: number; firstHalf: number; secondHalf: number };
}

const folder = await mkdtemp(join(tmpdir(), 'bench-people-'));
try {
  const told: PeopleSimulatorsInput = {
    people,
    untidy: Number(values.untidy),
    outdated: Number(values.outdated),
    seed: Number(values.seed),
    latencyMs: Number(values.latency),
  };
  const simulators = await startPart<Reachable>('people-simulators.ts', told);
  const runs: Record<Kind, Round[]> = { download: [], reconcile: [], workflow: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const kind of kinds) runs[kind].push(await (kind === 'workflow' ? byWorkflow : measured)(kind, simulators));
  }
  await simulators.stop();

  const ratiosOf = (kind: Kind) =>
    runs[kind].map(({ seconds }, round) => seconds / (runs.download[round]?.seconds ?? Number.NaN));
  const rows = kinds.map((kind) => ({
    run: kind,
    's read': short(median(runs[kind].map(({ readSeconds }) => readSeconds))),
    's in all': short(median(runs[kind].map(({ seconds }) => seconds))),
    ratio: short(median(ratiosOf(kind))),
    'worker s CPU': short(median(runs[kind].map(({ cpu }) => cpu.worker))),
    'simulators s CPU': short(median(runs[kind].map(({ cpu }) => cpu.simulators))),
    'RSS MiB most': short(median(runs[kind].map(({ rss }) => rss.most))),
    '1st half': short(median(runs[kind].map(({ rss }) => rss.firstHalf))),
    '2nd half': short(median(runs[kind].map(({ rss }) => rss.secondHalf))),
  }));
  report(`People: ${people} on each side, answers after ${values.latency} ms`, rows, {
    ratios: Object.fromEntries(kinds.map((kind) => [kind, ratiosOf(kind).map(short)])),
    counts: (runs.reconcile[0] ?? runs.workflow[0])?.counts,
    events: runs.workflow[0]?.counts['events'],
    seed: values.seed,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** One run in a fresh process, so that its memory is its own. */
async function measured(kind: Kind, simulators: Part<Reachable>): Promise<Round> {
  const input: PeopleWorkerInput = {
    dataDir: folder,
    reachable: simulators.told,
    people,
    pagesPerChunk: Number(values.chunk),
  };
  const worker = await startPart<object>('people-worker.ts', input);
  const watched = await watch(worker.pid, simulators.pid);
  const ran = await worker.ask<PeopleRan>(kind);
  const seen = await watched();
  await worker.stop();
  return { ...ran, ...seen };
}

/** What `sync --dry-run` does on one machine: the same reading and comparing, with Temporal around it. */
async function byWorkflow(_kind: Kind, simulators: Part<Reachable>): Promise<Round> {
  return inFolder(async (own) => {
    const { entry, env } = simulators.told;
    const limit = { percent: 100, count: people };
    const yaml = await withSecretFiles(stringify({ batch: 'bench', tenants: [entry] }), env, own);
    const { tenants } = parseBatch(yaml, 'bench.batch.yaml');
    const [tenant] = tenants.map((one) => ({ ...one, people: { ...one.people, guard: limit } }));
    if (tenant === undefined) throw new Error('the simulators have no tenant');
    const engine = await startEngine(own);
    const watched = await watch(engine.worker.pid, simulators.pid);
    const since = performance.now();
    await engine.migrations.startPeopleSync(tenant, { until: 'guard' });
    let end = await engine.migrations.peopleSyncEnd(tenant.id);
    for (; end === undefined; end = await engine.migrations.peopleSyncEnd(tenant.id)) await pause(LOOK_MS);
    const seconds = (performance.now() - since) / 1_000;
    const seen = await watched();
    const { historyLength: events } = await engine.client.workflow
      .getHandle(peopleSyncWorkflowId(tenant.id))
      .describe();
    await engine.stop();
    if ('failed' in end) throw new Error(`${end.failed.code}: ${end.failed.message}`);
    const { baseline, foreseen } = end.result.report ?? {};
    const counts = { baseline: baseline?.people ?? 0, ambiguous: foreseen?.counts.ambiguous ?? 0, events };
    return { readSeconds: Number.NaN, seconds, counts, ...seen };
  });
}

/** Samples memory until it is asked what it was. */
async function watch(worker: number, simulators: number): Promise<() => Promise<Pick<Round, 'cpu' | 'rss'>>> {
  const samples: number[] = [];
  const sampling = setInterval(() => {
    void usageOf(worker).then(({ rssMiB }) => samples.push(rssMiB));
  }, SAMPLE_MS);
  const before = { worker: await usageOf(worker), simulators: await usageOf(simulators) };
  return async () => {
    const after = { worker: await usageOf(worker), simulators: await usageOf(simulators) };
    clearInterval(sampling);
    const half = Math.ceil(samples.length / 2);
    return {
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
  };
}
