import { knownEmployee, settleRuns } from '../console/sync-runs.js';
import { jsonAnswer } from '../kernel/payload.js';
import { hexOf } from '../kernel/random.js';
import type { Customer } from '../tenant/customer.js';
import { categoriesOf, companyOf, idOf, type Handle, type OpenApiContext } from './payloads.js';

const USUAL_PAGE = 1000;

/** Everything of the public cloud that is documented and read-only (`facts/qiyuesuo.md` §2.1). */
export const publicRoutes: Record<string, Handle> = {
  '/v2/checkhealth': (_, customer) => success(customer, true),
  '/company/platforminfo': (_, customer) => success(customer, companyOf(customer)),
  // The answer holds a secret; nobody may log or keep it (§2.4).
  '/company/token/get': (_, customer) =>
    success(customer, {
      appName: '泛微',
      accessToken: customer.identity.openApi.token,
      callbackUrl: null,
      encrypt: false,
      callbackSecretKey: hexOf(16, customer.spec.seed, 'callback secret'),
      encryptType: 'AES_ECB',
    }),
  '/v2/category/list': (c, customer) => listed(c, customer, categoriesOf(customer)),
  '/v2/category/detail': (c, customer) => {
    const { categoryId, categoryName } = c.req.query();
    const found = categoriesOf(customer).find(({ id, name }) => String(id) === categoryId || name === categoryName);
    return found ? success(customer, found) : jsonAnswer({ code: 1002, responseCode: '11011002', message: '参数错误' });
  },
  '/v2/employee/list': (c, customer) => {
    settleRuns(customer);
    const { console: pages } = customer;
    const active: number[] = [];
    pages.people.forEach((state, person) => state === 1 && active.push(person));
    const answer = listed(c, customer, active, (person) => {
      const { jobNumber, name, mobile } = knownEmployee(customer, person);
      return { id: idOf(customer, { person }), number: jobNumber, name, contact: mobile };
    });
    // One row is a look, not a page.
    if (c.get('rows') !== 1) customer.rosters.qiyuesuo.pageWasRead(0);
    return answer;
  },
};

/** By code or by responseCode: the vendor's pages differ (`facts/qiyuesuo.md` §1.4). */
function success({ spec }: Customer, result: unknown): Response {
  const { publicSuccess } = spec.quirks;
  return jsonAnswer({
    ...(publicSuccess === 'responseCode' ? {} : { code: 0 }),
    ...(publicSuccess === 'code' ? {} : { responseCode: '00000000' }),
    message: 'SUCCESS',
    result,
  });
}

/** Only what is on the page is made into a row: there may be a million of them. */
function listed<T>(
  c: OpenApiContext,
  customer: Customer,
  rows: readonly T[],
  shown: (row: T) => unknown = (row) => row,
): Response {
  const from = Number(c.req.query('selectOffset') ?? 0);
  const limit = Number(c.req.query('selectLimit') ?? USUAL_PAGE);
  c.set('rows', limit);
  const list = rows.slice(from, from + limit).map(shown);
  return success(customer, customer.spec.quirks.publicList === 'object' ? { list, totalCount: rows.length } : list);
}
