import type { Client } from '@temporalio/client';
import { withoutHidden } from '../domain/work-orders/answers.js';
import type { OrderAction, WorkOrder } from '../domain/work-orders/work-order.js';
import { tenantOfWorkflowId, tenantWorkflowId } from '../domain/ids.js';
import { orderUpdate } from '../workflows/messages.js';
import { ordered } from './refused.js';
import { openOrderIn, tenantsThatWait } from './tenant-rows.js';

/** A work order that somebody is to do. */
export interface OpenOrder {
  tenantId: string;
  order: WorkOrder;
}

/** Work orders of tenants, whatever batch they are of. */
export function createOrders(client: Client) {
  return {
    /** From the lists alone: needs no worker, and asks no tenant. */
    async openOrders(): Promise<OpenOrder[]> {
      const open: OpenOrder[] = [];
      for await (const info of client.workflow.list({ query: tenantsThatWait() })) {
        const tenantId = tenantOfWorkflowId(info.workflowId);
        const order = openOrderIn(info);
        if (tenantId !== undefined && order) open.push({ tenantId, order });
      }
      return open;
    },

    /** Takes, confirms or rejects. Rejects with the reason where that does not fit. */
    async tellOrder(tenantId: string, action: OrderAction): Promise<void> {
      const handle = client.workflow.getHandle(tenantWorkflowId(tenantId));
      await ordered(`work order ${tenantId}/${action.number}`, () =>
        handle.executeUpdate(orderUpdate, { args: [mayBeKept(action)] }),
      );
    },
  };
}

/** An Update stands in the event history as it was sent. */
function mayBeKept(action: OrderAction): OrderAction {
  if (action.do !== 'confirm') return action;
  const values = Object.entries(action.values).map(([field, text]) => [field, withoutHidden(field, text)]);
  return { ...action, values: Object.fromEntries(values) as Record<string, string> };
}
