import type { Hono } from 'hono';
import { jsonAnswer, listOf, readJson, textOf, wholeOf, type Payload } from '../kernel/payload.js';
import type { Customer } from '../tenant/customer.js';
import type { Employee, OrgUnit } from '../tenant/organisation.js';
import type { Quirks } from '../tenant/quirks.js';
import type { E10Context, E10Env, E10Host } from './host.js';
import { asWritten, oauthFailure } from './oauth.js';

const LARGEST_ORG_PAGE = 1000;
const USUAL_PAGE = 20;

/** 人员查询 and 组织查询 (`facts/weaver.md` §2.1, §2.2). */
export function addHrRoutes(platform: Hono<E10Env>, host: E10Host): void {
  platform.post('/api/hrm/restful/queryEmployee', (c) => answer(c, host, queryEmployee));
  platform.post('/api/hrm/restful/queryOrg', (c) => answer(c, host, queryOrg));
}

type Query = (customer: Customer, asked: Payload, page: Page) => Found | Refusal;
type Page = { current: number; pageSize: number };
type Found = { rows: Record<string, unknown>[]; total: number };
type Refusal = { code: string; message: string };

function answer(c: E10Context, host: E10Host, query: Query): Response {
  const quirks = host.quirks(c);
  const asked = readJson(c.get('body')) ?? {};
  const holder = host.tokens.holderOf(textOf(asked['access_token']) ?? c.req.query('access_token') ?? '');
  if (holder === undefined) {
    if (quirks.tokenRefusal === 'http-401') return jsonAnswer({ errcode: '401', errmsg: 'Unauthorized' }, 401);
    return oauthFailure(quirks, '200007', 'access_token 无效或已过期');
  }
  // 接口调用限制: the app has a token and may still not call this (§1.4).
  if (!holder.app.mayReadPeople) return refuse(quirks, { code: '200013', message: '接口调用受限，应用未添加该接口' });

  const page = { current: Math.max(1, wholeOf(asked['current'], 1)), pageSize: wholeOf(asked['pageSize'], USUAL_PAGE) };
  const found = query(holder.customer, asked, page);
  if ('code' in found) return refuse(quirks, found);
  c.set('rows', page.pageSize);
  return jsonAnswer({
    message: { errcode: asWritten(quirks, '0'), errmsg: 'success' },
    data: { ...page, total: found.total, data: found.rows },
  });
}

function refuse(quirks: Quirks, { code, message }: Refusal): Response {
  if (quirks.errorsAt === 'top') return oauthFailure(quirks, code, message);
  return jsonAnswer({ message: { errcode: asWritten(quirks, code), errmsg: message }, data: null });
}

function queryEmployee(customer: Customer, asked: Payload, page: Page): Found | Refusal {
  const { org, spec, identity, rosters } = customer;
  if (page.pageSize < 1 || page.pageSize > spec.quirks.employeePageMax)
    return { code: '3000', message: 'pageSize 参数错误' };
  const indices = employeeIndices(customer, asked);
  const wanted = listOf(asked['returnFieldList']);
  const tenantKey = spec.quirks.returnsTenantKey && wanted?.includes('tenant_key') ? identity.tenantKey : undefined;
  const { from, to } = bounds(page);

  const rows: Record<string, unknown>[] = [];
  for (let at = from; at < Math.min(to, indices.length); at++) {
    const row = {
      ...employeeRow(org.employee(indices.at(at)), org.units[rosters.e10.movedTo(indices.at(at)) ?? -1]),
      ...(tenantKey === undefined ? {} : { tenant_key: tenantKey }),
    };
    rows.push(
      wanted === undefined ? row : Object.fromEntries(Object.entries(row).filter(([key]) => wanted.includes(key))),
    );
  }
  const total = indices.length;
  // One row is a look, not a page.
  if (page.pageSize > 1) rosters.e10.pageWasRead(to);
  return { rows, total };
}

/** Different conditions must all hold. A department stands for itself, without those below it. */
function employeeIndices(
  { org, spec, rosters }: Customer,
  asked: Payload,
): { length: number; at(index: number): number } {
  const departments = setOf(asked['departmentIds']);
  const subcompanies = setOf(asked['subcompanyIds']);
  const ids = setOf(asked['ids']);
  const jobNumbers = setOf(asked['jobNumList']);
  const mobiles = setOf(asked['mobileList']);
  const states = listOf(asked['userStatusList']);
  if (states !== undefined && !states.includes('normal')) return { length: 0, at: () => 0 };
  if ([departments, subcompanies, ids, jobNumbers, mobiles].every((set) => set === undefined)) {
    return rosters.e10;
  }

  const units = org.units.filter(
    (unit) =>
      (departments === undefined || departments.has(String(unit.e10Id))) &&
      (subcompanies === undefined || subcompanies.has(String(org.units[unit.subcompany]?.e10Id))),
  );
  const allowed = new Set(units.map(({ index }) => index));
  const found: number[] = [];
  for (let index = 0; index < spec.people.e10; index++) {
    if (!allowed.has(org.unitOf(index).index)) continue;
    if (ids !== undefined || jobNumbers !== undefined || mobiles !== undefined) {
      const { e10Id, jobNumber, mobile } = org.employee(index);
      if (ids?.has(String(e10Id)) === false || jobNumbers?.has(jobNumber) === false || mobiles?.has(mobile) === false)
        continue;
    }
    found.push(index);
  }
  return { length: found.length, at: (index) => found[index] ?? 0 };
}

function queryOrg({ org }: Customer, asked: Payload, page: Page): Found | Refusal {
  if (page.pageSize < 1 || page.pageSize > LARGEST_ORG_PAGE) return { code: '3000', message: 'pageSize 不能超过1000' };
  if (asked['parentOrgIds'] !== undefined && asked['parentCodeList'] !== undefined) {
    return { code: '3000', message: 'parentOrgIds 与 parentCodeList 不能同时使用' };
  }
  const wanted = {
    id: setOf(asked['ids']),
    code: setOf(asked['codeList']),
    type: setOf(asked['typeList']),
    parent: setOf(asked['parentOrgIds']),
    parentCode: setOf(asked['parentCodeList']),
  };
  const parentOf = (unit: OrgUnit) => (unit.parent === null ? undefined : org.units[unit.parent]);
  const units = org.units.filter(
    (unit) =>
      wanted.id?.has(String(unit.e10Id)) !== false &&
      wanted.code?.has(unit.code) !== false &&
      wanted.type?.has(unit.kind) !== false &&
      wanted.parent?.has(String(parentOf(unit)?.e10Id ?? 0)) !== false &&
      wanted.parentCode?.has(parentOf(unit)?.code ?? '') !== false,
  );
  const { from, to } = bounds(page);
  const rows = units.slice(from, to).map((unit) => ({
    id: unit.e10Id,
    name: unit.name,
    code: unit.code,
    type: unit.kind,
    parent: parentOf(unit)?.e10Id ?? 0,
    status: 'normal',
  }));
  return { rows, total: units.length };
}

function employeeRow(employee: Employee, moved: OrgUnit | undefined): Record<string, unknown> {
  return {
    id: employee.e10Id,
    user_id: employee.e10Id + 20_000_000n,
    username: employee.name,
    job_num: employee.jobNumber,
    mobile: employee.mobile,
    email: employee.email,
    account: employee.loginId,
    status: 'normal',
    department: [(moved ?? employee.unit).e10Id],
  };
}

function bounds({ current, pageSize }: Page): { from: number; to: number } {
  return { from: (current - 1) * pageSize, to: current * pageSize };
}

function setOf(value: unknown): Set<string> | undefined {
  const list = listOf(value);
  return list === undefined ? undefined : new Set(list);
}
