import { jsonAnswer } from '../kernel/payload.js';
import type { Customer } from '../tenant/customer.js';
import { knownEmployee, settleRuns } from '../console/sync-runs.js';
import { categoriesOf, companyOf, idOf, privateFailure, type Handle, type OpenApiContext } from './payloads.js';

const BAD_PARAMETER = 1000001;

/** Everything of the private cloud that is documented, read-only, and asked for with a signature (`facts/qiyuesuo.md` §2.1). */
export const privateRoutes: Record<string, Handle> = {
  '/company/list': (c, customer) => {
    const type = c.req.query('tenantType') ?? 'CORPORATE';
    return named(customer, 'companies', type === 'CORPORATE' ? [companyOf(customer)] : []);
  },
  '/company/detail': (c, customer) => {
    const company = companyOf(customer);
    const { companyId, companyName } = c.req.query();
    const isOwn = companyId === String(company['id']) || companyName === company['name'];
    return isOwn ? named(customer, 'company', company) : privateFailure(BAD_PARAMETER, '公司不存在');
  },
  '/contract/categories': (_, customer) => success({ categories: categoriesOf(customer) }),
  '/contract/categorygroup': (_, customer) => success({ result: [groupOf(customer)] }),
  '/contract/categorygroup/list': (_, customer) => named(customer, 'groups', [groupOf(customer)]),
  '/contract/categorydetail': (c, customer) => {
    const { categoryId, categoryName } = c.req.query();
    const found = categoriesOf(customer).find(({ id, name }) => String(id) === categoryId || name === categoryName);
    return found ? success({ result: { ...found, templates: [] } }) : privateFailure(BAD_PARAMETER, '业务分类不存在');
  },
  '/user': user,
};

/** By `mobile`, `contact` or `id`: table and sample of the document disagree (`facts/qiyuesuo.md`, Doubts 11). */
function user(c: OpenApiContext, customer: Customer): Response {
  const { mobile, contact = mobile, id } = c.req.query();
  if (contact === undefined && id === undefined) return privateFailure(BAD_PARAMETER, '参数错误');
  settleRuns(customer);
  const { console: pages } = customer;
  const person = pages.people.findIndex((state, index) => {
    if (state === 0) return false;
    if (contact === undefined) return String(idOf(customer, { person: index })) === id;
    const employee = knownEmployee(customer, index);
    return employee.mobile === contact || employee.email === contact;
  });
  if (person >= 0) {
    return named(customer, 'user', { id: idOf(customer, { person }), status: 'AUTH_SUCCESS', companies: [] });
  }
  return customer.spec.quirks.absentPerson === 'error' ? privateFailure(BAD_PARAMETER, '用户不存在') : success({});
}

function groupOf(customer: Customer): Record<string, unknown> {
  const categoryList = categoriesOf(customer);
  return {
    id: idOf(customer, 'group'),
    name: '默认分组',
    categoryCount: categoryList.length,
    disableCount: categoryList.filter(({ state }) => state === 1).length,
    createTime: '2023-05-01 10:00:00',
    children: [],
    categoryList,
  };
}

function success(payload: Record<string, unknown>): Response {
  return jsonAnswer({ code: 0, message: 'SUCCESS', ...payload });
}

/** Where no document names the payload, it may stand under any of these (`facts/qiyuesuo.md`, Doubts 8). */
function named({ spec }: Customer, ownName: string, payload: unknown): Response {
  const { payloadKey } = spec.quirks;
  return success({ [payloadKey === 'own-name' ? ownName : payloadKey]: payload });
}
