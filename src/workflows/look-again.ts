import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { isBlocking } from '../domain/findings.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { Drift } from '../domain/batch/state.js';
import type { WaveInput } from '../batch-store/store.js';
import { storeActivities, inspectionActivities } from './activity-groups.js';
import { findingOfFailure } from './failures.js';

/**
 * Verifies migrated tenants once more, each from its own site; tells which are no longer as wanted. Writes nothing. A tenant
 * whose console only people see is left out: nobody is sent there for a second look.
 */
export async function lookAgain(
  { positions, targets, ...wave }: WaveInput & { positions: number[]; targets: Record<string, number> },
  policy: Policy = DEFAULT_POLICY,
): Promise<Drift[]> {
  const tenants = await storeActivities().tenantsAt({ ...wave, targets, positions });
  const looked = await Promise.all(
    tenants.map(async ({ shares = {}, ...tenant }, index): Promise<Drift[]> => {
      if (tenant.qiyuesuo.driver === 'manual') return [];
      const drift = (code: string, left?: string): Drift => ({
        id: tenant.id,
        at: positions[index] as number,
        code,
        ...shares,
        ...(left === undefined ? {} : { left }),
      });
      try {
        const { findings } = await inspectionActivities(tenant, policy).verify({
          tenant,
          people: null,
          findings: [],
        });
        const [wrong] = findings.filter(isBlocking);
        return wrong ? [drift(wrong.code)] : [];
      } catch (error) {
        if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
        // Nobody knows how it stands: that is for a person, and no reason to undo it.
        const { code, message } = findingOfFailure(error);
        return [drift(code, `it could not be looked at: ${message}`)];
      }
    }),
  );
  return looked.flat();
}
