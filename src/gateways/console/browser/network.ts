import type { BrowserContext, Page, Request } from 'playwright-core';
import { hostMatches } from '../../hosts.js';
import { introduce, type WayOut } from './way-out.js';
import { carryTo, type Way } from './way.js';

/** Whether anything but reads may leave a context; and what did, by paths only. */
export interface Gate {
  state: 'open' | 'closed';
  /** Whether something was done that may write: many consoles also read by POST. */
  acting: boolean;
  /** Paths of what was sent by then, other than reads. */
  sent: string[];
  /** Paths of the writes that were held back. */
  refused: string[];
  /** Writes that are under way. */
  pending: number;
  /** Of the last answer to a write: its HTTP status; 0 where no answer came. */
  lastStatus: number | undefined;
  /** Where the console led a page, or what a page asked for, that may not be called. Nothing was sent there. */
  elsewhere: Elsewhere | undefined;
}

export interface Elsewhere {
  to: URL;
  /** The page itself was to go there, so that there is nothing to be looked at; else only something that it asked for. */
  page: boolean;
}

export interface NetworkRules {
  gate: Gate;
  /** Hosts that may be called: `host` or `host:port`. */
  hosts: readonly string[];
  /** Paths that a page reads by POST: let through a closed gate. */
  reads: readonly string[];
}

export function createGate(state: Gate['state']): Gate {
  return { state, acting: false, sent: [], refused: [], pending: 0, lastStatus: undefined, elsewhere: undefined };
}

/**
 * Everything goes out once, and by this process: the browser itself sends a POST again where a connection that it used before dies, up
 * to seven times, and follows redirects without asking anybody. Other hosts are not called at all.
 */
export async function guardNetwork(
  context: BrowserContext,
  rules: NetworkRules,
  way: Way,
  out: Pick<WayOut, 'expect'>,
): Promise<void> {
  const mayCall = (url: URL): boolean => isAllowed(url, rules.hosts);
  const closed = new AbortController();
  context.once('close', () => closed.abort());
  const by = { context, mayCall, signal: closed.signal };
  const readByPost = rules.reads.map((pattern) => new RegExp(pattern));
  await context.route('**/*', async (route) => {
    const { gate } = rules;
    const request = route.request();
    const url = new URL(request.url());
    const ledTo = (to: URL): void => {
      const page = opensPage(request);
      if (gate.elsewhere?.page) return;
      if (page || SHOWS.includes(request.resourceType())) gate.elsewhere = { to, page };
    };
    if (!mayCall(url)) {
      if (opensPage(request)) ledTo(url);
      return settle(route.abort('blockedbyclient'));
    }
    if (!isWeb(url)) return settle(route.continue());
    // It has no end, so it cannot be carried.
    if (request.resourceType() === 'eventsource') return settle(route.abort('blockedbyclient'));
    const carried = (): Promise<number> => carryTo(route, way.carry, by, ledTo);
    if (isRead(request)) return void (await carried());
    const path = url.pathname;
    const onlyReads = readByPost.some((pattern) => pattern.test(path));
    if (gate.state === 'closed' && !onlyReads) {
      gate.refused.push(path);
      return settle(route.abort('blockedbyclient'));
    }
    if (!onlyReads && gate.acting) gate.sent.push(path);
    return counted(gate, carried);
  });
  await guardSockets(context, rules, mayCall, out);
}

/** What a page sends by a socket may be anything, so none of it passes a closed gate; what it is sent is only read. */
async function guardSockets(
  context: BrowserContext,
  rules: NetworkRules,
  mayCall: (url: URL) => boolean,
  out: Pick<WayOut, 'expect'>,
): Promise<void> {
  let introduced: Promise<void> | undefined;
  await context.routeWebSocket(
    () => true,
    async (socket) => {
      const url = new URL(socket.url());
      if (!mayCall(url)) return socket.close({ code: 1008 }).catch(() => undefined);
      // Its page may be closed with those of the console: then the next socket tries again.
      introduced ??= introduce(context).catch(() => void (introduced = undefined));
      await introduced;
      out.expect(url);
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const { gate } = rules;
        if (gate.state === 'open') server.send(message);
        else gate.refused.push(url.pathname);
      });
    },
  );
}

async function counted(gate: Gate, send: () => Promise<number>): Promise<void> {
  gate.pending += 1;
  try {
    gate.lastStatus = await send();
  } finally {
    gate.pending -= 1;
  }
}

/** The page may be gone by then. */
async function settle(done: Promise<void>): Promise<void> {
  await done.catch(() => undefined);
}

/** What a page consists of: a picture that is led elsewhere is only missing. */
const SHOWS = ['document', 'xhr', 'fetch', 'script'];

/** Of the whole page, not of a frame in it. A window that is only about to open belongs to none that is looked at. */
function opensPage(request: Request): boolean {
  if (!request.isNavigationRequest()) return false;
  try {
    return request.frame().parentFrame() === null;
  } catch {
    return false;
  }
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

function isRead(request: Request): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(request.method());
}

function isAllowed(url: URL, hosts: readonly string[]): boolean {
  if (url.protocol === 'data:' || url.protocol === 'blob:') return true;
  return ['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && hostMatches(url, hosts);
}

/** A request open longer than this is taken for a long poll: a page with one is still all the same. */
const LONG_POLL_MS = 5_000;
/** A place that was met as one is waited for so long all the same. */
const KNOWN_POLL_MS = 1_500;
const QUIET_MS = 300;

/** What a page's scripts ask for, to tell when it has come to rest. */
export interface Traffic {
  isQuiet(): boolean;
  /** HTTP statuses of pages and of what scripts asked for, since the last `forget`. */
  statuses(): readonly number[];
  forget(): void;
}

/** `longPolls`: places of those that were met, which are not waited for as long a second time. */
export function watchTraffic(page: Page, longPolls: Set<string>): Traffic {
  const open = new Map<Request, number>();
  let last = Date.now();
  let statuses: number[] = [];
  const ends = (request: Request): void => {
    const since = open.get(request);
    if (open.delete(request)) last = Date.now();
    // It was only slow that time.
    if (since !== undefined && Date.now() - since < LONG_POLL_MS) longPolls.delete(placeOf(request));
  };
  page.on('request', (request) => {
    if (!['xhr', 'fetch'].includes(request.resourceType())) return;
    open.set(request, Date.now());
  });
  page.on('requestfinished', ends);
  page.on('requestfailed', ends);
  page.on('response', (response) => {
    if (['xhr', 'fetch', 'document'].includes(response.request().resourceType())) statuses.push(response.status());
  });
  return {
    isQuiet() {
      const now = Date.now();
      for (const [request, since] of open) {
        if (now - since > LONG_POLL_MS && isRead(request)) longPolls.add(placeOf(request));
      }
      // Not even one that is known is passed over at once: what was slow a moment ago may have the page's values.
      const waits = ([request, since]: [Request, number]): boolean =>
        now - since <= (longPolls.has(placeOf(request)) ? KNOWN_POLL_MS : LONG_POLL_MS);
      return now - last >= QUIET_MS && ![...open].some(waits);
    },
    statuses: () => statuses,
    forget: () => (statuses = []),
  };
}

function placeOf(request: Request): string {
  const { origin, pathname } = new URL(request.url());
  return `${request.method()} ${origin}${pathname}`;
}
