import type { Finding } from '../domain/findings.js';
import { isBlocking } from '../domain/findings.js';
import type { Plan } from '../domain/plan.js';
import type { CategoriesMode } from '../domain/categories.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import type { PreflightFacts } from '../activities/preflight.js';
import { activityGroups, inspectionQueue } from './activity-groups.js';
import { findingOfFailure } from './failures.js';
import { neededIn } from './work-orders.js';

export interface InspectTenantInput {
  tenant: Tenant;
  policy?: Policy;
}

/** What `check`, `plan` and `apply --dry-run` show: the first two steps of the migration, and nothing after them. */
export interface Inspection {
  tenantId: string;
  findings: Finding[];
  facts: PreflightFacts;
  /** Null where the console could not be read. */
  plan: Plan | null;
  mode: CategoriesMode | null;
}

/** Looks at a tenant as `migrateTenant` would, with the very same activities. Has no activity that writes. */
export async function inspectTenant({ tenant, policy = DEFAULT_POLICY }: InspectTenantInput): Promise<Inspection> {
  const { reads } = activityGroups(policy, inspectionQueue(tenant));
  const findings: Finding[] = [];
  let facts: PreflightFacts = {};
  try {
    const preflight = await reads.preflight({ tenant });
    findings.push(...preflight.findings);
    facts = preflight.facts;
    if (findings.some(({ code }) => code === 'CONSOLE-DRIVER-UNAVAILABLE'))
      return { tenantId: tenant.id, findings, facts, plan: null, mode: null };
    const { plan, mode, findings: seen } = await reads.takeSnapshot({ tenant });
    return { tenantId: tenant.id, findings: [...findings, ...seen], facts, plan, mode };
  } catch (error) {
    if (neededIn(error)) {
      const message = 'a person reads the console by a work order, once it is applied; the plan is made then';
      findings.push({ code: 'CONSOLE-NOT-READ', severity: 'info', message, subject: 'qiyuesuo.driver' });
      return { tenantId: tenant.id, findings, facts, plan: null, mode: null };
    }
    if (!findings.some(isBlocking)) findings.push(findingOfFailure(error));
    return { tenantId: tenant.id, findings, facts, plan: null, mode: null };
  }
}
