import { isBlocking } from '../domain/findings.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { Drift } from '../domain/batch/state.js';
import type { WaveInput } from '../batch-store/store.js';
import { storeActivities, inspectionActivities } from './activity-groups.js';
import { findingOfFailure } from './failures.js';

/** Verifies migrated tenants once more, each from its own site; tells which are no longer as wanted. Writes nothing. */
export async function lookAgain(
  at: WaveInput & { positions: number[] },
  policy: Policy = DEFAULT_POLICY,
): Promise<Drift[]> {
  const tenants = await storeActivities().tenantsAt(at);
  const looked = await Promise.all(
    tenants.map(async (tenant): Promise<Drift[]> => {
      try {
        const { findings } = await inspectionActivities(tenant.site, policy).verify({
          tenant,
          people: null,
          findings: [],
        });
        const [wrong] = findings.filter(isBlocking);
        return wrong ? [{ id: tenant.id, code: wrong.code }] : [];
      } catch (error) {
        return [{ id: tenant.id, code: findingOfFailure(error).code }];
      }
    }),
  );
  return looked.flat();
}
