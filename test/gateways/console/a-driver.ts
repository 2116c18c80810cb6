import { createApiDriver } from '../../../src/gateways/console/api/driver.js';
import type { ConsoleDriver } from '../../../src/gateways/console/driver.js';
import { createHttp } from '../../../src/gateways/http.js';
import { aServer, type Script, type ScriptedServer } from '../../support/scripted-server.js';

export const SECRET = 'canary-secret-4711';
const TOKEN = 'canary-token-4711';

/** The driver against an adapter that answers as scripted. */
export async function aDriver(
  routes: Record<string, Script>,
): Promise<{ driver: ConsoleDriver; server: ScriptedServer }> {
  const server = await aServer(routes);
  const http = createHttp({
    system: 'console',
    baseUrl: `${server.url}/console/v1`,
    timeoutMs: 2_000,
    headers: () => ({ Authorization: `Bearer ${TOKEN}` }),
    mask: [TOKEN, SECRET],
  });
  return { driver: createApiDriver(http), server };
}
