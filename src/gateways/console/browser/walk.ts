import { setTimeout as pause } from 'node:timers/promises';
import type { Page, Request } from 'playwright-core';
import { locate, type LookAsk } from './engine.js';
import type { MapPage } from './page-map.js';
import type { Screen, SettleOptions, Sight } from './screen.js';
import type { Trip } from './trip.js';
import { leadsOn } from './way.js';

/** A short cut that does not lead there soon is none: pages may be reached by their menus only. */
const SHORT_CUT_MS = 6_000;
/** Menus come with the first page, or not at all. */
const MENU_MS = 6_000;
/** Redirects that have not ended by then have no end. */
const REDIRECTS_MS = 10_000;
const EVERY_MS = 50;
/** A menu that stands still for so long is whole. */
const MENU_RESTS_MS = 2_000;

/**
 * Opens a page of the map in a fresh tab, by its menu entries, or by the address to which they led before, and waits until
 * `arrived` holds or the patience ends. The caller checks what stands there.
 */
export async function walkTo(
  trip: Trip,
  name: string,
  page: MapPage,
  { ask, path = page.path ?? [], ...arrived }: { ask: LookAsk; path?: readonly string[][] } & SettleOptions,
): Promise<{ screen: Screen; sight: Sight }> {
  const key = JSON.stringify([name, path]);
  const known = page.url === undefined ? trip.found.get(key) : new URL(page.url, trip.address).href;
  const screen = await trip.newScreen(name, page);
  try {
    if (known) {
      await goTo(screen, known);
      const { until = () => true } = arrived;
      const sight = await screen.settle(
        ask,
        page.url === undefined ? { ...arrived, patienceMs: SHORT_CUT_MS } : arrived,
      );
      if (page.url !== undefined || until(sight)) return { screen, sight };
      // The menus of this console lead to no address of their own: never tried again.
      trip.found.set(key, '');
    }
    await goTo(screen, trip.address);
    await follow(screen, path);
    const sight = await screen.settle(ask, arrived);
    if (known === undefined && arrived.until?.(sight)) trip.found.set(key, screen.page.url());
    return { screen, sight };
  } catch (error) {
    await failed(trip, screen, name, page, error);
    throw error;
  }
}

/** A picture of a page on which something failed goes with the error. */
export async function failed(trip: Trip, screen: Screen, name: string, page: MapPage, error: unknown): Promise<void> {
  if (!(error instanceof Error) || !('evidence' in error) || error.evidence !== undefined) return;
  const hash = await trip.picture(screen, name, page, 'failed').catch(() => undefined);
  if (hash !== undefined) error.evidence = hash;
}

async function goTo(screen: Screen, address: string): Promise<void> {
  const { status, failure } = await landing(screen.page, address);
  screen.refuseElsewhere();
  if (status === 401 || status === 449) throw screen.trouble('needs-login');
  if (status === 403) throw screen.trouble('no-right', { text: 'HTTP 403' });
  if (status === 429) throw screen.trouble('busy', { text: 'HTTP 429' });
  if (status === 0 || status >= 400) {
    const isNotTrusted = /ERR_(CERT|SSL)_|ERR_ACCESS_DENIED/.test(failure);
    const text =
      status > 0 ? `HTTP ${status}` : isNotTrusted ? 'its certificate is not trusted: QYS_E10_CA_FILE' : undefined;
    throw screen.trouble('page-unreachable', text === undefined ? {} : { text });
  }
}

interface Landing {
  /** 0: there was no answer. */
  status: number;
  /** Of the browser, for us alone. */
  failure: string;
}

/** What answers at the end of an address: a redirect is a page of its own here, which leads to the next (`way.ts`). */
async function landing(page: Page, address: string): Promise<Landing> {
  let last: (Landing & { leadsOn: boolean }) | undefined;
  const isOfPage = (request: Request): boolean => request.isNavigationRequest() && request.frame() === page.mainFrame();
  const failed = (failure: string): void => void (last = { status: 0, failure, leadsOn: false });
  page.on('response', (response) => {
    if (!isOfPage(response.request())) return;
    last = { status: response.status(), failure: '', leadsOn: leadsOn(response.headers()) };
  });
  page.on('requestfailed', (request) => {
    if (isOfPage(request)) failed(request.failure()?.errorText ?? '');
  });
  await page.goto(address, { waitUntil: 'domcontentloaded' }).catch((error: unknown) => {
    // One that was interrupted by where it leads has answered.
    if (last === undefined) failed(error instanceof Error ? error.message : '');
  });
  const end = Date.now() + REDIRECTS_MS;
  while (last?.leadsOn && Date.now() < end) await pause(EVERY_MS);
  return last === undefined || last.leadsOn ? { status: 0, failure: '' } : last;
}

/** Entry by entry. One that is not there is passed over where the next one is: menus differ in how deep they begin. */
async function follow(screen: Screen, path: readonly string[][]): Promise<void> {
  const shown = (sight: Sight, at: number): boolean => sight.entries[String(at)]?.count === 1;
  const asked = (at: number): LookAsk => ({
    entries: Object.fromEntries(
      [at, at + 1].flatMap((index) => {
        const texts = path[index];
        return texts === undefined ? [] : [[String(index), { texts, near: path[index - 1] ?? [] }]];
      }),
    ),
  });
  const step = (at: number): Promise<void> => clickEntry(screen, path[at] ?? [], path[at - 1]);
  for (let at = 0; at < path.length; at++) {
    const texts = path[at] ?? [];
    const until = (now: Sight): boolean => shown(now, at) || shown(now, at + 1);
    // Where other entries of the menu stand and nothing is loaded any more, the one that is missing does not come either.
    const isWithout = (now: Sight): boolean => now.proof && !until(now);
    const sight = await screen.settle(asked(at), {
      until: (now) => until(now) || isWithout(now),
      restMs: (now) => (isWithout(now) ? MENU_RESTS_MS : 0),
      hurry: true,
      patienceMs: MENU_MS,
    });
    if (!shown(sight, at)) {
      if (shown(sight, at + 1)) continue;
      throw screen.trouble('menu-missing', { fields: [texts.join(' / ')] });
    }
    // It is open already: a click would close it.
    if (shown(sight, at + 1) && sight.entries[String(at + 1)]?.inside) continue;
    const nextWasThere = shown(sight, at + 1);
    await step(at);
    if (!nextWasThere) continue;
    // It may have been open, and is closed by the click.
    const after = await screen.settle(asked(at), { until, patienceMs: MENU_MS });
    if (!shown(after, at + 1) && shown(after, at)) await step(at);
  }
}

/** Clicks the one entry with this text, in whatever frame it stands. */
export async function clickEntry(
  screen: Screen,
  texts: readonly string[],
  near: readonly string[] = [],
): Promise<void> {
  const ask = { what: 'entry', texts, near } as const;
  for (const frame of screen.page.frames()) {
    if (
      (await locate(frame, ask)
        .count()
        .catch(() => 0)) === 0
    )
      continue;
    return screen.click(frame, ask, 'menu-missing', texts.join(' / '));
  }
  throw screen.trouble('menu-missing', { fields: [texts.join(' / ')] });
}
