import type { CallbackPage, OaVersion } from '../tenant/spec.js';

/** A run of 组织人员同步. It pulls at once, and shows progress by the clock: no timer is left open. */
export interface SyncRunState {
  runId: string;
  key: string;
  startedAt: number;
  pulled: Set<string> | Error | undefined;
  settled: { created: number; updated: number; disabled: number } | undefined;
}

/** The form of 泛微ecology集成. Secrets stand here as they are; the contract shows fingerprints. */
export interface Fields {
  singleSignOn: boolean;
  oaAddress?: string;
  teamCode?: string;
  syncSource?: 'https' | 'database';
  openPlatformAddress?: string;
  appKey?: string;
  corpId?: string;
  encryptionKey?: string;
  appSecret?: string;
}

/** A business category as the console keeps it, with members that nobody documented. */
export interface CategoryPage {
  id: string;
  name: string;
  company: string;
  kind: 'ELECTRONIC' | 'PHYSICAL';
  state: 'enabled' | 'disabled';
  version: number;
  callback: ({ url: string } & Record<string, unknown>) | null;
}

/** Everything that the console pages of one tenant hold. Mutable: somebody else may edit it at any time. */
export interface ConsolePages {
  oaVersion: OaVersion;
  /** The same object twice where the console keeps one set for both versions. */
  sets: Record<OaVersion, Fields>;
  callback: { page: CallbackPage; url: string | null } & Record<string, unknown>;
  peopleSync: { enabled: boolean; scope: string[]; schedule: string; includePeople: boolean } & Record<string, unknown>;
  categories: CategoryPage[];
  /** By index in the organisation: 0 absent, 1 active, 2 disabled. */
  people: Uint8Array;
  runs: SyncRunState[];
  versions: { integration: number; callback: number; peopleSync: number };
}
