import { createConsole } from './console/server.js';
import { createPages } from './console/pages.js';
import type { ConsolePages } from './console/state.js';
import { shownCategory, shownFields, shownIntegration } from './console/shown.js';
import { showRun } from './console/sync-runs.js';
import { createE10Host, readForward } from './e10/server.js';
import type { E10Host } from './e10/host.js';
import { createE9Host } from './e9/server.js';
import type { Fault } from './kernel/faults.js';
import type { Journal } from './kernel/journal.js';
import { createKernel, type Handler, type Kernel } from './kernel/kernel.js';
import { QIYUESUO_AGENT } from './kernel/system.js';
import { createOpenApi } from './qiyuesuo/open-api.js';
import type { Addresses, Customer } from './tenant/customer.js';
import { entryOf, secretsOf } from './tenant/entry.js';
import { createIdentity } from './tenant/identity.js';
import { createOrganisation } from './tenant/organisation.js';
import { settleSpec } from './tenant/settled-spec.js';
import type { Forward, TenantSpec } from './tenant/spec.js';

export interface WorldOptions {
  /** The same seed and specifications give the same world. */
  seed?: number;
  tenants: TenantSpec[];
}

/** Simulated outside systems: real HTTP servers on loopback, one journal, faults on demand. */
export interface World {
  /** Throws for an unknown id. */
  tenant(id: string): SimulatedTenant;
  tenants: readonly SimulatedTenant[];
  journal: Journal;
  fault(fault: Fault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

/** Everything that the console owns, as plain values: compared field by field. Secrets as fingerprints. */
export interface TenantState {
  integration: Record<string, unknown>;
  sets: { E9: Record<string, unknown>; E10: Record<string, unknown> };
  callback: Record<string, unknown>;
  peopleSync: Record<string, unknown>;
  categories: Record<string, unknown>[];
  people: { active: number; disabled: number };
  runs: Record<string, unknown>[];
  forward: Forward;
}

export interface SimulatedTenant {
  id: string;
  story: string;
  /** Its entry of a batch file; secrets are references to `env`. */
  entry(): Record<string, unknown>;
  env: Record<string, string>;
  state(): TenantState;
  /** Somebody else edits in the console: the ETags of what was touched change. */
  edit(change: (live: ConsolePages) => void): void;
  /** The site's administrator edits the reverse proxy. */
  setForward(forward: Forward): void;
  /** Posts a callback to the configured address, as a Qiyuesuo does; answers the status. */
  fireCallback(which: 'global' | { category: string }): Promise<number>;
}

export async function startWorld({ seed = 1, tenants }: WorldOptions): Promise<World> {
  const kernel = createKernel(seed);
  const customers = new Map<string, Customer>();
  const byId = (id: string) => customers.get(id);
  const consolePort = await serve(kernel, createConsole(kernel, byId));
  const openApiPort = await serve(kernel, createOpenApi(kernel, byId));
  const shared = tenants.some(({ oaHost }) => oaHost === 'shared') ? await createSharedHosts(kernel) : undefined;

  const simulated: SimulatedTenant[] = [];
  for (const given of tenants) {
    const spec = settleSpec(given, seed);
    const identity = createIdentity(spec);
    const org = createOrganisation(spec, identity);
    const onShared = spec.oaHost === 'shared' ? shared : undefined;
    const e10 = onShared?.e10 ?? (await createOwnE10(kernel));
    const e9 = spec.sameAddress ? undefined : (onShared?.e9 ?? (await createOwnE9(kernel)));
    const at: Addresses = {
      e10: e10.address,
      e9: e9?.address ?? e10.address,
      openApi: `http://127.0.0.1:${openApiPort}/t/${spec.id}`,
      console: `http://127.0.0.1:${consolePort}/t/${spec.id}`,
      signing: `http://127.0.0.1:${consolePort}/t/${spec.id}/signing`,
    };
    const customer: Customer = { id: spec.id, spec, identity, org, at, console: createPages(spec, identity, org, at) };
    e10.host.add(customer);
    e9?.host.add(customer);
    if (!onShared) {
      e10.host.forward = spec.proxyFile === undefined ? spec.forward : readForward(spec.proxyFile);
      e10.host.proxyFile = spec.proxyFile;
    }
    customers.set(spec.id, customer);
    simulated.push(simulate(customer, e10.host));
  }

  return {
    tenants: simulated,
    tenant(id) {
      const found = simulated.find((tenant) => tenant.id === id);
      if (!found) throw new Error(`there is no simulated tenant ${id}`);
      return found;
    },
    journal: kernel.journal,
    fault: (fault) => kernel.faults.add(fault),
    clearFaults: () => kernel.faults.clear(),
    close: () => kernel.close(),
  };
}

function simulate(customer: Customer, host: E10Host): SimulatedTenant {
  const { console: pages } = customer;
  return {
    id: customer.id,
    story: customer.spec.story,
    entry: () => entryOf(customer),
    env: secretsOf(customer),
    state() {
      const runs = pages.runs.map((run) => showRun(customer, run));
      const count = (wanted: number) => pages.people.reduce((sum, state) => sum + Number(state === wanted), 0);
      return structuredClone({
        integration: without(shownIntegration(customer), 'etag'),
        sets: { E9: shownFields(pages.sets.E9), E10: shownFields(pages.sets.E10) },
        callback: pages.callback,
        peopleSync: pages.peopleSync,
        categories: pages.categories.map((category) => without(shownCategory(category), 'etag')),
        people: { active: count(1), disabled: count(2) },
        runs,
        forward: host.forward,
      });
    },
    edit(change) {
      change(pages);
      for (const page of ['integration', 'callback', 'peopleSync'] as const) pages.versions[page] += 1;
      for (const category of pages.categories) category.version += 1;
    },
    setForward(forward) {
      host.forward = forward;
    },
    async fireCallback(which) {
      const url =
        which === 'global'
          ? pages.callback.url
          : pages.categories.find(({ id }) => id === which.category)?.callback?.url;
      if (!url) throw new Error('no callback is configured there');
      const form = new URLSearchParams({ contractId: String(customer.identity.companyId), status: 'COMPLETE' });
      const response = await fetch(url, {
        method: 'POST',
        body: form,
        headers: { 'User-Agent': QIYUESUO_AGENT },
        redirect: 'manual',
      });
      await response.arrayBuffer();
      return response.status;
    },
  };
}

async function createSharedHosts(kernel: Kernel) {
  const e10 = createE10Host(kernel, false);
  const e9 = createE9Host(kernel, false);
  return {
    e10: { host: e10.host, address: `http://127.0.0.1:${await serve(kernel, e10.app)}` },
    e9: { host: e9.host, address: `http://127.0.0.1:${await serve(kernel, e9.app)}` },
  };
}

async function createOwnE10(kernel: Kernel) {
  const { host, app } = createE10Host(kernel, true);
  return { host, address: `http://127.0.0.1:${await serve(kernel, app)}` };
}

async function createOwnE9(kernel: Kernel) {
  const { host, app } = createE9Host(kernel, true);
  return { host, address: `http://127.0.0.1:${await serve(kernel, app)}` };
}

function serve(kernel: Kernel, app: { fetch: Handler }): Promise<number> {
  const handler: Handler = (request, bindings) => app.fetch(request, bindings);
  return kernel.listen(handler, 0);
}

function without(record: Record<string, unknown>, key: string): Record<string, unknown> {
  const { [key]: _, ...rest } = record;
  return rest;
}
