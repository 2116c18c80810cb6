import { tokenKey } from '../e9/hr-token.js';
import type { Customer } from '../tenant/customer.js';
import { ask, cell, PULL_PAGE, PullFailed, type PulledUnit, type Row } from './pull-asks.js';

/** In service: probation, formal, temporary, delayed probation (`facts/weaver.md` §5.1). */
const IN_SERVICE: readonly string[] = ['0', '1', '2', '3'];

/** Units of an E9, subcompanies first (`facts/weaver.md` §5.1). */
export async function unitsOfE9(customer: Customer, closing: AbortSignal): Promise<PulledUnit[]> {
  const subcompanies = await rowsOfE9(customer, 'getHrmsubcompanyWithPage', closing);
  const departments = await rowsOfE9(customer, 'getHrmdepartmentWithPage', closing);
  return [
    ...subcompanies.map((row) => unitOf(row, 'subcompany', row['supsubcomid'])),
    ...departments.map((row) =>
      unitOf(row, 'department', cell(row['supdepid']) === '0' ? row['subcompanyid1'] : row['supdepid']),
    ),
  ];
}

/** Job numbers of the people in service in these units; secondary accounts are nobody. */
export async function jobNumbersOfE9(
  customer: Customer,
  unitIds: ReadonlySet<string>,
  closing: AbortSignal,
): Promise<string[]> {
  const rows = await rowsOfE9(customer, 'getHrmUserInfoWithPage', closing);
  return rows
    .filter((row) => IN_SERVICE.includes(cell(row['status'])) && row['accounttype'] !== '1')
    .filter((row) => unitIds.has(cell(row['departmentid'])))
    .map((row) => cell(row['workcode']));
}

function unitOf(row: Row, type: PulledUnit['type'], parent: unknown): PulledUnit {
  const code = cell(row[`${type}code`]);
  const parentId = cell(parent);
  return {
    id: cell(row['id']),
    name: cell(row[`${type}name`]),
    ...(code === '' ? {} : { code }),
    ...(parentId === '' || parentId === '0' ? {} : { parentId }),
    type,
  };
}

async function rowsOfE9({ spec, identity, console: pages }: Customer, path: string, closing: AbortSignal) {
  const { oaAddress } = pages.sets.E9;
  if (!oaAddress) throw new PullFailed('未配置泛微地址');
  const asJson = spec.quirks.hrBody === 'json';
  const type = asJson ? 'application/json' : 'application/x-www-form-urlencoded';
  const rows: Row[] = [];
  for (let curpage = 1; ; curpage += 1) {
    const ts = String(Date.now());
    const params = { pagesize: PULL_PAGE, curpage };
    const headers = { key: tokenKey(spec.quirks.hrDigest, identity.hrToken, ts), ts, 'Content-Type': type };
    const body = asJson ? JSON.stringify({ params }) : new URLSearchParams({ params: JSON.stringify(params) });
    const answer = await ask(`${oaAddress}/api/hrm/resful/${path}`, { method: 'POST', headers, body }, closing);
    const data = answer['data'] as { totalSize: unknown; dataList: Row[] } | undefined;
    if (!data) throw new PullFailed('泛微E9接口验证失败');
    rows.push(...data.dataList);
    if (data.dataList.length === 0 || rows.length >= Number(cell(data.totalSize))) return rows;
  }
}
