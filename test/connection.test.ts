import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { isGrpcCancelledError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openConnection } from '../src/connection.js';

const EMPTY_MESSAGE = Buffer.alloc(5);
const UNAVAILABLE = { 'grpc-status': '14', 'grpc-message': 'try again' };

let server: Http2Server;
let sessions: ServerHttp2Session[];
let asked: number;
let connection: Connection;

beforeEach(async () => {
  [sessions, asked] = [[], 0];
  server = createServer();
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, { ':path': path }) => {
    const greets = path?.endsWith('/GetSystemInfo');
    if (!greets) asked += 1;
    stream.on('error', () => undefined);
    stream.resume().once('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers(greets ? { 'grpc-status': '0' } : UNAVAILABLE));
      stream.end(greets ? EMPTY_MESSAGE : undefined);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  connection = await openConnection({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
});

afterEach(async () => {
  for (const session of sessions) session.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (): Promise<unknown> => connection.workflowService.describeNamespace({ namespace: 'any' });

it('tries again what a server cannot answer just now', async () => {
  const answer = ask().catch((error: unknown) => error);
  await expect.poll(() => asked).toBeGreaterThan(1);
  await connection.close();
  await answer;
});

it('rejects a call that waits to be tried again when it is closed', async () => {
  const answer = ask().catch((error: unknown) => error);
  await expect.poll(() => asked).toBeGreaterThan(0);
  await connection.close();
  expect(isGrpcCancelledError(await answer)).toBe(true);
});

it('rejects a call that comes after it was closed', async () => {
  await connection.close();
  await expect(ask()).rejects.toSatisfy(isGrpcCancelledError);
});
