import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBrowsers, type Browsers } from '../../../../src/gateways/console/browser/browsers.js';
import { createGate, type Gate } from '../../../../src/gateways/console/browser/network.js';
import { createWay, type Way } from '../../../../src/gateways/console/browser/way.js';
import { privateAuthority } from '../../../support/self-signed.js';
import { CHROMIUM } from './a-console.js';

let site: ReturnType<typeof privateAuthority>;
let other: ReturnType<typeof privateAuthority>;
beforeAll(() => {
  site = privateAuthority();
  other = privateAuthority();
});

let seen: string[];
let servers: Server[];
let browsers: Browsers;
beforeEach(() => {
  seen = [];
  servers = [];
});
afterEach(async () => {
  await browsers.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A console that moves a page, sets a cookie, and loses the answer to a save. */
const console: RequestListener = (request, response) => {
  seen.push(`${request.method} ${request.url} ${request.headers.cookie ?? ''}`.trim());
  request.resume();
  request.on('end', () => {
    if (request.url === '/save') return request.socket.destroy();
    if (request.url === '/moved') {
      return response.writeHead(302, { location: '/page', 'set-cookie': ['one=1; HttpOnly', 'two=2'] }).end();
    }
    response.setHeader('Content-Type', 'text/html').end(`<title>${request.url}</title>`);
  });
};

/** A page of the console, by this way. */
async function at<T>(
  address: string,
  way: Way,
  work: (page: Page) => Promise<T>,
  gate: Gate = createGate('open'),
): Promise<T> {
  browsers = createBrowsers({ executablePath: CHROMIUM ?? 'none', sandbox: false, way });
  const { origin, host } = new URL(address);
  const { context, release } = await browsers.lease({ origin, rules: { gate, hosts: [host], reads: [] } });
  try {
    return await work(await context.newPage());
  } finally {
    await release();
  }
}

const wayBy = (ca: string[], forwardProxy = {}): Way => createWay({ ca, forwardProxy });
const fetched = (path: string, method: string): string =>
  `fetch('${path}', { method: '${method}' }).then((r) => r.status, () => 'failed')`;

describe.skipIf(CHROMIUM === undefined)('a console whose certificate is of a private authority', () => {
  let address: string;
  beforeEach(async () => {
    address = `https://127.0.0.1:${await listening(createTlsServer(site, console))}`;
  });

  it('is opened where the authority is given, redirects and cookies and all', async () => {
    await at(address, wayBy([site.ca]), async (page) => {
      await page.goto(`${address}/moved`);
      await page.waitForURL(`${address}/page`);
      expect(await page.title()).toBe('/page');
      expect(await page.evaluate('[document.cookie, isSecureContext]')).toEqual(['two=2', true]);
      expect(await page.evaluate(fetched('/moved', 'GET'))).toBe(200);
    });
    expect(seen.slice(0, 2)).toEqual(['GET /moved', 'GET /page one=1; two=2']);
  });

  it('is sent a save once, also where its answer is lost', async () => {
    const gate = { ...createGate('open'), acting: true };
    await at(
      address,
      wayBy([site.ca]),
      async (page) => {
        await page.goto(address);
        expect(await page.evaluate(fetched('/other', 'POST'))).toBe(200);
        expect(await page.evaluate(fetched('/save', 'POST'))).toBe('failed');
      },
      gate,
    );
    expect(seen.filter((one) => one === 'POST /save')).toHaveLength(1);
    expect(gate).toMatchObject({ sent: ['/other', '/save'], lastStatus: 0, pending: 0 });
  });

  it.each([
    ['no authority is given', (): string[] => []],
    ['another one is given', (): string[] => [other.ca]],
  ])('is refused where %s', async (_where, ca) => {
    await at(address, wayBy(ca()), async (page) => {
      await expect(page.goto(address)).rejects.toThrow(/ERR_ACCESS_DENIED/);
    });
    expect(seen).toEqual([]);
  });

  it('is refused where the certificate is for another host', async () => {
    const elsewhere = address.replace('127.0.0.1', 'localhost');
    await at(elsewhere, wayBy([site.ca]), async (page) => {
      await expect(page.goto(elsewhere)).rejects.toThrow(/ERR_ACCESS_DENIED/);
    });
    expect(seen).toEqual([]);
  });
});

describe.skipIf(CHROMIUM === undefined)('a forward proxy', () => {
  let asked: string[];
  let tunnel: number;
  let proxy: string;
  beforeEach(async () => {
    asked = [];
    tunnel = await listening(createTlsServer(site, console));
    const server = createHttpServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const given = request.headers['proxy-authorization'];
      if (given === undefined) return response.writeHead(407, { 'proxy-authenticate': 'Basic realm="x"' }).end();
      request.url = new URL(request.url ?? '').pathname;
      console(request, response);
    }).on('connect', (request, socket, head) => {
      asked.push(`CONNECT ${request.url}`);
      if (request.headers['proxy-authorization'] === undefined)
        return socket.end('HTTP/1.1 407 x\r\nproxy-authenticate: Basic realm="x"\r\n\r\n');
      const outside = connect(tunnel, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        outside.write(head);
        outside.pipe(socket).pipe(outside);
      });
      outside.on('error', () => socket.destroy());
      socket.on('error', () => outside.destroy());
    });
    proxy = `http://user:word@127.0.0.1:${await listening(server)}`;
  });

  it('carries reads and saves, with its name and password', async () => {
    await at('http://console.invalid', wayBy([], { http: proxy }), async (page) => {
      await page.goto('http://console.invalid/page');
      expect(await page.title()).toBe('/page');
      expect(await page.evaluate(fetched('/other', 'POST'))).toBe(200);
    });
    expect(asked).toContain('GET http://console.invalid/page');
    expect(seen).toContain('POST /other');
  });

  it('opens tunnels, through which the private authority is checked', async () => {
    site = privateAuthority('DNS:console.invalid');
    tunnel = await listening(createTlsServer(site, console));
    await at('https://console.invalid', wayBy([site.ca], { https: proxy }), async (page) => {
      await page.goto('https://console.invalid/page');
      expect(await page.title()).toBe('/page');
    });
    expect(asked[0]).toBe('CONNECT console.invalid:443');
    site = privateAuthority();
  });

  it.each([
    ['for the hosts of NO_PROXY', 'http://console.invalid', { noProxy: '10.0.0.0/8, .invalid' }],
    ['for this machine', 'http://127.0.0.1:1', {}],
  ])('is passed by %s', async (_for, address, none) => {
    await at(address, wayBy([], { http: proxy, https: proxy, ...none }), async (page) => {
      await expect(page.goto(address)).rejects.toThrow(/ERR_CONNECTION_FAILED/);
    });
    expect(asked).toEqual([]);
  });

  it('opens tunnels for the sockets of pages, with its name and password', async () => {
    const push = createHttpServer(console).on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      seen.push(`a socket at ${request.url}`);
      socket.destroy();
    });
    tunnel = await listening(push);
    await at('http://console.invalid', wayBy([], { http: proxy }), async (page) => {
      await page.goto('http://console.invalid/page');
      const talks = `new Promise((resolve) => { new WebSocket('ws://console.invalid/push').onclose = () => resolve('closed'); })`;
      expect(await page.evaluate(talks)).toBe('closed');
    });
    expect(asked).toContain('CONNECT console.invalid:80');
    expect(seen).toContain('a socket at /push');
  });

  it('is used by the window in which an operator logs in', () => {
    const way = wayBy([], { http: proxy, noProxy: 'direct.example' });
    expect(way.proxy('http://console.example')).toMatchObject({
      server: expect.any(String) as string,
      username: 'user',
    });
    expect(way.proxy('http://direct.example')).toBeUndefined();
    expect(way.proxy('https://console.example')).toBeUndefined();
  });
});
