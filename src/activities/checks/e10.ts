import type { Finding } from '../../domain/findings.js';
import type { Tenant } from '../../domain/tenant.js';
import { Rejected, Unauthenticated, UnexpectedAnswer } from '../../gateways/errors.js';
import type { E10 } from '../../gateways/e10/e10.js';
import type { Systems } from '../systems.js';

export interface E10Facts {
  people?: number;
  units?: number;
}

/**
 * Whether E10 is ready for Qiyuesuo: it is an E10, it gives a token to Qiyuesuo's own app, and that app may read people and
 * organisation (接口调用限制, `facts/weaver.md` §1.4), belongs to the right tenant, and shows somebody.
 */
export async function checkE10(tenant: Tenant, systems: Systems): Promise<{ findings: Finding[]; facts: E10Facts }> {
  const e10 = await systems.e10();
  if (!e10) return { findings: await checkAddressOnly(tenant, systems), facts: {} };

  const refused = await tokenRefused(tenant, systems, e10);
  if (refused) return { findings: [refused], facts: {} };
  return checkRights(tenant, e10);
}

/** Without an app only the kind of system can be told: enough for the public cloud, where Qiyuesuo needs no app either. */
async function checkAddressOnly(tenant: Tenant, systems: Systems): Promise<Finding[]> {
  const kind = await systems.oaKind();
  if (kind !== 'e10') return [notE10(tenant, kind)];
  return [
    {
      code: 'E10-UNPROVED',
      severity: 'info',
      message: 'the file names no app of E10, so the tenant code could not be compared with E10',
      subject: 'e10',
    },
  ];
}

async function tokenRefused(tenant: Tenant, systems: Systems, e10: E10): Promise<Finding | undefined> {
  try {
    await e10.authorize();
    return undefined;
  } catch (error) {
    if (error instanceof Unauthenticated) {
      return {
        code: 'E10-TOKEN-REFUSED',
        severity: 'blocking',
        message: error.message,
        subject: tenant.e10.openPlatform,
      };
    }
    const strange = (error instanceof Rejected && error.reason !== 'tls') || error instanceof UnexpectedAnswer;
    if (!strange) throw error;
    const kind = await systems.oaKind();
    if (kind !== 'e10') return notE10(tenant, kind);
    return {
      code: 'E10-TOKEN-REFUSED',
      severity: 'blocking',
      message: error.message,
      subject: tenant.e10.openPlatform,
    };
  }
}

async function checkRights(tenant: Tenant, e10: E10): Promise<{ findings: Finding[]; facts: E10Facts }> {
  try {
    const key = await e10.readTenantKey();
    const people = await e10.countEmployees();
    const units = (await e10.listUnits()).length;
    const findings = [...tenantKeyFindings(tenant, key), ...emptyFindings(people, units)];
    return { findings, facts: { people, units } };
  } catch (error) {
    if (error instanceof Unauthenticated || (error instanceof Rejected && error.reason !== 'tls')) {
      return {
        findings: [{ code: 'E10-HR-REFUSED', severity: 'blocking', message: error.message, subject: 'e10' }],
        facts: {},
      };
    }
    throw error;
  }
}

function tenantKeyFindings(tenant: Tenant, key: string | undefined): Finding[] {
  const subject = 'e10.tenantKey';
  if (key === undefined) {
    const message = 'E10 does not return the tenant code, so it could not be compared with the file';
    return [{ code: 'E10-TENANT-KEY-UNREAD', severity: 'info', message, subject }];
  }
  if (key === tenant.e10.tenantKey) return [];
  const message = `E10 shows the tenant code ${key}, the file says ${tenant.e10.tenantKey}`;
  return [{ code: 'E10-TENANT-KEY-DIFFERS', severity: 'blocking', message, subject }];
}

function emptyFindings(people: number, units: number): Finding[] {
  if (people > 0 && units > 0) return [];
  const message = `E10 shows ${people} people and ${units} units to this app: nothing read is an error`;
  return [{ code: 'E10-EMPTY', severity: 'blocking', message, subject: 'e10' }];
}

function notE10(tenant: Tenant, kind: 'e9' | 'unknown'): Finding {
  const what = kind === 'e9' ? 'an E9' : 'no E10 that can be recognised';
  return {
    code: 'E10-NOT-E10',
    severity: 'blocking',
    message: `at this address answers ${what}`,
    subject: tenant.e10.address,
  };
}
