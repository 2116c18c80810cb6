import type { Hono } from 'hono';
import { jsonAnswer, readFields, readJson, textOf, wholeOf, type Payload } from '../kernel/payload.js';
import { hash32 } from '../kernel/random.js';
import type { SystemContext, SystemEnv } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import type { OrgUnit } from '../tenant/organisation.js';
import { presentedToken, tokenKey } from './hr-token.js';

const USUAL_PAGE = 20;

type Rows = { total: number; at(index: number): Record<string, unknown>; pageWasRead?(upTo: number): void };

/** The HR interface, "resful" being its real spelling (`facts/weaver.md` §5.1). */
export function addHrRoutes(app: Hono<SystemEnv<Customer>>): void {
  app.post('/api/hrm/resful/getHrmUserInfoWithPage', (c) => answer(c, people));
  app.post('/api/hrm/resful/getHrmdepartmentWithPage', (c) => answer(c, (customer) => units(customer, 'department')));
  app.post('/api/hrm/resful/getHrmsubcompanyWithPage', (c) => answer(c, (customer) => units(customer, 'subcompany')));
}

function answer(c: SystemContext<Customer>, rowsOf: (customer: Customer, params: Payload) => Rows): Response {
  const customer = c.get('tenant');
  const isJson = c.req.header('Content-Type')?.includes('json') === true;
  const fields = readFields(c.get('body'), c.req.header('Content-Type'));
  const refusal = customer === undefined ? 'token 验证失败' : refusalOf(c, customer, fields, isJson);
  if (customer === undefined || refusal !== undefined) return jsonAnswer({ code: '0', errmsg: refusal });

  const sent = fields['params'];
  const params = typeof sent === 'string' ? (readJson(sent) ?? {}) : ((sent ?? {}) as Payload);
  const size = wholeOf(params['pagesize'], USUAL_PAGE);
  const page = Math.max(1, wholeOf(params['curpage'], 1));
  const rows = rowsOf(customer, params);
  const { total } = rows;
  const dataList: Record<string, unknown>[] = [];
  for (let index = (page - 1) * size; index < Math.min(page * size, total); index++) dataList.push(rows.at(index));
  c.set('rows', size);
  // One row is a look, not a page.
  if (size > 1) rows.pageWasRead?.(page * size);
  return jsonAnswer({ code: '1', data: { totalSize: total, pageSize: size, page, dataList } });
}

function refusalOf(
  c: SystemContext<Customer>,
  { spec, identity }: Customer,
  fields: Payload,
  isJson: boolean,
): string | undefined {
  const { hrAuth, hrBody, hrDigest, hrTokenMs } = spec.quirks;
  if (hrBody !== 'both' && isJson !== (hrBody === 'json')) return 'params 参数错误';
  if (hrAuth === 'allow-list') return undefined;
  const presented = presentedToken(c, fields);
  if (presented === undefined) return '未授权的访问';
  if (tokenKey(hrDigest, identity.hrToken, presented.ts) !== presented.key) return 'token 验证失败';
  return Math.abs(Date.now() - Number(presented.ts)) > hrTokenMs ? 'token 已过期' : undefined;
}

/** People in service first, then leavers and secondary accounts, which nobody filters out for the caller. */
function people({ org, spec, rosters }: Customer, params: Payload): Rows {
  const { e9, leavers, secondary, first } = spec.people;
  const { idNumber } = first;
  const row = (index: number): Record<string, unknown> => {
    const employee = org.employee(index);
    const isLeaver = index >= e9 && index < e9 + leavers;
    const isSecondary = index >= e9 + leavers && index < e9 + leavers + secondary;
    const unit = org.units[rosters.e9.movedTo(index) ?? -1] ?? employee.unit;
    return {
      id: employee.e9Id,
      workcode: isSecondary ? '' : employee.jobNumber,
      loginid: employee.loginId,
      lastname: employee.name,
      mobile: employee.mobile,
      email: employee.email,
      status: isLeaver ? '5' : String(hash32(spec.seed, 'status', index) % 20 === 0 ? 0 : 1),
      accounttype: isSecondary ? '1' : '0',
      belongto: isSecondary ? org.employee(index % Math.max(1, e9)).e9Id : '-1',
      departmentid: unit.e9Id,
      departmentname: unit.name,
      departmentcode: unit.code,
      subcompanyid1: org.units[unit.subcompany]?.e9Id,
      created: '2019-03-01 09:00:00',
      modified: '2025-06-01 09:00:00',
      // Such rows really carry these; nobody may log or keep them.
      password: [0, 1, 2, 3].map((part) => hash32(spec.seed, 'password', index, part).toString(16)).join(''),
      certificatenum: (index === 0 && idNumber) || `11010119900101${String(index % 10000).padStart(4, '0')}`,
    };
  };
  const wanted = textOf(params['workcode']);
  if (wanted === undefined || wanted === '') {
    const roster = rosters.e9;
    return { total: roster.length, at: (at) => row(roster.at(at)), pageWasRead: (upTo) => roster.pageWasRead(upTo) };
  }
  const total = e9 + leavers + secondary;
  const found = Array.from({ length: total }, (_, index) => row(index)).filter(({ workcode }) => workcode === wanted);
  return { total: found.length, at: (index) => found[index] ?? {} };
}

function units({ org }: Customer, kind: OrgUnit['kind']): Rows {
  const found = org.units.filter((unit) => unit.kind === kind);
  const parentId = (unit: OrgUnit) => {
    const parent = unit.parent === null ? undefined : org.units[unit.parent];
    return parent?.kind === kind ? parent.e9Id : '0';
  };
  return {
    total: found.length,
    at(index) {
      const unit = found[index] as OrgUnit;
      if (kind === 'subcompany') {
        return {
          id: unit.e9Id,
          subcompanyname: unit.name,
          subcompanycode: unit.code,
          supsubcomid: parentId(unit),
          canceled: '0',
        };
      }
      return {
        id: unit.e9Id,
        departmentname: unit.name,
        departmentcode: unit.code,
        supdepid: parentId(unit),
        subcompanyid1: org.units[unit.subcompany]?.e9Id,
        canceled: '0',
      };
    },
  };
}
