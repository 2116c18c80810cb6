import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { RunElsewhere } from '../domain/batch/adoption.js';
import { tenantWorkflowId } from '../domain/ids.js';
import { BATCH } from './tenant-rows.js';

/** What runs under the id of a tenant, and whose it is; null where nothing does. */
export async function runUnderWay(client: Client, tenantId: string): Promise<RunElsewhere | null> {
  try {
    const { status, type, typedSearchAttributes } = await client.workflow
      .getHandle(tenantWorkflowId(tenantId))
      .describe();
    if (status.name !== 'RUNNING') return null;
    const kind = type === 'rollbackTenant' ? 'undo' : 'migration';
    return { kind, batch: typedSearchAttributes.get(BATCH) ?? null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
