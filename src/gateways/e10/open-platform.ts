import { LosslessNumber } from 'lossless-json';
import type { z } from 'zod';
import type { OnAnswer } from '../../domain/people/rows.js';
import type { Unit } from '../../domain/settings.js';
import { Rejected, Unauthenticated, UnexpectedAnswer } from '../errors.js';
import type { Http } from '../http.js';
import type { E10, E10App } from './e10.js';
import { classifyErrcode, PARAMETER_FAULT } from './errcodes.js';
import { EmployeePage, PeoplePage, PERSON_FIELDS, UnitPage, UnitRows } from './schema.js';
import { numberedPages } from '../numbered-pages.js';
import { createTokenSource, type HeldToken } from './token.js';

export interface E10Options {
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

const EMPLOYEES = '/api/hrm/restful/queryEmployee';
const UNITS = '/api/hrm/restful/queryOrg';
/** The documented maximum of queryOrg (`facts/weaver.md` §2.2). */
const UNITS_PER_PAGE = 1000;
/** Their greatest size is not published, 1000 is stated for units (`facts/weaver.md` §2.1): a site may want smaller ones. */
const PEOPLE_PER_PAGE = 1000;
/** How many ids queryEmployee takes is not published. */
const IDS_PER_CALL = 500;

/**
 * E10's open platform as one app sees it. `http` has the open platform as its base, e.g. `<E10>/openserver`. Calls run one
 * after the other; the token travels in the body, since a query stands in the logs of every proxy.
 */
export function createE10(http: Http, app: E10App, options: E10Options = {}): E10 {
  const now = options.now ?? Date.now;
  const takeToken = createTokenSource(http, app, now);
  let held: Promise<HeldToken> | undefined;

  /**
   * One exchange at a time: a second token may end the first one (`facts/weaver.md` §1.2). Of calls that find no good token
   * together, the first one takes it and the others wait. `refused` is the token that one of them was just refused with.
   */
  async function currentToken(refused?: string): Promise<string> {
    const before = held;
    const known = await before?.catch(() => undefined);
    if (known && known.token !== refused && now() < known.renewAt) return known.token;
    if (held === undefined || held === before) held = takeToken();
    return (await held).token;
  }

  async function attempt<S extends z.ZodType>(
    path: string,
    schema: S,
    params: object,
    token: string,
    { refused = [], onAnswer }: { refused?: readonly string[]; onAnswer?: OnAnswer | undefined },
  ): Promise<z.output<S>> {
    return http.post(path, schema, {
      json: { access_token: token, ...params },
      classify: classifyErrcode,
      mask: [app.appSecret, token, ...refused],
      onAnswer,
    });
  }

  /** A token may end early, e.g. because another one was taken for the app: one fresh token, then it is the app that is refused. */
  async function call<S extends z.ZodType>(
    path: string,
    schema: S,
    params: object,
    onAnswer?: OnAnswer,
  ): Promise<z.output<S>> {
    const token = await currentToken();
    try {
      return await attempt(path, schema, params, token, { onAnswer });
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      return attempt(path, schema, params, await currentToken(token), { refused: [token], onAnswer });
    }
  }

  async function countPeople(filter: object): Promise<number> {
    return (await call(EMPLOYEES, EmployeePage, { ...filter, current: 1, pageSize: 1, returnFieldList: ['id'] })).total;
  }

  /** A person with posts in several units counts once in one call, but once in each of several: more than 500 units may overcount. */
  async function countPeopleIn(field: 'subcompanyIds' | 'departmentIds', ids: readonly string[]): Promise<number> {
    let people = 0;
    for (let from = 0; from < ids.length; from += IDS_PER_CALL) {
      people += await countPeople({ [field]: ids.slice(from, from + IDS_PER_CALL).map(bareNumber) });
    }
    return people;
  }

  async function listUnits(filter: object): Promise<Unit[]> {
    const units = new Map<string, Unit>();
    let rows = 0;
    let total = 0;
    // Until nothing new comes: a site may give smaller pages than it is asked for, or the same one for ever.
    for (let current = 1; current === 1 || rows < total; current++) {
      const page = await call(UNITS, UnitPage, { ...filter, current, pageSize: UNITS_PER_PAGE });
      const known = units.size;
      total = page.total;
      rows += page.rows.length;
      page.rows.forEach((unit) => units.set(unit.id, unit));
      if (units.size === known) break;
    }
    if (rows !== total) throw unexpected(`${rows} units were read, the total is ${total}`);
    if (units.size !== rows) throw unexpected('an id of a unit occurs twice');
    return [...units.values()];
  }

  /**
   * Callers know ids, not kinds, so those are looked up first. No department is asked for that belongs to a chosen subcompany,
   * since the subcompany has its people already. Somebody with posts in a chosen subcompany and in a chosen department
   * elsewhere still counts twice: E10 takes the two kinds as conditions that must both hold.
   */
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
    return (await countPeopleIn('subcompanyIds', [...chosen])) + (await countPeopleIn('departmentIds', rest));
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
    people: () =>
      numberedPages(
        PEOPLE_PER_PAGE,
        (current, pageSize, onAnswer) =>
          call(EMPLOYEES, PeoplePage, { current, pageSize, returnFieldList: PERSON_FIELDS }, onAnswer),
        (error) => error instanceof Rejected && error.code === PARAMETER_FAULT,
      ),
    units: () => numberedPages(UNITS_PER_PAGE, (current, pageSize) => call(UNITS, UnitRows, { current, pageSize })),
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
