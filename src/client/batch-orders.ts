import { type Client } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { type BatchStore } from '../batch-store/store.js';
import type { Batch } from '../domain/batch/batch.js';
import type { LimitChange, Order, Scope, TenantsOrder } from '../domain/batch/orders.js';
import { batchWorkflowId } from '../domain/ids.js';
import type { Tenant } from '../domain/tenant.js';
import { narrowedBatch } from '../domain/batch/waves.js';
import {
  abortUpdate,
  addTenantsUpdate,
  approveWaveUpdate,
  cutOverUpdate,
  dropTenantsUpdate,
  pauseTenantsUpdate,
  pauseUpdate,
  rejectWaveUpdate,
  resumeTenantsUpdate,
  resumeUpdate,
  retryTenantsUpdate,
  rollbackTenantsUpdate,
  setLimitsUpdate,
  type Answered,
  type RolledBack,
} from '../workflows/messages.js';
import type { migrateBatch } from '../workflows/index.js';
import { whyNot } from './order-refused.js';
import { ordered } from './refused.js';
import { contentOf } from './batch-content.js';

/** What the runs of each have left is looked at before a rollback is taken: not of too many in one Update. */
const ROLLED_BACK_AT_ONCE = 200;
/** Ids of one Update: some hundred kilobytes at most. */
const IDS_AT_ONCE = 1_000;

/** However many: more than one Update carries go by several. */
type ToTenants = Omit<TenantsOrder, 'tenantIds'> & { tenantIds: readonly string[] };

export interface BatchOrdersOptions {
  client: Client;
  store: BatchStore;
  /** Everybody who is of a batch that is under way. */
  membersOf(batch: string): Promise<Set<string>>;
}

/** Gives orders to a batch that is under way. Every order rejects with the reason where it does not fit. */
export function createBatchOrders({ client, store, membersOf }: BatchOrdersOptions) {
  const handleOf = (batch: string) => client.workflow.getHandle<typeof migrateBatch>(batchWorkflowId(batch));

  async function tell<Given>(batch: string, update: UpdateDefinition<void, [Given]>, given: Given): Promise<void> {
    await ordered(`batch ${batch}`, (updateId) => handleOf(batch).executeUpdate(update, { args: [given], updateId }));
  }

  async function tellInPages(
    batch: string,
    update: UpdateDefinition<Answered, [TenantsOrder]>,
    { tenantIds, ...order }: ToTenants,
  ): Promise<Answered> {
    const all: Answered = { accepted: [], refused: [] };
    for (const [index, page] of pagesOf(tenantIds, IDS_AT_ONCE).entries()) {
      try {
        const { accepted, refused } = await ordered(`batch ${batch}`, (updateId) =>
          handleOf(batch).executeUpdate(update, { args: [{ ...order, tenantIds: page }], updateId }),
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

  return {
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
        const content = contentOf(narrowedBatch(batch, after));
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
      const all: RolledBack = { accepted: [], leftOut: [], refused: [], elsewhere: [] };
      for (const [index, page] of pagesOf(tenantIds, ROLLED_BACK_AT_ONCE).entries()) {
        const told = { ...order, tenantIds: page };
        try {
          const answer = await ordered(`batch ${batch}`, (updateId) =>
            handleOf(batch).executeUpdate(rollbackTenantsUpdate, { args: [told], updateId }),
          );
          all.accepted.push(...answer.accepted);
          all.leftOut.push(...answer.leftOut);
          all.refused.push(...answer.refused);
          all.elsewhere.push(...answer.elsewhere);
        } catch (error) {
          const why = whyNot(error);
          if (index === 0 || why === undefined) throw error;
          all.refused.push(...page.map((tenantId) => ({ tenantId, why })));
        }
      }
      return all;
    },
  };
}

function pagesOf(ids: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, page) => ids.slice(page * size, (page + 1) * size));
}
