import { readJson, textOf } from '../kernel/payload.js';
import { QIYUESUO_AGENT } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import { tokenKey } from '../e9/hr-token.js';
import type { Fields } from './state.js';

/** A unit as Qiyuesuo shows it in the sync wizard. */
export interface PulledUnit {
  id: string;
  name: string;
  code?: string;
  parentId?: string;
  type: 'subcompany' | 'department';
}

/** Qiyuesuo could not get what it wanted from the OA; the text is what the console shows. */
export class PullFailed extends Error {
  override readonly name = 'PullFailed';
}

type Row = Record<string, unknown>;
const PAGE = 500;
const TIMEOUT_MS = 10_000;

/** The organisation, pulled over HTTP with the settings as they stand (`facts/official-procedure.zh.md`, step 4.2). */
export async function pullOrganisation(customer: Customer): Promise<PulledUnit[]> {
  const { oaVersion, sets } = customer.console;
  return oaVersion === 'E10' ? fromE10(sets.E10) : fromE9(customer, sets.E9);
}

/** Job numbers of the people within a scope; a unit stands for everything below it. */
export async function pullJobNumbers(customer: Customer, scope: readonly string[]): Promise<Set<string>> {
  const { oaVersion, sets } = customer.console;
  const units = await pullOrganisation(customer);
  const inScope = below(scope, units);
  const found = new Set<string>();
  if (oaVersion === 'E10') {
    const token = await tokenOf(sets.E10);
    const idsOf = (type: PulledUnit['type']) =>
      units.filter((unit) => unit.type === type && inScope.has(unit.id)).map(({ id }) => id);
    const departments = idsOf('department');
    const where = departments.length > 0 ? { departmentIds: departments } : { subcompanyIds: idsOf('subcompany') };
    for (const row of await allOf(sets.E10, token, 'queryEmployee', where)) found.add(text(row['job_num']));
    return found;
  }
  for (const row of await e9Rows(customer, sets.E9, 'getHrmUserInfoWithPage')) {
    const inService = ['0', '1', '2', '3'].includes(text(row['status'])) && row['accounttype'] !== '1';
    if (inService && inScope.has(`d${text(row['departmentid'])}`.slice(1))) found.add(text(row['workcode']));
  }
  return found;
}

function below(scope: readonly string[], units: readonly PulledUnit[]): Set<string> {
  const inScope = new Set(scope);
  for (let grew = true; grew;) {
    grew = false;
    for (const { id, parentId } of units) {
      if (parentId !== undefined && inScope.has(parentId) && !inScope.has(id)) {
        inScope.add(id);
        grew = true;
      }
    }
  }
  return inScope;
}

async function fromE10(fields: Fields): Promise<PulledUnit[]> {
  const rows = await allOf(fields, await tokenOf(fields), 'queryOrg', {});
  return rows.map((row) => ({
    id: text(row['id']),
    name: text(row['name']),
    ...(row['code'] ? { code: text(row['code']) } : {}),
    ...(text(row['parent']) === '0' ? {} : { parentId: text(row['parent']) }),
    type: row['type'] === 'department' ? 'department' : 'subcompany',
  }));
}

async function tokenOf({ openPlatformAddress, corpId, appKey, appSecret }: Fields): Promise<string> {
  if (!openPlatformAddress || !corpId || !appKey || !appSecret) throw new PullFailed('集成配置不完整');
  const query = new URLSearchParams({ corpid: corpId, response_type: 'code', state: 'qys' });
  const authorize = await ask(`${openPlatformAddress}/oauth2/authorize?${query}`, {});
  const params = {
    app_key: appKey,
    app_secret: appSecret,
    grant_type: 'authorization_code',
    code: text(authorize['code']),
  };
  for (const body of [new URLSearchParams(params), JSON.stringify(params)]) {
    const type = typeof body === 'string' ? 'application/json' : 'application/x-www-form-urlencoded';
    const answer = await ask(
      `${openPlatformAddress}/oauth2/access_token`,
      { method: 'POST', headers: { 'Content-Type': type }, body },
      false,
    );
    const token = answer['accessToken'] ?? answer['acessToken'];
    if (token !== undefined) return text(token);
  }
  throw new PullFailed('获取泛微 access_token 失败');
}

async function allOf(fields: Fields, token: string, path: string, where: Row): Promise<Row[]> {
  const rows: Row[] = [];
  for (let current = 1; ; current += 1) {
    const answer = await ask(`${fields.openPlatformAddress}/api/hrm/restful/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ access_token: token, current, pageSize: PAGE, ...where }),
    });
    const data = answer['data'] as { total: unknown; data: Row[] } | null;
    if (!data) throw new PullFailed('泛微接口无权限');
    rows.push(...data.data);
    if (data.data.length === 0 || rows.length >= Number(text(data.total))) return rows;
  }
}

async function fromE9(customer: Customer, fields: Fields): Promise<PulledUnit[]> {
  const subcompanies = await e9Rows(customer, fields, 'getHrmsubcompanyWithPage');
  const departments = await e9Rows(customer, fields, 'getHrmdepartmentWithPage');
  const parentOf = (id: unknown) => (id === undefined || text(id) === '0' ? {} : { parentId: text(id) });
  return [
    ...subcompanies.map((row) => ({
      id: text(row['id']),
      name: text(row['subcompanyname']),
      ...(row['subcompanycode'] ? { code: text(row['subcompanycode']) } : {}),
      ...parentOf(row['supsubcomid']),
      type: 'subcompany' as const,
    })),
    ...departments.map((row) => ({
      id: text(row['id']),
      name: text(row['departmentname']),
      ...(row['departmentcode'] ? { code: text(row['departmentcode']) } : {}),
      ...parentOf(text(row['supdepid']) === '0' ? row['subcompanyid1'] : row['supdepid']),
      type: 'department' as const,
    })),
  ];
}

async function e9Rows({ spec, identity }: Customer, { oaAddress }: Fields, path: string): Promise<Row[]> {
  if (!oaAddress) throw new PullFailed('未配置泛微地址');
  const rows: Row[] = [];
  for (let curpage = 1; ; curpage += 1) {
    const ts = String(Date.now());
    const params = { pagesize: PAGE, curpage };
    const json = spec.quirks.hrBody === 'json';
    const answer = await ask(`${oaAddress}/api/hrm/resful/${path}`, {
      method: 'POST',
      headers: {
        key: tokenKey(spec.quirks.hrDigest, identity.hrToken, ts),
        ts,
        'Content-Type': json ? 'application/json' : 'application/x-www-form-urlencoded',
      },
      body: json ? JSON.stringify({ params }) : new URLSearchParams({ params: JSON.stringify(params) }),
    });
    const data = answer['data'] as { totalSize: unknown; dataList: Row[] } | undefined;
    if (!data) throw new PullFailed('泛微E9接口验证失败');
    rows.push(...data.dataList);
    if (data.dataList.length === 0 || rows.length >= Number(text(data.totalSize))) return rows;
  }
}

function text(value: unknown): string {
  return textOf(value) ?? '';
}

async function ask(url: string, init: RequestInit, mustSucceed = true): Promise<Row> {
  let text: string;
  try {
    const headers = { ...(init.headers as Record<string, string>), 'User-Agent': QIYUESUO_AGENT };
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch {
    throw new PullFailed('无法访问泛微系统');
  }
  const answer = readJson(text);
  if (answer === undefined) throw new PullFailed('泛微系统返回异常');
  const { message } = answer as { message?: Row };
  const code = textOf(message?.['errcode'] ?? answer['errcode']) ?? '0';
  if (mustSucceed && code !== '0')
    throw new PullFailed(textOf(message?.['errmsg'] ?? answer['errmsg']) ?? `错误 ${code}`);
  return answer;
}
