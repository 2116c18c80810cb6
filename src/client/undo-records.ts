import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { tenantWorkflowId } from '../domain/ids.js';
import type { UndoRecord } from '../domain/outcomes.js';
import { undoRecordQuery } from '../workflows/messages.js';
import { endOfRun, type TenantEnd } from './endings.js';

/** What the closed runs of a tenant left to undo, newest first; or a run whose writes nobody knows any more. */
export type LeftToUndo = { records: UndoRecord[]; endedAt: Date } | { unknown: TenantEnd };

const ANSWER_WITHIN_MS = 30_000;

/**
 * Walks the closed runs of a tenant, newest first, back to the last proved rollback. A run that found nothing to do, was
 * blocked, or put back itself what it wrote left nothing; one that was terminated is asked what it had registered, which
 * needs a worker at its site. Reads Temporal's lists, so that a second `apply` never hides what the first one wrote; and the newest
 * run itself, since lists do not know yet what ended a moment ago.
 */
export async function leftToUndo(client: Client, tenantId: string): Promise<LeftToUndo> {
  const records: UndoRecord[] = [];
  let endedAt = new Date(0);
  for (const { runId, type, closed } of await closedRuns(client, tenantWorkflowId(tenantId))) {
    const end = await endOfRun(client, tenantId, runId);
    if (type === 'rollbackTenant') {
      if (end.ending === 'rolled-back') break;
      // What it did not put back still stands in the records that it was given.
      continue;
    }
    if (end.ending === 'rolled-back' || end.ending === 'cancelled') continue;
    if (end.result) {
      if (end.result.undoRecord) take(end.result.undoRecord, closed);
      continue;
    }
    const record = await askedOf(client, tenantId, runId);
    if (record === undefined) return { unknown: end };
    if (record) take(record, closed);
  }
  return { records, endedAt };

  function take(record: UndoRecord, closed: Date): void {
    if (records.length === 0) endedAt = closed;
    records.push(record);
  }
}

interface ClosedRun {
  runId: string;
  type: string;
  at: number;
  closed: Date;
}

/** Newest first. */
export async function closedRuns(client: Client, workflowId: string): Promise<ClosedRun[]> {
  const runs = new Map<string, ClosedRun>();
  const take = ({ runId, type, status, startTime, closeTime }: Run): void => {
    if (status.name !== 'RUNNING')
      runs.set(runId, { runId, type, at: startTime.getTime(), closed: closeTime ?? startTime });
  };
  for await (const listed of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) take(listed);
  const newest = await newestOf(client, workflowId);
  if (newest) take(newest);
  return [...runs.values()].sort((one, other) => other.at - one.at);
}

type Run = Pick<WorkflowExecutionInfo, 'runId' | 'type' | 'status' | 'startTime' | 'closeTime'>;

async function newestOf(client: Client, workflowId: string): Promise<Run | undefined> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Null: it wrote nothing. Undefined: it cannot be asked. */
async function askedOf(client: Client, tenantId: string, runId: string): Promise<UndoRecord | null | undefined> {
  try {
    const handle = client.workflow.getHandle(tenantWorkflowId(tenantId), runId);
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => handle.query(undoRecordQuery));
  } catch {
    return undefined;
  }
}
