import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { tenantWorkflowId } from '../domain/ids.js';
import type { Ending } from '../domain/batch/limits.js';
import type { EvidenceEntry } from '../domain/evidence.js';
import { asOutcome, type TenantResult } from '../domain/outcomes.js';
import { NEEDS_ATTENTION } from './tenant-rows.js';

/** What became of a tenant's run: its own result, or how it ended from outside. */
export interface TenantEnd {
  ending: Ending;
  result: TenantResult | null;
  reason: string;
  /** Of a run that was cancelled, which has no result: what it left; absent where there is none. */
  evidence?: EvidenceEntry[];
}

/** A tenant's newest run. */
export interface TenantRun {
  tenantId: string;
  /** Null while it runs. */
  ending: Ending | null;
  /** Milliseconds since the epoch; null while it runs. */
  closedAt: number | null;
  /** It runs, and waits for a person. */
  asks: boolean;
}

const LANES = 25;

/** How a tenant's newest run ended; undefined where it runs, or never ran. */
export async function endOfTenant(client: Client, tenantId: string): Promise<TenantEnd | undefined> {
  const handle = client.workflow.getHandle(tenantWorkflowId(tenantId));
  try {
    const { status, runId } = await handle.describe();
    return status.name === 'RUNNING' ? undefined : await endOfRun(client, tenantId, runId);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The newest run of each tenant; those that never ran are left out. A few are asked for at once: a wide batch has thousands. */
export async function newestRunsOf(client: Client, tenantIds: readonly string[]): Promise<TenantRun[]> {
  const found: TenantRun[] = [];
  const left = tenantIds.values();
  const lane = async (): Promise<void> => {
    for (const tenantId of left) {
      const run = await newestRunOf(client, tenantId);
      if (run) found.push(run);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return found;
}

async function newestRunOf(client: Client, tenantId: string): Promise<TenantRun | undefined> {
  try {
    const run = await client.workflow.getHandle(tenantWorkflowId(tenantId)).describe();
    if (run.status.name === 'RUNNING') {
      const asks = run.typedSearchAttributes.get(NEEDS_ATTENTION) ?? false;
      return { tenantId, ending: null, closedAt: null, asks };
    }
    const { ending } = await endOfRun(client, tenantId, run.runId);
    return { tenantId, ending, closedAt: run.closeTime?.getTime() ?? null, asks: false };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** How this run of a tenant ended. Waits where it has not. */
export async function endOfRun(client: Client, tenantId: string, runId: string): Promise<TenantEnd> {
  const handle = client.workflow.getHandle(tenantWorkflowId(tenantId), runId);
  try {
    const result = (await handle.result()) as TenantResult;
    return { ending: result.outcome, result, reason: result.reason };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return failedEnd(error.cause, (await handle.describe()).memo ?? {});
  }
}

function failedEnd(cause: unknown, memo: Record<string, unknown>): TenantEnd {
  if (cause instanceof ApplicationFailure) {
    const result = (cause.details?.[0] ?? null) as TenantResult | null;
    return { ending: asOutcome(cause.type) ?? 'terminated', result, reason: cause.message };
  }
  if (cause instanceof CancelledFailure) {
    const reason = typeof memo['reason'] === 'string' ? memo['reason'] : 'cancelled';
    const evidence = memo['evidence'] as EvidenceEntry[] | undefined;
    return { ending: 'cancelled', result: null, reason, ...(evidence ? { evidence } : {}) };
  }
  if (cause instanceof TimeoutFailure) return { ending: 'timed-out', result: null, reason: 'the run timed out' };
  const reason = cause instanceof TerminatedFailure ? cause.message || 'terminated' : 'terminated';
  return { ending: 'terminated', result: null, reason };
}
