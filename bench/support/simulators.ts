import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { batchFileOf } from '../../simulators/batch-file.js';
import { startWorld } from '../../simulators/world.js';
import { inputOf, serve } from './children.js';
import { withSecretFiles } from './secret-files.js';
import { aTenant, faultOf } from './tenants.js';

/** The simulated outside systems, in a process of their own. */
export interface SimulatorsInput {
  folder: string;
  batch: string;
  from: number;
  count: number;
  seed: number;
  /** Every answer to us takes so long; 0: as fast as it can. */
  latencyMs: number;
  faults: boolean;
  /** Of ten tenants so many are of a private cloud. */
  privateOfTen: number;
  /** How the people of each tenant are compared; by head counts if absent. */
  people?: 'everybody' | 'count';
}

export interface SimulatorsTold {
  batchFile: string;
}

/** What was seen from outside, whatever the engine says. */
export interface Seen {
  requests: number;
  writes: number;
  /** Effective writes of one field of one tenant beyond the first. */
  repeated: number;
  /** How many tenants the console shows on each OA version. */
  oaVersions: Record<string, number>;
  /** Of one tenant: what was called, in order. */
  calls: string[];
}

/** One answered request from outside. A journal of its times alone: what is asked stands in `Seen`. */
export interface AnsweredCall {
  tenant: string;
  /** Milliseconds since the epoch. */
  at: number;
  writes: boolean;
}

// They stand for machines of their own: what they compute must not hold up what is measured.
setPriority(constants.priority.PRIORITY_LOW);

const {
  folder,
  batch,
  from,
  count,
  seed,
  latencyMs,
  faults,
  privateOfTen,
  people = 'count',
} = inputOf<SimulatorsInput>();
const indices = Array.from({ length: count }, (_, offset) => from + offset);
const world = await startWorld({ seed, tenants: indices.map((index) => aTenant(index, seed, privateOfTen)) });
for (const index of faults ? indices : []) {
  const fault = faultOf(index, seed);
  if (fault) world.fault(fault);
}
if (latencyMs > 0) world.fault({ kind: 'latency', ms: latencyMs, times: Number.POSITIVE_INFINITY, from: 'outside' });

const { yaml, env } = batchFileOf(world, batch, { defaults: { people: { compare: people } } });
const told: SimulatorsTold = { batchFile: join(folder, 'bench.batch.yaml') };
await writeFile(told.batchFile, await withSecretFiles(yaml, env, folder));
serve(told, { seen, answered }, () => world.close());

function seen(): Seen {
  const oaVersions: Record<string, number> = {};
  for (const tenant of world.tenants) {
    const version = String(tenant.state().integration['oaVersion']);
    oaVersions[version] = (oaVersions[version] ?? 0) + 1;
  }
  const [first] = world.tenants;
  return {
    requests: world.journal.times({ from: 'outside' }),
    writes: world.journal.writes().length,
    repeated: repeatedWrites(),
    oaVersions,
    calls: world.journal
      .entries({ from: 'outside', ...(first ? { tenant: first.id } : {}) })
      .map(({ system, method, path }) => `${system} ${method} ${path}`),
  };
}

function answered(): AnsweredCall[] {
  return world.journal
    .entries({ from: 'outside' })
    .flatMap(({ tenant, at, effect }) =>
      tenant === null ? [] : [{ tenant, at: Date.parse(at), writes: effect !== null }],
    );
}

function repeatedWrites(): number {
  const writes = world.journal.writes().map(({ tenant, effect }) => `${tenant ?? ''} ${effect ?? ''}`);
  return writes.length - new Set(writes).size;
}
