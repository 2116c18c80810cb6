import { shownCategory, shownFields, shownIntegration } from './console/shown.js';
import type { ConsolePages } from './console/state.js';
import { showRun } from './console/sync-runs.js';
import type { E10Host } from './e10/host.js';
import type { E9Host } from './e9/server.js';
import { QIYUESUO_AGENT } from './kernel/system.js';
import type { Addresses, Customer } from './tenant/customer.js';
import { entryOf, secretsOf } from './tenant/entry.js';
import type { SettledSpec } from './tenant/settled-spec.js';
import type { Forward } from './tenant/spec.js';

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

/** One customer, as tests and the demo handle it. */
export interface SimulatedTenant {
  id: string;
  story: string;
  spec: SettledSpec;
  at: Addresses;
  /** Its entry of a batch file; secrets are references to `env`. */
  entry(): Record<string, unknown>;
  env: Record<string, string>;
  state(): TenantState;
  /** Somebody else edits in the console: the ETags of what was touched change, or all of them where nothing was. */
  edit(change: (live: ConsolePages) => void): void;
  /** Nobody edits people any more: ends the storm. */
  calm(): void;
  /** Who logs in at the console's pages. */
  administrator: { user: string; password: string };
  /** Ends every session of the console's pages. */
  endSessions(): void;
  /** The site's administrator edits the reverse proxy. */
  setForward(forward: Forward): void;
  /** Posts a callback to the configured address, as a Qiyuesuo does; answers the status, 0 where nothing answered. */
  fireCallback(which: 'global' | (string & {})): Promise<number>;
}

/** The OA hosts of a tenant; without an E9 where it was upgraded in place. */
export interface OaHosts {
  e10: E10Host;
  e9: E9Host | undefined;
}

/** `closing` ends callbacks that nobody answers. */
export function simulateTenant(customer: Customer, hosts: OaHosts, closing: AbortSignal): SimulatedTenant {
  const { id, spec, identity, console: pages } = customer;
  let contracts = 0;

  return {
    id,
    story: spec.story,
    spec,
    at: customer.at,
    entry: () => entryOf(customer),
    env: secretsOf(customer),
    state: () => stateOf(customer, hosts.e10.forward),
    edit(change) {
      const before = fingerprints(pages);
      change(pages);
      const after = fingerprints(pages);
      const touched = [...after.keys()].filter((page) => after.get(page) !== before.get(page));
      for (const page of touched.length === 0 ? after.keys() : touched) bump(pages, page);
    },
    calm: () => Object.values(customer.rosters).forEach((roster) => roster.calm()),
    administrator: identity.administrator,
    endSessions: () => customer.web.sessions.clear(),
    setForward(forward) {
      hosts.e10.forward = forward;
    },
    async fireCallback(which) {
      const callback = which === 'global' ? pages.callback : pages.categories.find((one) => one.id === which)?.callback;
      if (!callback?.url) throw new Error(`no callback is configured for ${which}`);
      const contractId = String(identity.qiyuesuoIdBase + 9_000_000n + BigInt(++contracts));
      for (const host of [hosts.e10, hosts.e9]) host?.contracts.set(contractId, customer);
      const parameters = (callback as { parameters?: Record<string, string> }).parameters ?? {};
      return post(callback.url, { ...parameters, contractId, status: 'COMPLETE' }, closing);
    },
  };
}

function stateOf(customer: Customer, forward: Forward): TenantState {
  const { console: pages } = customer;
  const runs = pages.runs.map((run) => showRun(customer, run));
  const count = (wanted: number) => pages.people.reduce((sum, state) => sum + Number(state === wanted), 0);
  return structuredClone({
    integration: withoutTag(shownIntegration(customer)),
    sets: { E9: shownFields(pages.sets.E9), E10: shownFields(pages.sets.E10) },
    callback: pages.callback,
    peopleSync: pages.peopleSync,
    categories: pages.categories.map((category) => withoutTag(shownCategory(category))),
    people: { active: count(1), disabled: count(2) },
    runs,
    forward,
  });
}

type Page = 'integration' | 'callback' | 'peopleSync' | number;

/** What each ETag stands for; categories by their place. */
function fingerprints({ oaVersion, sets, callback, peopleSync, categories }: ConsolePages): Map<Page, string> {
  return new Map<Page, string>([
    ['integration', JSON.stringify([oaVersion, sets])],
    ['callback', JSON.stringify(callback)],
    ['peopleSync', JSON.stringify(peopleSync)],
    ...categories.map((category, index): [Page, string] => [index, JSON.stringify(category)]),
  ]);
}

function bump({ versions, categories }: ConsolePages, page: Page): void {
  if (typeof page !== 'number') versions[page] += 1;
  else if (categories[page] !== undefined) categories[page].version += 1;
}

/** A form post; a redirect is not followed, as Java's client does not follow one of a POST. */
async function post(url: string, fields: Record<string, string>, closing: AbortSignal): Promise<number> {
  try {
    const headers = { 'User-Agent': QIYUESUO_AGENT };
    const body = new URLSearchParams(fields);
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal: closing });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

function withoutTag({ etag: _, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}
