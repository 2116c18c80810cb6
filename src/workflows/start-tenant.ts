import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  isCancellation,
  ParentClosePolicy,
  startChild,
  TimeoutFailure,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { fairnessKey, siteTaskQueue, tenantWorkflowId } from '../domain/ids.js';
import type { Ending, TenantEnding } from '../domain/batch/limits.js';
import { OUTCOMES, type Outcome, type TenantResult } from '../domain/outcomes.js';
import { migrateTenant, type MigrateTenantInput } from './migrate-tenant.js';
import { startAttributes } from './search-attributes.js';

/**
 * Starts a tenant at its own site. It goes on when this coordinator continues as new or ends. False where it has a run already,
 * which does not signal us: one that is adopted is settled by the reconciliation.
 */
export async function startTenant(input: MigrateTenantInput, settle: (ending: TenantEnding) => void): Promise<boolean> {
  const { tenant, batch, wave } = input;
  try {
    const child = await startChild(migrateTenant, {
      args: [input],
      workflowId: tenantWorkflowId(tenant.id),
      taskQueue: siteTaskQueue(tenant.site),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      // Its activities have it too.
      ...(batch === undefined ? {} : { priority: { fairnessKey: fairnessKey(batch) } }),
      typedSearchAttributes: startAttributes({
        tenantId: tenant.id,
        site: tenant.site,
        ...(batch === undefined ? {} : { batch }),
        ...(wave === undefined ? {} : { wave }),
      }),
      staticSummary: `${tenant.name.slice(0, 60)} · ${wave ?? ''} · ${tenant.site}`,
    });
    // Handled here and now: a rejection that nobody handles would fail the coordinator.
    child.result().then(
      ({ outcome }: TenantResult) => settle({ tenantId: tenant.id, ending: outcome }),
      (error: unknown) => settle({ tenantId: tenant.id, ending: endingOf(error) }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return false;
  }
}

function endingOf(error: unknown): Ending {
  if (isCancellation(error)) return 'cancelled';
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && isOutcome(cause.type)) return cause.type;
  return cause instanceof TimeoutFailure ? 'timed-out' : 'terminated';
}

function isOutcome(type: string | null | undefined): type is Outcome {
  return (OUTCOMES as readonly (string | null | undefined)[]).includes(type);
}
