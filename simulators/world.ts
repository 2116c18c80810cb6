import { createPages } from './console/pages.js';
import { createConsole } from './console/server.js';
import { createWebState } from './console/web/web-state.js';
import { readForward } from './e10/server.js';
import type { E10Host } from './e10/host.js';
import type { E9Host } from './e9/server.js';
import { createHosts, type Ports, type Served } from './hosts.js';
import type { Fault } from './kernel/faults.js';
import type { Journal } from './kernel/journal.js';
import { createKernel, type Kernel } from './kernel/kernel.js';
import { createOpenApi } from './qiyuesuo/open-api.js';
import { simulateTenant, type SimulatedTenant } from './simulated-tenant.js';
import type { Addresses, Customer } from './tenant/customer.js';
import { createIdentity } from './tenant/identity.js';
import { createOrganisation } from './tenant/organisation.js';
import { createPeopleWeather, createRoster } from './tenant/roster.js';
import { settleSpec } from './tenant/settled-spec.js';
import type { TenantSpec } from './tenant/spec.js';

export type { SimulatedTenant, TenantState } from './simulated-tenant.js';

/** What a world is made of. */
export interface WorldOptions {
  /** The same seed and specifications give the same world. */
  seed?: number;
  tenants: TenantSpec[];
  ports?: Ports;
}

/** Simulated outside systems: real HTTP servers on loopback, one journal, faults on demand. */
export interface World {
  /** Throws for an unknown id. */
  tenant(id: string): SimulatedTenant;
  tenants: readonly SimulatedTenant[];
  journal: Journal;
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Ends everything that was started; nothing listens and nothing waits afterwards. */
  close(): Promise<void>;
}

/** Starts all systems; each tenant has OA hosts of its own, unless it says that it shares them. */
export async function startWorld({ seed = 1, tenants, ports = {} }: WorldOptions): Promise<World> {
  const kernel = createKernel(seed);
  try {
    const simulated = await startTenants(kernel, seed, tenants, ports);
    return {
      tenants: [...simulated.values()],
      tenant(id) {
        const found = simulated.get(id);
        if (found === undefined) throw new Error(`there is no simulated tenant ${id}`);
        return found;
      },
      journal: kernel.journal,
      fault: (fault) => kernel.faults.add(fault),
      clearFaults: () => kernel.faults.clear(),
      close: () => kernel.close(),
    };
  } catch (error) {
    // A port that is taken, for example: what did start must not stay.
    await kernel.close();
    throw error;
  }
}

async function startTenants(
  kernel: Kernel,
  seed: number,
  tenants: readonly TenantSpec[],
  ports: Ports,
): Promise<Map<string, SimulatedTenant>> {
  const customers = new Map<string, Customer>();
  const simulated = new Map<string, SimulatedTenant>();
  const hosts = createHosts(kernel, ports);
  const byId = (id: string) => customers.get(id);
  const consoleApp = createConsole(kernel, byId);
  const consoleAt = await hosts.serve(consoleApp, ports.console);
  const signingAt = await hosts.serve(consoleApp, ports.signing);
  const openApiAt = await hosts.serve(createOpenApi(kernel, byId), ports.openApi);
  const shared = new Map<string, { e10: Served<E10Host>; e9: Served<E9Host> }>();
  for (const { oaHost = 'own' } of tenants) {
    if (oaHost === 'own' || shared.has(oaHost)) continue;
    shared.set(oaHost, { e10: await hosts.e10(false), e9: await hosts.e9(false) });
  }

  for (const given of tenants) {
    if (customers.has(given.id)) throw new Error(`there are two simulated tenants ${given.id}`);
    const spec = settleSpec(given, seed);
    const onShared = shared.get(spec.oaHost);
    const e10 = onShared?.e10 ?? (await hosts.e10(true));
    const e9 = spec.sameAddress ? undefined : (onShared?.e9 ?? (await hosts.e9(true)));
    const identity = createIdentity(spec);
    const org = createOrganisation(spec, identity);
    const at: Addresses = {
      e10: e10.address,
      e9: e9?.address ?? e10.address,
      openApi: `${openApiAt}/t/${spec.id}`,
      console: `${consoleAt}/t/${spec.id}`,
      signing: `${signingAt}/t/${spec.id}/signing`,
    };
    const { e9: inService, e10: inE10, leavers, secondary } = spec.people;
    const pages = createPages(spec, identity, org, at);
    const rosters = {
      e9: createRoster(spec.quirks.storm, 'e9', inService + leavers + secondary, org.units.length),
      e10: createRoster(spec.quirks.storm, 'e10', inE10, org.units.length),
      qiyuesuo: createPeopleWeather(spec.quirks.storm, () => pages.people),
    };
    const customer: Customer = { id: spec.id, spec, identity, org, at, console: pages, web: createWebState(), rosters };
    e10.host.add(customer);
    e9?.host.add(customer);
    if (onShared === undefined) {
      e10.host.forward = spec.proxyFile === undefined ? spec.forward : readForward(spec.proxyFile);
      e10.host.proxyFile = spec.proxyFile;
    }
    customers.set(spec.id, customer);
    simulated.set(spec.id, simulateTenant(customer, { e10: e10.host, e9: e9?.host }, kernel.signal));
  }
  return simulated;
}
