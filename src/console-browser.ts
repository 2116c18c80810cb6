import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, forwardProxyOf, type Config } from './config.js';
import type { PagePicture } from './domain/evidence.js';
import type { Finding } from './domain/findings.js';
import type { Tenant } from './domain/tenant.js';
import { createBrowsers } from './gateways/console/browser/browsers.js';
import { BrowserLogOn, findChromium } from './gateways/console/browser/chromium.js';
import { createBrowserDriver, type BrowserDriver, type ConsoleBrowser } from './gateways/console/browser/driver.js';
import { createEvidenceStore } from './gateways/console/browser/evidence.js';
import { logIn, type LogInOptions } from './gateways/console/browser/login.js';
import { createNotes } from './gateways/console/browser/notes.js';
import { choosePageMap, loadPageMaps, PageMapError } from './gateways/console/browser/page-map.js';
import { createSessionStore, type SessionStore } from './gateways/console/browser/session.js';
import { createWay, type Way } from './gateways/console/browser/way.js';
import type { KnownSecrets } from './gateways/console/manual/driver.js';
import type { Seal } from './gateways/seal.js';
import { sealOf } from './seal-key.js';

export type { CheckReport } from './gateways/console/browser/check.js';

/** The browser of this process for tenants whose console driver is `browser`. */
export interface ConsolePages {
  pages: ConsoleBrowser;
  /** Opens a window at the tenant's console and keeps the session of whoever logs in there. Rejects where nobody does. */
  logIn(tenant: Tenant, how: Pick<LogInOptions, 'at' | 'timeoutMs' | 'signal' | 'headless' | 'onOpen'>): Promise<void>;
  /** Looks only. `run` names whoever works, for what is noted between trips; `witness` is told what came to light. */
  driver(
    tenant: Tenant,
    secrets: KnownSecrets,
    run: string,
    signal?: AbortSignal,
    witness?: { picture(picture: PagePicture): void; found(finding: Finding): void },
  ): BrowserDriver;
  close(): Promise<void>;
}

/** Undefined where this machine has no Chromium. Throws `ConfigError` where the library's log is on, or a page map cannot be used. */
export async function openConsolePages(config: Config, seal?: Seal): Promise<ConsolePages | undefined> {
  try {
    return await opened(config, seal);
  } catch (error) {
    if (error instanceof BrowserLogOn || error instanceof PageMapError) throw new ConfigError([error.message]);
    throw error;
  }
}

/** Characters of a page's own words. */
const LONGEST_SAYING = 300;

async function opened(config: Config, seal?: Seal): Promise<ConsolePages | undefined> {
  const executablePath = findChromium(config.browser.variables);
  if (executablePath === undefined) return undefined;
  const { contexts, sandbox, pageMaps } = config.browser;
  const sealed = seal ?? (await sealOf(config));
  const pages: ConsoleBrowser = {
    browsers: createBrowsers({ executablePath, maxContexts: contexts, sandbox, way: await wayOf(config) }),
    sessions: sessionsOf(config, sealed),
    notes: createNotes({ folder: join(config.dataDir, 'console-notes'), seal: sealed }),
    evidence: createEvidenceStore(join(config.dataDir, 'evidence')),
    maps: await loadPageMaps(pageMaps ?? undefined),
  };
  /** One line for each picture, so that whoever looks for those of a tenant finds them. */
  async function listed(picture: PagePicture & { tenant: string; run: string }): Promise<void> {
    const line = `${JSON.stringify(picture)}\n`;
    await appendFile(join(config.dataDir, 'evidence', 'index.jsonl'), line, { mode: 0o600 }).catch(() => undefined);
  }

  return {
    pages,
    async logIn(tenant, how) {
      const { browsers, sessions, maps } = pages;
      const shown = how.headless ? executablePath : findChromium(config.browser.variables, { window: true });
      const browser = { ...browsers, executablePath: shown ?? executablePath };
      await logIn({
        tenant,
        browsers: browser,
        sessions,
        map: choosePageMap(maps, tenant.qiyuesuo.deployment, tenant.qiyuesuo.version),
        ...how,
      });
    },
    driver: (tenant, secrets, run, signal, witness) =>
      createBrowserDriver(tenant, {
        pages,
        secrets,
        run,
        onPicture(taken) {
          const picture = { at: new Date().toISOString(), ...taken };
          void listed({ tenant: tenant.id, run, ...picture });
          witness?.picture(picture);
        },
        onWarning: ({ page, text }) =>
          witness?.found({
            code: 'CONSOLE-SAVED-WITH-ERROR',
            severity: 'warning',
            message: `the page ${page} was saved as wanted, but said: ${[...text].slice(0, LONGEST_SAYING).join('')}`,
            subject: page,
          }),
        ...(signal ? { signal } : {}),
      }),
    close: () => pages.browsers.close(),
  };
}

/** Deletes the sessions that are kept for a tenant, and answers at which of its addresses there was one. The consoles are told nothing. */
export async function deleteSessions(config: Config, { id, qiyuesuo }: Tenant): Promise<string[]> {
  const sessions = sessionsOf(config, await sealOf(config));
  const deleted: string[] = [];
  for (const address of [qiyuesuo.console, qiyuesuo.signing]) {
    if (address !== undefined && (await sessions.delete(id, new URL(address).origin))) deleted.push(address);
  }
  return deleted;
}

function sessionsOf({ dataDir }: Config, seal: Seal): SessionStore {
  return createSessionStore({ folder: join(dataDir, 'console-sessions'), seal });
}

async function wayOf({ http }: Config): Promise<Way> {
  const ca = await Promise.all(http.caFiles.map((file) => readFile(file, 'utf8')));
  return createWay({ ca, forwardProxy: forwardProxyOf(http) });
}

/** Which Chromium this machine would drive; undefined where it has none. */
export function chromiumOf({ browser }: Pick<Config, 'browser'>): string | undefined {
  return findChromium(browser.variables);
}
