import { setImmediate } from 'node:timers/promises';
import axios from 'axios';
import type { z } from 'zod';
import { createAgents, type Agents } from './agents.js';
import { parsedBody, parseOnce } from './body.js';
import { startDeadline } from './deadline.js';
import { gatewayError, type FailedCall, type GatewayErrorFacts, type OutsideSystem } from './errors.js';
import { proxyFor, type ForwardProxy } from './forward-proxy.js';
import { hostMatches } from './hosts.js';
import { classifyByStatus, type Classify, type RawAnswer } from './ladder.js';
import { createMask } from './mask.js';
import { classifyNetworkFailure } from './network.js';
import { bodyOf, urlOf, type HttpRequest, type RequestOptions, type WriteOptions } from './request.js';

export type { HttpRequest, RequestOptions, WriteOptions } from './request.js';
export type { RawAnswer } from './ladder.js';

export interface HttpOptions {
  system: OutsideSystem;
  /** Kept whole, with its context path; trailing slashes do not matter. Its query, fragment and user part are ignored. */
  baseUrl: string;
  /** Milliseconds for one call as a whole, the body included. Default 30,000. */
  timeoutMs?: number;
  /** Evaluated for every call, so that signatures are fresh. */
  headers?: () => Record<string, string>;
  /** Ends calls under way; its reason is thrown as it is. */
  signal?: AbortSignal;
  /** PEM certificates that are trusted in addition to those of the system. Ignored with `agents`. */
  ca?: readonly string[];
  /** Shared connection pools; by default this `Http` has its own. */
  agents?: Agents;
  proxy?: ForwardProxy;
  /** The only hosts that may be called, in the syntax of `NO_PROXY`. Absent: any. */
  allowHosts?: readonly string[];
  /** Decides before the default ladder, by body as well as status. */
  classify?: Classify;
  /** Secret values: replaced by *** in whatever the outside says. */
  mask?: readonly string[];
  /** Bytes. Default 16 MiB. */
  maxBodyBytes?: number;
}

/** Data together with what came with it, e.g. `headers['etag']`. */
export interface Answer<T> {
  data: T;
  status: number;
  headers: Readonly<Record<string, string>>;
}

/**
 * HTTP to one outside system. Every call takes the schema of its answer and returns parsed data or throws one of
 * `errors.ts`; an aborted signal throws its own reason. Nothing is retried here, and redirects are never followed: a POST
 * would become a GET without body. An empty body is `undefined` to the schema.
 */
export interface Http {
  get<S extends z.ZodType>(path: string, schema: S, options?: RequestOptions): Promise<z.output<S>>;
  post<S extends z.ZodType>(path: string, schema: S, options?: WriteOptions): Promise<z.output<S>>;
  put<S extends z.ZodType>(path: string, schema: S, options?: WriteOptions): Promise<z.output<S>>;
  /** As the three above, with headers and status. */
  send<S extends z.ZodType>(request: HttpRequest, schema: S): Promise<Answer<z.output<S>>>;
  /** The answer as it is, whatever its status; throws only what happens below HTTP. For probes. */
  exchange(request: HttpRequest): Promise<RawAnswer>;
  /** The second half of `send`, for an answer of `exchange` that turned out to be an ordinary one. */
  read<S extends z.ZodType>(answer: RawAnswer, schema: S, options?: RequestOptions): Answer<z.output<S>>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;
const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-trace-id', 'traceid'];

/** The one HTTP layer of all gateways. Throws a plain error when an address in the options is none. */
export function createHttp(options: HttpOptions): Http {
  const base = baseOf(options);
  const agents = options.agents ?? createAgents(options.ca);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const client = axios.create({
    adapter: 'http',
    // Our own parser keeps long ids, and our own ladder sees every status.
    responseType: 'text',
    transformRequest: [(data: unknown) => data],
    transformResponse: [(text: unknown) => text],
    validateStatus: () => true,
    maxRedirects: 0,
    maxContentLength: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    httpAgent: agents.http,
    httpsAgent: agents.https,
    proxy: proxyFor(base, options.proxy),
  });

  function failure(call: FailedCall, facts: GatewayErrorFacts, secrets: readonly string[] = []): Error {
    const mask = createMask([...(options.mask ?? []), ...secrets]);
    const masked = (text: string | undefined) => (text === undefined ? undefined : mask(text));
    return gatewayError(
      { ...call, path: mask(call.path) },
      {
        ...facts,
        text: masked(facts.text),
        code: masked(facts.code),
        requestId: masked(facts.requestId),
        errors: facts.errors?.map(({ field, message }) => ({ field: mask(field), message: mask(message) })),
        paths: facts.paths?.map(mask),
      },
    );
  }

  async function exchange(request: HttpRequest): Promise<RawAnswer> {
    options.signal?.throwIfAborted();
    const url = urlOf(base, request);
    const call = { system: options.system, method: request.method, path: url.pathname };
    if (options.allowHosts && !hostMatches(url, options.allowHosts)) {
      throw failure(call, {
        kind: 'Rejected',
        reason: 'host-not-allowed',
        text: `${url.host} is not among the allowed hosts`,
      });
    }

    const deadline = startDeadline(timeoutMs, options.signal);
    try {
      const { type, data } = bodyOf(request);
      const {
        status,
        headers,
        data: body,
      } = await client.request<string>({
        url: url.href,
        method: request.method,
        headers: { 'User-Agent': 'qys-e10', ...type, ...options.headers?.(), ...request.headers },
        data,
        signal: deadline.signal,
      });
      if (request.onAnswer && status === 200) {
        request.onAnswer();
        // What it asks for is on its way before this answer is read, which may take a while.
        await setImmediate();
      }
      return { ...call, status, headers: lowerCase(headers), body, json: parseOnce(body) };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (deadline.passed()) throw failure(call, { kind: 'Unavailable', text: `no answer within ${timeoutMs} ms` });
      if (!isNetworkFailure(error)) throw error;
      // The error itself goes no further: it carries the request's headers.
      throw failure(call, classifyNetworkFailure({ code: error.code, message: error.message }), request.mask);
    } finally {
      deadline.stop();
    }
  }

  function read<S extends z.ZodType>(answer: RawAnswer, schema: S, request: RequestOptions = {}): Answer<z.output<S>> {
    const call = { system: options.system, method: answer.method, path: answer.path };
    const fail = (facts: GatewayErrorFacts): Error =>
      failure(call, { status: answer.status, requestId: requestId(answer), ...facts }, request.mask);

    const facts = (request.classify ?? options.classify)?.(answer) ?? classifyByStatus(answer, Date.now());
    if (facts) throw fail(facts);

    const parsed = schema.safeParse(jsonOf(answer, fail));
    if (!parsed.success)
      throw fail({
        kind: 'UnexpectedAnswer',
        paths: parsed.error.issues.map(({ path }) => path.join('.') || '(root)'),
      });
    return { data: parsed.data, status: answer.status, headers: answer.headers };
  }

  async function send<S extends z.ZodType>(request: HttpRequest, schema: S): Promise<Answer<z.output<S>>> {
    return read(await exchange(request), schema, request);
  }

  return {
    exchange,
    read,
    send,
    get: async (path, schema, request) => (await send({ ...request, method: 'GET', path }, schema)).data,
    post: async (path, schema, request) => (await send({ ...request, method: 'POST', path }, schema)).data,
    put: async (path, schema, request) => (await send({ ...request, method: 'PUT', path }, schema)).data,
  };
}

function baseOf({ baseUrl, system }: HttpOptions): URL {
  // Not `new URL` alone: its error shows the address, which may hold a password.
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new Error(`the address of ${system} is not an http(s) URL`);
  return url;
}

function isNetworkFailure(error: unknown): error is Error & { code?: string } {
  return axios.isAxiosError(error) || (error instanceof Error && 'code' in error && typeof error.code === 'string');
}

function jsonOf(answer: RawAnswer, fail: (facts: GatewayErrorFacts) => Error): unknown {
  if (answer.body.trim() === '') return undefined;
  try {
    return parsedBody(answer);
  } catch {
    throw fail({
      kind: 'UnexpectedAnswer',
      text: 'the answer is not JSON',
    });
  }
}

/** Whole or not at all: a part of it might be a part of a secret, which masking would no longer find. */
function requestId({ headers }: RawAnswer): string | undefined {
  const found = REQUEST_ID_HEADERS.map((name) => headers[name]).find((id) => id !== undefined);
  return found !== undefined && /^[\x21-\x7e]{1,100}$/.test(found) ? found : undefined;
}

function lowerCase(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}
