import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renderForward } from '../../../src/domain/forward-block.js';
import { createNginx, type NginxOptions } from '../../../src/gateways/proxy/nginx.js';
import { thrownBy } from '../../support/leaks.js';
import { aServer } from '../../support/scripted-server.js';

const OLD = '/QYSPrivateCallbackServlet';
const NEW = '/papi/signcenter/qiyuesuo/categoryCallback';
const BLOCK = renderForward({ tenantId: 'acme' });
/** A reload is only asked for; the new workers come a moment later. */
const PATIENCE = { timeout: 10_000 };
const BROKEN = 'location = /x {\n    nonsense on;\n}\n';

const NGINX = isInstalled();
if (!NGINX)
  console.warn('SKIPPED: no nginx here, so nothing is checked against the real one (apt install nginx-light)');

describe.skipIf(!NGINX)('a request to the path of E9, through the real nginx', () => {
  const variants: [string, (upstream: string) => string][] = [
    ["by the site's own location", () => BLOCK],
    ['by an upstream of its own', (upstream) => renderForward({ tenantId: 'acme', upstream })],
  ];

  it.each(variants)('arrives whole, a multipart of 5 MB with it, %s', async (_how, block) => {
    const e10 = await anE10();
    const site = await aSite({ upstream: e10.url, include: block(e10.url) });
    const boundary = '----seal-4711';
    const body = multipart(boundary, 5 * 1024 * 1024);

    const answer = await fetch(`${site.url}${OLD}?contractId=19%2F1&name=${encodeURIComponent('采购')}&empty=`, {
      method: 'POST',
      body,
      headers: {
        'Content-Type': `multipart/form-data; boundary=${boundary}`,
        'X-Qys-Signature': 'abc',
        Cookie: 'a=b',
      },
    });

    expect([answer.status, await answer.text(), answer.headers.get('x-from')]).toEqual([207, 'ok', 'e10']);
    const [request, ...more] = e10.requests();
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      method: 'POST',
      path: NEW,
      query: { contractId: '19/1', name: '采购', empty: '' },
      headers: {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'x-qys-signature': 'abc',
        cookie: 'a=b',
      },
    });
    expect(request?.body === body).toBe(true);
  });

  it.each(variants)('keeps its form, also one that comes in chunks, %s', async (_how, block) => {
    const e10 = await anE10();
    const site = await aSite({ upstream: e10.url, include: block(e10.url) });
    const chunks = new Blob(['ecologyOperate=', 'sign&bizId=1']).stream();
    const streamed = { method: 'POST', body: chunks, duplex: 'half', headers: FORM } as const;

    await fetch(site.url + OLD, { method: 'POST', body: 'a=1', headers: FORM });
    await fetch(site.url + OLD, streamed);
    await fetch(`${site.url}${OLD}?a=1`);

    expect(e10.requests().map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', NEW, 'a=1'],
      ['POST', NEW, 'ecologyOperate=sign&bizId=1'],
      ['GET', NEW, ''],
    ]);
  });

  it('is told who called, by an upstream of its own', async () => {
    const e10 = await anE10();
    const site = await aSite({ upstream: 'http://127.0.0.1:9', include: variants[1]?.[1](e10.url) ?? '' });

    await fetch(site.url + OLD, { method: 'POST' });

    const { host } = new URL(site.url);
    expect(e10.requests()[0]?.headers).toMatchObject({ host, 'x-forwarded-host': host, 'x-real-ip': '127.0.0.1' });
  });

  it("is limited by the site's own body size unless it has an upstream of its own", async () => {
    const e10 = await anE10();
    const limit = 'client_max_body_size 1m;';
    const body = 'x'.repeat(2_000_000);
    const statuses = [];
    for (const [, block] of variants) {
      const site = await aSite({ upstream: e10.url, include: block(e10.url), limit });
      statuses.push((await fetch(site.url + OLD, { method: 'POST', body })).status);
    }
    expect(statuses).toEqual([413, 207]);
  });

  it('leaves the neighbouring paths alone', async () => {
    const e10 = await anE10();
    const site = await aSite({ upstream: e10.url, include: BLOCK });

    for (const path of [`${OLD}/`, `${OLD}2`, '/other']) expect(await textOf(site.url + path)).toBe('front');
    expect(e10.requests()).toEqual([]);
  });
});

describe.skipIf(!NGINX)('a change, by the real nginx', () => {
  it('is in force after the reload, and so is its undo', async () => {
    const e10 = await anE10();
    const site = await aSite({ upstream: e10.url });
    const proxy = createNginx(site.options);

    expect(await proxy.readForward()).toBeNull();
    await proxy.applyForward(BLOCK);
    expect(await proxy.readForward()).toBe(BLOCK);
    await expect.poll(() => textOf(site.url + OLD), PATIENCE).toBe('ok');

    await proxy.applyForward(null);
    expect(existsSync(site.options.includeFile)).toBe(false);
    await expect.poll(() => textOf(site.url + OLD), PATIENCE).toBe('front');
  });

  it.each([[BLOCK], [null]])('that nginx refuses is taken back, to %j', async (before) => {
    const e10 = await anE10();
    const site = await aSite({ upstream: e10.url, ...(before === null ? {} : { include: before }) });
    const proxy = createNginx(site.options);

    const error = await thrownBy(proxy.applyForward(BROKEN));

    expect(error).toMatchObject({ name: 'Rejected', system: 'proxy', method: 'check', retryable: false });
    expect(String(error)).toContain('unknown directive "nonsense"');
    expect(await proxy.readForward()).toBe(before);
    expect(readdirSync(site.folder).filter((file) => file.includes('draft'))).toEqual([]);
    expect(await textOf(site.url + OLD)).toBe(before === null ? 'front' : 'ok');
  });

  it('whose reload fails is taken back', async () => {
    const site = await aSite({ upstream: 'http://127.0.0.1:9', include: BLOCK });
    const proxy = createNginx({ ...site.options, reload: ['false'] });

    const error = await thrownBy(proxy.applyForward(null));

    expect(error).toMatchObject({ name: 'Rejected', method: 'reload' });
    expect(String(error)).toContain('Command failed');
    expect(await proxy.readForward()).toBe(BLOCK);
  });

  it('to the text that stands there writes nothing, but is loaded: the attempt before may have been cut off', async () => {
    const e10 = await anE10();
    const site = await aSite({ upstream: e10.url });
    writeFileSync(site.options.includeFile, BLOCK);
    const before = statSync(site.options.includeFile);

    await createNginx(site.options).applyForward(BLOCK);

    const { ino, mtimeMs } = statSync(site.options.includeFile);
    expect({ ino, mtimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs });
    await expect.poll(() => textOf(site.url + OLD), PATIENCE).toBe('ok');
  });

  it('to no text where the file is gone already is loaded: the attempt before may have been cut off', async () => {
    const e10 = await anE10();
    const site = await aSite({ upstream: e10.url, include: BLOCK });
    rmSync(site.options.includeFile);
    expect(await textOf(site.url + OLD)).toBe('ok');

    await createNginx(site.options).applyForward(null);

    await expect.poll(() => textOf(site.url + OLD), PATIENCE).toBe('front');
  });

  it('is loaded by a command that no shell reads', async () => {
    const site = await aSite({ upstream: 'http://127.0.0.1:9' });
    const odd = join(site.folder, '$(id); a b');

    await createNginx({ ...site.options, reload: ['touch', odd] }).applyForward(BLOCK);

    expect(existsSync(odd)).toBe(true);
  });
});

describe('without a usable nginx', () => {
  const files = () => {
    const folder = aFolder();
    return { includeFile: join(folder, 'in', 'acme.conf'), configFile: join(folder, 'none.conf') };
  };

  it.each([
    ['nginx', { nginx: '/no/such/nginx', reload: ['true'] }],
    ['the reload', { nginx: 'true', reload: ['/no/such/nginx', '-s', 'reload'] }],
  ])('an absent binary of %s names the cure, and nothing stays behind', async (_what, commands) => {
    const proxy = createNginx({ ...files(), ...commands });

    const error = await thrownBy(proxy.applyForward(BLOCK));

    expect(error).toMatchObject({ name: 'Rejected', system: 'proxy', path: '/no/such/nginx' });
    expect(String(error)).toMatch(/install nginx.*QYS_E10_NGINX_BIN/);
    expect(await proxy.readForward()).toBeNull();
  });

  it('removing what is not there is not believed to be loaded', async () => {
    const error = await thrownBy(createNginx({ ...files(), nginx: '/no/such/nginx', reload: [] }).applyForward(null));

    expect(error).toMatchObject({ name: 'Rejected', system: 'proxy', method: 'check' });
  });

  it('a file that cannot be written is no missing nginx', async () => {
    const { includeFile, configFile } = files();
    const folder = join(includeFile, '..');
    writeFileSync(folder, 'a file where the folder should be');
    const proxy = createNginx({ includeFile, configFile, nginx: 'true', reload: ['true'] });

    const error = await thrownBy(proxy.applyForward(BLOCK));

    expect(error).toMatchObject({ name: 'Rejected', system: 'proxy', path: includeFile });
    expect(String(error)).not.toContain('install');
  });
});

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

function anE10() {
  return aServer({ '*': { status: 207, text: 'ok', headers: { 'x-from': 'e10' } } });
}

/** An nginx of this test alone: `/papi/` goes to the upstream, all the rest is the front end. */
async function aSite({ upstream, include, limit = 'client_max_body_size 50m;' }: SiteOptions): Promise<Site> {
  const folder = aFolder();
  const port = await freePort();
  const includeFile = join(folder, 'acme.conf');
  const configFile = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path t-${what};`);
  writeFileSync(
    configFile,
    `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 1;
pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; ${temporary.join(' ').replaceAll(' t-', ` ${folder}/t-`)}
  server {
    listen 127.0.0.1:${port}; ${limit}
    include ${folder}/acme*.conf;
    location /papi/ { proxy_pass ${upstream}; }
    location / { return 200 front; }
  }
}
`,
  );
  if (include !== undefined) writeFileSync(includeFile, include);

  const server = spawn('nginx', ['-c', configFile, '-p', folder], { stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  onTestFinished(async () => {
    server.kill('SIGTERM');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  await expect.poll(() => textOf(url), PATIENCE).toBe('front');
  const reload = ['nginx', '-s', 'reload', '-c', configFile, '-p', folder];
  return { url, folder, options: { includeFile, configFile, nginx: 'nginx', reload } };
}

interface SiteOptions {
  upstream: string;
  include?: string;
  limit?: string;
}

interface Site {
  url: string;
  folder: string;
  options: NginxOptions;
}

async function textOf(url: string): Promise<string> {
  try {
    return await (await fetch(url, { method: 'POST', headers: { Connection: 'close' } })).text();
  } catch {
    return 'down';
  }
}

function multipart(boundary: string, size: number): string {
  const line = 'seal photo 印章\r\n';
  const photo = line.repeat(Math.ceil(size / Buffer.byteLength(line)));
  return [
    `--${boundary}\r\nContent-Disposition: form-data; name="ecologyOperate"\r\n\r\nphysicalSeal\r\n`,
    `--${boundary}\r\nContent-Disposition: form-data; name="photo"; filename="印章.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
    `${photo}\r\n--${boundary}--\r\n`,
  ].join('');
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qys-e10-nginx-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isInstalled(): boolean {
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
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
