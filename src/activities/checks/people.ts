import { says, type Finding } from '../../domain/findings.js';
import type { Tenant } from '../../domain/tenant.js';
import { GatewayError } from '../../gateways/errors.js';
import type { Systems } from '../systems.js';

/** The head count of E9, as a baseline for people. Optional: E9 may be off, or nobody gave credentials for it. */
export async function checkE9People(
  tenant: Tenant,
  systems: Systems,
): Promise<{ findings: Finding[]; people?: number }> {
  const e9 = await systems.e9();
  if (!e9) {
    const what = says({
      en: 'the file has no credentials for the people of E9: no baseline to compare with',
      zh: '文件中没有读取 E9 人员的凭据：没有可对比的基线',
    });
    return { findings: [{ code: 'E9-PEOPLE-UNREAD', severity: 'info', ...what, subject: 'e9.hr' }] };
  }
  try {
    return { findings: [], people: await e9.countEmployees() };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const subject = tenant.e9?.address ?? 'e9';
    return { findings: [{ code: 'E9-PEOPLE-UNREAD', severity: 'warning', message: error.message, subject }] };
  }
}
