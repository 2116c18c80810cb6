import { ask, askForSuccess, cell, PULL_PAGE, PullFailed, type PulledUnit, type Row } from './pull-asks.js';
import type { Fields } from './state.js';

/** What Qiyuesuo reads from an E10 with the settings as they stand (`facts/weaver.md` §1.2, §2). */
export interface E10Source {
  units(): Promise<PulledUnit[]>;
  /** Job numbers of the people in these units, by their own ids and not by those above. */
  jobNumbers(units: readonly PulledUnit[]): Promise<string[]>;
}

/** Logs in with app_key, app_secret and corpId of the form; each pull with a token of its own. */
export async function openE10(fields: Fields, closing: AbortSignal): Promise<E10Source> {
  const token = await tokenOf(fields, closing);

  async function allOf(path: string, where: Row): Promise<Row[]> {
    const rows: Row[] = [];
    for (let current = 1; ; current += 1) {
      const body = JSON.stringify({ access_token: token, current, pageSize: PULL_PAGE, ...where });
      const headers = { 'Content-Type': 'application/json' };
      const url = `${fields.openPlatformAddress}/api/hrm/restful/${path}`;
      const answer = await askForSuccess(url, { method: 'POST', headers, body }, closing);
      const data = answer['data'] as { total: unknown; data: Row[] } | null | undefined;
      if (!data) throw new PullFailed('泛微接口无权限');
      rows.push(...data.data);
      if (data.data.length === 0 || rows.length >= Number(cell(data.total))) return rows;
    }
  }

  return {
    async units() {
      const rows = await allOf('queryOrg', {});
      return rows.map((row) => ({
        id: cell(row['id']),
        name: cell(row['name']),
        ...(row['code'] ? { code: cell(row['code']) } : {}),
        ...(cell(row['parent']) === '0' ? {} : { parentId: cell(row['parent']) }),
        type: row['type'] === 'department' ? 'department' : 'subcompany',
      }));
    },
    async jobNumbers(units) {
      const idsOf = (wanted: PulledUnit['type']) => units.filter(({ type }) => type === wanted).map(({ id }) => id);
      const departments = idsOf('department');
      if (units.length === 0) return [];
      const where = departments.length > 0 ? { departmentIds: departments } : { subcompanyIds: idsOf('subcompany') };
      return (await allOf('queryEmployee', where)).map((row) => cell(row['job_num']));
    },
  };
}

async function tokenOf(fields: Fields, closing: AbortSignal): Promise<string> {
  const { openPlatformAddress, corpId, appKey, appSecret } = fields;
  if (!openPlatformAddress || !corpId || !appKey || !appSecret) throw new PullFailed('集成配置不完整');
  const query = new URLSearchParams({ corpid: corpId, response_type: 'code', state: 'qys' });
  const { code } = await askForSuccess(`${openPlatformAddress}/oauth2/authorize?${query}`, {}, closing);
  const params = { app_key: appKey, app_secret: appSecret, grant_type: 'authorization_code', code: cell(code) };
  // Sites differ in the form they take; the code is spent only where the form is right.
  for (const body of [new URLSearchParams(params), JSON.stringify(params)]) {
    const headers = {
      'Content-Type': typeof body === 'string' ? 'application/json' : 'application/x-www-form-urlencoded',
    };
    const answer = await ask(`${openPlatformAddress}/oauth2/access_token`, { method: 'POST', headers, body }, closing);
    const token = answer['accessToken'] ?? answer['acessToken'];
    if (token !== undefined) return cell(token);
  }
  throw new PullFailed('获取泛微 access_token 失败');
}
