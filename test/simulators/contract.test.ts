import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startWorld, type World } from '../../simulators/world.js';
import { consoleOf, e10Form, type Said } from './clients.js';

interface Operation {
  responses: Record<string, { content?: Record<string, unknown> }>;
}
type Contract = { paths: Record<string, Record<string, Operation>> };

const file = new URL('../../api/console.openapi.yaml', import.meta.url);
const contract = parse(readFileSync(file, 'utf8')) as Contract;
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(contract, 'console');

let world: World;
beforeAll(async () => {
  world = await startWorld({
    tenants: [
      { id: 'private', scope: 'departments', scopeAfterSwitch: 'cleared', syncSeconds: 0 },
      { id: 'slow', syncSeconds: 60 },
      { id: 'fails', syncSeconds: 0, syncFails: true },
      { id: 'public', deployment: 'public' },
      { id: 'hides', quirks: { hidesSecrets: true } },
    ],
  });
});
afterAll(() => world.close());

const covered = new Set<string>();

/** Holds one answer to the contract: status, content type and body. */
function hold(method: string, path: string, { status, headers, body }: Said, expected: number): void {
  const label = `${method} ${path} ${status}`;
  expect(status, `${label}: ${JSON.stringify(body)}`).toBe(expected);
  const template = Object.keys(contract.paths).find((one) =>
    new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0] ?? ''),
  );
  const responses = contract.paths[template ?? '']?.[method.toLowerCase()]?.responses ?? {};
  const isOk = String(status) in responses;
  const type = isOk ? 'application/json' : 'application/problem+json';
  const pointer = isOk
    ? `/paths/${escaped(template ?? '')}/${method.toLowerCase()}/responses/${status}/content/${escaped(type)}/schema`
    : `/components/responses/Problem/content/${escaped(type)}/schema`;
  const validate = ajv.getSchema(`console#${pointer}`);

  expect(validate, `the contract has ${label}`).toBeDefined();
  expect(headers.get('Content-Type'), label).toBe(type);
  void validate?.(body);
  expect(validate?.errors ?? [], label).toEqual([]);
  if (isOk) covered.add(`${method.toLowerCase()} ${template}`);
}

function escaped(text: string): string {
  return encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
}

it('answers every operation as the contract says', async () => {
  const console = consoleOf(world.tenant('private'));
  const get = async (path: string, status = 200) => {
    const answer = await console.get(path);
    hold('GET', path, answer, status);
    return answer;
  };
  const put = async (path: string, body: unknown, status = 200, etag?: string) =>
    hold('PUT', path, await console.put(path, body, etag), status);

  for (const path of ['/integration', '/callback', '/people-sync', '/people-sync/organisation', '/people']) {
    await get(path);
  }
  await get('/people?limit=2');
  await get('/people?limit=0', 422);
  await get('/people-sync/runs/nobody', 404);

  await put('/integration/oa-version', { oaVersion: 'E11' }, 422);
  await put('/integration/oa-version', { oaVersion: 'E10' }, 412, '"old"');
  hold('PUT', '/callback', await console.call('PUT', '/callback', {}), 428);
  await put('/integration/oa-version', { oaVersion: 'E10' });
  await put('/integration', { ...e10Form(world.tenant('private')), oaVersion: 'E9' }, 409);
  await put('/integration', { ...e10Form(world.tenant('private')), encryptionKey: 'short' }, 422);
  await put('/integration', { ...e10Form(world.tenant('private')), encryptionKey: 'k'.repeat(16) });
  await put('/callback', { ...(await get('/callback')).body, page: 'old', url: 'https://oa.example.cn/x' });
  await put('/callback', { page: 'global', url: null }, 422);

  const { body: tree } = await get('/people-sync/organisation');
  const scope = (tree['units'] as { id: string }[]).map(({ id }) => id);
  hold('POST', '/people-sync/runs', await console.run('nothing-chosen'), 409);
  await put('/people-sync', { ...(await get('/people-sync')).body, scope });
  const started = await console.run('the-key');
  hold('POST', '/people-sync/runs', started, 202);
  await get(`/people-sync/runs/${String(started.body['runId'])}`);
  await get('/people');

  const { body: page } = await get('/categories?limit=2');
  const [category] = page['categories'] as { id: string; etag: string; callback: Record<string, unknown> }[];
  const path = `/categories/${category?.id ?? ''}/callback`;
  await put(path, { ...category?.callback, url: 'https://oa.example.cn/x' }, 200, category?.etag);
  await put(path, { url: 'https://oa.example.cn/x' }, 412, category?.etag);
  await put('/categories/1/callback', { url: 'https://oa.example.cn/x' }, 404, '"k1"');

  const operations = Object.entries(contract.paths).flatMap(([at, methods]) =>
    Object.keys(methods).map((method) => `${method} ${at}`),
  );
  expect([...covered].sort()).toEqual(operations.sort());
});

it('shows a fingerprint, or nothing where it hides them or none is stored', async () => {
  const shown = await consoleOf(world.tenant('slow')).get('/integration');
  const hidden = await consoleOf(world.tenant('hides')).get('/integration');
  for (const answer of [shown, hidden]) hold('GET', '/integration', answer, 200);

  expect(shown.body).toMatchObject({ encryptionKey: expect.stringMatching(/^[0-9a-f]{8}$/) as unknown });
  expect(shown.body).not.toHaveProperty('appSecret');
  expect(hidden.body).not.toHaveProperty('encryptionKey');
  expect(hidden.body).not.toHaveProperty('appSecret');
});

it('answers runs in every state as the contract says', async () => {
  const states: unknown[] = [];
  for (const id of ['slow', 'fails']) {
    const console = consoleOf(world.tenant(id));
    const { body } = await console.run('first');
    const path = `/people-sync/runs/${String(body['runId'])}`;
    let run = await console.get(path);
    while (run.body['state'] === 'queued') run = await console.get(path);
    hold('GET', path, run, 200);
    states.push(run.body['state']);
    if (id === 'slow') hold('POST', '/people-sync/runs', await console.run('second'), 409);
  }
  expect(states).toEqual(['running', 'failed']);
});

it('refuses as the contract says: no session, not in the public cloud, overload and faults', async () => {
  const console = consoleOf(world.tenant('public'));
  hold('GET', '/integration', await console.get('/integration'), 200);
  hold('GET', '/integration', await console.call('GET', '/integration', undefined, { Authorization: 'no' }), 401);
  hold('GET', '/callback', await console.get('/callback'), 409);
  hold('POST', '/people-sync/runs', await console.run('key'), 409);
  for (const [kind, status] of [
    ['throttle-seconds', 429],
    ['throttle-date', 429],
    ['error-before', 500],
    ['unauthorised', 401],
  ] as const) {
    world.fault({ tenant: 'public', system: 'console', kind });
    hold('GET', '/integration', await console.get('/integration'), status);
  }
});
