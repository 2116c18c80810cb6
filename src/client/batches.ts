import { setTimeout as sleep } from 'node:timers/promises';
import {
  QueryRejectedError,
  WorkflowClient,
  WorkflowFailedError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { BatchMissing, tenantsOf, type BatchStore } from '../batch-store/store.js';
import { candidateOf } from '../domain/batch/candidate.js';
import type { Batch } from '../domain/batch/batch.js';
import { endpointsOf } from '../domain/batch/endpoints.js';
import type { LimitChange, Order, Scope, TenantsOrder } from '../domain/batch/orders.js';
import type { NewBatch } from '../domain/batch/state.js';
import { BATCH_OUTCOMES, type BatchOutcome, type BatchStatus } from '../domain/batch/status.js';
import type { Explanation } from '../domain/batch/why.js';
import { batchHash } from '../domain/fingerprint.js';
import { batchWorkflowId, fairnessKey } from '../domain/ids.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import { assignWaves, narrowedBatch } from '../domain/batch/waves.js';
import {
  abortUpdate,
  addTenantsUpdate,
  approveWaveUpdate,
  batchStatusQuery,
  cutOverUpdate,
  dropTenantsUpdate,
  leftOutQuery,
  pauseTenantsUpdate,
  pauseUpdate,
  rejectWaveUpdate,
  resumeTenantsUpdate,
  resumeUpdate,
  retryTenantsUpdate,
  rollbackTenantsUpdate,
  setLimitsUpdate,
  sourcesQuery,
  targetThrottledSignal,
  undosQuery,
  whyQuery,
  type Answered,
  type RolledBack,
} from '../workflows/messages.js';
import type { migrateBatch } from '../workflows/index.js';
import { PACE, type Pace } from '../workflows/pace.js';
import { NobodyAnswers, OrderRefused, whyNot } from './order-refused.js';
import { ordered } from './refused.js';
import { BATCH, NEEDS_ATTENTION, OUTCOME } from './tenant-rows.js';

/** What came of asking for a batch: another one of the same name may be under way with other tenants or settings. */
export type BatchStart = 'started' | 'under-way' | 'another-under-way';

/** A batch as the lists of Temporal show it: needs no worker and no query. */
export interface BatchRow {
  running: boolean;
  /** When whoever applied it started it, ISO 8601; null for one of an older version. */
  startedAt: string | null;
  /** `stopped-by-limit` also while it is held; null where it has not come to anything yet. */
  outcome: BatchOutcome | null;
  needsAttention: boolean;
  content: string | null;
}

const QUERY_WITHIN_MS = 3_000;
/** So long after the first question it is asked again, each time beside the ones before. */
const ASKED_AFTER_MS = [0, 60, 120, 200, 300, 500, 1_000, 2_000];
/** There is none, it is over, or it was over before it came to anything. */
const ENDS_ASKING = [WorkflowNotFoundError, QueryRejectedError, WorkflowFailedError];
/** How a batch ends in which everybody had a turn. */
const THROUGH: readonly (BatchOutcome | null)[] = ['done', 'done-with-warnings', 'partial'];
/** What the runs of each have left is looked at before a rollback is taken: not of too many in one Update. */
const ROLLED_BACK_AT_ONCE = 200;
/** Ids of one Update: some hundred kilobytes at most. */
const IDS_AT_ONCE = 1_000;
/** A worker that has just started, on a busy machine, may need more than one question. */
const QUESTIONS = 10;

export interface BatchesOptions {
  client: Client;
  store: BatchStore;
  /** Where coordinators run. */
  coordinatorQueue: string;
}

/** Starts batches, asks them, and gives them orders. Every order rejects with the reason where it does not fit. */
export function createBatches({ client, store, coordinatorQueue }: BatchesOptions) {
  const handleOf = (batch: string) => client.workflow.getHandle<typeof migrateBatch>(batchWorkflowId(batch));
  /** A coordinator that is over is read, not asked: an answer would need a worker and a replay of its whole history. */
  const ofOpen = new WorkflowClient({ ...client.workflow.options, queryRejectCondition: 'NOT_OPEN' });
  const openHandleOf = (batch: string) => ofOpen.getHandle<typeof migrateBatch>(batchWorkflowId(batch));

  /** Questions that are on their way, also those that nobody waits for any more. */
  const asking = new Set<Promise<void>>();

  /**
   * The first answer counts: a question that came right before a coordinator went on as new waits for a replay of the run that is
   * over, while one that comes after it is answered at once. Undefined where no worker answers, or there is no such batch.
   */
  async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    const answered = new AbortController();
    const asked = ASKED_AFTER_MS.map(async (ms) => {
      await sleep(ms, undefined, { signal: answered.signal });
      try {
        return await client.withAbortSignal(answered.signal, () =>
          client.withDeadline(Date.now() + QUERY_WITHIN_MS - ms, question),
        );
      } catch (error) {
        if (ENDS_ASKING.some((kind) => error instanceof kind)) return undefined;
        throw error;
      }
    });
    const left = Promise.allSettled(asked).then(() => void asking.delete(left));
    asking.add(left);
    try {
      return await Promise.any(asked);
    } catch {
      return undefined;
    } finally {
      answered.abort();
    }
  }

  const contentOf = async (batch: Batch): Promise<string> => (await stored(store, batch)).content;

  async function tell<Given>(batch: string, update: UpdateDefinition<void, [Given]>, given: Given): Promise<void> {
    await ordered(`batch ${batch}`, () => handleOf(batch).executeUpdate(update, { args: [given] }));
  }

  async function tellInPages(
    batch: string,
    update: UpdateDefinition<Answered, [TenantsOrder]>,
    { tenantIds, ...order }: ToTenants,
  ): Promise<Answered> {
    const all: Answered = { accepted: [], refused: [] };
    for (const [index, page] of pagesOf(tenantIds, IDS_AT_ONCE).entries()) {
      try {
        const { accepted, refused } = await ordered(`batch ${batch}`, () =>
          handleOf(batch).executeUpdate(update, { args: [{ ...order, tenantIds: page }] }),
        );
        all.accepted.push(...accepted);
        all.refused.push(...refused);
      } catch (error) {
        const why = whyNot(error);
        // The ones before have been reached: whoever gave the order has to see whom.
        if (index === 0 || why === undefined) throw error;
        all.refused.push(...page.map((tenantId) => ({ tenantId, why })));
      }
    }
    return all;
  }

  /** Everybody who is of a batch that is under way, as it lies in the store. Rejects where there is none, or nobody answers. */
  async function membersOf(batch: string): Promise<Set<string>> {
    for (let asked = 0; asked < QUESTIONS; asked += 1) {
      const answer = await ask(() => openHandleOf(batch).query(sourcesQuery));
      if (answer) {
        const waves = answer.waves.map((sources, wave) => tenantsOf(store, { batch, wave, sources }));
        return new Set((await Promise.all(waves)).flat().map(({ id }) => id));
      }
      if (!(await rowOf(batch))?.running) throw new OrderRefused(`batch ${batch}: nothing of it is running`);
    }
    throw new NobodyAnswers(`batch ${batch}: no worker answered in time; nobody was added`);
  }

  async function rowOf(batch: string): Promise<BatchRow | undefined> {
    try {
      const { status, typedSearchAttributes, memo } = await handleOf(batch).describe();
      const { content, startedAt } = memo ?? {};
      const outcome = typedSearchAttributes.get(OUTCOME);
      return {
        running: status.name === 'RUNNING',
        startedAt: typeof startedAt === 'string' ? startedAt : null,
        outcome: BATCH_OUTCOMES.find((one) => one === outcome) ?? null,
        needsAttention: status.name === 'RUNNING' && (typedSearchAttributes.get(NEEDS_ATTENTION) ?? false),
        content: typeof content === 'string' ? content : null,
      };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async function begin(
    batch: Batch,
    how: Pick<NewBatch, 'startedBy' | 'until'>,
    policy?: Policy,
    pace?: Partial<Pace>,
  ): Promise<BatchStart> {
    const content = await stored(store, batch);
    try {
      await client.workflow.start<typeof migrateBatch>('migrateBatch', {
        workflowId: batchWorkflowId(batch.batch),
        taskQueue: coordinatorQueue,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: [{ key: BATCH, value: batch.batch }],
        memo: { content: content.content, startedAt: new Date().toISOString() },
        priority: { fairnessKey: fairnessKey(batch.batch) },
        staticSummary: `${batch.batch} · ${batch.tenants.length} tenants`,
        args: [
          {
            batch: batch.batch,
            begin: { ...content, ...how },
            ...(policy ? { policy } : {}),
            pace: { ...PACE, ...pace },
          },
        ],
      });
      return 'started';
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const row = await rowOf(batch.batch);
      return row?.content === content.content ? 'under-way' : 'another-under-way';
    }
  }

  return {
    /** Starts a batch, or finds the one that runs under this name: killed and called again, it goes on. */
    startBatch(batch: Batch, by: string, policy?: Policy, pace?: Partial<Pace>): Promise<BatchStart> {
      return begin(batch, { startedBy: by }, policy, pace);
    },

    /** As `startBatch`, but every tenant ends with its snapshot: nothing is written before `cutOver`. */
    prepareBatch(batch: Batch, by: string, policy?: Policy, pace?: Partial<Pace>): Promise<BatchStart> {
      return begin(batch, { startedBy: by, until: 'snapshot' }, policy, pace);
    },

    /** A tenant of a batch met a system that asks to be asked less often: its batch narrows. Never fails: it is only advice. */
    async tellThrottled(workflowId: string): Promise<void> {
      try {
        const { parentExecution, typedSearchAttributes } = await client.workflow.getHandle(workflowId).describe();
        const batch = typedSearchAttributes.get(BATCH);
        // Its parent may be a partition: what the width is, is decided by the coordinator.
        if (!parentExecution || batch === undefined) return;
        await handleOf(batch).signal(targetThrottledSignal, { tenantId: workflowId });
      } catch {
        // The batch is over.
      }
    },

    /**
     * When no question is on its way any more that nobody waits for: the library asks them again and again, and fails badly on a
     * connection that is closed. Within `QUERY_WITHIN_MS`.
     */
    async settled(): Promise<void> {
      await Promise.all(asking);
    },

    /** Undefined where no batch of this name ever ran. */
    batchRow: rowOf,

    /** Asks the coordinator, once, or reads how it ended; undefined where there is none, or no worker answers. */
    batchStatus(batch: string): Promise<BatchStatus | undefined> {
      return ask(async () => {
        try {
          return await openHandleOf(batch).query(batchStatusQuery);
        } catch (error) {
          if (error instanceof QueryRejectedError) return handleOf(batch).result();
          throw error;
        }
      });
    },

    /** Waits for the batch's end; its counts. Rejects where it was cancelled or terminated. */
    batchResult(batch: string): Promise<BatchStatus> {
      return handleOf(batch).result();
    },

    /** What keeps a tenant where it is; undefined where it is not of the batch, or no worker answers. */
    async why(batch: string, tenantId: string): Promise<Explanation | undefined> {
      const asked = await ask(() => openHandleOf(batch).query(sourcesQuery));
      for (const [wave, sources] of (asked?.waves ?? []).entries()) {
        const tenants = await tenantsOf(store, { batch, wave, sources });
        const at = tenants.findIndex(({ id }) => id === tenantId);
        const tenant = tenants[at];
        if (!asked || !tenant) continue;
        const held = endpointsOf(tenant).filter(({ key }) => asked.endpoints.includes(key));
        const candidate = candidateOf(tenant, { wave, at }, held, asked.targets, new Date());
        return ask(() => openHandleOf(batch).query(whyQuery, candidate));
      }
      return undefined;
    },

    /**
     * Whom a batch that is under way has left out; undefined where no worker answers, or the batch lies on another machine. Whoever
     * was skipped otherwise has a run, and is among them too.
     */
    async leftOut(batch: string): Promise<ReadonlySet<string> | undefined> {
      const waves = await ask(() => openHandleOf(batch).query(leftOutQuery));
      if (!waves) return undefined;
      const ids = new Set<string>();
      try {
        for (const [wave, { sources, at }] of waves.entries()) {
          if (at.length === 0) continue;
          const tenants = await tenantsOf(store, { batch, wave, sources });
          for (const [from, length] of at) for (const { id } of tenants.slice(from, from + length)) ids.add(id);
        }
      } catch (error) {
        if (error instanceof BatchMissing) return undefined;
        throw error;
      }
      return ids;
    },

    /** Hash of what a file would run: an approval is for this and nothing else. */
    contentOf,

    /**
     * Whether everybody in this file had a turn, so that a tenant without a run was dropped: the batch is over, and `under`, its row,
     * is of this very file. Needs no worker.
     */
    async isThrough(batch: Batch, under: BatchRow | null | undefined): Promise<boolean> {
      if (!under || under.running || !THROUGH.includes(under.outcome)) return false;
      return (await contentOf(batch)) === under.content;
    },

    pause: (batch: string, order: Order & { on: Scope }) => tell(batch, pauseUpdate, order),
    resume: (batch: string, order: Order & { on: Scope; limits?: LimitChange }) => tell(batch, resumeUpdate, order),
    setLimits: (batch: string, order: Order & { wave: string | null; change: LimitChange }) =>
      tell(batch, setLimitsUpdate, order),
    approveWave: (batch: string, order: Order & { wave: string; content?: string }) =>
      tell(batch, approveWaveUpdate, order),
    rejectWave: (batch: string, order: Order & { wave: string }) => tell(batch, rejectWaveUpdate, order),
    cutOver: (batch: string, order: Order) => tell(batch, cutOverUpdate, order),
    abort: (batch: string, order: Order & { how: 'finish-step' | 'undo' }) => tell(batch, abortUpdate, order),

    /**
     * Tenants of the file join waves of the running batch, as many as can: who is of it already is refused alone, and a wave that is
     * over refuses its own only. The batch is from then on the file with those who are of it, so that the same file goes on with it
     * once everybody has joined.
     */
    async addTenants(batch: Batch, order: Order, joining: ReadonlyMap<string, readonly Tenant[]>): Promise<Answered> {
      const answered: Answered = { accepted: [], refused: [] };
      const members = await membersOf(batch.batch);
      for (const [wave, tenants] of joining) {
        const joiners = tenants.filter(({ id }) => !members.has(id));
        const refuse = (which: readonly Tenant[], why: string): void =>
          void answered.refused.push(...which.map(({ id }) => ({ tenantId: id, why })));
        refuse(
          tenants.filter(({ id }) => members.has(id)),
          'it is of this batch already',
        );
        if (joiners.length === 0) continue;
        const source = { reference: await store.put(batch.batch, [joiners]), wave: 0, size: joiners.length };
        const after = new Set([...members, ...joiners.map(({ id }) => id)]);
        const { content } = await stored(store, narrowedBatch(batch, after));
        try {
          await tell(batch.batch, addTenantsUpdate, { ...order, wave, source, content });
          for (const { id } of joiners) {
            members.add(id);
            answered.accepted.push(id);
          }
        } catch (error) {
          const why = whyNot(error);
          if (why === undefined) throw error;
          refuse(joiners, why);
        }
      }
      return answered;
    },

    dropTenants: (batch: string, order: ToTenants) => tellInPages(batch, dropTenantsUpdate, order),
    pauseTenants: (batch: string, order: ToTenants) => tellInPages(batch, pauseTenantsUpdate, order),
    resumeTenants: (batch: string, order: ToTenants) => tellInPages(batch, resumeTenantsUpdate, order),
    retryTenants: (batch: string, order: ToTenants) => tellInPages(batch, retryTenantsUpdate, order),

    /** Undoes tenants of a batch that is under way. Those of `elsewhere` are not of it. */
    async rollbackTenants(
      batch: string,
      { tenantIds, ...order }: Order & { tenantIds: readonly string[]; withinMs?: number },
    ): Promise<RolledBack> {
      const all: RolledBack = { accepted: [], refused: [], elsewhere: [] };
      for (const page of pagesOf(tenantIds, ROLLED_BACK_AT_ONCE)) {
        const told = { ...order, tenantIds: page };
        const { accepted, refused, elsewhere } = await ordered(`batch ${batch}`, () =>
          handleOf(batch).executeUpdate(rollbackTenantsUpdate, { args: [told] }),
        );
        all.accepted.push(...accepted);
        all.refused.push(...refused);
        all.elsewhere.push(...elsewhere);
      }
      return all;
    },

    /** Who is being undone, or will be as soon as there is room; undefined where no worker answers, or the batch is over. */
    undosOf: (batch: string): Promise<string[] | undefined> => ask(() => openHandleOf(batch).query(undosQuery)),
  };
}

/** However many: more than one Update carries go by several. */
type ToTenants = Omit<TenantsOrder, 'tenantIds'> & { tenantIds: readonly string[] };

function pagesOf(ids: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, page) => ids.slice(page * size, (page + 1) * size));
}

/** Puts the tenants into the store; what is left is small enough for a payload. */
async function stored(store: BatchStore, { batch, waves, limits, targets, tenants }: Batch) {
  const assigned = assignWaves({ waves, tenants });
  const reference = await store.put(
    batch,
    assigned.map((one) => one.tenants),
  );
  const sized = assigned.map(({ wave: { size: _taken, ...wave }, tenants: of }) => ({ ...wave, size: of.length }));
  const content = batchHash({ reference, waves: sized, limits, targets });
  return { reference, waves: sized, limits, targets, content };
}
