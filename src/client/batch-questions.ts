import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  QueryRejectedError,
  WorkflowClient,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { BatchMissing, tenantsOf, type BatchStore } from '../batch-store/store.js';
import { beforeIn, candidateOf } from '../domain/batch/candidate.js';
import type { Batch } from '../domain/batch/batch.js';
import { endpointsOf } from '../domain/batch/endpoints.js';
import { BATCH_OUTCOMES, type BatchOutcome, type BatchStatus } from '../domain/batch/status.js';
import type { UndosUnderWay } from '../domain/batch/undo.js';
import type { Explanation } from '../domain/batch/why.js';
import { batchWorkflowId } from '../domain/ids.js';
import { batchStatusQuery, leftOutQuery, sourcesQuery, undosQuery, whyQuery } from '../workflows/messages.js';
import type { migrateBatch } from '../workflows/index.js';
import { NobodyAnswers, nothingRuns } from './order-refused.js';
import { NEEDS_ATTENTION, OUTCOME } from './tenant-rows.js';
import { contentOf } from './batch-content.js';

/** A batch as the lists of Temporal show it: needs no worker and no query. */
export interface BatchRow {
  running: boolean;
  /** When whoever applied it started it, ISO 8601. */
  startedAt: string;
  /** `stopped-by-limit` also while it is held; null where it has not come to anything yet. */
  outcome: BatchOutcome | null;
  needsAttention: boolean;
  /** What it does next, or whom it waits for, in words, as of when that last changed; null where it has not told. */
  next: string | null;
  content: string | null;
}

const QUERY_WITHIN_MS = 3_000;
/** So long after the first question it is asked again, each time beside the ones before. */
const ASKED_AFTER_MS = [0, 60, 120, 200, 300, 500, 1_000, 2_000];
/** There is none, it is over, or it was over before it came to anything. */
const ENDS_ASKING = [WorkflowNotFoundError, QueryRejectedError, WorkflowFailedError];
/** How a batch ends in which everybody had a turn. */
const THROUGH: readonly (BatchOutcome | null)[] = ['done', 'done-with-warnings', 'partial'];
/** A worker that has just started, on a busy machine, may need more than one question. */
const QUESTIONS = 10;

/** Asks coordinators, each question once and no tenant, and reads what Temporal shows of them. */
export function createBatchQuestions({ client, store }: { client: Client; store: BatchStore }) {
  const handleOf = (batch: string) => client.workflow.getHandle<typeof migrateBatch>(batchWorkflowId(batch));
  /** A coordinator that is over is read, not asked: an answer would need a worker and a replay of its whole history. */
  const ofOpen = new WorkflowClient({ ...client.workflow.options, queryRejectCondition: 'NOT_OPEN' });
  const openHandleOf = (batch: string) => ofOpen.getHandle<typeof migrateBatch>(batchWorkflowId(batch));

  const starts = new LRUCache<string, string>({ max: 1_000 });

  /**
   * The first answer counts: a question that came right before a coordinator went on as new waits for a replay of the run that is
   * over, while one that comes after it is answered at once. Undefined where no worker answers, or there is no such batch.
   */
  async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    const answered = new AbortController();
    // Each question listens, and the library once more each time it repeats one: no leak, as Node would say.
    setMaxListeners(0, answered.signal);
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
    try {
      return await Promise.any(asked);
    } catch {
      return undefined;
    } finally {
      answered.abort();
    }
  }

  /** When the first run of a chain began, by the server's clock, as the ends of its tenants are. */
  async function startOf(batch: string, { runId, startTime, raw }: WorkflowExecutionDescription): Promise<string> {
    const first = raw.workflowExecutionInfo?.firstRunId;
    if (!first || first === runId) return startTime.toISOString();
    const known = starts.get(first);
    if (known !== undefined) return known;
    try {
      const began = (await client.workflow.getHandle(batchWorkflowId(batch), first).describe()).startTime.toISOString();
      starts.set(first, began);
      return began;
    } catch (error) {
      // Forgotten by the server: the batch runs longer than that keeps ended runs.
      if (error instanceof WorkflowNotFoundError) return startTime.toISOString();
      throw error;
    }
  }

  async function rowOf(batch: string): Promise<BatchRow | undefined> {
    try {
      const described = await handleOf(batch).describe();
      const { status, typedSearchAttributes, memo } = described;
      const { content, next } = memo ?? {};
      const outcome = typedSearchAttributes.get(OUTCOME);
      return {
        running: status.name === 'RUNNING',
        startedAt: await startOf(batch, described),
        outcome: BATCH_OUTCOMES.find((one) => one === outcome) ?? null,
        needsAttention: status.name === 'RUNNING' && (typedSearchAttributes.get(NEEDS_ATTENTION) ?? false),
        next: status.name === 'RUNNING' && typeof next === 'string' ? next : null,
        content: typeof content === 'string' ? content : null,
      };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async function membersOf(batch: string): Promise<Set<string>> {
    for (let asked = 0; asked < QUESTIONS; asked += 1) {
      const answer = await ask(() => openHandleOf(batch).query(sourcesQuery));
      if (answer) {
        const waves = answer.waves.map((sources, wave) => tenantsOf(store, { batch, wave, sources }));
        return new Set((await Promise.all(waves)).flat().map(({ id }) => id));
      }
      if (!(await rowOf(batch))?.running) throw nothingRuns(`batch ${batch}`);
    }
    throw new NobodyAnswers(`batch ${batch}: no worker answered in time; nobody was added`);
  }

  return {
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

    /** What keeps a tenant where it is; null where it is not of the batch, undefined where no worker answers. */
    async why(batch: string, tenantId: string): Promise<Explanation | null | undefined> {
      const asked = await ask(() => openHandleOf(batch).query(sourcesQuery));
      if (!asked) return undefined;
      for (const [wave, sources] of asked.waves.entries()) {
        const tenants = await tenantsOf(store, { batch, wave, sources });
        const at = tenants.findIndex(({ id }) => id === tenantId);
        const tenant = tenants[at];
        if (!tenant) continue;
        const held = endpointsOf(tenant).filter(({ key }) => asked.endpoints.includes(key));
        const candidate = candidateOf(tenant, { wave, at }, held, asked.targets, new Date());
        return ask(() => openHandleOf(batch).query(whyQuery, { ...candidate, before: beforeIn(tenants, at) }));
      }
      return null;
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

    /** Everybody who is of a batch that is under way, as it lies in the store. Rejects where there is none, or nobody answers. */
    membersOf,

    /**
     * Whether the run of a batch that is under way is of a tenant of this file: a `retry` after its end is only of whom it names.
     * Everybody's where nobody can tell. `status`: the coordinator's, if it answered.
     */
    async turnsIn({ batch, tenants }: Batch, status: BatchStatus | undefined): Promise<(tenantId: string) => boolean> {
      if (status === undefined || status.total >= tenants.length) return () => true;
      const members = await membersOf(batch).catch(() => null);
      return (id) => members?.has(id) ?? true;
    },

    /**
     * Whether everybody in this file had a turn, so that a tenant without a run was dropped: the batch is over, and `under`, its row,
     * is of this very file. Needs no worker.
     */
    isThrough(batch: Batch, under: BatchRow | null | undefined): boolean {
      if (!under || under.running || !THROUGH.includes(under.outcome)) return false;
      return contentOf(batch) === under.content;
    },

    /** Who is being undone, or will be as soon as nothing holds that back; undefined where no worker answers, or the batch is over. */
    undosOf: (batch: string): Promise<UndosUnderWay | undefined> => ask(() => openHandleOf(batch).query(undosQuery)),
  };
}
