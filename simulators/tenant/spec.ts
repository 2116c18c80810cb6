import type { Quirks } from './quirks.js';
import type { WebQuirks } from './web-quirks.js';

/** What the old path `/QYSPrivateCallbackServlet` does on an OA address that has become E10. */
export type Forward = 'absent' | 'proxied' | 'redirect';
export type Deployment = 'private' | 'public';
export type OaVersion = 'E9' | 'E10';
export type CallbackPage = 'new' | 'old' | 'global';

/** How many categories of each kind; the kinds are mixed, as at a customer's. */
export interface CategoryCounts {
  /** Callback path is exactly `/QYSPrivateCallbackServlet` on the E9 address. */
  legacy: number;
  /** Another path that still points at the E9 address. */
  otherOldHost: number;
  /** A system that has nothing to do with the OA. */
  elsewhere: number;
  none: number;
}

/** People are computed from index and seed, so large numbers cost nothing until a sync runs. */
export interface PeopleCounts {
  /** Comparable people of E9: in service, main account, with a login name. */
  e9: number;
  /** People in service in E10: the same by job number, fewer or more of them. */
  e10: number;
  /** Active people in Qiyuesuo before; as many as in E9 if absent. */
  qiyuesuo?: number;
  units: number;
  /** Rows of E9 that do not count: left the company. */
  leavers: number;
  /** Rows of E9 that do not count: secondary accounts. */
  secondary: number;
  /** People in Qiyuesuo who are not of the OA: invited by hand. */
  external?: number;
  /** Of a thousand people so many have no or somebody else's job number, mobile number or e-mail address. */
  untidy?: number;
  /** Of a thousand people Qiyuesuo has so many with a former name and e-mail address, until a run brings them up to date. */
  outdated?: number;
  /** So many people share the mobile number of the first one. */
  sharedMobiles: number;
  /** What is known of the first person, instead of what is computed. */
  first?: { name?: string; mobile?: string; email?: string; idNumber?: string };
}

/** One simulated customer. Everything but the id has a sensible default. */
export interface TenantSpec {
  id: string;
  name?: string;
  /** What a reader of the demo learns from it. */
  story?: string;
  tags?: Record<string, string>;
  deployment?: Deployment;
  version?: string;
  /** E9 was upgraded in place: E10 answers at the old address. */
  sameAddress?: boolean;
  /** Default `absent`: the administrator of the site has not touched the reverse proxy yet. */
  forward?: Forward;
  /** An nginx include file that decides `forward`, at the start and whenever the proxy is told to reload. */
  proxyFile?: string;
  /** `shared`, or one of several shared hosts by its name: thousands of tenants on few ports. */
  oaHost?: 'own' | 'shared' | `shared-${string}`;
  /** All that share it name one token, as where one adapter serves many tenants. */
  consoleToken?: 'own' | 'shared';
  categories?: Partial<CategoryCounts>;
  people?: Partial<PeopleCounts>;
  /** The callback page before the migration; by default the one that fits the version. */
  callback?: { page: CallbackPage; url: string | null };
  /** Which units the people sync covers before: all by the root, or some departments, or nothing. */
  scope?: 'root' | 'departments' | 'nothing';
  scopeAfterSwitch?: 'kept' | 'cleared';
  fieldSets?: 'per-version' | 'shared';
  startsMigrated?: boolean;
  wrongCorpId?: boolean;
  noHrRights?: boolean;
  wrongTenantKey?: boolean;
  dialect?: 'nonce' | 'legacy';
  /** The batch file's dialect; by default the true one, so that nobody has to guess. */
  entryDialect?: 'auto' | 'nonce' | 'legacy';
  syncSeconds?: number;
  /** Every run fails, or the first n of them. */
  syncFails?: boolean | number;
  /** The console holds other secrets: `true` with references to them in the batch file, `unreferenced` without. */
  previousSecrets?: boolean | 'unreferenced';
  /** An app of our own for checks, beside Qiyuesuo's. */
  ownApp?: boolean;
  /** Access to the people of E9 in the batch file; by default wherever an E9 still runs. */
  e9Hr?: boolean;
  /** Laid over the tenant's entry of the batch file, mapping by mapping. */
  entry?: Record<string, unknown>;
  quirks?: Partial<Quirks>;
  /** The console's web pages. */
  web?: Partial<WebQuirks>;
}
