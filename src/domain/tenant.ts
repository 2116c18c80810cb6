/** Where a secret stands: an environment variable or a file of the worker that resolves it. Never the value. */
export type SecretRef = { env: string } | { file: string };

export type Deployment = 'private' | 'public';
export type DriverKind = 'manual' | 'browser' | 'api';
export type Dialect = 'auto' | 'nonce' | 'legacy';

/** The page on which the global callback is kept (`facts/official-procedure.zh.md`, step 3). */
export type CallbackPage = 'old' | 'global';

/** One customer whose integration moves: the unit of work. All defaults are filled in; secrets are references. */
export interface Tenant {
  id: string;
  name: string;
  site: string;
  tags: Record<string, string>;
  qiyuesuo: QiyuesuoAccess;
  e9?: E9Access;
  e10: E10Access;
  /** 加密密钥. Absent: the documented constant of the procedure. */
  encryptionKey?: SecretRef;
  /** Needed for 4.3.5 only, which the procedure does not cover; elsewhere the version decides. */
  callbackPage?: CallbackPage;
  categories: CategoriesChoice;
  people: PeopleChoice;
  window?: MaintenanceWindow;
  /** From 1, the first, to 5; for waves whose order is `priority`. */
  priority: number;
  /** Secrets of the console that differ from ours, or that it does not show, and that an undo need not restore. */
  acceptUnrestorable: SecretField[];
}

export interface QiyuesuoAccess {
  deployment: Deployment;
  /** Private cloud only, e.g. `4.3.7`. */
  version?: string;
  console: string;
  openApi: string;
  signing?: string;
  token: SecretRef;
  secret: SecretRef;
  dialect: Dialect;
  driver: DriverKind;
  api?: { address: string; token: SecretRef };
  /** Expected company name; compared with what the credentials belong to. */
  company?: string;
  /** Secrets as they were before the migration, so that an undo can restore them. */
  previous: Partial<Record<SecretField, SecretRef>>;
}

export interface E9Access {
  address: string;
  /** Credentials for the people baseline. */
  hr?: E9HrAccess;
}

/** One of the ways of `facts/weaver.md` §5.1: an allow-listed address needs none, the key/ts token needs `token`. */
export interface E9HrAccess {
  token?: SecretRef;
  digest: 'md5' | 'sm3';
  /** How `params` travels: as a form field, or inside a JSON body. */
  body: 'form' | 'json';
}

export interface E10Access {
  address: string;
  tenantKey: string;
  /** Address of the open platform; `<address>/openserver` unless the file says otherwise. */
  openPlatform: string;
  corpId?: string;
  appKey?: string;
  appSecret?: SecretRef;
  /** Our own app for checks, so that Qiyuesuo's token is disturbed once at most. */
  ownApp?: { corpId: string; appKey: string; appSecret: SecretRef };
  /** Extra headers that a customer's gateway demands (`facts/weaver.md` §1.3). Not for secrets. */
  headers: Record<string, string>;
}

/** `auto` decides by the addresses; see `categoriesMode`. */
export type CategoriesChoice = 'auto' | 'rewrite' | 'forward' | 'none';

export interface PeopleChoice {
  /** `keep`: the scope of E9, re-mapped when the switch cleared it. Otherwise codes of E10 units. */
  scope: 'keep' | string[];
  /** Cron of five fields in the console's own time zone. Absent: whatever the console has. */
  schedule?: string;
  /** Absent: a run is started by hand. `nightly`: the console's own schedule starts it, and the tenant waits for that. */
  run?: 'nightly';
  /** The console's own time zone; `Asia/Shanghai` if absent. Matters to `nightly` alone. */
  zone?: string;
  /** Absent: person by person, or by sample where only single look-ups exist. `count`: head counts alone. */
  compare?: 'count';
  guard: PeopleGuard;
  /** An operator lifted the guard for this run; never in a file. */
  guardLifted?: { by: string; reason: string };
}

/** At most so many people; either limit trips. */
export interface PeopleLimit {
  percent: number;
  count: number;
}

/**
 * What a run may do at once. The limit itself is on people who would be disabled, in percent of the active ones in Qiyuesuo;
 * `created` (percent of E10's) and `changed` (of the active ones) are unlimited where absent.
 */
export interface PeopleGuard extends PeopleLimit {
  created?: PeopleLimit;
  changed?: PeopleLimit;
}

export interface MaintenanceWindow {
  from: string;
  to: string;
  zone: string;
}

/** The two settings that the console shows as fingerprints only, or not at all. */
export type SecretField = 'encryptionKey' | 'appSecret';
