import type { Finding } from '../../domain/findings.js';
import type { Tenant } from '../../domain/tenant.js';
import { Rejected, Unauthenticated } from '../../gateways/errors.js';
import type { Systems } from '../systems.js';

/** Newer private clouds refuse a timestamp that is more than 15 minutes off (`facts/qiyuesuo.md` §1.3). */
const SKEW_REFUSED_MS = 15 * 60_000;
const SKEW_NOTED_MS = 5 * 60_000;

/** Reachability, clock and credentials of the open API, and whose credentials they are. */
export async function checkQiyuesuo(tenant: Tenant, systems: Systems): Promise<Finding[]> {
  const qiyuesuo = await systems.qiyuesuo();
  const { clockSkewMs } = await qiyuesuo.checkHealth();
  const skew = skewFindings(clockSkewMs);
  if (skew.some(({ severity }) => severity === 'blocking')) return skew;
  try {
    const company = await qiyuesuo.readCompany();
    return [...skew, ...companyFindings(tenant, company.name)];
  } catch (error) {
    const refused = error instanceof Unauthenticated || (error instanceof Rejected && error.reason === undefined);
    if (!refused) throw error;
    const subject = tenant.qiyuesuo.openApi;
    return [...skew, { code: 'QIYUESUO-CREDENTIALS-REFUSED', severity: 'blocking', message: error.message, subject }];
  }
}

function skewFindings(skewMs: number | null): Finding[] {
  if (skewMs === null || Math.abs(skewMs) < SKEW_NOTED_MS) return [];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const message = `the clocks of this worker and of Qiyuesuo are ${minutes} minutes apart`;
  const severity = Math.abs(skewMs) > SKEW_REFUSED_MS ? 'blocking' : 'warning';
  return [{ code: 'CLOCK-SKEW', severity, message, subject: 'qiyuesuo' }];
}

function companyFindings(tenant: Tenant, name: string): Finding[] {
  const { company } = tenant.qiyuesuo;
  if (company === undefined || company === name) return [];
  const message = `the credentials belong to ${name}, the file expects ${company}`;
  return [{ code: 'QIYUESUO-COMPANY-DIFFERS', severity: 'blocking', message, subject: 'qiyuesuo.company' }];
}
