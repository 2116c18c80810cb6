import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { TenantSpec } from '../../../../simulators/tenant/spec.js';
import { startWorld, type SimulatedTenant, type World } from '../../../../simulators/world.js';
import { parseBatch } from '../../../../src/batch-file/parse.js';
import type { IntegrationWrite } from '../../../../src/domain/settings.js';
import type { Tenant } from '../../../../src/domain/tenant.js';
import { DOCUMENTED_ENCRYPTION_KEY, wantedFields } from '../../../../src/domain/wanted.js';
import { createBrowsers, type Browsers } from '../../../../src/gateways/console/browser/browsers.js';
import { findChromium } from '../../../../src/gateways/console/browser/chromium.js';
import {
  createBrowserDriver,
  type BrowserDriver,
  type ConsoleBrowser,
} from '../../../../src/gateways/console/browser/driver.js';
import { createEvidenceStore } from '../../../../src/gateways/console/browser/evidence.js';
import { logIn } from '../../../../src/gateways/console/browser/login.js';
import { createNotes } from '../../../../src/gateways/console/browser/notes.js';
import { choosePageMap, loadPageMaps, type PageMaps } from '../../../../src/gateways/console/browser/page-map.js';
import { createSessionStore, type Session } from '../../../../src/gateways/console/browser/session.js';
import type { Picture } from '../../../../src/gateways/console/browser/trip.js';
import type { KnownSecrets } from '../../../../src/gateways/console/manual/driver.js';
import { createSeal } from '../../../../src/gateways/seal.js';
import { stringify } from 'yaml';
import { logIn as typeLogin, sessionHeaders } from '../../../../simulators/operator.js';

/** The Chromium of this machine; without one these tests are skipped, and say so. */
export const CHROMIUM = findChromium(process.env);
if (CHROMIUM === undefined) console.warn('no Chromium was found: tests of the browser driver are skipped');

export interface AConsole {
  world: World;
  simulated: SimulatedTenant;
  tenant: Tenant;
  pages: ConsoleBrowser;
  secrets: KnownSecrets;
  pictures: Picture[];
  folder: string;
  /** A driver of its own, as every activity opens one. */
  driver(run?: string): BrowserDriver;
  /** The form as `configure` saves it. */
  form(): IntegrationWrite;
  logIn(at?: 'console' | 'signing'): Promise<void>;
  /** How often something with this effect was asked for, and how often it changed anything. */
  wrote(effect: string): { asked: number; changed: number };
  close(): Promise<void>;
}

export interface AConsoleOptions {
  spec?: Partial<TenantSpec>;
  browsers?: Browsers;
  loggedIn?: boolean;
  /** Pictures cost time, so only tests of them take any. */
  evidence?: boolean;
  /** Seconds that a page rests while something on it is empty; less than in the maps, where a test has nothing that comes late. */
  rest?: number;
}

/** Sandbox off: tests run as root in containers. */
export function aFleet(maxContexts = 4): Browsers {
  return createBrowsers({ executablePath: CHROMIUM ?? 'none', maxContexts, sandbox: false });
}

/** A simulated tenant with its console's pages, and an operator's session there. */
export async function aConsole({
  spec = {},
  browsers,
  loggedIn = true,
  rest = 0.3,
  evidence = false,
}: AConsoleOptions = {}): Promise<AConsole> {
  const world = await startWorld({ tenants: [{ id: 'acme', syncSeconds: 0, ...spec }] });
  const simulated = world.tenant('acme');
  const folder = await mkdtemp(join(tmpdir(), 'qys-browser-'));
  const own = browsers === undefined ? aFleet() : undefined;
  const seal = createSeal(randomBytes(32));
  const pages: ConsoleBrowser = {
    browsers: browsers ?? (own as Browsers),
    sessions: createSessionStore({ folder: join(folder, 'sessions'), seal }),
    notes: createNotes({ folder: join(folder, 'notes'), seal }),
    maps: resting(await loadPageMaps(), rest),
    ...(evidence ? { evidence: createEvidenceStore(join(folder, 'evidence')) } : {}),
  };
  const tenant = tenantOf(simulated);
  const secrets = secretsOf(simulated);
  const pictures: Picture[] = [];
  const console: AConsole = {
    world,
    simulated,
    tenant,
    pages,
    secrets,
    pictures,
    folder,
    driver: (run = 'run-1') =>
      createBrowserDriver(tenant, { pages, secrets, run, onPicture: (picture) => pictures.push(picture) }),
    form: () => formOf(tenant, secrets),
    async logIn(at = 'console') {
      const map = choosePageMap(pages.maps, tenant.qiyuesuo.deployment, tenant.qiyuesuo.version);
      const onOpen = (page: Page): Promise<void> => typeLogin(page, simulated, at);
      const { sessions } = pages;
      await logIn({ tenant, browsers: pages.browsers, sessions, map, at, headless: true, timeoutMs: 10_000, onOpen });
    },
    wrote(effect) {
      const of = { tenant: simulated.id, effect };
      return { asked: world.journal.times(of), changed: world.journal.times({ ...of, changed: true }) };
    },
    async close() {
      await own?.close();
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  const { sessionIn, sessionBoundToAgent } = simulated.spec.web;
  if (loggedIn && sessionIn === 'cookie' && !sessionBoundToAgent)
    await pages.sessions.put(tenant.id, await cookieOf(simulated));
  else if (loggedIn) await console.logIn();
  return console;
}

/** What `logIn` would store, without the second browser that it takes. */
async function cookieOf(simulated: SimulatedTenant): Promise<Session> {
  const { Cookie = '' } = await sessionHeaders(simulated);
  const [name = '', value = ''] = Cookie.split('=');
  const { origin, hostname: domain } = new URL(simulated.at.console);
  const cookie = {
    name,
    value,
    domain,
    path: '/',
    expires: -1,
    httpOnly: true,
    secure: false,
    sameSite: 'Lax' as const,
  };
  return {
    storage: { cookies: [cookie], origins: [] },
    session: {},
    userAgent: 'operator',
    origin,
    at: new Date().toISOString(),
  };
}

function tenantOf(simulated: SimulatedTenant): Tenant {
  const yaml = stringify({ batch: 'test', waves: [{ name: 'all', rest: true }], tenants: [simulated.entry()] });
  const [tenant] = parseBatch(yaml, 'test.batch.yaml').tenants;
  if (tenant === undefined) throw new Error('the batch file has no tenant');
  return tenant;
}

function secretsOf({ env }: SimulatedTenant): KnownSecrets {
  const ending = (name: string): string | undefined =>
    Object.entries(env).find(([key]) => key.endsWith(`_${name}`))?.[1];
  const appSecret = Object.entries(env).find(([key]) => /(?<!_OLD|_OWN)_APP_SECRET$/.test(key))?.[1];
  const [oldKey, oldSecret] = [ending('OLD_ENCRYPTION_KEY'), ending('OLD_APP_SECRET')];
  return {
    wanted: { encryptionKey: DOCUMENTED_ENCRYPTION_KEY, ...(appSecret === undefined ? {} : { appSecret }) },
    previous: {
      ...(oldKey === undefined ? {} : { encryptionKey: oldKey }),
      ...(oldSecret === undefined ? {} : { appSecret: oldSecret }),
    },
  };
}

function formOf(tenant: Tenant, { wanted }: KnownSecrets): IntegrationWrite {
  const { encryptionKey: _key, appSecret: _secret, ...fields } = wantedFields(tenant, {});
  return { oaVersion: 'E10', fields, secrets: tenant.qiyuesuo.deployment === 'public' ? {} : wanted };
}

function resting({ shipped, site }: PageMaps, rest: number): PageMaps {
  for (const map of shipped) {
    map.patience = 6;
    for (const page of Object.values(map.pages)) page.rest = rest;
  }
  return { shipped, site };
}
