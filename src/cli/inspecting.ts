import type { Policy } from '../domain/policy.js';
import { isBlocking } from '../domain/findings.js';
import type { Inspection } from '../workflows/inspect-tenant.js';
import { emptyReport, type TenantReport } from '../reports/tenant-report.js';
import type { Context } from './context.js';
import { missingWorkers, sayMissing } from './missing-workers.js';
import { inSession } from './session.js';
import type { Selected, Selection } from './selection.js';

const AT_ONCE = 10;

export interface Inspected {
  report: TenantReport;
  inspection: Inspection;
}

/** Looks at every selected tenant without writing. Served by a worker that has no activity that writes. */
export async function inspectAll(
  context: Context,
  { batch, selected }: Selection,
  policy?: Policy,
): Promise<Inspected[]> {
  const sites = [...new Set(selected.map(({ tenant }) => tenant.site))];
  return inSession({ ...context, serves: 'inspect', sites }, async (session) => {
    const { migrations } = session;
    const tenants = selected.map(({ tenant }) => tenant);
    sayMissing(await missingWorkers(session, tenants, 'look'), context.out);
    const inspected: Inspected[] = [];
    const queue = [...selected];
    const look = async (): Promise<void> => {
      for (let next: Selected | undefined; (next = queue.shift());) {
        const { tenant, wave } = next;
        const inspection = await migrations.inspect(tenant, policy);
        const { findings, plan } = inspection;
        const report: TenantReport = {
          ...emptyReport(batch.batch, tenant, wave),
          findings,
          changes: plan?.changes ?? [],
          planHash: plan?.hash ?? null,
          reason: findings
            .filter(isBlocking)
            .map(({ code, message }) => `${code}: ${message}`)
            .join('; '),
        };
        inspected.push({ report, inspection });
        context.out.progress(context.out.text.inspecting(inspected.length, selected.length));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, look));
    const order = new Map(selected.map(({ tenant }, index) => [tenant.id, index]));
    return inspected.sort((one, other) => (order.get(one.report.tenant) ?? 0) - (order.get(other.report.tenant) ?? 0));
  });
}
