import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttp } from '../../../src/gateways/http.js';
import { renderForward } from '../../../src/gateways/proxy/forward-block.js';
import { createNginx } from '../../../src/gateways/proxy/nginx.js';
import { createRouteProbe } from '../../../src/gateways/proxy/route-probe.js';
import { aServer, type Script } from '../../support/scripted-server.js';
import { thrownBy } from '../../support/leaks.js';

const GLOBAL = '/papi/signcenter/qiyuesuo/signCallbackPrivate';
const CATEGORY = '/papi/signcenter/qiyuesuo/categoryCallback';
const OLD = '/QYSPrivateCallbackServlet';
const FRONT_END: Script = { html: '<html><div id="root"></div></html>' };
const absent = ({ path }: { path: string }) =>
  path.startsWith('/papi/')
    ? { status: 404, json: { code: 404, path, at: '2026-01-01 10:00:00' } }
    : { html: '<html><div id="root"></div></html>' };

describe('the route probe', () => {
  const probe = async (routes: Record<string, Script>) => {
    const { url } = await aServer({ '*': absent, ...routes });
    const probes = createRouteProbe((address) => createHttp({ system: 'e10', baseUrl: address, timeoutMs: 2_000 }));
    return { route: await probes.probeRoute(url + GLOBAL), forward: () => probes.probeForward(url) };
  };
  const both = (script: Script) => ({ [`GET ${GLOBAL}`]: script, [`POST ${GLOBAL}`]: script });

  it.each([
    ['200 and nothing', { text: '' }],
    ['405', { status: 405, json: { code: 405 } }],
    ['500 with JSON', { status: 500, json: { code: 500, msg: '参数错误' } }],
    ['400', { status: 400, json: {} }],
  ])('%s means that the route exists', async (_what, answer) => {
    expect((await probe(both(answer))).route).toMatchObject({ route: 'exists' });
  });

  it('tells what is missing, redirecting and down', async () => {
    expect((await probe({})).route).toMatchObject({ route: 'missing', why: 'unknown-path' });
    expect((await probe(both(FRONT_END))).route).toMatchObject({ route: 'missing', why: 'front-end' });
    expect((await probe(both({ status: 302, headers: { location: '/login' } }))).route).toMatchObject({
      route: 'redirects',
    });
    expect((await probe(both({ status: 502, html: 'x' }))).route).toMatchObject({ route: 'down' });
  });

  it.each([
    ['both paths answer alike', { [`POST ${OLD}`]: { text: '' }, [`POST ${CATEGORY}`]: { text: '' } }, true],
    ['the old path is the front end', { [`POST ${CATEGORY}`]: { text: '' } }, false],
    ['the old path redirects', { [`POST ${OLD}`]: { status: 302 }, [`POST ${CATEGORY}`]: { text: '' } }, false],
    ['an E9 answers the old one only', { [`POST ${OLD}`]: { text: '' } }, false],
  ] as [string, Record<string, Script>, boolean][])('forward: %s', async (_what, routes, forwarded) => {
    expect(await (await probe(routes)).forward()).toMatchObject({ forwarded });
  });

  it('never sends an id or an operation', async () => {
    const server = await aServer({ '*': absent });
    const probes = createRouteProbe((address) => createHttp({ system: 'e10', baseUrl: address, timeoutMs: 2_000 }));
    await probes.probeRoute(server.url + GLOBAL);
    await probes.probeForward(server.url);
    for (const { body, query } of server.requests()) expect([body, query]).toEqual(['', {}]);
  });
});

it('renders the same block for the same tenant', () => {
  expect(renderForward({ tenantId: 'acme' }))
    .toBe(`# Managed by qys-e10 for tenant acme: edits are overwritten, and an undo takes this text away.
# The categories (用印流程) of Qiyuesuo keep calling the path of E9; E10 answers. No redirect: it would lose the body of a POST.
location = /QYSPrivateCallbackServlet {
    client_max_body_size 50m;
    rewrite ^ /papi/signcenter/qiyuesuo/categoryCallback last;
}
`);
});

const NGINX = nginxHere();
if (!NGINX) console.warn('nginx is not installed: the forward is not tested against the real one');

describe.skipIf(!NGINX)('the real nginx', () => {
  it.each([[undefined], ['upstream']])('brings method, body, query and headers to E10 (%s)', async (kind) => {
    const upstream = await aServer({ [`POST ${CATEGORY}`]: { text: '' } });
    const { proxy, url } = await aSite(upstream.url);
    await proxy.applyForward(renderForward({ tenantId: 'acme', ...(kind ? { upstream: upstream.url } : {}) }));
    const post = () =>
      fetch(`${url}${OLD}?a=1&b=%20x`, {
        method: 'POST',
        body: `photo=${'x'.repeat(5_000_000)}`,
        headers: { 'X-Mark': 'yes' },
      });
    await expect
      .poll(
        () =>
          post().then(
            () => upstream.times(`POST ${CATEGORY}`),
            () => 0,
          ),
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);

    const [request] = upstream.requests(`POST ${CATEGORY}`);
    expect(request?.query).toEqual({ a: '1', b: ' x' });
    expect(request?.headers['x-mark']).toBe('yes');
    expect(request?.body).toHaveLength(5_000_006);
  });

  it('refuses what nginx refuses, and puts the old text back', async () => {
    const { proxy, include } = await aSite('http://127.0.0.1:9');
    const before = renderForward({ tenantId: 'acme' });
    await proxy.applyForward(before);

    expect(await thrownBy(proxy.applyForward('location = /x { nonsense; }'))).toMatchObject({
      name: 'Rejected',
      system: 'proxy',
    });
    expect(readFileSync(include, 'utf8')).toBe(before);
    await proxy.applyForward(null);
    expect(await proxy.readForward()).toBeNull();
  });
});

it('says what to install where nginx is absent, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'qys-e10-nginx-'));
  const proxy = createNginx({
    includeFile: join(folder, 'acme.conf'),
    configFile: '/none',
    nginx: '/no/such/nginx',
    reload: ['true'],
  });
  const error = await thrownBy(proxy.applyForward('location = /x {}'));
  expect(String(error)).toContain('install nginx');
  expect(await proxy.readForward()).toBeNull();
});

async function aSite(upstream: string) {
  const folder = mkdtempSync(join(tmpdir(), 'qys-e10-nginx-'));
  const port = await freePort();
  const include = join(folder, 'acme.conf');
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `user root; daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; client_max_body_size 50m; include ${folder}/*.conf.on; include ${include}*; location /papi/ { proxy_pass ${upstream}; } location / { return 200 "front"; } }
}`,
  );
  const server = spawn('nginx', ['-c', config, '-p', folder], { stdio: 'ignore' });
  onTestFinished(() => void server.kill('SIGTERM'));
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(url).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(200);
  return {
    url,
    include,
    proxy: createNginx({
      includeFile: include,
      configFile: config,
      nginx: 'nginx',
      reload: ['nginx', '-s', 'reload', '-c', config, '-p', folder],
    }),
  };
}

function nginxHere(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
