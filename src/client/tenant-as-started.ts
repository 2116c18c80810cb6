import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { fromPayloadsAtIndex } from '@temporalio/common';
import { tenantWorkflowId } from '../domain/ids.js';
import type { Tenant } from '../domain/tenant.js';

/**
 * A tenant as its run was started with: what its batch file says by now may be something else. Secrets are references in it.
 * `runId`: absent for the newest run. Undefined where there is no such run. Needs no worker.
 */
export async function tenantAsStarted(client: Client, tenantId: string, runId?: string): Promise<Tenant | undefined> {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId: tenantWorkflowId(tenantId), ...(runId === undefined ? {} : { runId }) },
      maximumPageSize: 1,
    });
    const input = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
    let payloads = input;
    for (const codec of payloadCodecs) payloads = await codec.decode(payloads);
    return fromPayloadsAtIndex<{ tenant?: Tenant } | undefined>(payloadConverter, 0, payloads)?.tenant;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || isNotFound(error)) return undefined;
    throw error;
  }
}

/** The service below the client answers with gRPC's own status. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === NOT_FOUND;
}

const NOT_FOUND = 5;
