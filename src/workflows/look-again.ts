import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Looked } from '../activities/batch.js';
import { roundsOf } from '../domain/batch/looks.js';
import type { BatchState, Drift } from '../domain/batch/state.js';
import { isBlocking } from '../domain/findings.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { WaveInput } from '../batch-store/store.js';
import { storeActivities, inspectionActivities } from './activity-groups.js';
import { findingOfFailure } from './failures.js';

export interface SecondLook extends WaveInput {
  positions: number[];
  targets: BatchState['targets'];
  /** How many may be looked at beside each other, against one target. */
  free: (target: string) => number;
}

/** What says that a setting is another one now. Anything else may be an outage: nobody is undone for that. */
const CHANGED = 'SETTING-DIFFERS';

/**
 * Verifies migrated tenants once more, each from its own site; tells which are no longer as wanted. Writes nothing. A tenant
 * whose console only people see is left out: nobody is sent there for a second look.
 */
export async function lookAgain(
  { positions, targets, free, ...wave }: SecondLook,
  policy: Policy = DEFAULT_POLICY,
): Promise<Drift[]> {
  const tenants = await storeActivities().tenantsAt({ ...wave, targets, positions });
  const looks = tenants.map((tenant, index) => ({
    tenant,
    at: positions[index] as number,
    targets: tenant.shares?.targets ?? [],
  }));
  const found: Drift[] = [];
  for (const round of roundsOf(looks, free)) {
    const looked = await Promise.all(round.map(({ tenant, at }) => lookAt(tenant, at, policy)));
    found.push(...looked.flat());
  }
  return found.sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
}

async function lookAt({ shares, warnings = [], ...tenant }: Looked, at: number, policy: Policy): Promise<Drift[]> {
  if (tenant.qiyuesuo.driver === 'manual') return [];
  const drift = (code: string, left?: string): Drift[] => [
    { id: tenant.id, at, code, ...shares, ...(left === undefined ? {} : { left }) },
  ];
  try {
    const { findings } = await inspectionActivities(tenant, policy).verify({
      tenant,
      people: null,
      findings: warnings,
    });
    const wrong = findings.filter(isBlocking);
    const [first] = wrong;
    if (!first) return [];
    return wrong.some(({ code }) => code === CHANGED) ? drift(CHANGED) : drift(first.code, first.message);
  } catch (error) {
    if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    // Nobody knows how it stands: that is for a person, and no reason to undo it.
    const { code, message } = findingOfFailure(error);
    return drift(code, `it could not be looked at: ${message}`);
  }
}
