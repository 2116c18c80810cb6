import { windowAt } from '../maintenance-window.js';
import type { Tenant } from '../tenant.js';

/** What decides where an order stands in the queue. */
export interface Queued {
  tenant: Pick<Tenant, 'window'>;
  /** Index of its wave. */
  wave: number;
  openedAt: string;
}

/** Those whose maintenance window is open, the one that closes first before the others; then by wave; then the oldest. */
export function inQueue<Q extends Queued>(orders: readonly Q[], now: Date): Q[] {
  const closing = new Map(orders.map((order) => [order, closesAt(order, now)]));
  return orders.toSorted(
    (one, other) =>
      (closing.get(one) ?? 0) - (closing.get(other) ?? 0) ||
      one.wave - other.wave ||
      one.openedAt.localeCompare(other.openedAt),
  );
}

/** Without a window there is no hurry; one that is closed comes last. */
function closesAt({ tenant: { window } }: Queued, now: Date): number {
  if (!window) return NO_HURRY;
  const at = windowAt(window, now);
  return 'closesAt' in at ? at.closesAt : Number.MAX_SAFE_INTEGER;
}

const NO_HURRY = Number.MAX_SAFE_INTEGER - 1;
