import { request } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createConnector } from '../../../../src/gateways/console/browser/connect.js';
import { openWayOut, type WayOut } from '../../../../src/gateways/console/browser/way-out.js';

let host: Server;
let authority: string;
let reached: Socket[];
let out: WayOut;
beforeEach(async () => {
  reached = [];
  host = createServer((socket) => reached.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  authority = `127.0.0.1:${(host.address() as AddressInfo).port}`;
  out = await openWayOut(createConnector([], {}));
});
afterEach(async () => {
  await out.close();
  for (const one of reached) one.destroy();
  await new Promise((closed) => host.close(closed));
});

/** The status with which a client of this machine is answered that asks for a tunnel. */
function asked(credentials?: string): Promise<number | undefined> {
  const { hostname, port } = new URL(out.proxy.server);
  const headers = credentials === undefined ? {} : { 'proxy-authorization': `Basic ${btoa(credentials)}` };
  return new Promise((resolve, reject) => {
    request({ host: hostname, port, method: 'CONNECT', path: authority, headers })
      .once('connect', ({ statusCode }) => resolve(statusCode))
      .once('error', reject)
      .end();
  });
}

const credentials = (): string => `${out.proxy.username}:${out.proxy.password}`;

it('whoever does not know the password gets no tunnel, and uses up none', async () => {
  out.expect(new URL(`ws://${authority}/push`));
  expect([await asked(), await asked(`${out.proxy.username}:guessed`)]).toEqual([407, 407]);
  expect(reached).toEqual([]);
  expect(await asked(credentials())).toBe(200);
});

it('there are as many tunnels as sockets were expected', async () => {
  expect(await asked(credentials())).toBe(403);
  for (const path of ['push', 'news']) out.expect(new URL(`ws://${authority}/${path}`));
  const answers = [await asked(credentials()), await asked(credentials()), await asked(credentials())];
  expect(answers).toEqual([200, 200, 403]);
  expect(reached).toHaveLength(2);
});

it('no two contexts have the same password', async () => {
  const another = await openWayOut(createConnector([], {}));
  expect(another.proxy.password).not.toBe(out.proxy.password);
  await another.close();
});
