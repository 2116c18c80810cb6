import { setMaxListeners } from 'node:events';
import { cancellationSignal, Context } from '@temporalio/activity';
import type { SecretRef, Tenant } from '../domain/tenant.js';
import type { Seen } from '../domain/work-orders/answers.js';
import { DOCUMENTED_ENCRYPTION_KEY, SECRET_FIELDS } from '../domain/wanted.js';
import { createAgents, type Agents } from '../gateways/agents.js';
import { createApiDriver } from '../gateways/console/api/driver.js';
import { PageMapError } from '../gateways/console/browser/page-map.js';
import type { ConsoleDriver } from '../gateways/console/driver.js';
import { createManualDriver, type KnownSecrets } from '../gateways/console/manual/driver.js';
import type { OutsideSystem } from '../gateways/errors.js';
import { createE10 } from '../gateways/e10/open-platform.js';
import { probeOa } from '../gateways/e10/probe.js';
import { createE9 } from '../gateways/e9/hr.js';
import type { ForwardProxy } from '../gateways/forward-proxy.js';
import { createHttp, type Http, type HttpOptions } from '../gateways/http.js';
import type { ReverseProxy } from '../gateways/proxy/proxy.js';
import { createRouteProbe } from '../gateways/proxy/route-probe.js';
import { createQiyuesuo } from '../gateways/qiyuesuo/open-api.js';
import type { SecretStore } from '../gateways/secrets.js';
import type { ActivityEnds } from './activity-ends.js';
import { StepRefused } from './failures.js';
import type { OpenSystems, Systems } from './systems.js';
import { createWitnesses, type Witness, type Witnesses } from './witnesses.js';

export interface OpenSystemsDeps {
  secrets: SecretStore;
  /** PEM certificates that are trusted in addition to the system's. */
  ca: readonly string[];
  forwardProxy: ForwardProxy;
  timeoutMs: number;
  /** The proxy of this site, where this worker is told to change it. */
  proxyOf: (tenantId: string) => ReverseProxy | undefined;
  /** Where this worker has a browser. `run`: the workflow run that works. */
  browserDriver?: BrowserDriverOf;
  /** Who is told what comes to light on the pages. */
  witnesses?: Witnesses;
  /** Told what has to be closed when the activity ends that opened it. */
  atEnd?: ActivityEnds['add'];
}

/** `signal` ends an operation between two of its steps, never a write under way. */
export type BrowserDriverOf = (
  tenant: Tenant,
  secrets: KnownSecrets,
  run: string,
  signal: AbortSignal,
  witness: Pick<Witness, 'picture' | 'found'>,
) => ConsoleDriver;

/**
 * Opens a tenant's systems over HTTP. Every gateway may call the hosts of the tenant's own file and no other. Reads end with
 * the activity when it is cancelled; a write under way is let end, so that it is known what it did.
 */
export function createOpenSystems(deps: OpenSystemsDeps): OpenSystems {
  const agents = createAgents(deps.ca);
  return (tenant, pages) => openTenant(tenant, pages ?? {}, deps, agents);
}

function openTenant(tenant: Tenant, pages: Seen, deps: OpenSystemsDeps, agents: Agents): Systems {
  const { qiyuesuo, e10, e9 } = tenant;
  const resolve = (ref: SecretRef) => deps.secrets.resolve(ref);

  function http(system: OutsideSystem, baseUrl: string, options: Partial<HttpOptions> = {}): Http {
    return createHttp({
      system,
      baseUrl,
      timeoutMs: deps.timeoutMs,
      agents,
      proxy: deps.forwardProxy,
      allowHosts: [new URL(baseUrl).host],
      signal: endsWithActivity(),
      ...options,
    });
  }

  let browser: Promise<ConsoleDriver> | undefined;
  async function openBrowser(systems: Systems): Promise<ConsoleDriver> {
    if (!deps.browserDriver) throw new StepRefused(NO_BROWSER);
    const driver = byBrowser(deps.browserDriver, tenant, await knownSecrets(systems), deps.witnesses);
    if (driver.close) deps.atEnd?.(driver.close);
    return driver;
  }

  const oa = (baseUrl: string): Http =>
    http('e10', baseUrl, { headers: () => e10.headers, mask: Object.values(e10.headers) });

  return {
    async console() {
      if (qiyuesuo.driver === 'manual') return createManualDriver(tenant, pages, await knownSecrets(this));
      // One for all that the activity does, so that it is one visit.
      if (qiyuesuo.driver === 'browser') return (browser ??= openBrowser(this));
      if (!qiyuesuo.api) throw new Error(`${tenant.id}: the driver api has no address`);
      const token = await resolve(qiyuesuo.api.token);
      return createApiDriver(
        http('console', qiyuesuo.api.address, {
          headers: () => ({ Authorization: `Bearer ${token}` }),
          mask: [token],
          // Not ended by a cancellation: a write that is under way must end in an answer.
          signal: new AbortController().signal,
        }),
      );
    },
    async e10() {
      const { corpId, appKey, appSecret } = e10;
      if (corpId === undefined || appKey === undefined || !appSecret) return undefined;
      return createE10(oa(e10.openPlatform), { corpId, appKey, appSecret: await resolve(appSecret) });
    },
    async checks() {
      if (!e10.ownApp) return this.e10();
      const { corpId, appKey, appSecret } = e10.ownApp;
      return createE10(oa(e10.openPlatform), { corpId, appKey, appSecret: await resolve(appSecret) });
    },
    oaKind: () => probeOa(oa(e10.address)),
    async e9() {
      if (!e9?.hr) return undefined;
      const { token, ...how } = e9.hr;
      return createE9(http('e9', e9.address), { ...how, ...(token ? { token: await resolve(token) } : {}) });
    },
    async qiyuesuo() {
      return createQiyuesuo({
        http: http('qiyuesuo', qiyuesuo.openApi),
        deployment: qiyuesuo.deployment,
        dialect: qiyuesuo.dialect,
        token: await resolve(qiyuesuo.token),
        secret: await resolve(qiyuesuo.secret),
      });
    },
    routes: () => createRouteProbe((address) => oa(address)),
    proxy: () => deps.proxyOf(tenant.id),
    async secrets() {
      const encryptionKey = tenant.encryptionKey ? await resolve(tenant.encryptionKey) : DOCUMENTED_ENCRYPTION_KEY;
      return { encryptionKey, ...(e10.appSecret ? { appSecret: await resolve(e10.appSecret) } : {}) };
    },
    async previousSecret(field) {
      const ref = qiyuesuo.previous[field];
      return ref && resolve(ref);
    },
  };
}

function byBrowser(
  create: BrowserDriverOf,
  tenant: Tenant,
  secrets: KnownSecrets,
  witnesses = createWitnesses(),
): ConsoleDriver {
  const context = Context.current();
  const run = context.info.workflowExecution?.runId ?? '';
  try {
    return create(tenant, secrets, run, endsWithActivity(), witnesses.of(context));
  } catch (error) {
    if (!(error instanceof PageMapError)) throw error;
    throw new StepRefused({ ...NO_BROWSER, message: error.message });
  }
}

const NO_BROWSER = {
  code: 'CONSOLE-DRIVER-UNAVAILABLE',
  message: 'the console driver browser needs Chromium, and this worker has none',
  subject: 'qiyuesuo.driver',
} as const;

async function knownSecrets(systems: Systems): Promise<KnownSecrets> {
  const previous: KnownSecrets['previous'] = {};
  for (const field of SECRET_FIELDS) {
    const secret = await systems.previousSecret(field);
    if (secret !== undefined) previous[field] = secret;
  }
  return { wanted: await systems.secrets(), previous };
}

/** Checks run side by side, so more calls than Node takes for a leak listen at once. */
function endsWithActivity(): AbortSignal {
  const signal = cancellationSignal();
  setMaxListeners(100, signal);
  return signal;
}
