import { isBlocking } from '../domain/findings.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { Drift } from '../domain/batch/state.js';
import type { WaveInput } from '../batch-store/store.js';
import { storeActivities, inspectionActivities } from './activity-groups.js';
import { findingOfFailure } from './failures.js';

/** Verifies migrated tenants once more, each from its own site; tells which are no longer as wanted. Writes nothing. */
export async function lookAgain(
  { positions, ...wave }: WaveInput & { positions: number[] },
  policy: Policy = DEFAULT_POLICY,
): Promise<Drift[]> {
  const tenants = await storeActivities().tenantsAt({ ...wave, positions });
  const looked = await Promise.all(
    tenants.map(async (tenant, index): Promise<Drift[]> => {
      const drift = (code: string): Drift => ({ id: tenant.id, at: positions[index] as number, code });
      try {
        const { findings } = await inspectionActivities(tenant.site, policy).verify({
          tenant,
          people: null,
          findings: [],
        });
        const [wrong] = findings.filter(isBlocking);
        return wrong ? [drift(wrong.code)] : [];
      } catch (error) {
        return [drift(findingOfFailure(error).code)];
      }
    }),
  );
  return looked.flat();
}
