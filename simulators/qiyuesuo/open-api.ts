import type { Hono } from 'hono';
import type { Kernel } from '../kernel/kernel.js';
import { jsonAnswer } from '../kernel/payload.js';
import { hash32 } from '../kernel/random.js';
import { createSystem, type SystemContext, type SystemEnv } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import { createSignatureCheck } from './signature.js';

type Ctx = SystemContext<Customer>;
type Handle = (c: Ctx, customer: Customer) => Response;

/** Nobody may call these by themselves (`facts/qiyuesuo.md` §2.1); they stand here so that the journal can prove it. */
const DESTRUCTIVE = [
  '/company/removeemployee',
  '/company/removeinneremployees',
  '/user/delete',
  '/user/changemobile',
  '/employee/create',
  '/contract/create',
  '/company/token/update/callback',
  '/v2/employee/create',
  '/v2/employee/remove',
];

/** The open APIs of private and public clouds, below `/t/<id>` (`facts/qiyuesuo.md` §1, §2). */
export function createOpenApi(
  kernel: Kernel,
  customerById: (id: string) => Customer | undefined,
): Hono<SystemEnv<Customer>> {
  const refusal = createSignatureCheck();
  const app = createSystem<Customer>(kernel, {
    system: 'open-api',
    locate(c) {
      const [, , id = '', ...rest] = c.req.path.split('/');
      return { tenant: customerById(id), path: `/${rest.join('/')}` };
    },
  });
  app.use(async (c, next) => {
    await next();
    const skew = c.get('tenant')?.spec.quirks.clockSkewMs ?? 0;
    if (skew !== 0) c.res.headers.set('Date', new Date(Date.now() + skew).toUTCString());
  });

  const of =
    (cloud: 'private' | 'public', handle: Handle, signed = true) =>
    (c: Ctx) => {
      const customer = c.get('tenant');
      if (customer?.spec.deployment !== cloud) return errorPage();
      const refused = signed ? refusal(c, customer, cloud === 'public' ? 'x-qys-open-' : 'x-qys-') : undefined;
      if (refused === undefined) return handle(c, customer);
      if (cloud === 'private') return jsonAnswer({ code: customer.spec.quirks.signatureErrorCode, message: refused });
      const missing = c.req.header('x-qys-open-accesstoken') === undefined;
      return jsonAnswer(
        { code: missing ? 441 : 442, responseCode: missing ? '11990441' : '11990442', message: refused },
        missing ? 441 : 442,
      );
    };
  const at = (path: string) => `/t/:id${path}`;

  app.get(at('/checkHealth'), (c) =>
    c.get('tenant')?.spec.quirks.healthNeedsHeaders
      ? of('private', () => new Response('OK'))(c)
      : of('private', () => new Response('OK'), false)(c),
  );
  app.get(
    at('/company/list'),
    of('private', (_, customer) => named(customer, 'companies', [companyOf(customer)])),
  );
  app.get(
    at('/company/detail'),
    of('private', (_, customer) => named(customer, 'company', companyOf(customer))),
  );
  app.get(
    at('/contract/categories'),
    of('private', (_, customer) => jsonAnswer({ code: 0, message: 'SUCCESS', categories: categoriesOf(customer) })),
  );
  app.get(
    at('/contract/categorygroup'),
    of('private', (_, customer) => jsonAnswer({ code: 0, message: 'SUCCESS', result: [groupOf(customer)] })),
  );
  app.get(
    at('/contract/categorygroup/list'),
    of('private', (_, customer) => named(customer, 'groups', [groupOf(customer)])),
  );
  app.get(
    at('/contract/categorydetail'),
    of('private', (c, customer) => {
      const found = categoriesOf(customer).find(
        ({ id, name }) => String(id) === c.req.query('categoryId') || name === c.req.query('categoryName'),
      );
      return found
        ? jsonAnswer({ code: 0, message: 'SUCCESS', result: found })
        : jsonAnswer({ code: 1000001, message: '业务分类不存在' });
    }),
  );
  app.get(
    at('/user'),
    of('private', (c, customer) => user(c, customer)),
  );

  app.get(
    at('/v2/checkhealth'),
    of('public', (_, customer) => success(customer, true)),
  );
  app.get(
    at('/company/platforminfo'),
    of('public', (_, customer) => success(customer, companyOf(customer))),
  );
  app.get(
    at('/company/token/get'),
    of('public', (_, customer) => success(customer, { appName: '泛微', callbackUrl: null, encrypt: false })),
  );
  app.get(
    at('/v2/category/list'),
    of('public', (c, customer) => success(customer, listed(customer, slice(c, categoriesOf(customer))))),
  );
  app.get(
    at('/v2/employee/list'),
    of('public', (c, customer) => {
      const active: { id: unknown; number: string }[] = [];
      customer.console.people.forEach((state, index) => {
        if (state === 1)
          active.push({ id: idOf(customer, BigInt(index)), number: customer.org.employee(index).jobNumber });
      });
      return success(customer, listed(customer, slice(c, active)));
    }),
  );
  for (const path of DESTRUCTIVE) {
    app.all(at(path), (c) => {
      c.set('effect', `destructive:${path}`);
      return jsonAnswer({ code: 0, message: 'SUCCESS' });
    });
  }
  app.notFound(() => errorPage());
  return app;
}

function user(c: Ctx, customer: Customer): Response {
  const contact = c.req.query('mobile') ?? c.req.query('contact') ?? '';
  const { people } = customer.console;
  const index = people.findIndex(
    (state, at) => state !== 0 && [customer.org.employee(at).mobile, customer.org.employee(at).email].includes(contact),
  );
  if (index >= 0) return named(customer, 'user', { id: idOf(customer, BigInt(index)) });
  return customer.spec.quirks.absentPerson === 'error'
    ? jsonAnswer({ code: 1000001, message: '用户不存在' })
    : jsonAnswer({ code: 0, message: 'SUCCESS' });
}

function companyOf(customer: Customer) {
  return { id: idOf(customer, -1n), name: customer.spec.name, status: 'AUTH_SUCCESS', tenantType: 'CORPORATE' };
}

function categoriesOf(customer: Customer) {
  const asNumber = idsAreNumbers(customer);
  return customer.console.categories.map(({ id, name, state, kind }) => ({
    id: asNumber ? BigInt(id) : id,
    name,
    type: kind,
    createTime: '2023-05-01 10:00:00',
    primary: false,
    state: state === 'enabled' ? 0 : 1,
    status: state === 'enabled' ? 0 : 1,
    config: '',
  }));
}

function groupOf(customer: Customer) {
  return {
    id: idOf(customer, -2n),
    name: '默认分组',
    categoryCount: customer.console.categories.length,
    children: [],
    categoryList: categoriesOf(customer),
  };
}

function idOf({ identity, ...customer }: Customer, offset: bigint): string | bigint {
  const id = identity.qiyuesuoIdBase + 1_000_000n + offset;
  return idsAreNumbers({ identity, ...customer }) ? id : String(id);
}

function idsAreNumbers({ spec }: Customer): boolean {
  const { idsAs } = spec.quirks;
  return idsAs === 'by-seed' ? hash32(spec.seed, 'ids') % 2 === 0 : idsAs === 'number';
}

/** Where no document names the payload, it may stand under any of these (`facts/qiyuesuo.md`, Doubts 8). */
function named({ spec }: Customer, ownName: string, payload: unknown): Response {
  const key = spec.quirks.payloadKey === 'own-name' ? ownName : spec.quirks.payloadKey;
  return jsonAnswer({ code: 0, message: 'SUCCESS', [key]: payload });
}

function success({ spec }: Customer, result: unknown): Response {
  const { publicSuccess } = spec.quirks;
  return jsonAnswer({
    ...(publicSuccess === 'responseCode' ? {} : { code: 0 }),
    ...(publicSuccess === 'code' ? {} : { responseCode: '00000000' }),
    message: 'SUCCESS',
    result,
  });
}

function listed({ spec }: Customer, list: { rows: unknown[]; total: number }): unknown {
  return spec.quirks.publicList === 'object' ? { list: list.rows, totalCount: list.total } : list.rows;
}

function slice(c: Ctx, rows: unknown[]): { rows: unknown[]; total: number } {
  const from = Number(c.req.query('selectOffset') ?? 0);
  const limit = Number(c.req.query('selectLimit') ?? 1_000);
  return { rows: rows.slice(from, from + limit), total: rows.length };
}

/** As Jetty says it (`facts/qiyuesuo.md` §1.4). */
function errorPage(): Response {
  return new Response('<html><head><title>Error 404</title></head><body><h2>HTTP ERROR 404</h2></body></html>', {
    status: 404,
    headers: { 'Content-Type': 'text/html' },
  });
}
