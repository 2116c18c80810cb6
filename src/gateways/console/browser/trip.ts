import type { BrowserContext } from 'playwright-core';
import type { Tenant } from '../../../domain/tenant.js';
import { GatewayError } from '../../errors.js';
import { createMask } from '../../mask.js';
import { BrowserGone, type Browsers } from './browsers.js';
import { fieldAsk } from './engine.js';
import { takePicture, type EvidenceStore } from './evidence.js';
import { createGate, type Gate } from './network.js';
import type { MapField, MapPage, PageMap } from './page-map.js';
import { createScreen, type Screen } from './screen.js';
import { renewed, sessionOf, type Session, type SessionStore } from './session.js';
import { pageTrouble } from './trouble.js';

/** When a picture was taken. */
export type Moment = 'before' | 'filled' | 'said' | 'after' | 'check' | 'failed';

/** A picture of a page, as a history may name it. */
export interface Picture {
  page: string;
  moment: Moment;
  sha256: string;
}

export interface TripDeps {
  tenant: Tenant;
  map: PageMap;
  browsers: Browsers;
  sessions: SessionStore;
  evidence?: EvidenceStore;
  /** Values that must not show in errors and pictures. */
  secrets: readonly string[];
  onPicture?: (picture: Picture) => void;
  /** Ends an operation between two of its steps, never a write under way. */
  signal?: AbortSignal;
}

/** One operation at one console: a context with the operator's session, and the pages that it opens. */
export interface Trip {
  map: PageMap;
  context: BrowserContext;
  gate: Gate;
  /** Where the menus are. */
  address: string;
  mask: (text: string) => string;
  newScreen(name: string, page: MapPage): Promise<Screen>;
  picture(screen: Screen, name: string, page: MapPage, moment: Moment): Promise<string | undefined>;
}

/**
 * Opens a context for `work` and closes it, whatever happens. What the browser library throws goes no further: its messages repeat
 * what was typed. Throws `NeedsLogin` where nobody is logged in.
 */
export async function onTrip<T>(
  deps: TripDeps,
  { name, page, gate: state }: { name: string; page: MapPage; gate: Gate['state'] },
  work: (trip: Trip) => Promise<T>,
): Promise<T> {
  const { tenant, map, browsers, sessions } = deps;
  deps.signal?.throwIfAborted();
  const address = page.at === 'signing' ? tenant.qiyuesuo.signing : tenant.qiyuesuo.console;
  if (address === undefined) {
    const text = 'qiyuesuo.signing is not given, and the page map has this page there';
    throw pageTrouble('menu-missing', { page: name, phase: 'open', text });
  }
  const { origin, host } = new URL(address);
  const session = await sessions.get(tenant.id, origin);
  if (!session) throw pageTrouble('needs-login', { page: name, phase: 'open' });
  const gate = createGate(state);
  const lease = { origin, session, gate, hosts: [host, ...map.hosts], reads: map.reads };
  try {
    return await browsers.withContext(lease, async (context) => {
      const trip = createTrip(deps, context, gate, address);
      const result = await work(trip);
      await keepSession(context, deps, session, origin);
      return result;
    });
  } catch (error) {
    throw ours(error, name, gate);
  }
}

function createTrip(deps: TripDeps, context: BrowserContext, gate: Gate, address: string): Trip {
  const { map, evidence } = deps;
  const mask = createMask(deps.secrets);
  return {
    map,
    context,
    gate,
    address,
    mask,
    async newScreen(name, { frame }) {
      const page = await context.newPage();
      const { signal } = deps;
      return createScreen({
        page,
        map,
        name,
        mask,
        mayHaveWritten: () => gate.sent.length > 0,
        ...(frame === undefined ? {} : { frame }),
        ...(signal === undefined ? {} : { signal }),
      });
    },
    async picture(screen, name, page, moment) {
      if (!evidence) return undefined;
      const secretFields = Object.values(page.fields as Record<string, MapField>).filter(({ secret }) => secret);
      const picture = await takePicture(screen.page, {
        secretFields: secretFields.map(fieldAsk),
        secrets: deps.secrets,
        blackout: page.blackout,
      });
      if (!picture) return undefined;
      const sha256 = await evidence.put(picture);
      deps.onPicture?.({ page: name, moment, sha256 });
      return sha256;
    },
  };
}

/** A console may turn its cookies over while it is used; the next trip needs the new ones. */
async function keepSession(context: BrowserContext, deps: TripDeps, before: Session, origin: string): Promise<void> {
  const page = context.pages().find((one) => one.url().startsWith(origin));
  if (!page) return;
  const now = await sessionOf(page, origin).catch(() => undefined);
  const changed = now && renewed(before, now);
  if (changed) await deps.sessions.put(deps.tenant.id, changed);
}

const BY_LIBRARY = /^[a-zA-Z]+\.[a-zA-Z_]+: |Target .*closed|browser has been closed/;

function ours(error: unknown, page: string, gate: Gate): unknown {
  if (error instanceof GatewayError) return error;
  const facts = { page, phase: 'open', maybeWritten: gate.sent.length > 0 } as const;
  if (error instanceof BrowserGone) return pageTrouble('browser-gone', { ...facts, text: error.message });
  if (error instanceof Error && BY_LIBRARY.test(error.message)) return pageTrouble('browser-gone', facts);
  return error;
}
