import type { Hono } from 'hono';
import type { Kernel } from '../kernel/kernel.js';
import { createSystem, type SystemEnv } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import { problem, tagged, type ConsoleContext } from './answers.js';
import { listCategories, putCallback, putCategoryCallback } from './callbacks.js';
import { putIntegration, putOaVersion } from './integration.js';
import { getOrganisation, getRun, listPeople, postRun, putPeopleSync } from './people.js';
import { addWeb } from './web/server.js';
import { shownCallback, shownIntegration, shownPeopleSync } from './shown.js';

type Handle = (c: ConsoleContext, customer: Customer) => Response | Promise<Response>;

/** The console contract (`console.openapi.yaml`) of every tenant, below `/t/<id>/console/v1`, and the pages for people. */
export function createConsole(
  kernel: Kernel,
  customerById: (id: string) => Customer | undefined,
): Hono<SystemEnv<Customer>> {
  const app = createSystem<Customer>(kernel, {
    system: 'console',
    locate(c) {
      const [, , id = '', ...rest] = c.req.path.split('/');
      const inContract = rest[0] === 'console' && rest[1] === 'v1';
      return { tenant: customerById(id), path: `/${rest.slice(inContract ? 2 : 0).join('/')}` };
    },
  });
  app.use(async (c, next) => {
    const customer = c.req.method === 'GET' ? undefined : c.get('tenant');
    const before = customer && contentOf(customer);
    await next();
    if (customer !== undefined) c.set('changed', c.get('effect') !== null && contentOf(customer) !== before);
  });
  const at = (path: string) => `/t/:id/console/v1${path}`;

  app.get(at('/integration'), inSession(showIntegration));
  app.put(at('/integration'), inSession(putIntegration));
  app.put(at('/integration/oa-version'), inSession(putOaVersion));
  app.get(at('/callback'), inSession(privateOnly(showCallback)));
  app.put(at('/callback'), inSession(privateOnly(putCallback)));
  app.get(at('/people-sync'), inSession(privateOnly(showPeopleSync)));
  app.put(at('/people-sync'), inSession(privateOnly(putPeopleSync)));
  const organisation: Handle = (c, customer) => getOrganisation(kernel, c, customer);
  app.get(at('/people-sync/organisation'), inSession(privateOnly(organisation)));
  app.post(at('/people-sync/runs'), inSession(privateOnly((c, customer) => postRun(kernel, c, customer))));
  app.get(at('/people-sync/runs/:runId'), inSession(privateOnly(getRun)));
  app.get(at('/people'), inSession(privateOnly(listPeople)));
  app.get(at('/categories'), inSession(privateOnly(listCategories)));
  app.put(at('/categories/:categoryId/callback'), inSession(privateOnly(putCategoryCallback)));
  addWeb(app, kernel);
  app.notFound(() => problem(404, 'not-found', 'no such path'));
  return app;
}

function inSession(handle: Handle) {
  return (c: ConsoleContext): Response | Promise<Response> => {
    const customer = c.get('tenant');
    if (customer === undefined) return problem(404, 'not-found', 'no such tenant');
    if (c.req.header('Authorization') !== `Bearer ${customer.identity.consoleToken}`) {
      return problem(401, 'session-over', '登录已失效');
    }
    return handle(c, customer);
  };
}

/** The public cloud has one page, 泛微E-cology10集成, and none of the others. */
function privateOnly(handle: Handle): Handle {
  return (c, customer) => {
    if (customer.spec.deployment === 'private') return handle(c, customer);
    return problem(409, 'not-supported', 'not part of the public cloud');
  };
}

/** Everything that a save can change, without the counters of saves. */
function contentOf({ console: { oaVersion, sets, callback, peopleSync, categories, runs } }: Customer): string {
  const callbacks = categories.map(({ callback }) => callback);
  return JSON.stringify([oaVersion, sets, callback, peopleSync, callbacks, runs.length]);
}

function showIntegration(_: ConsoleContext, customer: Customer): Response {
  return tagged(shownIntegration(customer));
}

function showCallback(_: ConsoleContext, { console: pages }: Customer): Response {
  return tagged(shownCallback(pages));
}

function showPeopleSync(_: ConsoleContext, { console: pages }: Customer): Response {
  return tagged(shownPeopleSync(pages));
}
