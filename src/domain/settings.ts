import type { Deployment, SecretField } from './tenant.js';

export type OaVersion = 'E9' | 'E10';

/** First eight hexadecimal digits of the SHA-256 of a secret. */
export type Fingerprint = string;

/**
 * The fields of 泛微ecology集成; secrets as fingerprints. An absent field is one that the console does not show. A secret that is
 * null is shown to be empty: see `old-secrets.ts`.
 */
export interface IntegrationFields {
  singleSignOn: boolean;
  oaAddress?: string;
  /** 泛微团队识别码; in the public cloud 租户id. */
  teamCode?: string;
  syncSource?: 'https' | 'database';
  openPlatformAddress?: string;
  appKey?: string;
  corpId?: string;
  encryptionKey?: Fingerprint | null;
  appSecret?: Fingerprint | null;
}

/** What the integration page shows: the fields belong to `oaVersion`. */
export interface Integration {
  deployment: Deployment;
  productVersion?: string;
  oaVersion: OaVersion;
  fields: IntegrationFields;
  etag: string;
}

export type IntegrationField = keyof IntegrationFields;

/** What is saved: fields as wanted, and the values of those secrets that are to change. Lives inside an activity only. */
export interface IntegrationWrite {
  oaVersion: OaVersion;
  fields: Omit<IntegrationFields, SecretField>;
  secrets: Partial<Record<SecretField, string>>;
}

/** What the console keeps and we do not know must survive a write, so unknown keys travel in `extra`. */
export interface CallbackSettings {
  page: 'new' | 'old' | 'global';
  url: string | null;
  etag: string;
  extra: Record<string, unknown>;
}

export interface PeopleSyncSettings {
  enabled: boolean;
  /** Ids of organisation units; empty = nothing chosen. */
  scope: string[];
  schedule: string;
  includePeople?: boolean;
  etag: string;
  extra: Record<string, unknown>;
}

/** An organisation unit as Qiyuesuo or E10 shows it. */
export interface Unit {
  id: string;
  name: string;
  code?: string;
  parentId?: string;
}

export interface SyncRun {
  runId: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed';
  total?: number;
  done?: number;
  created?: number;
  updated?: number;
  disabled?: number;
  failed?: number;
  retryAfterSeconds?: number;
}

/** A business category (业务分类, 用印流程) with its callback. */
export interface Category {
  id: string;
  name: string;
  company?: string;
  state: 'enabled' | 'disabled';
  callback: CategoryCallback | null;
  etag: string;
}

/** Events, custom parameters and whatever else the console keeps stay as they are; only `url` is ours. */
export interface CategoryCallback {
  url: string;
  [key: string]: unknown;
}
