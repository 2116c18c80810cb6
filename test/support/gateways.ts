import { createApiDriver } from '../../src/gateways/console/api/driver.js';
import { createE10 } from '../../src/gateways/e10/open-platform.js';
import { createE9 } from '../../src/gateways/e9/hr.js';
import { createHttp, type Http } from '../../src/gateways/http.js';
import { createQiyuesuo } from '../../src/gateways/qiyuesuo/open-api.js';
import type { OutsideSystem } from '../../src/gateways/errors.js';

/** What of a simulated tenant its gateways need: plain values, so that they can be told to another process. */
export interface Reachable {
  at: { e9: string; e10: string; openApi: string; console: string };
  entry: Record<string, unknown>;
  env: Record<string, string>;
  deployment: 'private' | 'public';
}

/** All gateways of a simulated tenant, without an engine around them. */
export function openGateways({ at, entry, env, deployment }: Reachable) {
  const http = (system: OutsideSystem, baseUrl: string, headers: Record<string, string> = {}): Http =>
    createHttp({ system, baseUrl, headers: () => headers });
  const secret = (ending: string): string => Object.entries(env).find(([name]) => name.endsWith(ending))?.[1] ?? '';
  const { corpId = '', appKey = '' } = entry['e10'] as { corpId?: string; appKey?: string };
  const authorization = { Authorization: `Bearer ${secret('CONSOLE_TOKEN')}` };

  return {
    e9: createE9(http('e9', at.e9), { token: secret('_HR_TOKEN'), digest: 'md5', body: 'form' }),
    e10: createE10(http('e10', `${at.e10}/openserver`), { corpId, appKey, appSecret: secret('_APP_SECRET') }),
    qiyuesuo: createQiyuesuo({
      http: http('qiyuesuo', at.openApi),
      deployment,
      dialect: 'nonce',
      token: secret('_QYS_TOKEN'),
      secret: secret('_QYS_SECRET'),
    }),
    console: createApiDriver(http('console', `${at.console}/console/v1`, authorization)),
  };
}
