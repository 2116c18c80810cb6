import type { Hono } from 'hono';
import type { Kernel } from '../kernel/kernel.js';
import type { Payload } from '../kernel/payload.js';
import { createSystem, type SystemContext, type SystemEnv } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import { switchScope } from './pages.js';
import type { CategoryPage, ConsolePages, Fields } from './state.js';
import { pullOrganisation } from './pull.js';
import { shownCategory, shownIntegration } from './shown.js';
import { runningRun, showRun, startRun } from './sync-runs.js';

type Ctx = SystemContext<Customer>;
const INTEGRATION_KEYS = [
  'oaVersion',
  'singleSignOn',
  'oaAddress',
  'teamCode',
  'syncSource',
  'openPlatformAddress',
  'appKey',
  'corpId',
  'encryptionKey',
  'appSecret',
];

/** The console contract (`console.openapi.yaml`) of every tenant of the world, below `/t/<id>/console/v1`. */
export function createConsole(
  kernel: Kernel,
  customerById: (id: string) => Customer | undefined,
): Hono<SystemEnv<Customer>> {
  const app = createSystem<Customer>(kernel, {
    system: 'console',
    locate(c) {
      const [, , id = '', , , ...rest] = c.req.path.split('/');
      return { tenant: customerById(id), path: `/${rest.join('/')}` };
    },
  });
  const at = (path: string) => `/t/:id/console/v1${path}`;
  const known =
    (handle: (c: Ctx, customer: Customer) => Response | Promise<Response>, privateOnly = true) =>
    (c: Ctx) => {
      const customer = c.get('tenant');
      if (!customer) return problem(404, 'not-found', 'no such tenant');
      if (c.req.header('Authorization') !== `Bearer ${customer.identity.consoleToken}`)
        return problem(401, 'session-over', '登录已失效');
      if (privateOnly && customer.spec.deployment === 'public')
        return problem(409, 'not-supported', 'not part of the public cloud');
      return handle(c, customer);
    };

  app.get(
    at('/integration'),
    known((_, customer) => tagged(shownIntegration(customer)), false),
  );
  app.put(at('/integration'), known(putIntegration, false));
  app.put(at('/integration/oa-version'), known(putOaVersion, false));
  app.get(
    at('/callback'),
    known((_, { console: pages }) => tagged({ ...pages.callback, etag: `"c${pages.versions.callback}"` })),
  );
  app.put(at('/callback'), known(putCallback));
  app.get(
    at('/people-sync'),
    known((_, { console: pages }) => tagged({ ...pages.peopleSync, etag: `"p${pages.versions.peopleSync}"` })),
  );
  app.put(at('/people-sync'), known(putPeopleSync));
  app.get(at('/people-sync/organisation'), known(getOrganisation));
  app.post(
    at('/people-sync/runs'),
    known((c, customer) => postRun(kernel, c, customer)),
  );
  app.get(
    at('/people-sync/runs/:runId'),
    known((c, customer) => {
      const run = customer.console.runs.find(({ runId }) => runId === c.req.param('runId'));
      return run ? json(showRun(customer, run)) : problem(404, 'not-found', 'no such run');
    }),
  );
  app.get(at('/people'), known(getPeople));
  app.get(at('/categories'), known(getCategories));
  app.put(at('/categories/:categoryId/callback'), known(putCategoryCallback));
  app.notFound(() => problem(404, 'not-found', 'no such path'));
  return app;
}

function putIntegration(c: Ctx, customer: Customer): Response {
  const { console: pages } = customer;
  const refused = refuseTag(c, `"i${pages.versions.integration}"`);
  if (refused) return refused;
  const body = bodyOf(c);
  const errors = [
    ...Object.keys(body ?? {})
      .filter((key) => !INTEGRATION_KEYS.includes(key))
      .map((field) => ({ field, message: '未知字段' })),
    ...(typeof body?.['singleSignOn'] === 'boolean' ? [] : [{ field: 'singleSignOn', message: '必填' }]),
    ...(addressFits(body?.['oaAddress']) ? [] : [{ field: 'oaAddress', message: '地址格式错误' }]),
    ...(keyFits(body?.['encryptionKey']) ? [] : [{ field: 'encryptionKey', message: '必须为16位' }]),
  ];
  if (!body || errors.length > 0) return problem(422, 'invalid-field', '保存失败', { errors });
  if (body['oaVersion'] !== pages.oaVersion) return problem(409, 'wrong-oa-version', 'another OA version is stored');

  const { oaVersion: _, encryptionKey, appSecret, ...plain } = body as Record<string, string> & { oaVersion: string };
  const set = pages.sets[pages.oaVersion];
  const kept = { encryptionKey: set.encryptionKey, appSecret: set.appSecret };
  for (const key of Object.keys(set)) delete (set as unknown as Record<string, unknown>)[key];
  Object.assign(set, plain);
  if (set.oaAddress === '') delete set.oaAddress;
  putSecret(set, 'encryptionKey', encryptionKey ?? kept.encryptionKey);
  putSecret(set, 'appSecret', appSecret ?? kept.appSecret);
  pages.versions.integration += 1;
  c.set('effect', 'integration.fields');
  return tagged(shownIntegration(customer));
}

/** An empty text clears a secret. */
function putSecret(set: Fields, name: 'encryptionKey' | 'appSecret', value: string | undefined): void {
  if (value !== undefined && value !== '') set[name] = value;
}

/** An empty address is one that was never filled in. */
function addressFits(address: unknown): boolean {
  return typeof address === 'string' && (address === '' || URL.canParse(address));
}

function keyFits(key: unknown): boolean {
  return key === undefined || key === '' || (typeof key === 'string' && key.length === 16);
}

function putOaVersion(c: Ctx, customer: Customer): Response {
  const { console: pages } = customer;
  const refused = refuseTag(c, `"i${pages.versions.integration}"`);
  if (refused) return refused;
  const to = bodyOf(c)?.['oaVersion'];
  if (to !== 'E9' && to !== 'E10')
    return problem(422, 'invalid-field', '保存失败', { errors: [{ field: 'oaVersion', message: '取值错误' }] });
  if (to !== pages.oaVersion) {
    switchScope(customer, pages.oaVersion, to);
    pages.oaVersion = to;
    pages.versions.peopleSync += 1;
  }
  pages.versions.integration += 1;
  c.set('effect', 'integration.oaVersion');
  return tagged(shownIntegration(customer));
}

function putCallback(c: Ctx, { console: pages, spec }: Customer): Response {
  const refused = refuseTag(c, `"c${pages.versions.callback}"`);
  if (refused) return refused;
  const body = bodyOf(c) ?? {};
  const newer = /^(4\.3\.([6-9]|\d\d)|4\.[4-9]|[5-9])/.test(spec.version);
  const pagesOfVersion = newer
    ? ['new', 'old']
    : spec.version.startsWith('4.3.5')
      ? [spec.quirks.pageOf435]
      : ['global'];
  if (!pagesOfVersion.includes(String(body['page'])))
    return problem(422, 'invalid-field', '此版本没有该回调页面', { errors: [{ field: 'page', message: '取值错误' }] });
  pages.callback = body as ConsolePages['callback'];
  pages.versions.callback += 1;
  c.set('effect', 'callback');
  return tagged({ ...pages.callback, etag: `"c${pages.versions.callback}"` });
}

function putPeopleSync(c: Ctx, customer: Customer): Response {
  const { console: pages, org } = customer;
  const refused = refuseTag(c, `"p${pages.versions.peopleSync}"`);
  if (refused) return refused;
  const body = bodyOf(c) as unknown as ConsolePages['peopleSync'] | undefined;
  const unknown = body?.scope.find((id) => !org.unitById(String(id), pages.oaVersion));
  if (!body || unknown !== undefined)
    return problem(422, 'invalid-field', '保存失败', { errors: [{ field: 'scope', message: '组织不存在' }] });
  pages.peopleSync = { ...body, scope: body.scope.map(String) };
  pages.versions.peopleSync += 1;
  c.set('effect', 'people-sync');
  return tagged({ ...pages.peopleSync, etag: `"p${pages.versions.peopleSync}"` });
}

async function getOrganisation(c: Ctx, customer: Customer): Promise<Response> {
  try {
    const units = (await pullOrganisation(customer)).map(({ type: _, ...unit }) => unit);
    return json(pageOf(c, units, 200, 'units'));
  } catch (error) {
    return json({ units: [], reason: error instanceof Error ? error.message : '未知错误' });
  }
}

function postRun(kernel: Kernel, c: Ctx, customer: Customer): Response {
  const { runs, peopleSync } = customer.console;
  const key = c.req.header('Idempotency-Key');
  if (!key) return problem(422, 'invalid-field', 'Idempotency-Key is missing');
  const same = runs.find((run) => run.key === key);
  if (same) return json(showRun(customer, same), 202);
  const running = runningRun(customer);
  if (running)
    return problem(409, 'sync-running', '同步进行中', {
      runId: running.runId,
      detail: `run ${running.runId} is running`,
    });
  if (!peopleSync.enabled || peopleSync.scope.length === 0)
    return problem(409, 'nothing-chosen', '未开启同步或未选择同步范围');
  c.set('effect', 'people-sync.run');
  return json(showRun(customer, startRun(kernel, customer, key)), 202);
}

function getPeople(c: Ctx, customer: Customer): Response {
  const { console: pages, org, identity } = customer;
  // A run that is over by the clock has its effect before it is looked at.
  for (const run of pages.runs) showRun(customer, run);
  const limit = Number(c.req.query('limit') ?? 500);
  const from = Number(c.req.query('cursor') ?? 0);
  const known: number[] = [];
  pages.people.forEach((state, index) => state !== 0 && known.push(index));
  const people = known.slice(from, from + limit).map((index) => {
    const { jobNumber, name, mobile, email, e9Id, e10Id } = org.employee(index);
    const oaUserId = pages.oaVersion === 'E10' ? String(e10Id) : e9Id;
    const state = pages.people[index] === 1 ? 'active' : 'disabled';
    return {
      id: String(identity.qiyuesuoIdBase + 1_000_000n + BigInt(index)),
      oaUserId,
      jobNumber,
      name,
      mobile,
      email,
      state,
    };
  });
  const next = from + limit < known.length ? { next: String(from + limit) } : {};
  return json({ people, total: known.length, ...next });
}

function getCategories(c: Ctx, { console: pages }: Customer): Response {
  return json(pageOf(c, pages.categories.map(shownCategory), 100, 'categories'));
}

function putCategoryCallback(c: Ctx, { console: pages }: Customer): Response {
  const category = pages.categories.find(({ id }) => id === c.req.param('categoryId'));
  if (!category) return problem(404, 'not-found', '业务分类不存在');
  const refused = refuseTag(c, `"k${category.version}"`);
  if (refused) return refused;
  const body = bodyOf(c) as CategoryPage['callback'] | undefined;
  if (!body || typeof body.url !== 'string' || !URL.canParse(body.url))
    return problem(422, 'invalid-field', '保存失败', { errors: [{ field: 'url', message: '地址格式错误' }] });
  category.callback = body;
  category.version += 1;
  c.set('effect', `category:${category.id}`);
  return json(shownCategory(category));
}

/** Ids are texts in this contract, so plain JSON loses nothing. */
function bodyOf(c: Ctx): Payload | undefined {
  try {
    return JSON.parse(c.get('body')) as Payload;
  } catch {
    return undefined;
  }
}

function pageOf(c: Ctx, rows: readonly unknown[], usual: number, name: string): Record<string, unknown> {
  const limit = Number(c.req.query('limit') ?? usual);
  const from = Number(c.req.query('cursor') ?? 0);
  return {
    [name]: rows.slice(from, from + limit),
    ...(from + limit < rows.length ? { next: String(from + limit) } : {}),
  };
}

function refuseTag(c: Ctx, current: string): Response | undefined {
  const given = c.req.header('If-Match');
  if (given === undefined) return problem(428, 'if-match-missing', 'If-Match is missing');
  return given === current
    ? undefined
    : problem(412, 'changed', 'changed by somebody else', { detail: '页面已被他人修改' });
}

function tagged(body: Record<string, unknown>): Response {
  return json(body, 200, { ETag: String(body['etag']) });
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

function problem(status: number, type: string, title: string, more: Record<string, unknown> = {}): Response {
  return new Response(JSON.stringify({ type, title, status, ...more }), {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
  });
}
