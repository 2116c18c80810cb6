import semver from 'semver';
import { under } from './addresses.js';
import type { CallbackPage, Tenant } from './tenant.js';

/** Where E10 takes the global callback of the private cloud (`facts/official-procedure.zh.md`, step 3). */
export const GLOBAL_CALLBACK_PATH = '/papi/signcenter/qiyuesuo/signCallbackPrivate';

export interface WantedCallback {
  page: CallbackPage;
  url: string;
}

/**
 * The page on which a version keeps the global callback: from 4.3.6 the old page behind 切换为旧版回调, below 4.3.5 全局回调.
 * 4.3.5 itself is not covered by the procedure: undefined, unless the operator chose a page.
 */
export function callbackPageFor(version: string, chosen?: CallbackPage): CallbackPage | undefined {
  if (chosen) return chosen;
  const parsed = semver.coerce(version);
  if (!parsed) return undefined;
  if (semver.gte(parsed, '4.3.6')) return 'old';
  return semver.lt(parsed, '4.3.5') ? 'global' : undefined;
}

/** The callback settings of a private tenant after the move; undefined while its page is undecided. */
export function wantedCallback(tenant: Tenant): WantedCallback | undefined {
  const page = callbackPageFor(tenant.qiyuesuo.version ?? '', tenant.callbackPage);
  return page && { page, url: under(tenant.e10.address, GLOBAL_CALLBACK_PATH) };
}
