import type { BrowserContext } from 'playwright-core';
import { shownText } from '../../../domain/shown-url.js';
import type { Tenant } from '../../../domain/tenant.js';
import { GatewayError } from '../../errors.js';
import { createMask } from '../../mask.js';
import { BrowserGone, type Browsers } from './browsers.js';
import { fieldAsk } from './engine.js';
import { takePicture, type EvidenceStore } from './evidence.js';
import { createGate, type Gate } from './network.js';
import type { MapField, MapPage, PageMap, Place } from './page-map.js';
import { createScreen, type Screen } from './screen.js';
import { renewed, sessionOf, type Session, type SessionStore } from './session.js';
import { pageTrouble } from './trouble.js';
import type { Visit } from './visit.js';

/** When a picture was taken. */
export type Moment = 'before' | 'filled' | 'said' | 'after' | 'check' | 'failed';

/** A picture of a page, as a history may name it. */
export interface Picture {
  page: string;
  moment: Moment;
  sha256: string;
}

/** What a page said of a save that it kept all the same, in its own words. */
export interface PageWarning {
  page: string;
  text: string;
}

export interface TripDeps {
  tenant: Tenant;
  map: PageMap;
  browsers: Browsers;
  visit: Visit;
  sessions: SessionStore;
  evidence?: EvidenceStore;
  /** Values that must not show in errors and pictures. */
  secrets: readonly string[];
  onPicture?: (picture: Picture) => void;
  onWarning?: (warning: PageWarning) => void;
  /** Ends an operation between two of its steps, never a write under way. */
  signal?: AbortSignal;
}

/** One operation at one console: the operator's session, and the pages that it opens. */
export interface Trip {
  map: PageMap;
  context: BrowserContext;
  gate: Gate;
  /** Where the menus are. */
  address: string;
  /** Where this page was found before, by what it is called. */
  found: { get(page: string): string | undefined; set(page: string, address: string): void };
  mask: (text: string) => string;
  /** A secret that a page showed: it must not get any further either. */
  learn(secret: string): void;
  newScreen(name: string, page: MapPage): Promise<Screen>;
  picture(screen: Screen, name: string, page: MapPage, moment: Moment): Promise<string | undefined>;
  warn(warning: PageWarning): void;
}

/**
 * Does `work` in the context of the visit; its pages are closed whatever happens. What the browser library throws goes no
 * further: its messages repeat what was typed. Throws `NeedsLogin` where nobody is logged in.
 */
export async function onTrip<T>(deps: TripDeps, where: Where, work: (trip: Trip) => Promise<T>): Promise<T> {
  // Who names a signing platform has pages there.
  const signing = deps.tenant.qiyuesuo.signing !== undefined;
  const at = signing
    ? where.page.at.toSorted((one, other) => Number(other === 'signing') - Number(one === 'signing'))
    : where.page.at;
  const key = `${deps.tenant.id}|${where.name}|at`;
  const known = at.find((place) => place === deps.browsers.addresses.get(key));
  for (const place of known ? [known] : at) {
    if (place === 'signing' && !signing && at.length > 1) continue;
    try {
      const result = await onTripTo(deps, where, place, work);
      deps.browsers.addresses.set(key, place);
      return result;
    } catch (error) {
      const isElsewhere =
        error instanceof GatewayError && error.code === 'menu-missing' && error.maybeWritten === false;
      const isLast = place === at.at(-1) || known !== undefined;
      if (isLast || !isElsewhere) throw error;
    }
  }
  throw pageTrouble('menu-missing', { page: where.name, phase: 'open', text: 'on none of the platforms' });
}

/** Which page, and whether more than reads may leave for its console. */
export interface Where {
  name: string;
  page: MapPage;
  gate: Gate['state'];
}

async function onTripTo<T>(
  deps: TripDeps,
  { name, gate: state }: Where,
  place: Place,
  work: (trip: Trip) => Promise<T>,
): Promise<T> {
  const { tenant, map, visit, sessions } = deps;
  deps.signal?.throwIfAborted();
  const address = place === 'signing' ? tenant.qiyuesuo.signing : tenant.qiyuesuo.console;
  if (address === undefined) {
    const text = 'qiyuesuo.signing is not given, and the page map has this page there';
    throw pageTrouble('menu-missing', { page: name, phase: 'open', text });
  }
  const { origin, host } = new URL(address);
  // Who logged in at the console may be known at the signing platform, too.
  const session =
    (await sessions.get(tenant.id, origin)) ?? (await sessions.get(tenant.id, new URL(tenant.qiyuesuo.console).origin));
  if (!session) throw pageTrouble('needs-login', { page: name, phase: 'open' });
  const gate = createGate(state);
  const rules = { gate, hosts: [host, ...map.hosts], reads: map.reads };
  try {
    return await visit.use({ origin, session, rules }, async (context) => {
      const trip = createTrip(deps, context, gate, address);
      const result = await work(trip);
      if (session.origin === origin) await keepSession(context, deps, session);
      return result;
    });
  } catch (error) {
    throw ours(error, name, gate);
  }
}

function createTrip(deps: TripDeps, context: BrowserContext, gate: Gate, address: string): Trip {
  const { map, evidence, browsers, tenant } = deps;
  const keyOf = (page: string): string => `${tenant.id}|${address}|${page}`;
  const secrets = [...deps.secrets];
  const mask = (text: string): string => createMask(secrets)(text);
  return {
    map,
    context,
    gate,
    address,
    found: {
      get: (page) => browsers.addresses.get(keyOf(page)),
      set: (page, found) => browsers.addresses.set(keyOf(page), found),
    },
    mask,
    learn(secret) {
      if (secret !== '' && !secrets.includes(secret)) secrets.push(secret);
    },
    async newScreen(name, { frame }) {
      gate.elsewhere = undefined;
      const page = await context.newPage();
      const { signal } = deps;
      return createScreen({
        page,
        map,
        name,
        mask,
        mayHaveWritten: () => gate.sent.length > 0,
        longPolls: browsers.longPolls,
        holdBack: () => (gate.state = 'closed'),
        elsewhere: () => gate.elsewhere,
        ...(frame === undefined ? {} : { frame }),
        ...(signal === undefined ? {} : { signal }),
      });
    },
    async picture(screen, name, page, moment) {
      if (!evidence) return undefined;
      const secretFields = Object.values(page.fields as Record<string, MapField>).filter(({ secret }) => secret);
      const picture = await takePicture(screen.page, {
        secretFields: secretFields.map(fieldAsk),
        secrets,
        blackout: page.blackout,
      });
      if (!picture) return undefined;
      const sha256 = await evidence.put(picture);
      deps.onPicture?.({ page: name, moment, sha256 });
      return sha256;
    },
    warn: ({ page, text }) => deps.onWarning?.({ page, text: shownText(text) }),
  };
}

/** A console may turn its cookies over while it is used; the next trip needs the new ones. */
async function keepSession(context: BrowserContext, deps: TripDeps, before: Session): Promise<void> {
  const { origin } = before;
  const page = context.pages().find((one) => one.url().startsWith(origin));
  if (!page) return;
  const now = await sessionOf(page, origin).catch(() => undefined);
  const changed = now && renewed(before, now);
  // Not over one that the operator has opened meanwhile.
  if (!changed) return;
  const kept = await deps.sessions.get(deps.tenant.id, origin);
  if (kept?.at === before.at) await deps.sessions.put(deps.tenant.id, { ...changed, at: before.at });
}

const BY_LIBRARY = /^[a-zA-Z]+\.[a-zA-Z_]+: |Target .*closed|browser has been closed/;

function ours(error: unknown, page: string, gate: Gate): unknown {
  if (error instanceof GatewayError) return error;
  const facts = { page, phase: 'open', maybeWritten: gate.sent.length > 0 } as const;
  if (error instanceof BrowserGone) return pageTrouble('browser-gone', { ...facts, text: error.message });
  if (error instanceof Error && BY_LIBRARY.test(error.message)) return pageTrouble('browser-gone', facts);
  return error;
}
