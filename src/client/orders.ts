import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { withoutHidden } from '../domain/work-orders/answers.js';
import type { OrderAction, WorkOrder } from '../domain/work-orders/work-order.js';
import { peopleSyncWorkflowId, tenantOfPeopleSync, tenantOfWorkflowId, tenantWorkflowId } from '../domain/ids.js';
import { orderUpdate } from '../workflows/messages.js';
import { ordered } from './refused.js';
import { BATCH, everythingThatWaits, openOrderIn, WAVE } from './tenant-rows.js';

/** A work order that somebody is to do. */
export interface OpenOrder {
  tenantId: string;
  order: WorkOrder;
  /** The run that waits for it, with the batch and wave that started it; null where it runs alone. */
  run: { runId: string; batch: string | null; wave: string | null };
}

/** Work orders of tenants, whatever batch they are of. */
export function createOrders(client: Client) {
  /** Of its migration, or of a people sync that runs alone: not both are under way. */
  async function openRunOf(tenantId: string): Promise<{ workflowId: string; open: OpenOrder } | undefined> {
    for (const workflowId of [tenantWorkflowId(tenantId), peopleSyncWorkflowId(tenantId)]) {
      try {
        const open = openOrderOf(await client.workflow.getHandle(workflowId).describe());
        if (open) return { workflowId, open };
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }
    return undefined;
  }

  return {
    /** From the lists alone: needs no worker, and asks no tenant. */
    async openOrders(): Promise<OpenOrder[]> {
      const open: OpenOrder[] = [];
      for await (const info of client.workflow.list({ query: everythingThatWaits() })) {
        const found = openOrderOf(info);
        if (found) open.push(found);
      }
      return open;
    },

    /** The open order of one tenant, never of a moment ago as in the lists; undefined where it has none. Needs no worker. */
    async openOrderOf(tenantId: string): Promise<OpenOrder | undefined> {
      return (await openRunOf(tenantId))?.open;
    },

    /**
     * Takes, confirms or rejects. Rejects with the reason where that does not fit, and with `NobodyAnswers` where no worker
     * answers within `withinMs`; without it, it waits for one.
     */
    async tellOrder(tenantId: string, action: OrderAction, withinMs?: number): Promise<void> {
      const workflowId = (await openRunOf(tenantId))?.workflowId ?? tenantWorkflowId(tenantId);
      const handle = client.workflow.getHandle(workflowId);
      const tell = (updateId: string) => handle.executeUpdate(orderUpdate, { args: [mayBeKept(action)], updateId });
      await ordered(`work order ${tenantId}/${action.number}`, (updateId) =>
        withinMs === undefined ? tell(updateId) : client.withDeadline(Date.now() + withinMs, () => tell(updateId)),
      );
    },
  };
}

type Info = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'memo' | 'typedSearchAttributes'>;

function openOrderOf(info: Info): OpenOrder | undefined {
  const { workflowId, runId, status, typedSearchAttributes } = info;
  const tenantId = tenantOfWorkflowId(workflowId) ?? tenantOfPeopleSync(workflowId);
  const order = openOrderIn(info);
  if (tenantId === undefined || status.name !== 'RUNNING' || order === null) return undefined;
  const [batch, wave] = [typedSearchAttributes.get(BATCH) ?? null, typedSearchAttributes.get(WAVE) ?? null];
  return { tenantId, order, run: { runId, batch, wave } };
}

/** An Update stands in the event history as it was sent. */
function mayBeKept(action: OrderAction): OrderAction {
  if (action.do !== 'confirm') return action;
  const values = Object.entries(action.values).map(([field, text]) => [field, withoutHidden(field, text)]);
  return { ...action, values: Object.fromEntries(values) as Record<string, string> };
}
