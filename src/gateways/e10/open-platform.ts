import { LosslessNumber } from 'lossless-json';
import type { z } from 'zod';
import type { Unit } from '../../domain/settings.js';
import { Rejected, Unauthenticated, UnexpectedAnswer } from '../errors.js';
import type { Http } from '../http.js';
import type { E10, E10App } from './e10.js';
import { classifyErrcode } from './errcodes.js';
import { EmployeePage, UnitPage } from './schema.js';
import { createTokenSource, type HeldToken } from './token.js';

export interface E10Options {
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

const EMPLOYEES = '/api/hrm/restful/queryEmployee';
const UNITS = '/api/hrm/restful/queryOrg';
/** The documented maximum of queryOrg (`facts/weaver.md` §2.2). */
const UNITS_PER_PAGE = 1000;

/**
 * E10's open platform as one app sees it. `http` has the open platform as its base, e.g. `<E10>/openserver`. Calls run one
 * after the other; the token travels in the body, since a query stands in the logs of every proxy.
 */
export function createE10(http: Http, app: E10App, options: E10Options = {}): E10 {
  const now = options.now ?? Date.now;
  const takeToken = createTokenSource(http, app, now);
  let held: Promise<HeldToken> | undefined;

  /** One exchange at a time: a second token may end the first one (`facts/weaver.md` §1.2). */
  async function currentToken(): Promise<string> {
    const known = await held?.catch(() => undefined);
    if (known && now() < known.renewAt) return known.token;
    held = takeToken();
    return (await held).token;
  }

  async function attempt<S extends z.ZodType>(
    path: string,
    schema: S,
    params: object,
    token: string,
  ): Promise<z.output<S>> {
    return http.post(path, schema, {
      json: { access_token: token, ...params },
      classify: classifyErrcode,
      mask: [app.appSecret, token],
    });
  }

  /** A token may end early, e.g. because another one was taken for the app: one fresh token, then it is the app that is refused. */
  async function call<S extends z.ZodType>(path: string, schema: S, params: object): Promise<z.output<S>> {
    const token = await currentToken();
    try {
      return await attempt(path, schema, params, token);
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      held = undefined;
      return attempt(path, schema, params, await currentToken());
    }
  }

  async function countPeople(filter: object): Promise<number> {
    return (await call(EMPLOYEES, EmployeePage, { ...filter, current: 1, pageSize: 1, returnFieldList: ['id'] })).total;
  }

  async function listUnits(filter: object): Promise<Unit[]> {
    const units = new Map<string, Unit>();
    let rows = 0;
    let total = 0;
    // Until nothing more comes: a site may give smaller pages than it is asked for.
    for (let current = 1; current === 1 || rows < total; current++) {
      const page = await call(UNITS, UnitPage, { ...filter, current, pageSize: UNITS_PER_PAGE });
      total = page.total;
      rows += page.rows.length;
      page.rows.forEach((unit) => units.set(unit.id, unit));
      if (page.rows.length === 0) break;
    }
    if (rows !== total) throw unexpected(`${rows} units were read, the total is ${total}`);
    if (units.size !== rows) throw unexpected('an id of a unit occurs twice');
    return [...units.values()];
  }

  /** Within one query a person counts once. So each kind of unit is asked for in one query, and no department twice. */
  async function countPeopleOf(unitIds: readonly string[]): Promise<number> {
    const companies = byId(await listUnits({ typeList: ['subcompany'] }));
    const departments = byId(await listUnits({ typeList: ['department'] }));
    const unknown = unitIds.find((id) => !companies.has(id) && !departments.has(id));
    if (unknown !== undefined) {
      throw new Rejected(callTo(UNITS), { text: `${unknown} is no enabled department or subcompany of E10` });
    }

    const chosen = new Set(unitIds.filter((id) => companies.has(id)));
    const rest = [...new Set(unitIds)].filter(
      (id) => departments.has(id) && !chosen.has(companyOf(id, companies, departments)),
    );
    const inCompanies = chosen.size > 0 ? await countPeople({ subcompanyIds: [...chosen].map(bareNumber) }) : 0;
    const inDepartments = rest.length > 0 ? await countPeople({ departmentIds: rest.map(bareNumber) }) : 0;
    return inCompanies + inDepartments;
  }

  return {
    authorize: async () => void (await currentToken()),
    async readTenantKey() {
      const params = { current: 1, pageSize: 1, returnFieldList: ['id', 'tenant_key'] };
      const { rows } = await call(EMPLOYEES, EmployeePage, params);
      return rows[0]?.tenant_key || undefined;
    },
    // An empty list would be no filter to E10, and count everybody.
    countEmployees: async (unitIds) => (unitIds === undefined ? countPeople({}) : countPeopleOf(unitIds)),
    listUnits: async () => listUnits({}),
  };
}

/** The subcompany that a department belongs to: the nearest one above it. */
function companyOf(id: string, companies: ReadonlyMap<string, Unit>, departments: ReadonlyMap<string, Unit>): string {
  const seen = new Set<string>();
  let at = id;
  while (!companies.has(at) && !seen.has(at)) {
    seen.add(at);
    at = departments.get(at)?.parentId ?? '';
  }
  return at;
}

function byId(units: readonly Unit[]): Map<string, Unit> {
  return new Map(units.map((unit) => [unit.id, unit]));
}

/** Official samples send ids as numbers, longer than a double (`facts/weaver.md` §2.4). */
function bareNumber(id: string): LosslessNumber | string {
  return /^\d+$/.test(id) ? new LosslessNumber(id) : id;
}

function callTo(path: string) {
  return { system: 'e10', method: 'POST', path } as const;
}

function unexpected(text: string): UnexpectedAnswer {
  return new UnexpectedAnswer(callTo(UNITS), { text });
}
