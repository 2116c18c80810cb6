import { hash32, hexOf, pick } from '../kernel/random.js';
import type { SettledSpec } from './settled-spec.js';

/** An app of the open platform. */
export interface App {
  corpId: string;
  appKey: string;
  appSecret: string;
  mayReadPeople: boolean;
}

/** Everything by which a tenant is known to the outside systems. Shapes as in `facts/weaver.md` §0.5. */
export interface Identity {
  tenantKey: string;
  /** The app that was made for Qiyuesuo. */
  app: App;
  ownApp: App;
  encryptionKey: string;
  previous: { encryptionKey: string; appSecret: string };
  openApi: { token: string; secret: string };
  consoleToken: string;
  /** The administrator who logs in at the console's pages. */
  administrator: { user: string; password: string };
  hrToken: string;
  companyId: bigint;
  /** Ids of this tenant start here: 18 digits in E10, 19 in Qiyuesuo. */
  e10IdBase: bigint;
  qiyuesuoIdBase: bigint;
}

/** 加密密钥 as the procedure prints it, and as nearly every site has it. */
export const USUAL_ENCRYPTION_KEY = '60fb3ed9-3e18-4f';

const LETTERS = [...'0123456789abcdefghijklmnopqrstuvwxyz'] as [string, ...string[]];

/** Computed from the seed, so that a restarted simulator knows the same credentials. */
export function createIdentity(spec: SettledSpec): Identity {
  const { seed, id } = spec;
  const corpId = hexOf(32, seed, id, 'corp');
  const qiyuesuoIdBase = 2_600_000_000_000_000_000n + BigInt(hash32(seed, 'qiyuesuo')) * 100_000_000n;
  return {
    tenantKey: tenantKeyOf(seed),
    app: {
      corpId,
      appKey: hexOf(32, seed, id, 'app'),
      appSecret: hexOf(32, seed, id, 'app secret'),
      mayReadPeople: !spec.noHrRights,
    },
    ownApp: {
      corpId,
      appKey: hexOf(32, seed, id, 'own app'),
      appSecret: hexOf(32, seed, id, 'own app secret'),
      mayReadPeople: true,
    },
    encryptionKey: USUAL_ENCRYPTION_KEY,
    previous: { encryptionKey: hexOf(16, seed, id, 'old key'), appSecret: hexOf(32, seed, id, 'old app secret') },
    openApi: { token: hexOf(10, seed, id, 'token'), secret: hexOf(30, seed, id, 'secret') },
    consoleToken: spec.consoleToken === 'shared' ? hexOf(40, 0, 'console') : hexOf(40, seed, id, 'console'),
    administrator: { user: 'admin', password: `Qys@${hexOf(8, seed, id, 'password')}` },
    hrToken: hexOf(32, seed, id, 'hr'),
    companyId: qiyuesuoIdBase + 1n,
    e10IdBase: 600_000_000_000_000_000n + BigInt(hash32(seed, 'e10')) * 50_000_000n,
    qiyuesuoIdBase,
  };
}

function tenantKeyOf(seed: number): string {
  return `t${Array.from({ length: 9 }, (_, at) => pick(LETTERS, seed, 'tenant key', at)).join('')}`;
}
