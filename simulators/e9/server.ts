import type { Hono } from 'hono';
import type { Kernel } from '../kernel/kernel.js';
import { jsonAnswer, readFields, textOf } from '../kernel/payload.js';
import { createSystem, type SystemContext, type SystemEnv } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import { USUAL_QUIRKS } from '../tenant/quirks.js';
import { presentedToken, tokenKey } from './hr-token.js';
import { addHrRoutes } from './hr.js';

export type E9Env = SystemEnv<Customer>;

/** One address behind which an E9 still runs. */
export interface E9Host {
  add(customer: Customer): void;
  contracts: Map<string, Customer>;
}

/** The parts of an E9 that matter here (`facts/weaver.md` §3, §4.2, §5). A shared one tells tenants by their HR token. */
export function createE9Host(kernel: Kernel, ownedAlone: boolean): { host: E9Host; app: Hono<E9Env> } {
  const customers: Customer[] = [];
  const host: E9Host = { add: (customer) => customers.push(customer), contracts: new Map() };

  function locate(c: SystemContext<Customer>): Customer | undefined {
    if (ownedAlone) return customers[0];
    const fields = readFields(c.get('body'), c.req.header('Content-Type'));
    const contract = host.contracts.get(textOf(fields['contractId']) ?? '');
    if (contract !== undefined) return contract;
    const presented = presentedToken(c, fields);
    if (presented === undefined) return undefined;
    return customers.find(
      ({ identity, spec }) => tokenKey(spec.quirks.hrDigest, identity.hrToken, presented.ts) === presented.key,
    );
  }

  const app = createSystem<Customer>(kernel, {
    system: 'e9',
    locate: (c) => ({ tenant: locate(c), path: c.req.path }),
  });
  addHrRoutes(app);
  app.get('/api/portal/systemInfo/getVersion', (c) => {
    const customer = c.get('tenant');
    if (customer?.spec.quirks.versionNeedsSession === true)
      return jsonAnswer({ errorCode: '002', msg: '登录信息超时' });
    return jsonAnswer({ api_status: true, data: { cversion: '9.00.2206.03', companyname: customer?.spec.name ?? '' } });
  });
  app.get('/login/Login.jsp', () => page(200, '<form id="login" action="/login/VerifyLogin.jsp"></form>'));
  app.post('/api/ec/dev/auth/applytoken', () => jsonAnswer({ status: false, code: '-1', msg: '应用不存在' }));
  app.post('/QYSPrivateCallbackServlet', (c) => servlet(c));
  app.on(['GET', 'PUT', 'DELETE'], '/QYSPrivateCallbackServlet', () =>
    page(405, 'HTTP Status 405 – Method Not Allowed'),
  );
  app.notFound(() => page(404, '404 Not Found'));
  return { host, app };
}

/** Without an operation it always answers 200 and does nothing; what it cannot match as well (§4.2). */
function servlet(c: SystemContext<Customer>): Response {
  const operation = textOf(readFields(c.get('body'), c.req.header('Content-Type'))['ecologyOperate']);
  if (operation === undefined) return new Response('');
  const quirks = c.get('tenant')?.spec.quirks ?? USUAL_QUIRKS;
  if (quirks.callbacksFail && !quirks.callbacksAsync) return page(500, '流程处理失败');
  c.set('effect', `workflow:${operation.toLowerCase()}`);
  return new Response('');
}

function page(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'Content-Type': 'text/html;charset=UTF-8' } });
}
