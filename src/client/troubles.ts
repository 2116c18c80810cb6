import type { Client } from '@temporalio/client';
import { tenantWorkflowId } from '../domain/ids.js';
import type { TenantRow } from './tenant-rows.js';

/** An activity that is asked again and again: what an operator sees before it becomes a finding. */
export interface Trouble {
  tenantId: string;
  attempt: number;
  /** What the outside said last; never a secret, as in every failure. */
  why: string;
}

/** The first retries are nobody's business. */
const FROM_ATTEMPT = 3;

/** Which of these running tenants ask again and again, and why. Needs no worker. */
export async function troublesOf(client: Client, rows: readonly TenantRow[]): Promise<Trouble[]> {
  const found = await Promise.all(
    rows.map(async ({ tenantId }): Promise<Trouble[]> => {
      const { raw } = await client.workflow.getHandle(tenantWorkflowId(tenantId)).describe();
      return (raw.pendingActivities ?? []).flatMap(({ attempt, lastFailure }) =>
        (attempt ?? 0) >= FROM_ATTEMPT && lastFailure?.message && lastFailure.applicationFailureInfo?.type !== 'NotYet'
          ? [{ tenantId, attempt: attempt ?? 0, why: lastFailure.message }]
          : [],
      );
    }),
  );
  return found.flat();
}
