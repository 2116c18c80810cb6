import type { Browser, BrowserContext } from 'playwright-core';
import { browserLibrary, SIGNALS } from './chromium.js';
import { registerEngine } from './engine.js';
import { guardNetwork, type NetworkRules } from './network.js';
import { restoreSessionStorage, type Session } from './session.js';
import { createTurns } from './turns.js';
import { openWayOut, type WayOut } from './way-out.js';
import { createWay, type Way } from './way.js';

export interface BrowsersOptions {
  executablePath: string;
  /** Contexts at once: each takes about 90 MB. */
  maxContexts?: number;
  /** Off only in a container that forbids it. */
  sandbox?: boolean;
  headless?: boolean;
  way?: Way;
}

export interface LeaseOptions {
  /** Who uses it, and where: at one origin there is one at a time. */
  origin: string;
  session?: Session;
  /** Looked at with each request: another gate may be put in while the context is kept. */
  rules: NetworkRules;
  /** Somebody waits for this origin, or for any place. */
  onWanted?: () => void;
}

/** A context, until it is released. */
export interface Lease {
  context: BrowserContext;
  /** Closes it; a second time does nothing. */
  release(): Promise<void>;
}

/** The Chromium of one process: started on first use, started again after it ended. */
export interface Browsers {
  /** A context of its own, once it is its turn. Throws `BrowserGone` where the browser cannot be started. */
  lease(options: LeaseOptions): Promise<Lease>;
  /** Addresses to which menus have led, by tenant and page: a short cut for the next time, forgotten with the process. */
  addresses: Map<string, string>;
  /** Places of requests that stay open: a page with one is at rest all the same. */
  longPolls: Set<string>;
  /** Contexts that are open now. */
  open(): number;
  executablePath: string;
  sandbox: boolean;
  way: Way;
  close(): Promise<void>;
}

/** The browser did not start, or ended. Says nothing of what the library said. */
export class BrowserGone extends Error {
  override readonly name = 'BrowserGone';
}

const DEFAULT_CONTEXTS = 4;
/** What a browser does by itself has no business in a customer's network. */
const QUIET = [
  '--disable-background-networking',
  '--disable-sync',
  '--disable-component-update',
  '--disable-quic',
  '--no-first-run',
  // A browser that goes nowhere has no names to look up; pages must not find a way of their own, as calls do.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
  '--dns-prefetch-disable',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
];
/** Of what belongs to no context: each context has a way out of its own. */
const NOWHERE = { server: 'http://nowhere.invalid' };

export function createBrowsers(options: BrowsersOptions): Browsers {
  const {
    executablePath,
    maxContexts = DEFAULT_CONTEXTS,
    sandbox = true,
    headless = true,
    way = createWay(),
  } = options;
  const places = createTurns(maxContexts);
  const origins = new Map<string, ReturnType<typeof createTurns>>();
  let browser: Promise<Browser> | undefined;
  let closed = false;

  async function launched(): Promise<Browser> {
    browser ??= launch();
    const known = browser;
    const running = await known.catch(() => undefined);
    if (running?.isConnected()) return running;
    // Of several who find it gone the first starts another one.
    if (browser === known) browser = launch();
    return browser;
  }

  async function launch(): Promise<Browser> {
    if (closed) throw new BrowserGone('the browsers of this process are closed');
    await registerEngine();
    const { chromium } = await browserLibrary();
    try {
      const how = { executablePath, headless, chromiumSandbox: sandbox, args: QUIET, proxy: NOWHERE };
      return await chromium.launch({ ...how, ...SIGNALS });
    } catch {
      const asRoot = sandbox && process.getuid?.() === 0 ? ' (as root: QYS_E10_BROWSER_SANDBOX=off)' : '';
      throw new BrowserGone(`${executablePath} does not start: run it by hand to see why${asRoot}`);
    }
  }

  function turnAt(origin: string): ReturnType<typeof createTurns> {
    const turns = origins.get(origin) ?? createTurns(1);
    origins.set(origin, turns);
    return turns;
  }

  return {
    executablePath,
    sandbox,
    way,
    addresses: new Map(),
    longPolls: new Set(),
    open: () => places.taken(),
    async lease({ origin, session, rules, onWanted }) {
      const leaveOrigin = await turnAt(origin).enter(onWanted);
      const leavePlace = await places.enter(onWanted);
      let context: BrowserContext | undefined;
      let out: WayOut | undefined;
      const release = async (): Promise<void> => {
        await context?.close().catch(() => undefined);
        await out?.close();
        leavePlace();
        leaveOrigin();
      };
      try {
        out = await openWayOut(way.connect);
        context = await newContext(await launched(), session, out);
        // A page that was handed to the browser comes from no address, so its sockets count as an intrusion into this network. Browsers that
        // do not know the permission do not ask for it.
        await context.grantPermissions(['local-network-access']).catch(() => undefined);
        await guardNetwork(context, rules, way, out);
        if (session) await restoreSessionStorage(context, session);
        return { context, release };
      } catch (error) {
        await release();
        throw error;
      }
    },
    async close() {
      closed = true;
      const running = await browser?.catch(() => undefined);
      await running?.close().catch(() => undefined);
    },
  };
}

async function newContext(browser: Browser, session: Session | undefined, out: WayOut): Promise<BrowserContext> {
  try {
    return await browser.newContext({
      ...(session ? { storageState: session.storage, userAgent: session.userAgent } : {}),
      proxy: out.proxy,
      // They answer past our routes.
      serviceWorkers: 'block',
      acceptDownloads: false,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      // Tall: a picture of the whole page does not scroll the boxes inside it.
      viewport: { width: 1440, height: 2000 },
    });
  } catch {
    throw new BrowserGone('the browser ended');
  }
}
