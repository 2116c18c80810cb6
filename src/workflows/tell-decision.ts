import { CancellationScope, getExternalWorkflowHandle, patched } from '@temporalio/workflow';
import { batchWorkflowId } from '../domain/ids.js';
import type { Decision } from '../domain/tenant-status.js';
import { tenantDecidedSignal } from './messages.js';

/** The batch keeps in its trail what a person answered to one of its tenants. Nothing waits for it. */
export function tellDecision(
  { tenantId, batch }: { tenantId: string; batch: string | null },
  { action, by, reason }: Decision,
): void {
  // Runs of older versions told nobody.
  if (batch === null || !patched('tells-decisions')) return;
  const coordinator = getExternalWorkflowHandle(batchWorkflowId(batch));
  // It may be over, as where a tenant is undone afterwards.
  void CancellationScope.nonCancellable(() =>
    coordinator.signal(tenantDecidedSignal, { tenantId, action, by, reason }),
  ).catch(() => undefined);
}
