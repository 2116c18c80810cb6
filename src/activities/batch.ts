import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { BatchMissing, tenantsOf, type BatchStore, type WaveInput } from '../batch-store/store.js';
import type { RunElsewhere } from '../domain/batch/adoption.js';
import { candidateOf, inOrder, positionsIn } from '../domain/batch/candidate.js';
import type { Endpoint } from '../domain/batch/endpoints.js';
import type { Range } from '../domain/batch/ledger.js';
import { reasonsOfTenant, type Candidate, type Holding } from '../domain/batch/reasons.js';
import type { Pass } from '../domain/batch/room.js';
import type { BatchState, Source } from '../domain/batch/state.js';
import type { Ending, TenantEnding } from '../domain/batch/limits.js';
import { standingSince } from '../domain/batch/partitions.js';
import type { Finding } from '../domain/findings.js';
import type { Change } from '../domain/plan.js';
import type { Tenant } from '../domain/tenant.js';
import type { SharedEndpoints } from './shared-endpoints.js';

/** The newest run of each tenant; those that never ran are left out. While it runs, it may wait for a person, and the rest is null. */
export type DescribeRuns = (
  tenantIds: readonly string[],
) => Promise<{ tenantId: string; ending: Ending | null; closedAt: number | null; asks: boolean }[]>;

/** It runs, and waits for a person. */
export interface AskingTenant {
  tenantId: string;
  ending: null;
}

/** What the newest run of a tenant planned and did not write; null where it is gone, or was something else. */
export type PlannedBy = (tenantId: string) => Promise<Change[] | null | 'still-runs'>;

/** What the newest run of a tenant left for somebody to follow up. */
export type WarnedBy = (tenantId: string) => Promise<Finding[]>;

/** What runs under the id of a tenant; null where nothing does. */
export type UnderWay = (tenantId: string) => Promise<RunElsewhere | null>;

export interface NextTenantsInput extends WaveInput {
  pass: Pass;
  /** Those of the wave that have not started, and those that are prepared: ranges, since this stands in the event history. */
  notStarted: Range[];
  prepared: Range[];
  limit: number;
  order: 'file' | 'priority';
  targets: BatchState['targets'];
  holding: Holding;
  usualMs: number;
}

/** A tenant that may start, and what it shares with others of the batch. */
export interface Startable {
  tenant: Tenant;
  candidate: Candidate;
  shared: Endpoint[];
  /** What was planned when it was prepared; null where that can no longer be read. */
  planned?: Change[] | null;
}

export interface NextTenants {
  tenants: Startable[];
  /** Where none may start: when time alone changes that, in milliseconds since the epoch; null where it does not. */
  until: number | null;
}

export interface Located {
  tenantId: string;
  wave: number;
  at: number;
}

export interface BatchActivitiesDeps {
  store: BatchStore;
  shared: SharedEndpoints;
  describe: DescribeRuns;
  planned: PlannedBy;
  warned: WarnedBy;
  underWay: UnderWay;
}

/** What the coordinator asks of its store, and of runs that never told how they ended. Touches no tenant's systems. */
export function createBatchActivities({ store, shared, describe, planned, warned, underWay }: BatchActivitiesDeps) {
  return {
    /** The next tenants of a wave that nothing holds back, in its order. */
    async nextTenants(input: NextTenantsInput): Promise<NextTenants> {
      return missingAsFailure(async () => {
        const tenants = await tenantsOf(store, input);
        const found: Startable[] = [];
        const times: number[] = [];
        let plannedBytes = 0;
        const prepared = new Set(positionsIn(input.prepared));
        for (const at of inOrder([...input.notStarted, ...input.prepared], tenants, input.order)) {
          const tenant = tenants[at];
          if (!tenant) throw new BatchMissing(`the store has no tenant ${at} of wave ${input.wave}`);
          const common = await shared(input, tenant);
          const place = { wave: input.wave, at };
          const candidate = candidateOf(tenant, place, common, input.targets, new Date());
          // Nothing is written: that may be done at any time.
          if (input.pass === 'prepare') candidate.window = null;
          const reasons = reasonsOfTenant(input.holding, candidate, Date.now(), input.usualMs);
          if (reasons.length === 0) {
            const plan = prepared.has(at) ? await planned(tenant.id) : undefined;
            // It has told that it is prepared, and is about to close: started now, it would be taken for that run.
            if (plan === 'still-runs') {
              times.push(Date.now() + CLOSES_WITHIN_MS);
              continue;
            }
            const before = plan === undefined ? {} : { planned: plan };
            found.push({ tenant, candidate, shared: common, ...before });
            plannedBytes += JSON.stringify(before).length;
          } else times.push(...reasons.flatMap(({ until }) => (until === undefined ? [] : [until])));
          if (found.length >= input.limit || plannedBytes > MAX_PLANNED_BYTES) break;
        }
        return { tenants: found, until: times.length === 0 ? null : Math.min(...times) };
      });
    },

    /** The tenants at these positions, for a second look. */
    async tenantsAt({ positions, targets, ...wave }: TenantsAtInput): Promise<Looked[]> {
      return missingAsFailure(async () => {
        const tenants = await tenantsOf(store, wave);
        const runs = await describe(positions.flatMap((at) => tenants[at]?.id ?? []));
        const withWarnings = new Set(runs.flatMap(({ tenantId, ending }) => (ending === WARNED ? [tenantId] : [])));
        return Promise.all(
          positions.map(async (at): Promise<Looked> => {
            const tenant = tenants[at];
            if (!tenant) throw new BatchMissing(`the store has no tenant ${at} of wave ${wave.wave}`);
            const place = { wave: wave.wave, at };
            const candidate = candidateOf(tenant, place, await shared(wave, tenant), targets ?? {}, new Date());
            const warnings = withWarnings.has(tenant.id) ? { warnings: await warned(tenant.id) } : {};
            return { ...tenant, ...warnings, shares: { endpoints: candidate.endpoints, targets: candidate.targets } };
          }),
        );
      });
    },

    /** Where these tenants stand; those that are not of the batch are left out. */
    async locateTenants({ batch, waves, tenantIds }: LocateInput): Promise<Located[]> {
      return missingAsFailure(async () => {
        const wanted = new Set(tenantIds);
        const found: Located[] = [];
        for (const [wave, sources] of waves.entries()) {
          (await tenantsOf(store, { batch, wave, sources })).forEach(({ id }, at) => {
            if (wanted.has(id)) found.push({ tenantId: id, wave, at });
          });
        }
        return found;
      });
    },

    /** Who of those that are about to join a wave is of the batch already. */
    async findMembers({ batch, waves, joining }: FindMembersInput): Promise<{ tenantIds: string[] }> {
      return missingAsFailure(async () => {
        const members = new Set<string>();
        for (const [wave, sources] of waves.entries()) {
          for (const { id } of await tenantsOf(store, { batch, wave, sources })) members.add(id);
        }
        const joins = await tenantsOf(store, { batch, wave: joining.wave, sources: [joining] });
        return { tenantIds: joins.map(({ id }) => id).filter((id) => members.has(id)) };
      });
    },

    /** For a tenant that could not start. A run that has told how it ended, and is about to close, is none. */
    async findRunning({ tenantId }: { tenantId: string }): Promise<RunElsewhere | null> {
      if ((await underWay(tenantId)) === null) return null;
      await sleep(CLOSES_WITHIN_MS);
      return underWay(tenantId);
    },

    /** For tenants whose signal never came: terminated from outside, or lost. */
    async findEnded({ tenantIds, asking }: FindEndedInput): Promise<(TenantEnding | AskingTenant)[]> {
      const runs = await describe(tenantIds);
      return runs.flatMap(({ tenantId, ending, asks }): (TenantEnding | AskingTenant)[] => {
        if (ending === null) return asking === true && asks ? [{ tenantId, ending }] : [];
        return [{ tenantId, ending }];
      });
    },

    /** For tenants that were dealt out, and nobody knows whether they started. */
    async findDealt({ dealt }: { dealt: Dealt[] }): Promise<{ ended: TenantEnding[]; notStarted: string[] }> {
      const runs = new Map((await describe(dealt.map(({ tenantId }) => tenantId))).map((run) => [run.tenantId, run]));
      const standing = (which: ReturnType<typeof standingSince>): string[] =>
        dealt.flatMap(({ tenantId, since }) => (standingSince(runs.get(tenantId), since) === which ? [tenantId] : []));
      const ended = standing('ended').flatMap((tenantId) => {
        const ending = runs.get(tenantId)?.ending ?? null;
        return ending === null ? [] : [{ tenantId, ending }];
      });
      return { ended, notStarted: standing('none') };
    },
  };
}

export interface TenantsAtInput extends WaveInput {
  positions: number[];
  /** Absent where an older version asks. */
  targets?: BatchState['targets'];
}

/** A tenant, what its run left to be followed up, and what may hold back its undo; older versions told neither. */
export type Looked = Tenant & { warnings?: Finding[]; shares?: Pick<Candidate, 'endpoints' | 'targets'> };

export interface Dealt {
  tenantId: string;
  /** Milliseconds since the epoch. */
  since: number;
}

export interface FindEndedInput {
  tenantIds: string[];
  /** Tell also who waits for a person. Absent where an older version asks, which would take them for ended. */
  asking?: true;
}

export interface FindMembersInput {
  batch: string;
  waves: Source[][];
  joining: Source;
}

export interface LocateInput {
  batch: string;
  waves: Source[][];
  tenantIds: string[];
}

const CLOSES_WITHIN_MS = 1_000;
const WARNED: Ending = 'migrated-with-warnings';

/** A tenant may have hundreds of categories, and what was planned for a page of tenants has to fit in a payload of 2 MiB. */
const MAX_PLANNED_BYTES = 500_000;

/** Asking again does not help where the store lacks something. */
export async function missingAsFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BatchMissing) throw ApplicationFailure.nonRetryable(error.message, error.name);
    throw error;
  }
}
