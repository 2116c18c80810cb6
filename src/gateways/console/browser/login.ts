import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Tenant } from '../../../domain/tenant.js';
import { Rejected } from '../../errors.js';
import type { Browsers } from './browsers.js';
import { browserLibrary, SIGNALS } from './chromium.js';
import { lookAt, registerEngine } from './engine.js';
import type { PageMap } from './page-map.js';
import { carryTo } from './way.js';
import { sessionOf, type Session, type SessionStore } from './session.js';

export interface LogInOptions {
  tenant: Tenant;
  browsers: Pick<Browsers, 'executablePath' | 'sandbox' | 'way'>;
  sessions: SessionStore;
  map: PageMap;
  /** Which of the tenant's two platforms. */
  at?: 'console' | 'signing';
  /** False: the operator has to see it. */
  headless: boolean;
  timeoutMs: number;
  signal?: AbortSignal;
  /** Told once the page to log in at stands there. */
  onOpen?: (page: Page) => void | Promise<void>;
}

const EVERY_MS = 500;

/**
 * Opens the console in a browser of its own and waits until the operator has logged in; then keeps the session, sealed for this tenant
 * and origin. Types nothing and passes no check. Throws `Rejected` where nobody logs in within the time.
 */
export async function logIn(options: LogInOptions): Promise<Session> {
  const { tenant, browsers, sessions, map, at = 'console', headless, timeoutMs, signal, onOpen } = options;
  const address = at === 'console' ? tenant.qiyuesuo.console : tenant.qiyuesuo.signing;
  const call = { system: 'console', method: 'login', path: `/${at}` } as const;
  if (address === undefined)
    throw new Rejected(call, { text: 'qiyuesuo.signing is not given in the batch file', code: 'no-address' });
  await registerEngine();
  const { chromium } = await browserLibrary();
  const browser = await chromium
    .launch({ executablePath: browsers.executablePath, headless, chromiumSandbox: browsers.sandbox, ...SIGNALS })
    .catch(() => {
      const asRoot = browsers.sandbox && process.getuid?.() === 0 ? '; as root: QYS_E10_BROWSER_SANDBOX=off' : '';
      const why = headless
        ? `${browsers.executablePath} does not start: run it by hand to see why`
        : 'no window can be opened here: log in where there is a screen';
      throw new Rejected(call, { text: why + asRoot, code: 'no-window' });
    });
  try {
    const { way } = browsers;
    const proxy = way.proxy(new URL(address).origin);
    const context = await browser.newContext({
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      ...(proxy ? { proxy } : {}),
    });
    // A person may log in wherever the console leads: nothing is held back here.
    await context.route(
      (url) => way.needsCarrying(url),
      async (route) => void (await carryTo(route, way.carry, { context, mayCall: () => true })),
    );
    const page = await context.newPage();
    await page.goto(address, { waitUntil: 'domcontentloaded' }).catch(() => undefined);
    await onOpen?.(page);
    const end = Date.now() + timeoutMs;
    for (;;) {
      signal?.throwIfAborted();
      // The operator may go on in a window that the console opens.
      const there = await firstLoggedIn(context.pages(), map);
      if (there) {
        const session = await sessionOf(there, new URL(address).origin);
        await sessions.put(tenant.id, session);
        return session;
      }
      if (!browser.isConnected() || context.pages().length === 0) {
        throw new Rejected(call, { text: 'the window was closed before anybody was logged in', code: 'window-closed' });
      }
      if (Date.now() > end)
        throw new Rejected(call, { text: 'nobody logged in within the time', code: 'not-logged-in' });
      await pause(EVERY_MS);
    }
  } finally {
    await browser.close().catch(() => undefined);
  }
}

async function firstLoggedIn(pages: readonly Page[], map: PageMap): Promise<Page | undefined> {
  for (const page of pages) if (await isLoggedIn(page, map)) return page;
  return undefined;
}

/** Outside the login's addresses, nothing to log in at in any frame, and something that only who is logged in can see. */
async function isLoggedIn(page: Page, { login }: PageMap): Promise<boolean> {
  const urls = login.urls.map((pattern) => new RegExp(pattern));
  if (page.frames().some((frame) => urls.some((url) => url.test(frame.url())))) return false;
  const ask = { login: { texts: login.texts, buttons: login.buttons, proof: login.proof } };
  const looks = await Promise.all(page.frames().map((frame) => lookAt(frame, ask).catch(() => undefined)));
  const seen = looks.flatMap((look) => (look ? [look.login] : []));
  return seen.some(({ proof }) => proof) && !seen.some(({ over, form }) => over || form);
}
