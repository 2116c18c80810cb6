import { describe, expect, it } from 'vitest';
import type { CallbackSettings, Category, Integration, PeopleSyncSettings } from '../../../src/domain/settings.js';
import type { ConsoleDriver } from '../../../src/gateways/console/driver.js';
import { thrownBy } from '../../support/leaks.js';
import { troubleCases } from '../../support/trouble-cases.js';
import { aDriver, SECRET } from './a-driver.js';

const SEEN: Integration = {
  deployment: 'private',
  oaVersion: 'E10',
  fields: { singleSignOn: true, oaAddress: 'https://oa' },
  etag: '"1"',
};
const CALLBACK: CallbackSettings = { page: 'new', url: null, etag: '"c1"', extra: { contactMode: 'MOBILE' } };
const PEOPLE: PeopleSyncSettings = {
  enabled: true,
  scope: ['9007199254740993'],
  schedule: '0 2 * * *',
  etag: '"p1"',
  extra: { keep: { me: 1 } },
};
const CATEGORY: Category = {
  id: '19/1',
  name: '采购',
  state: 'enabled',
  etag: '"k1"',
  callback: { url: 'https://e9/x', events: ['A'], retryTimes: 3 },
};
const WRITE = {
  oaVersion: 'E10',
  fields: { singleSignOn: true, oaAddress: 'https://oa' },
  secrets: { appSecret: SECRET },
} as const;

const METHODS: [string, string, (driver: ConsoleDriver) => Promise<unknown>][] = [
  ['readIntegration', 'GET /console/v1/integration', (one) => one.readIntegration()],
  ['switchMode', 'PUT /console/v1/integration/oa-version', (one) => one.switchMode('E10', SEEN)],
  ['saveIntegration', 'PUT /console/v1/integration', (one) => one.saveIntegration(WRITE, SEEN)],
  ['readCallback', 'GET /console/v1/callback', (one) => one.readCallback()],
  ['saveCallback', 'PUT /console/v1/callback', (one) => one.saveCallback(CALLBACK, CALLBACK)],
  ['readPeopleSync', 'GET /console/v1/people-sync', (one) => one.readPeopleSync()],
  ['savePeopleSync', 'PUT /console/v1/people-sync', (one) => one.savePeopleSync(PEOPLE, PEOPLE)],
  ['readOrganisation', 'GET /console/v1/people-sync/organisation', (one) => one.readOrganisation()],
  ['startPeopleSync', 'POST /console/v1/people-sync/runs', (one) => one.startPeopleSync('key')],
  ['readSyncRun', 'GET /console/v1/people-sync/runs/r1', (one) => one.readSyncRun('r1')],
  ['countPeople', 'GET /console/v1/people', (one) => one.countPeople()],
  ['listCategories', 'GET /console/v1/categories', (one) => one.listCategories()],
  [
    'saveCategoryCallback',
    'PUT /console/v1/categories/19%2F1/callback',
    (one) => one.saveCategoryCallback(CATEGORY, { url: 'https://e10/y' }),
  ],
];
const WRITES = ['switchMode', 'saveIntegration', 'saveCallback', 'savePeopleSync', 'saveCategoryCallback'];

describe.each(METHODS)('%s', (name, route, call) => {
  const failing = async (answer: object) => {
    const { driver } = await aDriver({ [route]: answer });
    const outcome = await call(driver).then(
      () => new Error('an answer that nobody looks at'),
      (error: unknown) => error,
    );
    return outcome;
  };
  troubleCases(failing);

  it('a session that is over needs somebody to log in', async () => {
    expect(await failing({ status: 401, json: { type: 'session-over', title: '登录已失效' } })).toMatchObject({
      name: 'NeedsLogin',
    });
  });

  if (!WRITES.includes(name)) return;

  it('a change by somebody else is a conflict that says what', async () => {
    for (const status of [409, 412, 428]) {
      const error = await failing({ status, json: { type: 'changed', title: '已被修改', status } });
      expect(error).toMatchObject({ name: 'Conflict', code: 'changed', retryable: false });
      expect(String(error)).toContain('已被修改');
    }
  });

  it('a refused field is named', async () => {
    const error = await failing({
      status: 422,
      json: { type: 'invalid-field', title: 'x', errors: [{ field: 'corpId', message: '必填' }] },
    });
    expect(error).toMatchObject({ name: 'Rejected', errors: [{ field: 'corpId', message: '必填' }] });
  });
});

it.each([
  ['the header', '"header"', '"body"', '"header"'],
  ['the body, where the header has none', undefined, '"body"', '"body"'],
  ['the body, where the header has a weak one of the web server', 'W/"header"', '"body"', '"body"'],
  ['the header, where the body has none', 'W/"header"', undefined, 'W/"header"'],
  ['the header, where the body says null', '"header"', null, '"header"'],
])('carries the ETag into the write, and reads uncompressed: that of %s', async (_of, header, etag, sent) => {
  const { driver, server } = await aDriver({
    'GET /console/v1/callback': { json: { page: 'new', etag }, ...(header ? { headers: { etag: header } } : {}) },
    'PUT /console/v1/callback': { json: {} },
  });
  const seen = await driver.readCallback();
  await driver.saveCallback(seen, seen);

  const [read, write] = server.requests();
  expect(write?.headers['if-match']).toBe(sent);
  expect(read?.headers['accept-encoding']).toBe('identity');
});

it('takes null for absent wherever the contract lets it be absent', async () => {
  const { driver } = await aDriver({
    'GET /console/v1/people-sync/organisation': {
      json: { units: [{ id: '1', name: '总部', code: null, parentId: null }], next: null, reason: null },
    },
    'GET /console/v1/people-sync/runs/r1': {
      json: { runId: 'r1', state: 'queued', total: null, done: null, message: null, retryAfterSeconds: null },
    },
    'GET /console/v1/people': { json: { people: [{ id: '1', state: 'active', name: null }], total: 1, next: null } },
    'GET /console/v1/categories': {
      json: {
        categories: [{ id: '1', name: '采购', company: null, kind: null, state: 'enabled', etag: '1', callback: null }],
        next: null,
      },
    },
  });

  expect(await driver.readOrganisation()).toEqual({ units: [{ id: '1', name: '总部' }] });
  expect(await driver.readSyncRun('r1')).toEqual({ runId: 'r1', state: 'queued' });
  expect(await driver.countPeople()).toEqual({ total: 1, active: 1 });
  expect(await driver.listCategories()).toEqual([
    { id: '1', name: '采购', state: 'enabled', etag: '1', callback: null },
  ]);
});

it('writes back what it does not know, and never the ETag', async () => {
  const { driver, server } = await aDriver({
    'GET /console/v1/people-sync': {
      json: { enabled: false, scope: ['1'], schedule: '0 2 * * *', includePeople: false, etag: '"p"', odd: { a: [1] } },
    },
    'PUT /console/v1/people-sync': { json: {} },
    'PUT /console/v1/categories/19%2F1/callback': { json: {} },
  });
  const seen = await driver.readPeopleSync();
  await driver.savePeopleSync({ ...seen, enabled: true }, seen);
  await driver.saveCategoryCallback(CATEGORY, { ...CATEGORY.callback, url: 'https://e10/y' });

  const [people, category] = server
    .requests()
    .slice(1)
    .map(({ body }) => JSON.parse(body) as unknown);
  expect(people).toEqual({ enabled: true, scope: ['1'], schedule: '0 2 * * *', includePeople: false, odd: { a: [1] } });
  expect(category).toEqual({ url: 'https://e10/y', events: ['A'], retryTimes: 3 });
});

it('reads all pages, and refuses to go round in circles', async () => {
  const page = (id: string, next?: string) => ({
    json: { categories: [{ id, name: id, state: 'enabled', etag: '1', callback: null }], ...(next ? { next } : {}) },
  });
  const { driver, server } = await aDriver({
    'GET /console/v1/categories': [page('1', 'a'), page('2', 'b'), page('3')],
  });
  expect((await driver.listCategories()).map(({ id }) => id)).toEqual(['1', '2', '3']);

  server.script({ 'GET /console/v1/categories': page('1', 'same') });
  expect(await thrownBy(driver.listCategories())).toMatchObject({ name: 'UnexpectedAnswer' });
});

it.each([
  ['a member', { runId: 'r7' }],
  ['the sentence', { detail: 'run r7 is running' }],
])('answers the run that is in the way, told by %s', async (_how, more) => {
  const { driver } = await aDriver({
    'POST /console/v1/people-sync/runs': {
      status: 409,
      json: { type: 'sync-running', title: '同步进行中', status: 409, ...more },
    },
    'GET /console/v1/people-sync/runs/r7': { json: { runId: 'r7', state: 'running', total: 9 } },
  });
  expect(await driver.startPeopleSync('key')).toMatchObject({ runId: 'r7', state: 'running', inTheWay: true });
});

it('counts the active people', async () => {
  const people = ['active', 'disabled', 'active'].map((state, id) => ({ id: String(id), state }));
  const { driver } = await aDriver({ 'GET /console/v1/people': { json: { people, total: 3 } } });
  expect(await driver.countPeople()).toEqual({ total: 3, active: 2 });
});
