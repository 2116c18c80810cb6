import type { Fault, RequestFault } from './faults.js';
import type { System } from './journal.js';

const DEFAULT_RETRY_MS = 1000;

/** The answer of a fault that keeps the request from its target, or undefined where the target is to be reached. */
export function answerBefore(fault: RequestFault, system: System): Response | undefined {
  switch (fault.kind) {
    case 'throttle-seconds':
      return refusal(system, 429, 'Too Many Requests', { 'Retry-After': String(Math.ceil(retryMs(fault) / 1000)) });
    case 'throttle-date':
      return refusal(system, 429, 'Too Many Requests', { 'Retry-After': httpDateIn(retryMs(fault)) });
    case 'error-before':
      return failure(fault, system);
    case 'unauthorised':
      return unauthorised(system);
    case 'code-200':
      return codeInsideSuccess(system);
    case 'html':
      return htmlPage(fault.status ?? 502);
    case 'redirect':
      return new Response(null, { status: fault.status ?? 302, headers: { Location: fault.text ?? '/' } });
    case 'latency':
    case 'error-after':
    case 'timeout-before':
    case 'timeout-after':
    case 'reset':
    case 'truncated':
    case 'malformed':
    case 'stale-read':
      return undefined;
  }
}

/** An internal error in the manner of the system. */
export function failure(fault: Fault, system: System): Response {
  return refusal(system, fault.status ?? 500, 'Internal Server Error', {});
}

/** JSON that stops in the middle. */
export async function truncated(answer: Response): Promise<Response> {
  const text = await answer.text();
  const type = answer.headers.get('Content-Type') ?? 'application/json';
  return new Response(text.slice(0, Math.floor(text.length / 2)), {
    status: answer.status,
    headers: { 'Content-Type': type },
  });
}

/** JSON whose first row has objects for its id and its name. */
export async function malformed(answer: Response): Promise<Response> {
  const text = await answer.text();
  const spoiled = text
    .replace(/"id":("[^"]*"|\d+)/, '"id":{"was":$1}')
    .replace(/"(username|lastname|name)":("[^"]*")/, '"$1":{"was":$2}');
  return new Response(spoiled, {
    status: answer.status,
    headers: { 'Content-Type': 'application/json;charset=UTF-8' },
  });
}

function retryMs(fault: Fault): number {
  return fault.ms ?? DEFAULT_RETRY_MS;
}

/** HTTP dates have whole seconds, so it is rounded up: the client must not come back too early. */
function httpDateIn(ms: number): string {
  return new Date(Math.ceil((Date.now() + ms) / 1000) * 1000).toUTCString();
}

function refusal(system: System, status: number, title: string, headers: Record<string, string>): Response {
  const body = system === 'console' ? { type: 'about:blank', title, status } : envelope(system, status, title);
  const type = system === 'console' ? 'application/problem+json' : 'application/json';
  return new Response(JSON.stringify(body), { status, headers: { ...headers, 'Content-Type': type } });
}

/** Tokens that are refused have a code of their own in E10, with HTTP 200 (`facts/weaver.md` §1.3). */
function unauthorised(system: System): Response {
  if (system === 'e10') return Response.json({ errcode: '200007', errmsg: 'access_token invalid or expired' });
  return refusal(system, 401, 'Unauthorized', {});
}

function codeInsideSuccess(system: System): Response {
  const inConsole = { type: 'internal', title: '系统繁忙', status: 500 };
  return Response.json(system === 'console' ? inConsole : envelope(system, 1000000, '系统繁忙'));
}

function envelope(system: System, code: number, message: string): Record<string, unknown> {
  if (system === 'e10') return { errcode: String(code), errmsg: message };
  return { code: system === 'e9' ? String(code) : code, message };
}

function htmlPage(status: number): Response {
  const page = `<html><head><title>${status} Bad Gateway</title></head><body><center><h1>${status} Bad Gateway</h1></center><hr><center>nginx</center></body></html>`;
  return new Response(page, { status, headers: { 'Content-Type': 'text/html' } });
}
