import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { stringify } from 'lossless-json';
import { onTestFinished } from 'vitest';

/** One answer. At most one of `json`, `html` and `text`; a bigint in `json` is sent as a bare number. */
export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  html?: string;
  text?: string;
  delayMs?: number;
  /** `hang`: no answer at all. `reset`: the connection breaks. `truncate`: it breaks after half of the body. */
  fault?: 'hang' | 'reset' | 'truncate';
}

export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

/** A list is answered in order, and its last answer for ever; a function sees the request. */
export type Script = ScriptedAnswer | ScriptedAnswer[] | ((request: RecordedRequest) => ScriptedAnswer);

export interface ScriptedServer {
  readonly url: string;
  /** All requests in order, or those of one route. */
  requests(route?: string): RecordedRequest[];
  times(route: string): number;
  /** Changes or adds routes, e.g. for the second act of a test. */
  script(routes: Record<string, Script>): void;
}

/**
 * A real HTTP server on a free port for one test, which it closes behind itself: call it inside a test. Routes are
 * `GET /path` without query, or `*` for all others; a request that no route expects is answered with 404.
 */
export async function aServer(
  routes: Record<string, Script> = {},
  tls?: { key: string; cert: string },
): Promise<ScriptedServer> {
  const scripts = new Map(Object.entries(routes));
  const seen: RecordedRequest[] = [];
  const listener: RequestListener = (request, response) => void answer(request, response);
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const recorded = await record(request);
    const route = routeOf(recorded);
    const count = seen.filter((one) => routeOf(one) === route).length;
    seen.push(recorded);
    await play(pick(scripts.get(route) ?? scripts.get('*'), recorded, count), response);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const requests = (route?: string): RecordedRequest[] =>
    route === undefined ? [...seen] : seen.filter((one) => routeOf(one) === route);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    times: (route) => requests(route).length,
    script: (more) => Object.entries(more).forEach(([route, script]) => scripts.set(route, script)),
  };
}

function pick(script: Script | undefined, request: RecordedRequest, count: number): ScriptedAnswer {
  if (script === undefined) return { status: 404, json: { message: 'no such route in this test' } };
  if (typeof script === 'function') return script(request);
  if (Array.isArray(script)) return script[Math.min(count, script.length - 1)] ?? {};
  return script;
}

async function play(answer: ScriptedAnswer, response: ServerResponse): Promise<void> {
  if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  if (answer.fault === 'hang') return;
  if (answer.fault === 'reset') return void response.socket?.destroy();

  const [type, text] = content(answer);
  const body = Buffer.from(text);
  response.writeHead(answer.status ?? 200, { ...type, 'content-length': String(body.length), ...answer.headers });
  if (answer.fault !== 'truncate') return void response.end(body);
  response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}

function content({ json, html, text }: ScriptedAnswer): [Record<string, string>, string] {
  if (json !== undefined) return [{ 'content-type': 'application/json;charset=UTF-8' }, stringify(json) ?? ''];
  if (html !== undefined) return [{ 'content-type': 'text/html;charset=UTF-8' }, html];
  return [text === undefined ? {} : { 'content-type': 'text/plain;charset=UTF-8' }, text ?? ''];
}

async function record(request: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://test');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function routeOf({ method, path }: RecordedRequest): string {
  return `${method} ${path}`;
}
