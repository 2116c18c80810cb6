import { createSocket, type Socket } from 'node:dgram';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGate, type Gate } from '../../../../src/gateways/console/browser/network.js';
import { aFleet, CHROMIUM } from './a-console.js';

const fleet = aFleet();
afterAll(() => fleet.close());

/** What the console was asked for. */
let seen: string[];
/** Connections that reached the other host, by whatever they ask there, and datagrams. */
let reached: string[];
let home: Server;
let other: Server;
let udp: Socket;
let address: string;
/** Where nobody may call: a host of its own, a port of its own. */
let elsewhere: { http: string; ws: string; udp: number };
let headers: Record<string, string>;

const FILES: Record<string, () => string> = {
  // Each answers what became of it to whoever it works for.
  '/shared.js': () =>
    `onconnect = ({ ports: [port] }) => { port.onmessage = ({ data }) => eval(data).then((said) => port.postMessage(said)); }`,
  '/worker.js': () => `onmessage = ({ data }) => eval(data).then((said) => postMessage(said));`,
  '/nested.js': () =>
    `onmessage = ({ data }) => { const inner = new Worker('/worker.js'); inner.onmessage = ({ data }) => postMessage(data); inner.onerror = () => postMessage('error'); inner.postMessage(data); };`,
  '/part.js': () => '',
  '/service.js': () => `addEventListener('install', () => fetch('${elsewhere.http}/service', { mode: 'no-cors' }));`,
};

function pathOf({ method, url }: IncomingMessage): string {
  return `${method} ${url}`;
}

beforeEach(async () => {
  seen = [];
  reached = [];
  headers = {};
  home = createServer((request, response) => {
    seen.push(pathOf(request));
    const file = FILES[request.url ?? ''];
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('Content-Type', file ? 'text/javascript' : 'text/html');
    response.end(file ? file() : '<title>console</title><p>page</p>');
  });
  home.on('upgrade', (request, socket) => {
    seen.push(pathOf(request));
    socket.destroy();
  });
  other = createServer((request, response) => {
    reached.push(pathOf(request));
    response.setHeader('Access-Control-Allow-Origin', '*').end('something else');
  });
  other.on('connection', () => reached.push('a connection'));
  other.on('upgrade', (request, socket) => {
    reached.push(pathOf(request));
    socket.destroy();
  });
  udp = createSocket('udp4', () => reached.push('a datagram'));
  await Promise.all([listens(home), listens(other), new Promise<void>((done) => udp.bind(0, '127.0.0.1', done))]);
  address = `http://127.0.0.1:${portOf(home)}`;
  // The same machine, by a name that the rules do not have.
  elsewhere = {
    http: `http://localhost:${portOf(other)}`,
    ws: `ws://localhost:${portOf(other)}`,
    udp: udp.address().port,
  };
});
afterEach(async () => {
  for (const server of [home, other]) server.closeAllConnections();
  await Promise.all([home, other].map((server) => new Promise((closed) => server.close(closed))));
  udp.close();
});

function listens(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** What a script meets in a page of the console, from the first request to the end of its context. */
async function inPage(script: string, gate: Gate = createGate('open')): Promise<unknown> {
  const rules = { gate, hosts: [new URL(address).host], reads: [] };
  const { context, release } = await fleet.lease({ origin: address, rules });
  try {
    const page = await context.newPage();
    await page.goto(address);
    return await page.evaluate(script);
  } finally {
    await release();
  }
}

const called = (path: string, more = ''): string =>
  `fetch('${path}', { mode: 'no-cors'${more} }).then(() => 'reached', () => 'failed')`;
const talked = (to: string): string =>
  `new Promise((resolve) => { const one = new WebSocket('${to}'); one.onopen = () => resolve('open'); one.onclose = () => resolve('closed'); })`;
const inWorker = (work: string, file = '/worker.js'): string =>
  `new Promise((resolve) => { const one = new Worker('${file}'); one.onmessage = ({ data }) => resolve(data); one.onerror = () => resolve('error'); one.postMessage(${JSON.stringify(work)}); })`;
const inBlob = (work: string): string =>
  `new Promise((resolve) => { const one = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(FILES['/worker.js']?.())}]))); one.onmessage = ({ data }) => resolve(data); one.onerror = () => resolve('error'); one.postMessage(${JSON.stringify(work)}); })`;
const inShared = (work: string): string =>
  `new Promise((resolve) => { const one = new SharedWorker('/shared.js'); one.onerror = () => resolve('error'); one.port.onmessage = ({ data }) => resolve(data); one.port.postMessage(${JSON.stringify(work)}); })`;
const linked = (rel: string, to: string, more = ''): string =>
  `new Promise((resolve) => { const one = document.createElement('link'); one.rel = '${rel}'; one.href = '${to}'; ${more} one.onload = () => resolve('loaded'); one.onerror = () => resolve('error'); document.head.append(one); })`;
/** Goes for an answer of the console, which comes after what was asked for before it. */
const then = (attempt: string): string =>
  `Promise.resolve(${attempt}).then(() => fetch('/after')).then(({ status }) => status)`;
const gathered = (server: string): string => `new Promise((resolve) => {
  const peer = new RTCPeerConnection({ iceServers: [{ urls: '${server}', username: 'x', credential: 'y' }] });
  setTimeout(() => resolve('still asking'), 5_000);
  peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && resolve('complete');
  peer.createDataChannel('x');
  peer.createOffer().then((offer) => peer.setLocalDescription(offer));
})`;

describe.skipIf(CHROMIUM === undefined)('of what a page of a console can do to call somebody else', () => {
  it.each([
    ['a worker that fetches', () => inWorker(called(`${elsewhere.http}/x`)), 'failed'],
    ['a worker of a worker that fetches', () => inWorker(called(`${elsewhere.http}/x`), '/nested.js'), 'error'],
    ['a worker with a socket', () => inWorker(talked(`${elsewhere.ws}/x`)), 'closed'],
    ['a worker made of text, with a socket', () => inBlob(talked(`${elsewhere.ws}/x`)), 'closed'],
    ['a shared worker', () => inShared(called(`${elsewhere.http}/x`)), 'failed'],
    ['a shared worker with a socket', () => inShared(talked(`${elsewhere.ws}/x`)), 'closed'],
    ['a socket', () => talked(`${elsewhere.ws}/x`), 'closed'],
    [
      'a stream',
      () => `new Promise((resolve) => { new EventSource('${elsewhere.http}/x').onerror = () => resolve('error'); })`,
      'error',
    ],
    ['a beacon', () => then(`navigator.sendBeacon('${elsewhere.http}/x', 'x')`), 200],
    [
      'a request that outlives its page',
      () => called(`${elsewhere.http}/x`, `, keepalive: true, method: 'POST'`),
      'failed',
    ],
    ['a prefetched page', () => linked('prefetch', `${elsewhere.http}/x`), 'error'],
    ['a preloaded script', () => linked('preload', `${elsewhere.http}/x`, `one.as = 'script';`), 'error'],
    ['a connection in advance', () => then(`${linked('preconnect', elsewhere.http)}.constructor && 0`), 200],
    [
      'an icon',
      () => then(`void document.head.insertAdjacentHTML('beforeend', '<link rel=icon href=${elsewhere.http}/x>')`),
      200,
    ],
    ['a call by STUN', () => gathered(`stun:127.0.0.1:${elsewhere.udp}`), 'complete'],
    ['a call by TURN', () => gathered(`turn:127.0.0.1:${portOf(other)}?transport=tcp`), 'complete'],
    [
      'a transport',
      () => `new WebTransport('https://127.0.0.1:${elsewhere.udp}/x').ready.then(() => 'open', () => 'failed')`,
      'failed',
    ],
  ])('%s reaches nobody', async (_what, script, said) => {
    expect(await inPage(script())).toBe(said);
    expect(reached).toEqual([]);
  });

  it.each([
    [
      'a service worker',
      () => `navigator.serviceWorker.register('/service.js').then(() => 'done', () => 'done')`,
      'GET /service.js',
    ],
    ['a shared worker', () => inShared(called('/save', `, method: 'POST'`)), 'POST /save'],
    ['a worker', () => inWorker(called('/save', `, method: 'POST'`)), 'POST /save'],
    ['a socket of a worker', () => inWorker(talked(address.replace('http', 'ws') + '/push')), 'GET /push'],
    ['a socket of a shared worker', () => inShared(talked(address.replace('http', 'ws') + '/push')), 'GET /push'],
  ])('%s passes no closed gate', async (_what, script, asked) => {
    await inPage(script(), createGate('closed'));
    expect(seen).not.toContain(asked);
    expect(reached).toEqual([]);
  });

  it.each(['open', 'closed'] as const)(
    'a shared worker takes no way that a page has used, at a gate that is %s',
    async (state) => {
      const at = address.replace('http', 'ws');
      const script = `${talked(`${at}/push`)}.then(() => ${inShared(talked(`${at}/more`))})`;
      expect(await inPage(script, createGate(state))).toBe('closed');
      expect(seen).toContain('GET /push');
      expect(seen).not.toContain('GET /more');
    },
  );

  it('nothing is sent on when a page goes, by that page', async () => {
    const rules = { gate: createGate('open'), hosts: [new URL(address).host], reads: [] };
    const { context, release } = await fleet.lease({ origin: address, rules });
    const page = await context.newPage();
    await page.goto(address);
    await page.evaluate(`for (const name of ['pagehide', 'visibilitychange', 'unload']) addEventListener(name, () => {
      navigator.sendBeacon('${elsewhere.http}/' + name, 'x');
      void fetch('${elsewhere.http}/' + name, { keepalive: true, mode: 'no-cors', method: 'POST' });
    }, true)`);
    await page.close({ runBeforeUnload: false });
    await release();
    expect(reached).toEqual([]);
  });

  it('a worker still gets what the console has for it', async () => {
    const work = `Promise.resolve(importScripts('/part.js')).then(() => fetch('/after')).then(({ status }) => status)`;
    expect(await inPage(inWorker(work))).toBe(200);
    expect(seen).toEqual(expect.arrayContaining(['GET /worker.js', 'GET /part.js', 'GET /after']));
  });

  it('no report of a violated policy is sent', async () => {
    headers = {
      'Content-Security-Policy-Report-Only': `img-src 'none'; report-uri ${elsewhere.http}/report`,
      'Reporting-Endpoints': `default="${elsewhere.http}/endpoint"`,
    };
    const picture = `new Promise((resolve) => { const one = new Image(); one.onload = one.onerror = resolve; one.src = '/picture'; })`;
    expect(await inPage(then(picture))).toBe(200);
    expect(reached).toEqual([]);
  });
});
