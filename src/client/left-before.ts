import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { peopleSyncWorkflowId } from '../domain/ids.js';
import type { Finding } from '../domain/findings.js';
import { leftToFollowUp, type LeftBefore } from '../domain/left-before.js';
import type { SyncPeopleResult } from '../workflows/sync-people.js';
import { endOfRun } from './endings.js';
import { closedRuns } from './undo-records.js';

/**
 * What the last run that wrote has left to follow up, where a later one found nothing to write: its own verification says nothing
 * of people, nor of a guard that was lifted. Null where there is nothing, or where that run was undone. Needs no worker.
 */
export async function leftBefore(client: Client, tenantId: string): Promise<LeftBefore | null> {
  for (const { runId, type, closed } of await closedRuns(client, tenantId)) {
    const { ending, result } = await endOfRun(client, tenantId, runId);
    if (type === 'rollbackTenant') {
      if (ending === 'rolled-back') return null;
      continue;
    }
    if (!result || (ending !== 'migrated' && ending !== 'migrated-with-warnings')) continue;
    const findings = leftToFollowUp(result.findings, await findingsOfSyncSince(client, tenantId, closed));
    return findings.length === 0 ? null : { endedAt: closed.toISOString(), grade: result.grade, findings };
  }
  return null;
}

/** Of the newest people sync, where it came after that run and said how people stand. */
async function findingsOfSyncSince(client: Client, tenantId: string, since: Date): Promise<Finding[] | null> {
  const handle = client.workflow.getHandle(peopleSyncWorkflowId(tenantId));
  try {
    const { status, closeTime } = await handle.describe();
    if (status.name !== 'COMPLETED' || closeTime === undefined || closeTime < since) return null;
    const { report, findings } = (await handle.result()) as SyncPeopleResult;
    // A rehearsal, or a look that compared nothing, has no grade.
    return report?.grade == null ? null : findings;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowFailedError) return null;
    throw error;
  }
}
