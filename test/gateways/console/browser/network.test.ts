import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGate, type Gate } from '../../../../src/gateways/console/browser/network.js';
import { aFleet, CHROMIUM } from './a-console.js';

const fleet = aFleet();
afterAll(() => fleet.close());

let server: Server;
let address: string;
let seen: string[];
/** What a test answers on paths of its own. */
let answers: Record<string, (response: ServerResponse) => void>;
beforeEach(async () => {
  seen = [];
  answers = {};
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    request.on('end', () => {
      const own = answers[request.url ?? ''];
      if (own) return own(response);
      // The answer to a write is lost on a connection that was used before.
      if (request.url === '/save') return request.socket.destroy();
      response.setHeader('Content-Type', 'text/html').end('<p>page</p>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** What a page's script meets, behind a gate. */
async function inPage(
  gate: Gate,
  script: string,
  hosts = [new URL(address).host],
  reads: string[] = [],
): Promise<unknown> {
  const { page, release } = await aPage(gate, hosts, reads);
  try {
    return await page.evaluate(script);
  } finally {
    await release();
  }
}

async function aPage(gate: Gate, hosts = [new URL(address).host], reads: string[] = []) {
  const { context, release } = await fleet.lease({ origin: address, rules: { gate, hosts, reads } });
  const page = await context.newPage();
  await page.goto(address);
  return { page, release };
}

const fetched = (path: string, method = 'POST'): string =>
  `fetch(${JSON.stringify(path)}, { method: '${method}', body: '${method}' === 'GET' ? undefined : 'x' }).then((r) => r.status, () => 'failed')`;

const redirects = (status: number, location: string) => (response: ServerResponse) =>
  void response.writeHead(status, { location }).end();

describe.skipIf(CHROMIUM === undefined)('the network of a console', () => {
  it('sends a write once, also where its answer is lost', async () => {
    const gate = { ...createGate('open'), acting: true };
    const warm = `${fetched('/read', 'GET')}.then(() => ${fetched('/read', 'GET')})`;
    expect(await inPage(gate, `${warm}.then(() => ${fetched('/save')})`)).toBe('failed');

    expect(seen.filter((one) => one === 'POST /save')).toHaveLength(1);
    expect(gate).toMatchObject({ sent: ['/save'], lastStatus: 0, pending: 0 });
  });

  it('passes answers on, and counts as sent only what came after something was done', async () => {
    const gate = createGate('open');
    expect(await inPage(gate, fetched('/other'))).toBe(200);
    expect(gate).toMatchObject({ sent: [], lastStatus: 200 });
  });

  it('lets no write through a closed gate, but what a site reads by POST', async () => {
    const gate = createGate('closed');
    const hosts = [new URL(address).host];
    expect(await inPage(gate, fetched('/save'), hosts)).toBe('failed');
    expect(await inPage(gate, fetched('/api/list'), hosts, ['^/api/list$'])).toBe(200);

    expect(seen.filter((one) => one.startsWith('POST'))).toEqual(['POST /api/list']);
    expect(gate.refused).toEqual(['/save']);
  });

  it('calls no other host', async () => {
    const elsewhere = address.replace('127.0.0.1', 'localhost');
    expect(await inPage(createGate('open'), fetched(`${elsewhere}/read`, 'GET'))).toBe('failed');
    expect(seen).not.toContain('GET /read');
  });

  describe('where the console leads elsewhere', () => {
    let other: Server;
    let reached: string[];
    beforeEach(async () => {
      reached = [];
      other = createServer((request, response) => {
        reached.push(`${request.method} ${request.url}`);
        response.setHeader('Access-Control-Allow-Origin', '*').end('something else');
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const to = `http://localhost:${(other.address() as AddressInfo).port}`;
      for (const status of [302, 307]) answers[`/led-${status}`] = redirects(status, `${to}/landed`);
    });
    afterEach(() => new Promise((resolve) => other.close(resolve)));

    const picture = `new Promise((resolve) => { const one = new Image(); one.onload = one.onerror = ({ type }) => resolve(type); one.src = '/led-302'; })`;
    const script = picture.replace('new Image()', `document.head.appendChild(document.createElement('script'))`);
    const frame = `new Promise((resolve) => { const one = document.createElement('iframe'); one.onload = () => resolve('loaded'); one.src = '/led-302'; document.body.append(one); })`;

    it.each([
      ['what it reads', fetched('/led-302', 'GET'), 'failed'],
      ['a save', fetched('/led-302'), 'failed'],
      ['a save that was to be sent again', fetched('/led-307'), 'failed'],
      ['a picture', picture, 'error'],
      ['a script', script, 'error'],
      ['a frame', frame, 'loaded'],
    ])('follows nobody with %s', async (_what, asked, shown) => {
      const gate = { ...createGate('open'), acting: true };
      expect(await inPage(gate, asked)).toBe(shown);
      expect(reached).toEqual([]);
      expect(gate.elsewhere?.page ?? false).toBe(false);
    });

    it('tells a picture that is missing from a page that is', async () => {
      const gate = createGate('open');
      await inPage(gate, picture);
      expect(gate.elsewhere).toBeUndefined();
      const leaves = inPage(gate, `location.assign('/led-302'); new Promise(() => undefined)`);
      await expect(leaves).rejects.toThrow('because of a navigation');
      expect(gate.elsewhere).toMatchObject({ page: true, to: { hostname: 'localhost' } });
      expect(reached).toEqual([]);
    });

    it('opens no stream, which nobody could follow', async () => {
      const stream = `new Promise((resolve) => { new EventSource('/led-302').onerror = () => resolve('error'); })`;
      expect(await inPage(createGate('open'), stream)).toBe('error');
      expect(seen).not.toContain('GET /led-302');
    });
  });

  it('leaves no read under way behind when its context is closed', async () => {
    let left = false;
    const asked = new Promise<void>((resolve) => {
      answers['/poll'] = (response) => {
        response.on('close', () => (left = true));
        resolve();
      };
    });
    const { page, release } = await aPage(createGate('open'));
    void page.evaluate(`fetch('/poll').then((r) => r.text())`).catch(() => undefined);
    await asked;
    await release();
    await expect.poll(() => left).toBe(true);
  });

  it('leads a page on by its own redirects, and a save to what is read after it', async () => {
    answers['/moved'] = redirects(302, '/read');
    answers['/again'] = redirects(307, '/read');
    const goes = `location.assign('/moved'); new Promise(() => undefined)`;
    const { page, release } = await aPage(createGate('open'));
    void page.evaluate(goes).catch(() => undefined);
    await page.waitForURL(`${address}/read`);
    expect(await page.evaluate(fetched('/moved'))).toBe(200);
    expect(await page.evaluate(fetched('/again'))).toBe('failed');
    await release();
    expect(seen.filter((one) => one.startsWith('POST'))).toEqual(['POST /moved', 'POST /again']);
  });

  describe('a socket', () => {
    const talks = (to: string): string => `new Promise((resolve) => {
      const socket = new WebSocket(${JSON.stringify(to)});
      socket.onmessage = ({ data }) => resolve(data);
      socket.onopen = () => { socket.send('hello'); setTimeout(() => resolve('open'), 1000); };
      socket.onclose = socket.onerror = () => resolve('closed');
    })`;
    beforeEach(() => {
      server.on('upgrade', (request, socket) => {
        const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
        const accept = createHash('sha1').update(key).digest('base64');
        const head = ['HTTP/1.1 101 x', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
        socket.write(`${head.join('\r\n')}\r\n\r\n`);
        socket.on('error', () => undefined).on('end', () => socket.end());
        // A frame of six bytes and a word of five: what it says is nobody's business here.
        socket.on('data', (frame: Buffer) => {
          if (frame[0] === 0x81) socket.write(Buffer.from([0x81, 2, 0x6f, 0x6b]));
        });
      });
    });
    const socketAt = (host: string): string => `${address.replace('http', 'ws').replace('127.0.0.1', host)}/push`;

    it('is open where the gate is', async () => {
      expect(await inPage(createGate('open'), talks(socketAt('127.0.0.1')))).toBe('ok');
    });

    it('lets nothing out where the gate is closed', async () => {
      const gate = createGate('closed');
      expect(await inPage(gate, talks(socketAt('127.0.0.1')))).toBe('open');
      expect(gate.refused).toEqual(['/push']);
    });

    it('reaches no other host', async () => {
      expect(await inPage(createGate('open'), talks(socketAt('localhost')))).toBe('closed');
    });
  });
});
