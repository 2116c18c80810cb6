import { parseArgs } from 'node:util';
import type { Client } from '@temporalio/client';
import pMap from 'p-map';
import { batchWorkflowId, peopleSyncWorkflowId, tenantWorkflowId } from '../src/domain/ids.js';
import { startPart, usageOf, type Part } from './support/children.js';
import type { Tenant } from '../src/domain/tenant.js';
import { inFolder, oneWave, startEngine } from './support/engine.js';
import { median, report, short } from './support/numbers.js';
import type { ScriptInput, ScriptRan } from './support/script.js';
import { timeline, WHERE, type Where } from './support/timeline.js';
import type { Seen, SimulatorsInput, SimulatorsTold } from './support/simulators.js';

// Tenants per second of the whole thing against a plain script that makes the same calls in the same order through the same
// window, both in one run and in turn, at two latencies of the targets; and where the rest goes.
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '120' },
    window: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    latencies: { type: 'string', default: '20,300' },
    /** `everybody`: people are compared one by one, which the script does not do. */
    people: { type: 'string', default: 'count' },
    /** Only the engine: to compare two states of it by their CPU. */
    only: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const count = Number(values.tenants);
const window = Number(values.window);
const SEED = 11;
/** Of so many tenants the histories are read. */
const SAMPLED = 40;

interface Round {
  perSecond: number;
  cpu: Record<string, number>;
  requests: number;
}

for (const latencyMs of values.latencies.split(',').map(Number)) {
  const script: Round[] = [];
  const engine: (Round & {
    events: number;
    bytes: number;
    coordinatorBytes: number;
    database: number;
    spent: unknown;
  })[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    if (!values.only) script.push(await scriptRound(latencyMs, round));
    engine.push(await engineRound(latencyMs, round));
  }
  const of = (rounds: readonly Round[]) => median(rounds.map(({ perSecond }) => perSecond));
  const ratios = engine.map(({ perSecond }, round) => perSecond / (script[round]?.perSecond ?? Number.NaN));
  const cpuOf = (rounds: readonly Round[], part: string) =>
    short(median(rounds.map(({ cpu }) => cpu[part] ?? 0)) * 1_000);
  const plain = {
    runner: 'plain script',
    'tenants/s': short(of(script)),
    ratio: 1,
    'simulators ms CPU': cpuOf(script, 'simulators'),
    'worker ms CPU': cpuOf(script, 'script'),
    'server ms CPU': 0,
  };
  report(
    `Engine cost: ${count} tenants, window ${window}, targets answer after ${latencyMs} ms`,
    [
      ...(values.only ? [] : [plain]),
      {
        runner: 'engine',
        'tenants/s': short(of(engine)),
        ratio: short(median(ratios)),
        'simulators ms CPU': cpuOf(engine, 'simulators'),
        'worker ms CPU': cpuOf(engine, 'worker'),
        'coordinator ms CPU': cpuOf(engine, 'coordinator'),
        'server ms CPU': cpuOf(engine, 'server'),
      },
    ],
    { latencyMs, ratios: ratios.map(short), script: script.map((one) => short(one.perSecond)), engine },
  );
}

async function scriptRound(latencyMs: number, round: number): Promise<Round> {
  return inFolder(async (folder) => {
    const simulators = await startSimulators(folder, latencyMs, round);
    const { batchFile } = simulators.told;
    const input: ScriptInput = { batchFile, window };
    const script = await startPart<object>('script.ts', input);
    const parts = { simulators: simulators.pid, script: script.pid };
    const before = await cpuOfAll(parts);
    const { seconds } = await script.ask<ScriptRan>('run');
    const cpu = perTenant(before, await cpuOfAll(parts));
    const { requests } = await simulators.ask<Seen>('seen');
    await script.stop();
    await simulators.stop();
    return { perSecond: count / seconds, cpu, requests: requests / count };
  });
}

async function engineRound(latencyMs: number, round: number) {
  return inFolder(async (folder) => {
    const simulators = await startSimulators(folder, latencyMs, round);
    const { batchFile } = simulators.told;
    const profile = values.profile ? ['--cpu-prof', '--cpu-prof-dir', values.profile] : [];
    const engine = await startEngine(folder, profile);
    const { migrations, client } = engine;
    const batch = await oneWave(batchFile, window);

    const { worker, coordinatorPid: coordinator, serverPid: server } = engine;
    const parts = { simulators: simulators.pid, worker: worker.pid, coordinator, server };
    const before = await cpuOfAll(parts);
    const since = performance.now();
    await migrations.startBatch(batch, 'bench');
    const { endings } = await migrations.batchResult(batch.batch);
    const seconds = (performance.now() - since) / 1_000;
    const cpu = perTenant(before, await cpuOfAll(parts));
    if (endings.migrated !== count) throw new Error(`not all migrated: ${JSON.stringify(endings)}`);
    const { requests } = await simulators.ask<Seen>('seen');
    const one = await client.workflow.getHandle(tenantWorkflowId(batch.tenants[0]?.id ?? '')).describe();
    const ofBatch = await client.workflow.getHandle(batchWorkflowId(batch.batch)).describe();
    const spent = await spentBy(client, batch.tenants.slice(0, SAMPLED));
    const database = await engine.databaseBytes();
    await engine.stop();
    await simulators.stop();
    return {
      perSecond: count / seconds,
      cpu,
      requests: requests / count,
      events: one.historyLength,
      bytes: one.historySize ?? 0,
      coordinatorBytes: ofBatch.historySize ?? 0,
      database: database / count,
      spent,
    };
  });
}

/** Where a tenant's time goes, on average: its own run, and that of its people sync, which is its `child`. */
async function spentBy(client: Client, tenants: readonly Pick<Tenant, 'id'>[]) {
  const of = async (workflowIds: string[]) => {
    const lines = await pMap(workflowIds, async (id) => timeline(await client.workflow.getHandle(id).fetchHistory()));
    const mean = (where: Where) => Math.round(lines.reduce((sum, line) => sum + line[where], 0) / lines.length);
    return Object.fromEntries(WHERE.map((where) => [where, mean(where)])) as Record<Where, number>;
  };
  return {
    tenant: await of(tenants.map(({ id }) => tenantWorkflowId(id))),
    people: await of(tenants.map(({ id }) => peopleSyncWorkflowId(id))),
  };
}

function startSimulators(folder: string, latencyMs: number, round: number): Promise<Part<SimulatorsTold>> {
  const input: SimulatorsInput = {
    folder,
    batch: 'bench',
    from: round * count,
    count,
    seed: SEED,
    latencyMs,
    faults: false,
    privateOfTen: 10,
    people: values.people === 'everybody' ? 'everybody' : 'count',
  };
  return startPart<SimulatorsTold>('simulators.ts', input);
}

async function cpuOfAll(parts: Record<string, number>): Promise<Record<string, number>> {
  const each = Object.entries(parts).map(async ([name, pid]) => [name, (await usageOf(pid)).cpuSeconds] as const);
  return Object.fromEntries(await Promise.all(each));
}

function perTenant(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, cpu]) => [name, (cpu - (before[name] ?? 0)) / count]));
}
