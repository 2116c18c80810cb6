import type { Client } from '@temporalio/client';
import { withoutHidden } from '../domain/work-orders/answers.js';
import { isOpen, type OrderAction, type WorkOrder } from '../domain/work-orders/work-order.js';
import { tenantOfWorkflowId, tenantWorkflowId } from '../domain/ids.js';
import { orderUpdate } from '../workflows/messages.js';
import { ordered } from './refused.js';
import { tenantsThatWait } from './tenant-rows.js';

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
      for await (const { workflowId, memo } of client.workflow.list({ query: tenantsThatWait() })) {
        const tenantId = tenantOfWorkflowId(workflowId);
        const order = memo?.['order'] as WorkOrder | null | undefined;
        if (tenantId !== undefined && order && isOpen(order)) open.push({ tenantId, order });
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
