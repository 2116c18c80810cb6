import { createSeal, type Seal } from '../../src/gateways/seal.js';
import type { Tenant } from '../../src/domain/tenant.js';
import type { OpenSystems, Systems } from '../../src/activities/systems.js';
import type { Script, ScriptedServer } from '../support/scripted-server.js';
import { aDriver } from '../gateways/console/a-driver.js';

export const SECRETS = { encryptionKey: 'canary-key-4711x', appSecret: 'canary-secret-4711' };
export const SEAL: Seal = createSeal(Buffer.alloc(32, 7));

/** What activities need to act on a console that answers as scripted; every other system is missing. */
export async function aStep(
  routes: Record<string, Script>,
  systems: Partial<Systems> = {},
): Promise<{ deps: { open: OpenSystems; seal: Seal }; server: ScriptedServer }> {
  const scripts = Object.entries(routes).map(([route, script]) => [route.replace(' ', ' /console/v1'), script]);
  const { driver, server } = await aDriver(Object.fromEntries(scripts) as Record<string, Script>);
  const opened: Partial<Systems> = {
    console: () => Promise.resolve(driver),
    secrets: () => Promise.resolve(SECRETS),
    previousSecret: () => Promise.resolve(undefined),
    checks: () => Promise.resolve(undefined),
    proxy: () => undefined,
    ...systems,
  };
  return { deps: { open: () => opened as Systems, seal: SEAL }, server };
}

export function aTenant(deployment: 'private' | 'public', more: Partial<Tenant> = {}): Tenant {
  return {
    id: 'acme',
    name: '阿珂米',
    site: 'default',
    priority: 3,
    tags: {},
    qiyuesuo: {
      deployment,
      ...(deployment === 'private' ? { version: '4.3.7' } : {}),
      console: 'https://seal.example',
      openApi: 'https://seal.example',
      token: { env: 'T' },
      secret: { env: 'S' },
      dialect: 'nonce',
      driver: 'api',
      previous: {},
    },
    e10: {
      address: 'https://e10.example',
      tenantKey: 't1',
      openPlatform: 'https://e10.example/openserver',
      corpId: 'c1',
      appKey: 'k1',
      appSecret: { env: 'A' },
      headers: {},
    },
    categories: 'auto',
    people: { scope: 'keep', guard: { percent: 5, count: 50 } },
    acceptUnrestorable: [],
    ...more,
  };
}
