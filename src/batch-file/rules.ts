import { targetOrigin } from './address.js';
import { isMapping, valueAt } from './defaults.js';
import type { Mapping } from './defaults.js';
import type { Flaw } from './errors.js';

/**
 * What only a merged tenant can show: what is missing, and what does not go together. Looks at the file as it was written and
 * not at parsed values, so that a typo elsewhere hides nothing. Paths start at the tenant.
 */
export function tenantFlaws(tenant: Mapping): Flaw[] {
  const deployment = valueAt(tenant, ['qiyuesuo', 'deployment']);
  return [
    ...NEEDED.flatMap((need) => missing(tenant, need, 'missing')),
    ...(deployment === 'private'
      ? NEEDED_PRIVATE.flatMap((need) => missing(tenant, need, 'missing; the private cloud needs it'))
      : []),
    ...(deployment === 'public' ? versionOfPublic(tenant) : []),
    ...adapterFlaws(tenant),
    ...ownAppFlaws(tenant),
    ...windowFlaws(tenant),
  ];
}

interface Need {
  path: readonly string[];
  fix: string;
}

const NEEDED: readonly Need[] = [
  {
    path: ['qiyuesuo'],
    fix: 'add qiyuesuo: with deployment, token, secret and, for a private cloud, version, console and openApi',
  },
  { path: ['qiyuesuo', 'deployment'], fix: 'add deployment: private (私有云) or deployment: public (公有云)' },
  { path: ['qiyuesuo', 'token'], fix: 'add token: { env: NAME } with the AppToken of 集成中心 → 集成管理' },
  { path: ['qiyuesuo', 'secret'], fix: 'add secret: { env: NAME } with the AppSecret of 集成中心 → 集成管理' },
  { path: ['e10'], fix: 'add e10: with address, tenantKey and, for a private cloud, corpId, appKey and appSecret' },
  { path: ['e10', 'address'], fix: 'add address: with the address of E10' },
  { path: ['e10', 'tenantKey'], fix: 'add tenantKey: with the code of 后台管理中心 → 基本设置 → 授权信息' },
];

const NEEDED_PRIVATE: readonly Need[] = [
  { path: ['qiyuesuo', 'version'], fix: 'add version: like 4.3.7, it decides the callback page' },
  { path: ['qiyuesuo', 'console'], fix: 'add console: with the address of 契约锁管理平台, usually port 9181' },
  {
    path: ['qiyuesuo', 'openApi'],
    fix: 'add openApi: with the address of the open API, usually port 9182; it is never derived',
  },
  { path: ['e10', 'corpId'], fix: 'add corpId: of 后台管理中心 → 开放平台 → 开发者资料' },
  { path: ['e10', 'appKey'], fix: 'add appKey: of 后台管理中心 → 开放平台 → 应用管理' },
  { path: ['e10', 'appSecret'], fix: 'add appSecret: { env: NAME } of 后台管理中心 → 开放平台 → 应用管理' },
];

/** A missing parent is one error of its own, not one for each of its children. */
function missing(tenant: Mapping, { path, fix }: Need, message: string): Flaw[] {
  const parent = valueAt(tenant, path.slice(0, -1));
  return isMapping(parent) && valueAt(tenant, path) === undefined ? [{ code: 'MISSING', message, fix, path }] : [];
}

function versionOfPublic(tenant: Mapping): Flaw[] {
  const path = ['qiyuesuo', 'version'];
  if (valueAt(tenant, path) === undefined) return [];
  return [{ code: 'NOT-ALLOWED', message: 'the public cloud has no version', fix: 'remove version', path }];
}

function adapterFlaws(tenant: Mapping): Flaw[] {
  const driver = valueAt(tenant, ['qiyuesuo', 'driver']);
  const path = ['qiyuesuo', 'api'];
  const given = valueAt(tenant, path) !== undefined;
  if (driver === 'api' && !given) {
    const fix = 'add api: { address: …, token: { env: NAME } }, or choose driver: manual';
    return [{ code: 'MISSING', message: 'driver api needs qiyuesuo.api', fix, path: ['qiyuesuo', 'driver'] }];
  }
  if (driver !== 'api' && given) {
    return [{ code: 'NOT-ALLOWED', message: 'only driver api uses it', fix: 'add driver: api, or remove api', path }];
  }
  return [];
}

function ownAppFlaws(tenant: Mapping): Flaw[] {
  const own = valueAt(tenant, ['e10', 'ownApp']);
  const corpIds = [valueAt(own, ['corpId']), valueAt(tenant, ['e10', 'corpId'])];
  if (!isMapping(own) || corpIds.some((corpId) => corpId !== undefined)) return [];
  const fix = 'add corpId: to ownApp or to e10';
  return [{ code: 'MISSING', message: 'ownApp needs a corpId', fix, path: ['e10', 'ownApp'] }];
}

function windowFlaws(tenant: Mapping): Flaw[] {
  const [from, to] = ['from', 'to'].map((key) => valueAt(tenant, ['window', key]));
  if (from === undefined || from !== to) return [];
  return [
    {
      code: 'WINDOW',
      message: 'the window is empty',
      fix: 'remove window, or let from and to differ',
      path: ['window', 'to'],
    },
  ];
}

/** What the waves and the list of tenants can only show together. Paths start at the file. */
export function fileFlaws(file: Mapping): Flaw[] {
  return [
    ...repeated(file, 'tenants', 'id'),
    ...repeated(file, 'waves', 'name'),
    ...strictFlaws(file['limits'], ['limits']),
    ...targetFlaws(file['targets']),
    ...entriesOf(file, 'waves').flatMap((wave, index, waves) => waveFlaws(wave, index, waves)),
  ];
}

function entriesOf(file: Mapping, list: string): unknown[] {
  const entries = file[list];
  return Array.isArray(entries) ? (entries as unknown[]) : [];
}

/** Upper and lower case count as equal: ids become names of files. */
function repeated(file: Mapping, list: string, key: string): Flaw[] {
  const seen = new Map<string, number>();
  return entriesOf(file, list).flatMap((entry, index): Flaw[] => {
    const name = valueAt(entry, [key]);
    if (typeof name !== 'string') return [];
    const first = seen.get(name.toLowerCase());
    if (first === undefined) seen.set(name.toLowerCase(), index);
    if (first === undefined) return [];
    const message = `the same ${key} as ${list}[${first}]`;
    return [{ code: 'DUPLICATE', message, fix: `give each its own ${key}`, path: [list, index, key] }];
  });
}

function waveFlaws(wave: unknown, index: number, waves: readonly unknown[]): Flaw[] {
  if (!isMapping(wave)) return [];
  const path = ['waves', index];
  const sizes = ['count', 'percent', 'match', 'rest'].filter((key) => Object.hasOwn(wave, key));
  if (sizes.length !== 1) {
    const message = sizes.length === 0 ? 'takes no tenants' : `has more than one size: ${sizes.join(', ')}`;
    return [{ code: 'WAVE-SIZE', message, fix: 'give exactly one of count, percent, match and rest', path }];
  }
  if (wave['rest'] === true && index < waves.length - 1) {
    const fix = 'move the wave with rest: true to the end';
    return [{ code: 'WAVE-SIZE', message: 'leaves nothing to the waves below', fix, path: [...path, 'rest'] }];
  }
  return [...strictFlaws(wave, path), ...gateFlaws(wave, path), ...fourEyesFlaws(wave, path)];
}

function gateFlaws(wave: Mapping, path: readonly PropertyKey[]): Flaw[] {
  if (wave['gate'] === undefined || wave['soak'] !== undefined) return [];
  const fix = 'add soak: 30m, or remove gate';
  return [{ code: 'MISSING', message: 'gate needs a soak', fix, path: [...path, 'gate'] }];
}

function fourEyesFlaws(wave: Mapping, path: readonly PropertyKey[]): Flaw[] {
  const approval = wave['approval'];
  if (wave['fourEyes'] !== true || (approval !== undefined && approval !== false)) return [];
  const fix = 'add approval: true, or remove fourEyes';
  return [{ code: 'MISSING', message: 'fourEyes needs an approval', fix, path: [...path, 'fourEyes'] }];
}

/** Not in the schema: an address as a key may hold a password, and the paths of the schema's errors name their keys. */
function targetFlaws(targets: unknown): Flaw[] {
  const seen = new Set<string>();
  return Object.keys(isMapping(targets) ? targets : {}).flatMap((written): Flaw[] => {
    const path = ['targets', written];
    const origin = targetOrigin(written);
    if (origin === undefined) {
      const fix = 'write scheme, host and, where it is not the usual one, port: https://seal.example.com:9182; or "*"';
      return [{ code: 'TARGET', message: 'not an address without a path', fix, path, at: 'key' }];
    }
    if (seen.has(origin)) {
      return [{ code: 'DUPLICATE', message: 'the same system twice', fix: 'keep one of the two', path, at: 'key' }];
    }
    seen.add(origin);
    return [];
  });
}

function strictFlaws(limits: unknown, path: readonly PropertyKey[]): Flaw[] {
  if (valueAt(limits, ['strict']) !== true || valueAt(limits, ['maxErrors']) !== undefined) return [];
  return [{ code: 'LIMIT', message: 'strict needs maxErrors', fix: 'add maxErrors: 0', path: [...path, 'strict'] }];
}
