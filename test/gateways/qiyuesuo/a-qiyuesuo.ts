import type { Deployment, Dialect } from '../../../src/domain/tenant.js';
import { createHttp } from '../../../src/gateways/http.js';
import { createQiyuesuo } from '../../../src/gateways/qiyuesuo/open-api.js';
import type { Qiyuesuo } from '../../../src/gateways/qiyuesuo/qiyuesuo.js';
import { aServer, type RecordedRequest, type Script, type ScriptedServer } from '../../support/scripted-server.js';

export const TOKEN = 'canary-token-4711';
export const SECRET = 'canary-secret-4711';
export const OK = { code: 0, message: 'SUCCESS' };
export const COMPANY = { ...OK, result: [{ id: '2400000000000000001', name: '阿珂米', tenantType: 'CORPORATE' }] };

/** The gateway against a server that answers as scripted. */
export async function aQiyuesuo(
  routes: Record<string, Script>,
  { deployment = 'private', dialect = 'nonce' }: { deployment?: Deployment; dialect?: Dialect } = {},
): Promise<{ qiyuesuo: Qiyuesuo; server: ScriptedServer }> {
  const server = await aServer(routes);
  const http = createHttp({ system: 'qiyuesuo', baseUrl: server.url, timeoutMs: 2_000 });
  return { qiyuesuo: createQiyuesuo({ http, deployment, dialect, token: TOKEN, secret: SECRET }), server };
}

export function isLegacy(request: RecordedRequest): boolean {
  return request.headers['x-qys-signature'] !== undefined && request.headers['x-qys-nonce'] === undefined;
}
