import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createConnector } from '../../../../src/gateways/console/browser/connect.js';
import { thrownBy } from '../../../support/leaks.js';
import { selfSigned } from '../../../support/self-signed.js';

let proxy: Server;
afterEach(() => new Promise((closed) => proxy.close(closed)));

/** What comes first through a tunnel of an `https:` proxy, which shows the host that was asked for. */
async function tunnelled(certified: string, host: string): Promise<string> {
  const certificate = selfSigned(certified);
  proxy = createServer(certificate).on('connect', ({ url }, socket) => {
    socket.on('error', () => undefined);
    socket.end(`HTTP/1.1 200 OK\r\n\r\n${url}`);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const http = `https://${host}:${(proxy.address() as AddressInfo).port}`;
  const socket = await createConnector([certificate.cert], { http })(new URL('ws://console.invalid/push'));
  return new Promise((resolve, reject) => {
    socket.once('data', (data) => resolve(String(data)));
    socket.once('error', reject);
  });
}

it.each([
  ['its name', 'DNS:localhost', 'localhost'],
  ['its address', 'IP:127.0.0.1', '127.0.0.1'],
])('a forward proxy with a certificate is known by %s', async (_what, certified, host) => {
  expect(await tunnelled(certified, host)).toBe('console.invalid:80');
});

it('a forward proxy with the certificate of the console is refused', async () => {
  const error = await thrownBy(tunnelled('DNS:console.invalid', 'localhost'));
  expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});
