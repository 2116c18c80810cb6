import { createHash, getHashes } from 'node:crypto';
import { z } from 'zod';
import type { OnAnswer, PagedList } from '../../domain/people/rows.js';
import { tryParsedBody } from '../body.js';
import { Rejected, UnexpectedAnswer } from '../errors.js';
import type { Http, HttpRequest, RawAnswer } from '../http.js';
import type { Classify } from '../ladder.js';
import type { E9 } from './e9.js';
import { numberedPages } from '../numbered-pages.js';
import { Department, Employee, IN_SERVICE, pageOf, Person, Subcompany, Version } from './schema.js';

/** How this E9 wants to be asked. Values, not references: lives inside an activity. */
export interface E9HrCredentials {
  /** Of hrm_webservice_config.jsp; absent where our address is allow-listed. */
  token?: string;
  digest: 'md5' | 'sm3';
  /** How `params` travels. */
  body: 'form' | 'json';
}

type Row = z.output<typeof Employee>;
const Counted = pageOf(Employee);

const PEOPLE = '/api/hrm/resful/getHrmUserInfoWithPage';
const SUBCOMPANIES = '/api/hrm/resful/getHrmsubcompanyWithPage';
const DEPARTMENTS = '/api/hrm/resful/getHrmdepartmentWithPage';
const PER_PAGE = 500;
/** Of a full list. */
const PER_LIST_PAGE = 1000;

/** E9's HR interface (`facts/weaver.md` §5.1; `resful` is its real spelling). `http` has E9's address. */
export function createE9(http: Http, access: E9HrCredentials): E9 {
  const mask = access.token === undefined ? [] : [access.token];

  async function page<S extends z.ZodType>(
    path: string,
    schema: S,
    params: object,
    onAnswer?: OnAnswer,
  ): Promise<z.output<S>> {
    const body = access.body === 'json' ? { json: { params } } : { form: { params: JSON.stringify(params) } };
    const headers = keyHeaders(access);
    return http.post(path, schema, {
      ...body,
      headers,
      classify: classifyHr,
      mask: [...mask, ...Object.values(headers)],
      onAnswer,
    });
  }

  function listOf<Listed extends { id: string }>(path: string, row: z.ZodType<Listed>): PagedList<Listed> {
    const schema = pageOf(row);
    return numberedPages(PER_LIST_PAGE, (curpage, pagesize, onAnswer) =>
      page(path, schema, { pagesize, curpage }, onAnswer),
    );
  }

  /** For the probes: what is down or overloaded says nothing about what is there. */
  async function ask(request: HttpRequest): Promise<RawAnswer> {
    const answer = await http.exchange(request);
    if ([429, 502, 503, 504].includes(answer.status)) http.read(answer, z.unknown());
    return answer;
  }

  return {
    async countEmployees() {
      const ids = new Set<string>();
      let [read, total, people] = [0, 0, 0];
      // Until nothing new comes: a site may give smaller pages than it is asked for, or the same one for ever.
      for (let curpage = 1; curpage === 1 || read < total; curpage++) {
        const found: { total: number; rows: Row[] } = await page(PEOPLE, Counted, { pagesize: PER_PAGE, curpage });
        const known = ids.size;
        total = found.total;
        read += found.rows.length;
        people += found.rows.filter(counts).length;
        found.rows.forEach(({ id }) => ids.add(id));
        if (ids.size === known) break;
      }
      // Somebody was added or removed between two pages: half a baseline would be worse than none.
      if (read !== total || ids.size !== read) {
        throw new UnexpectedAnswer({ system: 'e9', method: 'POST', path: PEOPLE }, { paths: ['data.totalSize'] });
      }
      return people;
    },
    people: () => listOf(PEOPLE, Person),
    subcompanies: () => listOf(SUBCOMPANIES, Subcompany),
    departments: () => listOf(DEPARTMENTS, Department),
    async readVersion() {
      const answer = await ask({ method: 'GET', path: '/api/portal/systemInfo/getVersion' });
      return Version.safeParse(tryParsedBody(answer)).data?.data.cversion;
    },
    async hasCallbackServlet() {
      const { status, body } = await ask({ method: 'POST', path: '/QYSPrivateCallbackServlet', form: {} });
      return status === 200 && body.trim() === '';
    },
  };
}

function counts({ status, accounttype, loginid }: Row): boolean {
  return IN_SERVICE.includes(status) && String(accounttype ?? '0') !== '1' && (loginid ?? '').trim() !== '';
}

/** Valid for five minutes, so it is made anew for every call; clocks must agree. */
function keyHeaders({ token, digest }: E9HrCredentials): Record<string, string> {
  if (token === undefined) return {};
  if (!getHashes().includes(digest)) {
    const call = { system: 'e9', method: 'POST', path: PEOPLE } as const;
    throw new Rejected(call, {
      text: `this worker's Node has no ${digest}: set e9.hr.digest to md5, or use a Node with it`,
    });
  }
  const ts = String(Date.now());
  return { key: createHash(digest).update(`${token}${ts}`).digest('hex').toUpperCase(), ts };
}

/** Success is code "1"; what the others mean is not published, so the words of E9 speak. */
const classifyHr: Classify = (answer) => {
  if (answer.status !== 200) return undefined;
  const body = tryParsedBody(answer);
  if (typeof body !== 'object' || body === null || !('code' in body) || String(body.code) === '1') return undefined;
  const said = [Reflect.get(body, 'msg'), Reflect.get(body, 'message')].find((text) => typeof text === 'string');
  return { kind: 'Rejected', code: String(body.code), ...(said ? { text: said } : {}) };
};
