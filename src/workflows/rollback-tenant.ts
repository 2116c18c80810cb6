import { CancellationScope } from '@temporalio/workflow';
import { reasonOf, type TenantResult, type UndoProof, type UndoRecord } from '../domain/outcomes.js';
import { asMigrated } from '../domain/as-migrated.js';
import { joined } from '../domain/said.js';
import { stepsOf } from '../domain/steps.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import { verdictOfUndo } from '../domain/undo-verdict.js';
import { activityGroups, activityQueue } from './activity-groups.js';
import { closeTenant } from './close-tenant.js';
import { createCompensation } from './compensation.js';
import { createProgress } from './progress.js';
import { undoStep, undoTenant } from './undo-steps.js';
import { withHands } from './work-orders.js';

export interface RollbackTenantInput {
  tenant: Tenant;
  /** What the runs of this tenant left, newest first. */
  records: UndoRecord[];
  reason: string;
  policy?: Policy;
  /** The batch that undoes it by the rule of a wave, and is told how that ended. */
  batch?: string;
  wave?: string;
}

/**
 * Undoes a tenant whose migration is over, from what its runs left: one after the other, newest first, so that the proof of
 * the last one is against what stood before the first. Runs under the tenant's id, so it holds the same lock.
 */
export async function rollbackTenant({
  tenant,
  records,
  reason,
  policy = DEFAULT_POLICY,
  batch,
  wave,
}: RollbackTenantInput): Promise<TenantResult> {
  const progress = createProgress(
    { tenantId: tenant.id, name: tenant.name, batch: batch ?? null, wave: wave ?? null },
    stepsOf(tenant.qiyuesuo.deployment),
  );
  const groups = withHands(activityGroups(policy, activityQueue(tenant)), tenant, { progress, policy });
  const nothing: UndoProof = { equal: 0, total: 0, left: [], foreign: [] };
  const proof = await CancellationScope.nonCancellable(async () => {
    let newest = nothing;
    for (const record of records) {
      const migrated = asMigrated(record.tenant, tenant);
      const compensation = createCompensation(progress);
      for (const step of record.steps)
        compensation.add(step, (leave) => undoStep(step, { tenant: migrated, record }, groups)(leave));
      newest = await undoTenant(compensation, { tenant: migrated, record }, groups);
    }
    return newest;
  });
  const { complete, words } = verdictOfUndo(proof);
  return closeTenant(
    {
      tenantId: tenant.id,
      outcome: complete ? 'rolled-back' : 'rollback-incomplete',
      ...reasonOf(joined([reason, words], { en: '; ', zh: '；' })),
      grade: null,
      failedStep: null,
      findings: progress.status.findings,
      steps: progress.status.steps,
      changes: [],
      snapshotHash: records.at(-1)?.snapshot.hash ?? null,
      planHash: null,
      undo: proof,
      undoRecord: null,
    },
    progress,
    { batch },
  );
}
