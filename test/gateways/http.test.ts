import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { LosslessNumber } from 'lossless-json';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createHttp, type HttpOptions } from '../../src/gateways/http.js';
import { everythingOf, thrownBy } from '../support/leaks.js';
import { aServer, type Script } from '../support/scripted-server.js';
import { selfSigned } from '../support/self-signed.js';

const Thing = z.object({ id: z.union([z.string(), z.number()]).transform(String), name: z.string() });
const seal = { id: 7, name: '公章' };

async function aClient(routes: Record<string, Script>, options: Partial<HttpOptions> = {}) {
  const server = await aServer(routes);
  return { server, http: createHttp({ system: 'console', baseUrl: server.url, ...options }) };
}

describe('a good answer', () => {
  it('is parsed by the schema', async () => {
    const { http } = await aClient({ 'GET /thing': { json: seal } });

    await expect(http.get('/thing', Thing)).resolves.toEqual({ id: '7', name: '公章' });
  });

  it('keeps every digit of a long id, in both directions', async () => {
    const { http, server } = await aClient({ 'POST /thing': { json: { id: 977668748719054853n, name: '' } } });

    const thing = await http.post('/thing', Thing, { json: { ids: [new LosslessNumber('977668748719054853')] } });

    expect(thing.id).toBe('977668748719054853');
    expect(server.requests()[0]?.body).toBe('{"ids":[977668748719054853]}');
  });

  it('keeps the context path of the address, and one slash', async () => {
    const server = await aServer({ 'GET /yth/openserver/thing': { json: seal } });
    const http = createHttp({ system: 'e10', baseUrl: `${server.url}/yth/openserver//` });

    await http.get('thing', Thing);
    await http.get('/thing', Thing, { query: { page: 1, q: 'a&b 中', none: undefined } });

    expect(server.requests()[1]?.query).toEqual({ page: '1', q: 'a&b 中' });
  });

  it('comes with its headers where they are wanted', async () => {
    const { http } = await aClient({ 'GET /thing': { json: seal, headers: { ETag: '"v1"' } } });

    const { data, headers } = await http.send({ method: 'GET', path: '/thing' }, Thing);

    expect([data.name, headers['etag']]).toEqual(['公章', '"v1"']);
  });

  it('may be empty, or JSON that calls itself HTML', async () => {
    const { http } = await aClient({ 'PUT /thing': { status: 204 }, 'GET /thing': { html: '{"id":1,"name":"x"}' } });

    await expect(http.put('/thing', z.undefined(), { json: seal })).resolves.toBeUndefined();
    await expect(http.get('/thing', Thing)).resolves.toMatchObject({ id: '1' });
  });

  it('is asked for with a form and with headers that are made anew for every call', async () => {
    let calls = 0;
    const { http, server } = await aClient(
      { 'POST /thing': { json: seal } },
      { headers: () => ({ nonce: String(++calls) }) },
    );

    await http.post('/thing', Thing, { form: { a: '1', b: '中 文' } });
    await http.post('/thing', Thing, { form: {}, headers: { 'If-Match': '"v1"' } });

    const [first, second] = server.requests();
    expect(new URLSearchParams(first?.body).get('b')).toBe('中 文');
    expect(first?.headers).toMatchObject({ nonce: '1', 'content-type': 'application/x-www-form-urlencoded' });
    expect(second).toMatchObject({ body: '', headers: { nonce: '2', 'if-match': '"v1"', 'content-length': '0' } });
  });
});

describe('the ladder', () => {
  it.each<[string, Script, object]>([
    ['500', { status: 500, json: { message: '系统繁忙' } }, { name: 'Unavailable', retryable: true, status: 500 }],
    ['502 with a page', { status: 502, html: '<html>bad gateway</html>' }, { name: 'Unavailable' }],
    ['408', { status: 408 }, { name: 'Unavailable' }],
    ['425', { status: 425 }, { name: 'Unavailable' }],
    ['a page that claims success', { html: '<!DOCTYPE html><html>login</html>' }, { name: 'Unavailable' }],
    ['a broken connection', { fault: 'reset' }, { name: 'Unavailable', code: 'ECONNRESET' }],
    [
      'an answer that broke off',
      { json: { ...seal, name: 'x'.repeat(2000) }, fault: 'truncate' },
      { name: 'Unavailable' },
    ],
    ['429 in seconds', { status: 429, headers: { 'Retry-After': '7' } }, { name: 'Throttled', retryAfterMs: 7000 }],
    ['429 without a time', { status: 429 }, { name: 'Throttled', retryAfterMs: undefined }],
    ['503', { status: 503 }, { name: 'Unavailable' }],
    ['503 in seconds', { status: 503, headers: { 'Retry-After': '0' } }, { name: 'Throttled', retryAfterMs: 0 }],
    ['401', { status: 401, html: '<html>401</html>' }, { name: 'Unauthenticated', retryable: false }],
    ['403', { status: 403, json: { code: 'no-right' } }, { name: 'Rejected', code: 'no-right', retryable: false }],
    ['404', { status: 404, html: '<html>404</html>' }, { name: 'Rejected', status: 404 }],
    ['409', { status: 409, json: { code: 1105 } }, { name: 'Conflict', code: '1105', retryable: false }],
    ['412', { status: 412 }, { name: 'Conflict' }],
    ['428', { status: 428 }, { name: 'Conflict' }],
    ['half an object', { text: '{"id":1,' }, { name: 'UnexpectedAnswer', retryable: false }],
    ['no body', { text: '' }, { name: 'UnexpectedAnswer', paths: ['(root)'] }],
    ['other fields', { json: { id: [], n: 1 } }, { name: 'UnexpectedAnswer', paths: ['id', 'name'] }],
  ])('answers %s', async (_, script, expected) => {
    const { http } = await aClient({ 'GET /thing': script });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ system: 'console', path: '/thing', ...expected });
  });

  it('reads a date in Retry-After', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const { http } = await aClient({ 'GET /thing': { status: 429, headers: { 'Retry-After': inAMinute } } });

    const error = await thrownBy(http.get('/thing', Thing));

    expect(error).toMatchObject({ name: 'Throttled' });
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
  });

  it('tells the fields that were refused, and the request id', async () => {
    const problem = {
      title: '参数错误',
      detail: '地址',
      code: 'fields',
      errors: [{ field: 'url', message: '格式错误' }],
    };
    const { http } = await aClient({
      'PUT /thing': { status: 422, json: problem, headers: { 'X-Request-Id': 'r-1' } },
    });

    const error = await thrownBy(http.put('/thing', Thing, { json: {} }));

    expect(error).toMatchObject({ name: 'Rejected', errors: problem.errors, requestId: 'r-1' });
    expect(String(error)).toBe('Rejected: console PUT /thing: 参数错误: 地址 (HTTP 422, code fields)');
  });

  it('follows no redirect, and shows no query of its target', async () => {
    const { http, server } = await aClient({
      'POST /thing': { status: 302, headers: { Location: '/login;jsessionid=canary-session?ticket=canary-ticket' } },
    });

    const error = await thrownBy(http.post('/thing', Thing, { json: {} }));

    expect(error).toMatchObject({ name: 'Rejected', reason: 'redirect' });
    expect(String(error)).toContain('redirects to /login');
    expect(everythingOf(error)).not.toContain('canary');
    expect(server.requests()).toHaveLength(1);
  });

  it('lets a system decide first, from the body', async () => {
    const { http } = await aClient(
      { 'GET /thing': { json: { code: 1103 } } },
      { classify: ({ body }) => (body.includes('1103') ? { kind: 'Unauthenticated', code: '1103' } : undefined) },
    );

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ name: 'Unauthenticated', code: '1103' });
  });

  it('tells of an answer before it is read, unless its status says that it is none', async () => {
    const told: string[] = [];
    const onAnswer = () => void told.push('answer');
    const { http } = await aClient({ 'GET /thing': { json: seal }, 'GET /none': { status: 500, json: {} } });

    await http.get(
      '/thing',
      Thing.transform(() => void told.push('read')),
      { onAnswer },
    );
    await expect(http.get('/none', Thing, { onAnswer })).rejects.toMatchObject({ name: 'Unavailable' });

    expect(told).toEqual(['answer', 'read']);
  });

  it('does not read an endless answer', async () => {
    const { http } = await aClient({ 'GET /thing': { text: 'x'.repeat(3000) } }, { maxBodyBytes: 1000 });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ name: 'UnexpectedAnswer' });
  });

  it('gives a probe whatever was answered', async () => {
    const { http } = await aClient({ 'GET /thing': { status: 302, html: '<html>', headers: { Location: '/' } } });

    const answer = await http.exchange({ method: 'GET', path: '/thing' });

    expect(answer).toMatchObject({ status: 302, body: '<html>', headers: { location: '/' } });
    expect(() => http.read(answer, Thing)).toThrow('redirects to /');
  });
});

describe('below HTTP', () => {
  it('nobody listens', async () => {
    const http = createHttp({ system: 'e9', baseUrl: 'http://127.0.0.1:1' });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ name: 'Unavailable', code: 'ECONNREFUSED' });
  });

  it('no such host', async () => {
    const http = createHttp({ system: 'e9', baseUrl: 'http://absent.invalid' });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ name: 'Unavailable' });
  });

  it('no answer in time', async () => {
    const { http } = await aClient({ 'GET /thing': { fault: 'hang' } }, { timeoutMs: 50 });

    await expect(http.get('/thing', Thing)).rejects.toThrow('console GET /thing: no answer within 50 ms');
  });

  it('an answer that drips on and on counts as none in time', async () => {
    const url = await aPlainServer((response) => {
      const dripping = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(dripping));
    });
    const http = createHttp({ system: 'e10', baseUrl: url, timeoutMs: 150 });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ name: 'Unavailable' });
  });

  it('a compressed answer is read, and one that was cut before it was sent is malformed', async () => {
    const packed = gzipSync(JSON.stringify(seal));
    const sending = (body: Buffer) =>
      aPlainServer((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(body));
    const whole = createHttp({ system: 'e10', baseUrl: await sending(packed) });
    const half = createHttp({ system: 'e10', baseUrl: await sending(packed.subarray(0, packed.length / 2)) });

    await expect(whole.get('/thing', Thing)).resolves.toMatchObject({ name: '公章' });
    await expect(half.get('/thing', Thing)).rejects.toMatchObject({ name: 'UnexpectedAnswer' });
  });

  it('an aborted signal throws its own reason', async () => {
    const stop = new AbortController();
    const reason = new Error('the activity was cancelled');
    const { http } = await aClient({ 'GET /thing': { fault: 'hang' } }, { signal: stop.signal });

    const call = thrownBy(http.get('/thing', Thing));
    setTimeout(() => stop.abort(reason), 30);

    expect(await call).toBe(reason);
    expect(await thrownBy(http.get('/thing', Thing))).toBe(reason);
  });

  it('a credential with a line break is the owner’s fault, and is not shown', async () => {
    const { http } = await aClient({}, { headers: () => ({ 'X-Token': 'canary中\u0000' }) });

    const error = await thrownBy(http.get('/thing', Thing));

    expect(error).toMatchObject({ name: 'Rejected' });
    expect(everythingOf(error)).not.toContain('canary');
  });

  it('an unknown certificate is refused, and a private CA accepted', async () => {
    const tls = selfSigned();
    const server = await aServer({ 'GET /thing': { json: seal } }, tls);
    const http = (ca: string[]) => createHttp({ system: 'e10', baseUrl: server.url, ca });

    await expect(http([]).get('/thing', Thing)).rejects.toMatchObject({
      name: 'Rejected',
      reason: 'tls',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    await expect(http([tls.cert]).get('/thing', Thing)).resolves.toMatchObject({ name: '公章' });
  });

  it('a certificate of another name is refused', async () => {
    const tls = selfSigned('DNS:elsewhere.example');
    const server = await aServer({ 'GET /thing': { json: seal } }, tls);
    const http = createHttp({ system: 'e10', baseUrl: server.url, ca: [tls.cert] });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({
      reason: 'tls',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('an https address at an http port is refused as TLS', async () => {
    const server = await aServer();
    const http = createHttp({ system: 'e10', baseUrl: server.url.replace('http:', 'https:') });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ name: 'Rejected', reason: 'tls' });
  });

  it('a host that is not allowed is not called', async () => {
    const { http, server } = await aClient({ 'GET /thing': { json: seal } }, { allowHosts: ['*.example.com'] });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ name: 'Rejected', reason: 'host-not-allowed' });
    expect(server.requests()).toEqual([]);
  });

  it('an address that is none is a plain error without the address', () => {
    expect(() => createHttp({ system: 'e10', baseUrl: 'oa:canary@x' })).toThrow(
      'the address of e10 is not an http(s) URL',
    );
  });
});

describe('a forward proxy', () => {
  it('is asked for http addresses with the whole address', async () => {
    const server = await aServer({ '*': { json: seal } });
    const http = createHttp({ system: 'e10', baseUrl: 'http://oa.example/x', proxy: { http: server.url } });

    await expect(http.get('/thing', Thing)).resolves.toMatchObject({ name: '公章' });

    expect(server.requests()[0]).toMatchObject({ path: '/x/thing', headers: { host: 'oa.example' } });
  });

  it('opens a tunnel for https addresses, through which the private CA is checked', async () => {
    const tls = selfSigned('DNS:oa.example');
    const server = await aServer({ 'GET /thing': { json: seal } }, tls);
    const { url, asked } = await aTunnel(server.url);
    const through = (ca: string[]) =>
      createHttp({ system: 'e10', baseUrl: 'https://oa.example', proxy: { https: url }, ca });

    await expect(through([tls.cert]).get('/thing', Thing)).resolves.toMatchObject({ name: '公章' });
    await expect(through([]).get('/thing', Thing)).rejects.toMatchObject({ name: 'Rejected', reason: 'tls' });

    expect(asked).toEqual(['oa.example:443', 'oa.example:443']);
  });

  it('is passed by for the hosts of NO_PROXY', async () => {
    const server = await aServer({ '*': { json: seal } });
    const http = createHttp({
      system: 'e10',
      baseUrl: 'http://oa.invalid',
      proxy: { http: server.url, noProxy: '10.0.0.0/8, .invalid' },
    });

    await expect(http.get('/thing', Thing)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(server.requests()).toEqual([]);
  });
});

describe('secrets', () => {
  const secret = 'canary/secret+1';

  it.each<[string, Script]>([
    [
      'an echo in a refusal',
      { status: 400, json: { message: `bad ${secret}, ${encodeURIComponent(secret)}`, code: secret } },
    ],
    ['an echo in field errors', { status: 422, json: { errors: [{ field: secret, message: secret }] } }],
    ['an echo in a schema path', { json: { id: 1, name: { [secret]: secret } } }],
    ['an echo in the request id', { status: 500, headers: { 'X-Request-Id': secret } }],
    ['a page', { html: `<html>${secret}</html>` }],
    ['text', { text: secret }],
    ['a broken connection', { fault: 'reset' }],
    ['no answer', { fault: 'hang' }],
    [
      'a redirect',
      { status: 301, headers: { Location: `https://u:${encodeURIComponent(secret)}@x/${secret}?a=${secret}` } },
    ],
  ])('are in no error: %s', async (_, script) => {
    const { http, server } = await aClient(
      { '*': script },
      { mask: [secret], headers: () => ({ Authorization: secret }), timeoutMs: 300 },
    );

    const error = await thrownBy(
      http.post(`/thing/${encodeURIComponent(secret)}?in=${secret}`, Thing, {
        query: { token: secret },
        json: { secret },
        headers: { 'X-Other': secret },
      }),
    );

    expect(server.requests()[0]?.headers['authorization']).toBe(secret);
    expect(error).toHaveProperty('retryable');
    expect(everythingOf(error)).not.toMatch(/canary/);
  });
});

/** For answers that no script can express. */
async function aPlainServer(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A proxy that knows CONNECT only, and takes every host to the one given. */
async function aTunnel(target: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    const outside = connect(Number(new URL(target).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      outside.write(head);
      outside.pipe(socket).pipe(outside);
    });
    outside.on('error', () => socket.destroy());
    socket.on('error', () => outside.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}
