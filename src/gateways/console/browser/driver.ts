import { setTimeout as pause } from 'node:timers/promises';
import type { IntegrationFields } from '../../../domain/settings.js';
import type { Tenant } from '../../../domain/tenant.js';
import { NOT_EMPTIED_ON_PAGES, SYNC_RUNNING, type ConsoleDriver } from '../driver.js';
import type { KnownSecrets } from '../manual/driver.js';
import type { Browsers } from './browsers.js';
import { createCallback } from './callback.js';
import { createCategories } from './categories.js';
import { checkPages, type CheckReport } from './check.js';
import type { EvidenceStore } from './evidence.js';
import { createIntegration } from './integration.js';
import type { Gate } from './network.js';
import type { Notes } from './notes.js';
import { choosePageMap, type MapPage, type PageMaps } from './page-map.js';
import { createPeople, type PeopleLook } from './people.js';
import { newRun, runUnderWay, type RunSeen } from './runs.js';
import type { SessionStore } from './session.js';
import { onTrip, type PageWarning, type Picture, type Trip } from './trip.js';
import { pageTrouble, type TroubleCode } from './trouble.js';
import { createVisit } from './visit.js';

type PeopleHalf = keyof PeopleLook;

const LIST_LAGS_MS = [0, 1_000, 2_000, 4_000];

/** What a worker process has for all its tenants whose driver is `browser`. */
export interface ConsoleBrowser {
  browsers: Browsers;
  sessions: SessionStore;
  maps: PageMaps;
  notes: Notes;
  evidence?: EvidenceStore;
}

export interface BrowserDriverDeps {
  pages: ConsoleBrowser;
  secrets: KnownSecrets;
  /** The run that works: what it noted on one trip is good for its later trips, in whatever process, and for no other run. */
  run: string;
  onPicture?: (picture: Picture) => void;
  onWarning?: (warning: PageWarning) => void;
  /** Ends an operation between two of its steps, never a write under way. */
  signal?: AbortSignal;
}

export type BrowserDriver = ConsoleDriver & {
  /**
   * Opens every page and reports how it fits the map. Writes nothing, types nothing; the network lets no write through, unless the
   * `gate` is opened for a console that reads by POST.
   */
  check(gate?: Gate['state']): Promise<CheckReport>;
  /** Closes the context that was kept. A later operation opens another one. */
  close(): Promise<void>;
};

/**
 * The console through a browser, in the session of an operator, by the labels of the procedure. Each operation is a trip of its own,
 * with pages of its own; the context is kept for the next one until `close`, or until somebody else waits for it. No login, captcha or second factor is ever passed (`facts/qiyuesuo.md` §5.3).
 * Throws `PageMapError` where no page map fits.
 */
export function createBrowserDriver(
  tenant: Tenant,
  { pages, secrets, run, ...options }: BrowserDriverDeps,
): BrowserDriver {
  const { notes, maps, browsers, sessions, evidence } = pages;
  const map = choosePageMap(maps, tenant.qiyuesuo.deployment, tenant.qiyuesuo.version);
  const values = [...Object.values(secrets.wanted), ...Object.values(secrets.previous)].filter((value) => value !== '');
  const visit = createVisit(browsers);
  const deps = {
    tenant,
    map,
    browsers,
    visit,
    sessions,
    secrets: values,
    ...(evidence ? { evidence } : {}),
    ...options,
  };
  const integration = createIntegration({ tenant, page: map.pages.integration, notes, run });
  const callback = createCallback(map.pages, tenant.callbackPage);
  const people = map.pages.people && createPeople(map.pages.people);
  const categories = map.pages.categories && createCategories(map.pages.categories);

  let walked: { look: PeopleLook; unasked: PeopleHalf } | undefined;

  function at<T>(name: string, page: MapPage, work: (trip: Trip) => Promise<T>): Promise<T> {
    return onTrip(deps, { name, page, gate: 'open' }, work);
  }
  const onIntegration = <T>(work: (trip: Trip) => Promise<T>): Promise<T> =>
    at('integration', map.pages.integration, work);
  const onCallback = <T>(work: (trip: Trip) => Promise<T>): Promise<T> =>
    at('callback', present(callback, 'callback').first, work);
  const onPeople = <T>(work: (trip: Trip) => Promise<T>): Promise<T> =>
    at('people', present(map.pages.people, 'people'), work);
  const onCategories = <T>(work: (trip: Trip) => Promise<T>): Promise<T> =>
    at('categories', present(map.pages.categories, 'categories'), work);

  return {
    kind: 'browser',
    cannotEmpty: NOT_EMPTIED_ON_PAGES,
    ...(map.status === 'assumed' ? { unproved: `the page map ${map.map}` } : {}),
    readIntegration: () => onIntegration(integration.read),
    switchMode: (to, seen, form) =>
      onIntegration((trip) => {
        walked = undefined;
        return integration.switchMode(trip, to, seen, form);
      }),
    async formBeforeFilling(): Promise<IntegrationFields | undefined> {
      return (await notes.read(tenant.id, run)).formBefore;
    },
    saveIntegration: (write, seen) =>
      onIntegration((trip) => {
        walked = undefined;
        return integration.save(trip, write, seen);
      }),
    readCallback: () => onCallback((trip) => present(callback, 'callback').read(trip)),
    saveCallback: (wanted, seen) => onCallback((trip) => present(callback, 'callback').save(trip, wanted, seen)),
    readPeopleSync: async () => (await lookAtPeople('settings')).settings(),
    savePeopleSync: (wanted, seen) =>
      onPeople(async (trip) => {
        walked = undefined;
        const pages = present(people, 'people');
        // Finishing the wizard may start a run: what is there now tells it from ours later.
        await note('', await pages.runs(trip));
        await pages.save(trip, wanted, seen);
      }),
    readOrganisation: async () => (await lookAtPeople('organisation')).organisation,
    startPeopleSync: (key) => onPeople((trip) => start(trip, key)),
    readSyncRun: (runId) =>
      onPeople(async (trip) => {
        const found = (await present(people, 'people').runs(trip)).find((one) => one.runId === runId);
        if (found) return found;
        throw pageTrouble('not-found', { page: 'people', phase: 'check', text: `no run began at ${runId}` });
      }),
    countPeople: () => onPeople((trip) => present(people, 'people').count(trip)),
    listCategories: (only) => onCategories((trip) => present(categories, 'categories').list(trip, only)),
    saveCategoryCallback: (category, wanted) =>
      onCategories((trip) => present(categories, 'categories').save(trip, category, wanted)),
    check: (gate) => checkPages(deps, gate),
    forget: () => notes.forget(tenant.id, run),
    close: visit.close,
  };

  /** The wizard shows settings and tree on one walk. Each is given once: whoever asks again gets a walk of his own. */
  async function lookAtPeople(half: PeopleHalf): Promise<PeopleLook> {
    if (walked?.unasked === half) {
      const { look } = walked;
      walked = undefined;
      return look;
    }
    const look = await onPeople((trip) => present(people, 'people').look(trip));
    walked = { look, unasked: half === 'settings' ? 'organisation' : 'settings' };
    return look;
  }

  /**
   * A page has no idempotency key. So the runs that are there are noted before anything starts one: a run that was not among them is
   * ours, also for a later attempt in another process.
   */
  async function start(trip: Trip, key: string) {
    const pages = present(people, 'people');
    const { starts } = await notes.read(tenant.id, run);
    const runs = await pages.runs(trip);
    for (const before of [starts[key], starts['']]) {
      const ours = before && newRun(runs, before);
      if (ours) return ours;
    }
    const underWay = runUnderWay(runs);
    if (underWay) return { ...underWay, inTheWay: true as const };
    await note(key, runs);
    const said = await pages.start(trip);
    const before = runs.map(({ runId }) => runId);
    // A list may lag behind what the page has said.
    for (const ms of said.kind === 'ok' || said.kind === 'nothing' ? LIST_LAGS_MS : [0]) {
      await pause(ms);
      const begun = newRun(await pages.runs(trip), before);
      if (begun) return begun;
    }
    const running = said.text !== undefined && /同步中|进行中|正在同步/.test(said.text);
    const code: TroubleCode = running
      ? SYNC_RUNNING
      : said.kind === 'nothing' || said.kind === 'ok'
        ? 'answer-lost'
        : 'save-rejected';
    throw pageTrouble(said.kind === 'busy' && !running ? 'busy' : code, {
      page: 'people',
      phase: 'save',
      maybeWritten: trip.gate.sent.length > 0,
      ...(said.text === undefined ? {} : { text: said.text }),
    });
  }

  async function note(key: string, runs: readonly RunSeen[]): Promise<void> {
    const noted = await notes.read(tenant.id, run);
    const starts = { ...noted.starts, [key]: runs.map(({ runId }) => runId) };
    await notes.write(tenant.id, { ...noted, starts });
  }

  function present<P>(page: P | undefined, name: string): P {
    if (page !== undefined) return page;
    throw pageTrouble('no-map', { page: name, phase: 'open', text: `the page map ${map.map} has no such page` });
  }
}
