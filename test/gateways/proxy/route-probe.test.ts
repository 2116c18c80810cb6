import { describe, expect, it } from 'vitest';
import { createHttp, type RawAnswer } from '../../../src/gateways/http.js';
import { classifyRoute, compareForward, createRouteProbe } from '../../../src/gateways/proxy/route-probe.js';
import { thrownBy } from '../../support/leaks.js';
import { aServer, type Script, type ScriptedAnswer } from '../../support/scripted-server.js';

const GLOBAL = '/papi/signcenter/qiyuesuo/signCallbackPrivate';
const CATEGORY = '/papi/signcenter/qiyuesuo/categoryCallback';
const OLD = '/QYSPrivateCallbackServlet';
const SIBLING = '/papi/signcenter/qiyuesuo/5f0c1f60-0000-4000-8000-000000000001';
const ROOT = '/5f0c1f60-0000-4000-8000-000000000002';

type Said = [status: number, body?: string, type?: string];
const JSON_TYPE = 'application/json';
const EMPTY: Said = [200, ''];
const PAGE: Said = [200, '<!doctype html><div id="root"></div>', 'text/html;charset=UTF-8'];
const NO_FILE: Said = [405, '<html>405 Not Allowed</html>', 'text/html'];
const UNKNOWN: Said = [404, '{"code":404,"msg":"服务不存在"}', JSON_TYPE];

function said(method: string, path: string, [status, body = '', type]: Said): RawAnswer {
  return { method, path, status, body, headers: type === undefined ? {} : { 'content-type': type } };
}
/** `at` is what stands for the path in a body that repeats it. */
function path(at: string, get: Said, post: Said = get) {
  const echo = ([status, body = '', type]: Said): Said => {
    const text = body.replaceAll('$PATH', at);
    return type === undefined ? [status, text] : [status, text, type];
  };
  return { get: said('GET', at, echo(get)), post: said('POST', at, echo(post)) };
}

describe('classifyRoute', () => {
  const root = path(ROOT, PAGE, NO_FILE);
  const sibling = path(SIBLING, UNKNOWN);

  it.each<[string, Said, Said, object]>([
    ['200 and nothing', EMPTY, EMPTY, { route: 'exists', status: 200 }],
    ['405 to the GET only', [405, '{"code":405}', JSON_TYPE], EMPTY, { route: 'exists', status: 200 }],
    ['400', UNKNOWN, [400, '{}', JSON_TYPE], { route: 'exists', status: 400 }],
    ['500', EMPTY, [500, '{"code":500}', JSON_TYPE], { route: 'exists', status: 500 }],
    ['an error page that only this path has', EMPTY, [500, '<html>500</html>', 'text/html'], { route: 'exists' }],
    ['the front end', PAGE, NO_FILE, { route: 'missing', why: 'front-end', status: 405 }],
    [
      'the page of a front end that is new each time',
      PAGE,
      [200, '<html nonce="q1">', 'text/html'],
      { why: 'front-end' },
    ],
    ['JSON 404', UNKNOWN, UNKNOWN, { route: 'missing', why: 'unknown-path', status: 404 }],
    ['JSON 404 to the POST only', EMPTY, UNKNOWN, { route: 'missing', why: 'unknown-path' }],
    ['another 404', UNKNOWN, [404, '{"code":404,"msg":"合同不存在"}', JSON_TYPE], { route: 'exists' }],
    ['a redirect of the POST', EMPTY, [302], { route: 'redirects', status: 302 }],
    ['307', EMPTY, [307], { route: 'redirects', status: 307 }],
    ['502', UNKNOWN, [502, '<html>', 'text/html'], { route: 'down', status: 502 }],
    ['503', EMPTY, [503], { route: 'down', status: 503 }],
    ['504', EMPTY, [504], { route: 'down', status: 504 }],
  ])('%s', (_what, get, post, verdict) => {
    expect(classifyRoute(path(GLOBAL, get, post), root, sibling)).toMatchObject(verdict);
  });

  it.each<[string, Said, Said]>([
    ['the path', [404, '{"path":"$PATH","status":404}', JSON_TYPE], [404, '{"path":"$PATH","status":404}', JSON_TYPE]],
    [
      'escaped slashes',
      [404, `{"path":"${GLOBAL.replaceAll('/', '\\/')}"}`, JSON_TYPE],
      [404, '{"path":"$PATH"}', JSON_TYPE],
    ],
    ['milliseconds', [404, '{"at":1767225600000}', JSON_TYPE], [404, '{"at":1767225600123}', JSON_TYPE]],
    ['times', [404, '{"at":"2026-01-01 10:00:00"}', JSON_TYPE], [404, '{"at":"2026-01-01 10:00:01"}', JSON_TYPE]],
    [
      'zoned times',
      [404, '{"timestamp":"2026-01-01T10:00:00.1+00:00"}', JSON_TYPE],
      [404, '{"timestamp":"2026-01-01T10:00:00.123+00:00"}', JSON_TYPE],
    ],
    [
      'ids of requests',
      [404, '{"traceId":"0af7651916cd43dd8448eb211c80319c"}', JSON_TYPE],
      [404, '{"traceId":"bbf7651916cd43dd8448eb211c80319c"}', JSON_TYPE],
    ],
    [
      'the charset',
      [404, '{"code":404}', 'application/json'],
      [404, '{"code":404}', 'application/JSON; charset=utf-8'],
    ],
  ])('is not misled by %s', (_what, real, sibling) => {
    expect(classifyRoute(path(GLOBAL, real), root, path(SIBLING, sibling))).toMatchObject({ why: 'unknown-path' });
  });

  it('takes an E10 that answers unknown paths with 200 and the code 404 at its word', () => {
    const inBody: Said = [200, '{"code":404,"msg":"$PATH"}', JSON_TYPE];

    expect(classifyRoute(path(GLOBAL, inBody), root, path(SIBLING, inBody))).toMatchObject({ why: 'unknown-path' });
    expect(classifyRoute(path(GLOBAL, EMPTY, inBody), root, path(SIBLING, UNKNOWN, inBody))).toMatchObject({
      route: 'exists',
    });
  });

  it.each<[string, Said, Said]>([
    ['where the GET tells them apart', [405, '{"code":405}', JSON_TYPE], UNKNOWN],
    ['where nothing does: that is no refusal', EMPTY, EMPTY],
  ])('does not call a path missing for an empty 200 that its sibling gives too, %s', (_where, get, siblingGet) => {
    const verdict = classifyRoute(path(GLOBAL, get, EMPTY), root, path(SIBLING, siblingGet, EMPTY));

    expect(verdict).toEqual({ route: 'exists', status: 200 });
  });
});

describe('compareForward', () => {
  const random = path(ROOT, PAGE, NO_FILE);
  const answer: Said = [400, `{"status":400,"path":"${CATEGORY}"}`, JSON_TYPE];

  it.each<[string, Said, Said]>([
    ['empty', EMPTY, EMPTY],
    ['alike', [500, '{"code":500,"at":1767225600000}', JSON_TYPE], [500, '{"code":500,"at":1767225600999}', JSON_TYPE]],
    ['alike, with the path that E10 was called by', answer, answer],
    ['alike, with the path that we called', [400, '{"path":"$PATH"}', JSON_TYPE], [400, '{"path":"$PATH"}', JSON_TYPE]],
  ])('is forwarded where both answers are %s', (_how, old, moved) => {
    expect(compareForward(path(OLD, old), path(CATEGORY, moved), random)).toEqual({ forwarded: true });
  });

  it.each<[string, Said, Said, RegExp]>([
    ['redirects', [302], EMPTY, /302, a redirect/],
    ['redirects, as the new path does', [301], [301], /301, a redirect/],
    ['is down', [502], [502], /502 and 502/],
    ['leads to a service that is down', EMPTY, [503], /200 and 503/],
    ['is the front end', NO_FILE, EMPTY, /page that does not exist/],
    ['answers with another status', UNKNOWN, EMPTY, /404 and 200/],
    ['answers with another body', [400, '{"a":1}', JSON_TYPE], [400, '{"a":2}', JSON_TYPE], /400 and 400/],
    ['answers with another type', [400, '{"a":1}', JSON_TYPE], [400, '{"a":1}', 'text/plain'], /400 and 400/],
  ])('is not forwarded where the old path %s', (_what, old, moved, why) => {
    const verdict = compareForward(path(OLD, EMPTY, old), path(CATEGORY, EMPTY, moved), random);

    expect(verdict).toEqual({ forwarded: false, why: expect.stringMatching(why) as string });
  });

  it.each<[string, Said]>([
    ['nothing', EMPTY],
    ['its own 405', [405, '{"code":405}', JSON_TYPE]],
  ])('knows an E9 that is still behind the old path by its GET, where E10 answers one with %s', (_what, get) => {
    const servlet = path(OLD, [405, '<html>HTTP Status 405</html>', 'text/html'], EMPTY);

    expect(compareForward(servlet, path(CATEGORY, get, EMPTY), random)).toMatchObject({ forwarded: false });
  });

  it('takes a GET that both refuse alike for no difference', () => {
    const only: Said = [405, '{"code":405}', JSON_TYPE];

    expect(compareForward(path(OLD, only, EMPTY), path(CATEGORY, only, EMPTY), random)).toEqual({ forwarded: true });
  });
});

describe('the probe', () => {
  const UNKNOWN_PATH: ScriptedAnswer = { status: 404, json: { code: 404 } };
  const FRONT_END: ScriptedAnswer = { html: '<html><div id="root"></div></html>' };
  const elsewhere: Script = ({ path }) => (path.includes('/papi/') ? UNKNOWN_PATH : FRONT_END);

  async function aProbe(routes: Record<string, Script>) {
    const server = await aServer({ '*': elsewhere, ...routes });
    const open = (address: string) => createHttp({ system: 'e10', baseUrl: address, timeoutMs: 1_000 });
    return { server, probe: createRouteProbe(open) };
  }

  it.each<[string, ScriptedAnswer, object]>([
    ['exists', { text: '' }, { route: 'exists', status: 200 }],
    ['missing', UNKNOWN_PATH, { route: 'missing', status: 404, why: 'unknown-path' }],
    ['front end', FRONT_END, { route: 'missing', status: 200, why: 'front-end' }],
    ['redirects', { status: 302, headers: { Location: '/login' } }, { route: 'redirects', status: 302 }],
    ['down', { status: 504 }, { route: 'down', status: 504 }],
  ])('tells %s, behind a context path too', async (_what, script, verdict) => {
    const { probe, server } = await aProbe({ [`GET /yth${GLOBAL}`]: script, [`POST /yth${GLOBAL}`]: script });

    await expect(probe.probeRoute(`${server.url}/yth${GLOBAL}`)).resolves.toEqual(verdict);

    for (const { path } of server.requests()) expect(path).toMatch(/^\/yth\//);
  });

  it('asks six times in all: never with an id or an operation, be they in the address', async () => {
    const { probe, server } = await aProbe({});

    await probe.probeRoute(`${server.url}${GLOBAL}?ecologyOperate=download&bizId=1#x`);

    const requests = server.requests();
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'POST', 'GET', 'POST']);
    for (const { body, query } of requests) expect([body, query]).toEqual(['', {}]);
  });

  it('makes up other baselines every time', async () => {
    const { probe, server } = await aProbe({});

    await probe.probeRoute(server.url + GLOBAL);
    await probe.probeRoute(server.url + GLOBAL);

    expect(new Set(server.requests().map(({ path }) => path)).size).toBe(5);
  });

  it('draws no conclusion from overload', async () => {
    const { probe, server } = await aProbe({ '*': { status: 429, headers: { 'Retry-After': '3' } } });

    expect(await thrownBy(probe.probeRoute(server.url + GLOBAL))).toMatchObject({
      name: 'Throttled',
      retryAfterMs: 3000,
    });
    expect(await thrownBy(probe.probeForward(server.url))).toMatchObject({ name: 'Throttled' });
  });

  it.each<[string, Script]>([
    ['breaks off', { fault: 'reset' }],
    ['does not come', { fault: 'hang' }],
  ])('is Unavailable where the answer %s', async (_how, script) => {
    const { probe, server } = await aProbe({ [`POST ${CATEGORY}`]: script });

    expect(await thrownBy(probe.probeRoute(server.url + CATEGORY))).toMatchObject({ name: 'Unavailable' });
    expect(await thrownBy(probe.probeForward(server.url))).toMatchObject({ name: 'Unavailable' });
  });

  it('tells a forward from an E9 beside the E10', async () => {
    const e10 = { [`POST ${CATEGORY}`]: { text: '' }, [`GET ${CATEGORY}`]: { text: '' } };
    const { probe, server } = await aProbe({
      ...e10,
      [`POST ${OLD}`]: { text: '' },
      [`GET ${OLD}`]: { status: 405, html: '<html>405</html>' },
    });

    await expect(probe.probeForward(server.url)).resolves.toMatchObject({ forwarded: false });

    server.script({ [`GET ${OLD}`]: { text: '' } });
    await expect(probe.probeForward(server.url)).resolves.toEqual({ forwarded: true });
  });
});
