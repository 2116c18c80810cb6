import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setHandler,
  sleep,
  startChild,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Startable } from '../activities/batch.js';
import type { TenantEnding } from '../domain/batch/limits.js';
import { dealOut, partitionsFor, type Share } from '../domain/batch/partitions.js';
import type { BatchState, InFlight } from '../domain/batch/state.js';
import { partitionWorkflowId } from '../domain/ids.js';
import { coordinatorActivities } from './activity-groups.js';
import { batchPartition } from './batch-partition.js';
import type { MigrateTenantInput } from './migrate-tenant.js';
import type { Pace } from './pace.js';
import { batchOverSignal, partitionNewsSignal, startTenantsSignal, type DealtTenant } from './partition-messages.js';
import { batchAttributes } from './search-attributes.js';

export interface StarterOptions {
  batch: string;
  state: BatchState;
  pace: Pace;
  /** Ids that count as running while their run may not be there yet. */
  starting: Set<string>;
  inputOf(startable: Startable): MigrateTenantInput;
  /** One that was to start has a run of somebody else's: decides what becomes of it. */
  foundRunning(startable: Startable): Promise<void>;
  /** Starts one as a child of the coordinator. */
  startHere(startable: Startable): Promise<void>;
  settle(...endings: TenantEnding[]): void;
}

/** Carries out starts that are decided. */
export interface Starter {
  /** Resolves when their runs are there: until then nobody could pause or cancel them. */
  start(tenants: readonly Startable[]): Promise<void>;
  /** The batch is over. */
  close(): Promise<void>;
}

const SEND_AGAIN_MS = 1_000;

/** Starts tenants here, or deals them out to partitions where the window is too wide for one workflow. */
export function createStarter(options: StarterOptions): Starter {
  const { batch, state, pace, starting, inputOf, foundRunning, startHere, settle } = options;
  const { findDealt } = coordinatorActivities();
  /** Partitions that this run knows to be there. */
  const there = new Set<number>();
  /** Ids of tenants that a partition could not start. */
  const taken = new Set<string>();

  setHandler(
    partitionNewsSignal,
    ({ started, taken: found = [], ended }) => {
      for (const { id, since } of found) {
        if (starting.has(id) && state.inFlight.some((one) => one.id === id && one.since === since)) taken.add(id);
      }
      for (const { id, since } of started) {
        if (state.inFlight.some((one) => one.id === id && one.since === since)) starting.delete(id);
      }
      const meant = ended.filter(({ tenantId, since }) =>
        state.inFlight.some((one) => one.id === tenantId && (since === undefined || one.since === since)),
      );
      if (meant.length > 0) settle(...meant);
    },
    { description: 'A partition tells which tenants have started and how others ended' },
  );

  return {
    async start(tenants) {
      const partitions = partitionsFor(state, { own: pace.ownWidth, bound: pace.partitionWidth });
      if (partitions === 0) {
        await Promise.all(tenants.map(startHere));
        return;
      }
      const shares = dealOut(tenants, state.inFlight, { partitions, bound: pace.partitionWidth });
      // A start that is under way when the batch is cancelled must be known, to be undone.
      await CancellationScope.nonCancellable(() => Promise.all(shares.map(deal)));
    },

    async close() {
      const partitions = Array.from({ length: state.partitions ?? 0 }, (_, partition) => handleOf(partition));
      await Promise.all(partitions.map((partition) => partition.signal(batchOverSignal).catch(gone)));
    },
  };

  /**
   * Deals out a share, and waits for the word that it has started. Where that does not come, the partition may be gone, and what
   * it knew with it: the runs themselves are looked at, and only those are dealt out again that have none.
   */
  async function deal({ partition, tenants }: Share<Startable>): Promise<void> {
    const runs = new Map<string, InFlight>(state.inFlight.map((one) => [one.id, one]));
    let left = tenants.flatMap((startable): DealtTenant[] => {
      const run = runs.get(startable.tenant.id);
      if (!run) return [];
      run.partition = partition;
      return [{ input: inputOf(startable), since: run.since }];
    });
    const isLeft = ({ input: { tenant } }: DealtTenant): boolean => {
      const run = runs.get(tenant.id);
      return starting.has(tenant.id) && !taken.has(tenant.id) && run !== undefined && state.inFlight.includes(run);
    };
    while (left.length > 0) {
      await send(partition, left);
      await condition(() => !left.some(isLeft) || !there.has(partition), pace.reconcileMs);
      left = left.filter(isLeft);
      if (left.length === 0) break;

      const dealt = left.map(({ input, since }) => ({ tenantId: input.tenant.id, since }));
      const { ended, notStarted } = await findDealt({ dealt });
      settle(...ended.filter(({ tenantId }) => left.some((one) => one.input.tenant.id === tenantId && isLeft(one))));
      left = left.filter((one) => isLeft(one) && notStarted.includes(one.input.tenant.id));
    }
    await Promise.all(tenants.filter(({ tenant }) => taken.delete(tenant.id)).map(foundRunning));
    for (const { tenant } of tenants) starting.delete(tenant.id);
  }

  async function send(partition: number, dealt: DealtTenant[]): Promise<void> {
    for (let failed = 0; ; failed += 1) {
      if (failed > 1) await sleep(SEND_AGAIN_MS);
      if (!there.has(partition)) await begin(partition);
      try {
        await handleOf(partition).signal(startTenantsSignal, dealt);
        return;
      } catch {
        // It was idle and has ended, or somebody has terminated it.
        there.delete(partition);
      }
    }
  }

  async function begin(partition: number): Promise<void> {
    const ended = (): void => void there.delete(partition);
    try {
      const child = await startChild(batchPartition, {
        args: [{ batch, partition, maxEvents: pace.partitionEvents }],
        workflowId: partitionWorkflowId(batch, partition),
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        typedSearchAttributes: batchAttributes(batch),
        staticSummary: `${batch} · partition ${partition}`,
      });
      child.result().then(ended, ended);
    } catch (error) {
      // An earlier run of this coordinator started it.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    there.add(partition);
    state.partitions = Math.max(state.partitions ?? 0, partition + 1);
  }

  function handleOf(partition: number) {
    return getExternalWorkflowHandle(partitionWorkflowId(batch, partition));
  }
}

/** It has ended already. */
function gone(): void {}
