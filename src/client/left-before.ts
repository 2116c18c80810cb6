import { WorkflowFailedError, type Client } from '@temporalio/client';
import { peopleSyncWorkflowId, tenantWorkflowId } from '../domain/ids.js';
import type { Finding } from '../domain/findings.js';
import { leftToFollowUp, type LeftBefore } from '../domain/left-before.js';
import type { SyncPeopleResult } from '../workflows/sync-people.js';
import { endOfRun } from './endings.js';
import { closedRuns } from './undo-records.js';

/** People syncs that are read at most: each is a whole result. */
const SYNCS_READ = 5;

/**
 * What the last run that wrote has left to follow up, where a later one found nothing to write: its own verification says nothing
 * of people, nor of a guard that was lifted. Null where there is nothing, or where that run was undone. Needs no worker.
 */
export async function leftBefore(client: Client, tenantId: string): Promise<LeftBefore | null> {
  for (const { runId, type, closed } of await closedRuns(client, tenantWorkflowId(tenantId))) {
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

/** Of the newest people sync since that run that said how people stand: a later one may have only looked, or failed. */
async function findingsOfSyncSince(client: Client, tenantId: string, since: Date): Promise<Finding[] | null> {
  const workflowId = peopleSyncWorkflowId(tenantId);
  const syncs = (await closedRuns(client, workflowId)).filter(({ closed }) => closed >= since);
  for (const { runId } of syncs.slice(0, SYNCS_READ)) {
    const findings = await findingsOfSync(client, workflowId, runId);
    if (findings !== null) return findings;
  }
  return null;
}

async function findingsOfSync(client: Client, workflowId: string, runId: string): Promise<Finding[] | null> {
  try {
    const { report, findings } = (await client.workflow.getHandle(workflowId, runId).result()) as SyncPeopleResult;
    // A rehearsal, or a look that compared nothing, has no grade.
    return report?.grade == null ? null : findings;
  } catch (error) {
    if (error instanceof WorkflowFailedError) return null;
    throw error;
  }
}
