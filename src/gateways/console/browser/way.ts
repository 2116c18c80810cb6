import axios from 'axios';
import type { BrowserContext, BrowserContextOptions, Request, Route } from 'playwright-core';
import { createAgents } from '../../agents.js';
import { proxyFor, type ForwardProxy } from '../../forward-proxy.js';
import { classifyNetworkFailure } from '../../network.js';
import { createConnector, type Connector } from './connect.js';

/** How a browser of this process reaches consoles: by the same authorities and forward proxies as all other gateways. */
export interface Way {
  /** For the window in which an operator logs in at this origin; undefined: direct. */
  proxy(origin: string): BrowserContextOptions['proxy'];
  /** For a socket of a page: the browser itself gets nowhere. */
  connect: Connector;
  /** Makes a request of a page in this process, once: the browser itself would send it again where a connection dies. */
  carry: Carrier;
  /**
   * Whether a browser could not reach this by itself, even where nobody minds where it is led. It cannot be told of an authority
   * without changing the machine, and keys that it is told to accept it accepts from whoever sends that certificate along.
   */
  needsCarrying(url: URL): boolean;
}

export interface WayOptions {
  /** PEM certificates that are trusted in addition to the system's. */
  ca?: readonly string[];
  forwardProxy?: ForwardProxy;
}

/** `mayCall`: whether a redirect may be followed. Throws `NotTrusted`, `LedElsewhere`, or what the network said. */
export type Carrier = (request: Request, by: CarriedBy) => Promise<Carried>;

export interface CarriedBy {
  /** Whose cookies go along. A request of a window that is only about to open cannot tell. */
  context: BrowserContext;
  mayCall: (url: URL) => boolean;
  /** Ends what is only read, once nobody looks at it any more. */
  signal?: AbortSignal;
}

/** As it is handed to a page. */
export interface Carried {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** The certificate of the other side was made by nobody whom this worker trusts. */
export class NotTrusted extends Error {
  override readonly name = 'NotTrusted';
}

/** A redirect to where this browser may not go, or of a write that would have to be sent a second time. */
export class LedElsewhere extends Error {
  override readonly name = 'LedElsewhere';
  readonly to: URL;
  constructor(to: URL) {
    super('a redirect that is not followed');
    this.to = to;
  }
}

/** Playwright's word for it, since an aborted request has no text. */
const NOT_TRUSTED = 'accessdenied';

/** Of an answer which only leads to the next page. */
const LEADS_ON = 'x-qys-e10-leads-on';

const TIMEOUT_MS = 120_000;
const MOST_REDIRECTS = 10;
/** Of one connection only, or no longer true of a body that was unpacked. */
const NOT_HANDED_ON = ['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length'];

/** By default every console is reached directly, and only authorities of the system are trusted. */
export function createWay({ ca = [], forwardProxy = {} }: WayOptions = {}): Way {
  return {
    proxy(origin) {
      const server = proxyFor(new URL(origin), forwardProxy);
      return server ? { server: `${server.protocol}//${server.host}:${server.port}`, ...server.auth } : undefined;
    },
    connect: createConnector(ca, forwardProxy),
    carry: createCarrier(ca, forwardProxy),
    needsCarrying: ({ protocol }) => protocol === 'https:' && ca.length > 0,
  };
}

function createCarrier(ca: readonly string[], forwardProxy: ForwardProxy): Carrier {
  const forReads = createAgents(ca);
  // A connection that was used before may die just then, and nobody could tell whether the write arrived.
  const forWrites = createAgents(ca, { keepAlive: false });
  const client = axios.create({
    adapter: 'http',
    responseType: 'arraybuffer',
    transformRequest: [(data: unknown) => data],
    validateStatus: () => true,
    maxRedirects: 0,
    timeout: TIMEOUT_MS,
  });

  async function ask(
    request: Request,
    { url, method, context, signal }: { url: URL; method: string } & Omit<CarriedBy, 'mayCall'>,
  ): Promise<Carried & { cookies: string[] }> {
    const {
      'content-length': _length,
      'content-type': type,
      host: _host,
      ...headers
    }: Record<string, string> = request.headers();
    const known = await context.cookies(url.href);
    const agents = isRead(method) ? forReads : forWrites;
    const data = method === request.method() ? request.postDataBuffer() : null;
    const answer = await client
      .request<Buffer>({
        url: url.href,
        method,
        headers: {
          ...headers,
          ...(known.length === 0 ? {} : { cookie: known.map(({ name, value }) => `${name}=${value}`).join('; ') }),
          ...(data === null || type === undefined ? {} : { 'content-type': type }),
        },
        ...(data === null ? {} : { data }),
        ...(signal && isRead(method) ? { signal } : {}),
        proxy: proxyFor(url, forwardProxy),
        httpAgent: agents.http,
        httpsAgent: agents.https,
      })
      // The error itself goes no further: it carries the request's headers.
      .catch((error: unknown) => {
        throw failureOf(error);
      });
    const { 'set-cookie': cookies, ...others } = answer.headers as Record<string, string | string[]>;
    const kept = Object.entries(others).filter(([name]) => !NOT_HANDED_ON.includes(name.toLowerCase()));
    return {
      status: answer.status,
      headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
      body: answer.data,
      cookies: [cookies ?? []].flat(),
    };
  }

  return async (request, { mayCall, ...by }) => {
    let url = new URL(request.url());
    let method = request.method();
    const cookies: string[] = [];
    for (let hops = 0; ; hops++) {
      const { cookies: set, ...answer } = await ask(request, { url, method, ...by });
      cookies.push(...set);
      const to = redirectOf(answer, url);
      const given = cookies.length === 0 ? {} : { 'set-cookie': cookies.join('\n') };
      if (!to) return { ...answer, headers: { ...answer.headers, ...given } };
      // As a browser would: what was a write is read on. One that would be sent a second time is not.
      const goesOn = hops < MOST_REDIRECTS && mayCall(to) && (isRead(method) || answer.status < 307);
      // Never handed on: a browser follows it past everybody, with all that was typed where it is a 307.
      if (!goesOn) throw new LedElsewhere(to);
      if (request.isNavigationRequest()) return { ...leadingTo(to), headers: { ...leadingTo(to).headers, ...given } };
      url = to;
      if (!isRead(method)) method = 'GET';
    }
  };
}

/** Hands an answer to a page, or lets its request fail. Answers the HTTP status; 0 where there was none that a page may have. */
export async function carryTo(
  route: Route,
  carry: Carrier,
  by: CarriedBy,
  onElsewhere: (to: URL) => void = () => undefined,
): Promise<number> {
  try {
    const answer = await carry(route.request(), by);
    // The page may be gone by then.
    await route.fulfill(answer).catch(() => undefined);
    return answer.status;
  } catch (error) {
    if (error instanceof LedElsewhere) onElsewhere(error.to);
    await route.abort(wordFor(error)).catch(() => undefined);
    return 0;
  }
}

function wordFor(error: unknown): string {
  if (error instanceof LedElsewhere) return 'blockedbyclient';
  return error instanceof NotTrusted ? NOT_TRUSTED : 'connectionfailed';
}

/** Whether a page is only on its way to the next one. */
export function leadsOn(headers: Readonly<Record<string, string>>): boolean {
  return headers[LEADS_ON] !== undefined;
}

function redirectOf({ status, headers }: Carried, from: URL): URL | undefined {
  const location = headers['location'];
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  return URL.canParse(location, from) ? new URL(location, from) : undefined;
}

/** A browser follows a redirect that it was handed past everybody: so it is led there, and asks again. */
function leadingTo(to: URL): Carried {
  const headers = { 'content-type': 'text/html', refresh: `0;url=${to.href}`, [LEADS_ON]: 'yes' };
  return { status: 200, headers, body: Buffer.alloc(0) };
}

function isRead(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function failureOf(error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const message = error instanceof Error ? error.message : '';
  const { reason } = classifyNetworkFailure({ code, message });
  return reason === 'tls' ? new NotTrusted() : new Error('no answer');
}
