import { Hono } from 'hono';
import { existsSync, readFileSync } from 'node:fs';
import type { Kernel } from '../kernel/kernel.js';
import { jsonAnswer, readFields, textOf } from '../kernel/payload.js';
import { createSystem } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import { USUAL_QUIRKS } from '../tenant/quirks.js';
import type { Forward } from '../tenant/spec.js';
import { frontEndPage, type E10Context, type E10Env, type E10Host } from './host.js';
import { addHrRoutes } from './hr.js';
import { forwardOf } from './nginx.js';
import { addOauthRoutes } from './oauth.js';
import { addSignCentreRoutes } from './sign-centre.js';
import { createTokens } from './tokens.js';

/** The host and the app that serves it. */
export function createE10Host(kernel: Kernel, ownedAlone: boolean): { host: E10Host; app: Hono<E10Env> } {
  const customers: Customer[] = [];
  const byCorpId = new Map<string, Customer>();
  const byAppKey = new Map<string, Customer>();
  const host: E10Host = {
    tokens: createTokens(kernel.seed),
    forward: 'absent',
    proxyFile: undefined,
    contracts: new Map(),
    add(customer) {
      customers.push(customer);
      byCorpId.set(customer.identity.app.corpId, customer);
      byAppKey.set(customer.identity.app.appKey, customer);
      byAppKey.set(customer.identity.ownApp.appKey, customer);
    },
    customerByCorpId: (corpId) => byCorpId.get(corpId),
    customerByAppKey: (appKey) => byAppKey.get(appKey),
    quirks: (c) => (c.get('tenant') ?? (ownedAlone ? customers[0] : undefined))?.spec.quirks ?? USUAL_QUIRKS,
  };

  const app = createSystem<Customer>(kernel, {
    system: 'e10',
    locate: (c) => ({ tenant: ownedAlone ? customers[0] : customerOf(host, c), path: c.req.path }),
  });
  app.get('/papi/passport/info/getUrlInfo', () =>
    jsonAnswer({ code: 200, status: true, data: { publicKey: PUBLIC_KEY } }),
  );
  for (const door of ['openserver', 'papi'] as const) {
    const platform = new Hono<E10Env>();
    platform.use(async (c, next) => {
      const { doors } = host.quirks(c);
      return doors === 'both' || doors === door ? next() : unknownOf(c);
    });
    addOauthRoutes(platform, host);
    addHrRoutes(platform, host);
    app.route(door === 'papi' ? '/papi/openapi' : '/openserver', platform);
  }
  addSignCentreRoutes(app, host);
  app.post('/__sim/reload-proxy', (c) => {
    if (host.proxyFile !== undefined) host.forward = readForward(host.proxyFile);
    c.set('effect', 'forward');
    return jsonAnswer({ forward: host.forward });
  });
  app.notFound(unknownOf);
  return { host, app };
}

/** What the include file of the reverse proxy says about the old callback path; a missing file says nothing. */
export function readForward(file: string): Forward {
  return existsSync(file) ? forwardOf(readFileSync(file, 'utf8')) : 'absent';
}

const PUBLIC_KEY = 'MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKsimulatedsimulatedsimulated0123456789AgMBAAE=';

function unknownOf(c: E10Context): Response {
  const { path } = c.req;
  if (path.startsWith('/papi/')) return jsonAnswer({ code: 404, msg: '服务不存在', status: false }, 404);
  if (path.startsWith('/openserver/')) return jsonAnswer({ errcode: '404', errmsg: 'api not found' }, 404);
  if (path.startsWith('/api/')) return jsonAnswer({ code: 401, msg: '未登录', status: false }, 401);
  return frontEndPage();
}

function customerOf(host: E10Host, c: E10Context): Customer | undefined {
  const fields = { ...c.req.query(), ...readFields(c.get('body'), c.req.header('Content-Type')) };
  const named = (name: string) => textOf(fields[name]) ?? '';
  return (
    host.customerByCorpId(named('corpid')) ??
    host.customerByAppKey(named('app_key')) ??
    host.tokens.holderOf(named('access_token'))?.customer ??
    host.contracts.get(named('contractId'))
  );
}
