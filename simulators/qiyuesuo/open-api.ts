import type { Hono } from 'hono';
import type { Kernel } from '../kernel/kernel.js';
import { jsonAnswer } from '../kernel/payload.js';
import { createSystem, type SystemEnv } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import type { Deployment } from '../tenant/spec.js';
import { errorPage, privateFailure, publicFailure, type Handle, type OpenApiContext } from './payloads.js';
import { privateRoutes } from './private-api.js';
import { publicRoutes } from './public-api.js';
import { createSignatureCheck } from './signature.js';

/** Nobody may call these by themselves (`facts/qiyuesuo.md` §2.1, §2.6); they stand here so that the journal can prove it. */
const DESTRUCTIVE: Record<Deployment, readonly string[]> = {
  private: [
    '/company/removeemployee',
    '/company/removeinneremployees',
    '/employee/create',
    '/user/delete',
    '/user/changemobile',
    '/contract/create',
    '/contract/createbycategory',
    '/contract/recall',
    '/contract/cancel',
    '/contract/delete',
    '/seal/apply/multiple',
    '/seal/apply/mulitipleByCategory',
    '/v2/document/createbyfile',
  ],
  public: [
    '/company/token/update/callback',
    '/v2/employee/create',
    '/v2/employee/update',
    '/v2/employee/remove',
    '/v2/role/manage',
    '/v2/contract/draft',
  ],
};

/** The open APIs of private and public clouds, below `/t/<id>` (`facts/qiyuesuo.md` §1, §2). */
export function createOpenApi(
  kernel: Kernel,
  customerById: (id: string) => Customer | undefined,
): Hono<SystemEnv<Customer>> {
  const refusalOf = createSignatureCheck();
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

  /** A path of the other cloud is as unknown as any. */
  function route(method: 'GET' | 'ALL', cloud: Deployment, path: string, handle: Handle): void {
    const handler = (c: OpenApiContext, next: () => Promise<void>) => {
      const customer = c.get('tenant');
      return customer?.spec.deployment === cloud ? handle(c, customer) : next();
    };
    if (method === 'GET') app.get(`/t/:id${path}`, handler);
    else app.all(`/t/:id${path}`, handler);
  }

  function signed(handle: Handle): Handle {
    return (c, customer) => {
      const refusal = refusalOf(c, customer);
      if (refusal === undefined) return handle(c, customer);
      const { missing, message } = refusal;
      if (customer.spec.deployment === 'public') return publicFailure(missing ? 441 : 442, message);
      return privateFailure(customer.spec.quirks.signatureErrorCode, message);
    };
  }

  const healthy = signed(() => plainOk());
  route('GET', 'private', '/checkHealth', (c, customer) =>
    customer.spec.quirks.healthNeedsHeaders ? healthy(c, customer) : plainOk(),
  );
  for (const [path, handle] of Object.entries(privateRoutes)) route('GET', 'private', path, signed(handle));
  for (const [path, handle] of Object.entries(publicRoutes)) route('GET', 'public', path, signed(handle));
  for (const cloud of ['private', 'public'] as const) {
    for (const path of DESTRUCTIVE[cloud]) route('ALL', cloud, path, signed(destroy(path)));
  }
  app.notFound((c) => errorPage(c.req.path));
  return app;
}

function destroy(path: string): Handle {
  return (c) => {
    c.set('effect', `destructive:${path}`);
    return jsonAnswer({ code: 0, message: 'SUCCESS' });
  };
}

/** The one answer without an envelope (`facts/qiyuesuo.md` §2.2). */
function plainOk(): Response {
  return new Response('OK', { headers: { 'Content-Type': 'text/plain;charset=UTF-8' } });
}
