import { resolve } from 'node:path';
import type { Batch, Wave, WaveSize } from '../domain/batch/batch.js';
import type { E10Access, E9Access, QiyuesuoAccess, SecretField, SecretRef, Tenant } from '../domain/tenant.js';
import { targetOrigin } from './address.js';
import type { BatchFile, TenantDefaults, TenantEntry, WaveEntry } from './schema.js';

/** A tenant after the merge: its own fields over the defaults. */
export type MergedTenant = TenantDefaults & Pick<TenantEntry, 'id' | 'name'>;

/** Resolves the path of a secret's file against the folder of the batch file. */
type Anchor = (reference: SecretRef) => SecretRef;

const PUBLIC_CONSOLE = 'https://cloud.qiyuesuo.com';
const PUBLIC_OPEN_API = 'https://openapi.qiyuesuo.com';
const DEFAULT_CONCURRENCY = 5;
const DEFAULT_UNDO_WINDOW_MS = 7 * 86_400_000;
const DEFAULT_PRIORITY = 3;

/** Fills in what the file left out. The rules were checked before, so a value that is missing here is a bug. */
export function completeBatch(file: BatchFile, tenants: readonly MergedTenant[], folder: string): Batch {
  const anchor: Anchor = (reference) => ('file' in reference ? { file: resolve(folder, reference.file) } : reference);
  return {
    batch: file.batch,
    waves: completeWaves(file.waves),
    limits: file.limits ?? {},
    targets: Object.fromEntries(
      Object.entries(file.targets ?? {}).map(([written, limit]) => [needed(targetOrigin(written)), limit]),
    ),
    undoWindowMs: file.undoWindow ?? DEFAULT_UNDO_WINDOW_MS,
    tenants: tenants.map((tenant) => completeTenant(tenant, anchor)),
  };
}

/** Without waves all tenants are one, five at a time. */
export function completeWaves(waves: readonly WaveEntry[] | undefined): Wave[] {
  if (waves === undefined) return [completeWave({ name: 'all', rest: true })];
  return waves.map(completeWave);
}

function completeWave({
  name,
  count,
  percent,
  match,
  rest: _rest,
  maxConcurrency = DEFAULT_CONCURRENCY,
  slowStart = true,
  order = 'file',
  soak,
  ...others
}: WaveEntry): Wave {
  return {
    name,
    size: sizeOf({ count, percent, match }),
    maxConcurrency,
    slowStart,
    order,
    ...(soak !== undefined && { soakMs: soak }),
    ...others,
  };
}

function sizeOf({
  count,
  percent,
  match,
}: { [Key in 'count' | 'percent' | 'match']: WaveEntry[Key] | undefined }): WaveSize {
  if (count !== undefined) return { count };
  if (percent !== undefined) return { percent };
  return match === undefined ? { rest: true } : { match };
}

function completeTenant(tenant: MergedTenant, anchor: Anchor): Tenant {
  const { e9, encryptionKey, callbackPage, window, people } = tenant;
  return {
    id: tenant.id,
    name: tenant.name ?? tenant.id,
    site: tenant.site ?? 'default',
    tags: tenant.tags ?? {},
    qiyuesuo: completeQiyuesuo(needed(tenant.qiyuesuo), anchor),
    ...(e9 !== undefined && { e9: completeE9(e9, anchor) }),
    e10: completeE10(needed(tenant.e10), anchor),
    ...(encryptionKey !== undefined && { encryptionKey: anchor(encryptionKey) }),
    ...(callbackPage !== undefined && { callbackPage }),
    categories: tenant.categories ?? 'auto',
    people: {
      scope: people?.scope ?? 'keep',
      ...(people?.schedule !== undefined && { schedule: people.schedule }),
      ...(people?.run === 'nightly' && { run: 'nightly' }),
      ...(people?.zone !== undefined && { zone: people.zone }),
      ...(people?.compare === 'count' && { compare: 'count' }),
      guard: { ...people?.guard, percent: people?.guard?.percent ?? 5, count: people?.guard?.count ?? 50 },
    },
    ...(window !== undefined && { window }),
    priority: tenant.priority ?? DEFAULT_PRIORITY,
    acceptUnrestorable: [...new Set(tenant.acceptUnrestorable)],
  };
}

function completeQiyuesuo(given: NonNullable<TenantDefaults['qiyuesuo']>, anchor: Anchor): QiyuesuoAccess {
  const { version, signing, api, company, previous = {} } = given;
  const deployment = needed(given.deployment);
  const ofPublic = deployment === 'public';
  return {
    deployment,
    ...(version !== undefined && { version }),
    console: given.console ?? needed(ofPublic ? PUBLIC_CONSOLE : undefined),
    openApi: given.openApi ?? needed(ofPublic ? PUBLIC_OPEN_API : undefined),
    ...(signing !== undefined && { signing }),
    token: anchor(needed(given.token)),
    secret: anchor(needed(given.secret)),
    dialect: given.dialect ?? 'auto',
    driver: given.driver ?? 'manual',
    ...(api !== undefined && { api: { address: api.address, token: anchor(api.token) } }),
    ...(company !== undefined && { company }),
    previous: anchored(previous, anchor),
  };
}

function anchored(
  previous: Partial<Record<SecretField, SecretRef>>,
  anchor: Anchor,
): Partial<Record<SecretField, SecretRef>> {
  const { encryptionKey, appSecret } = previous;
  return {
    ...(encryptionKey !== undefined && { encryptionKey: anchor(encryptionKey) }),
    ...(appSecret !== undefined && { appSecret: anchor(appSecret) }),
  };
}

function completeE9(given: NonNullable<TenantDefaults['e9']>, anchor: Anchor): E9Access {
  const { hr } = given;
  const address = needed(given.address);
  if (hr === undefined) return { address };
  const { token, digest = 'md5', body = 'form' } = hr;
  return { address, hr: { ...(token !== undefined && { token: anchor(token) }), digest, body } };
}

function completeE10(given: NonNullable<TenantDefaults['e10']>, anchor: Anchor): E10Access {
  const { corpId, appKey, appSecret, ownApp, headers = {} } = given;
  const address = needed(given.address);
  return {
    address,
    tenantKey: needed(given.tenantKey),
    openPlatform: given.openPlatform ?? `${address}/openserver`,
    ...(corpId !== undefined && { corpId }),
    ...(appKey !== undefined && { appKey }),
    ...(appSecret !== undefined && { appSecret: anchor(appSecret) }),
    ...(ownApp !== undefined && {
      ownApp: {
        corpId: ownApp.corpId ?? needed(corpId),
        appKey: ownApp.appKey,
        appSecret: anchor(ownApp.appSecret),
      },
    }),
    headers,
  };
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The rules of the batch file let an incomplete tenant pass');
  return value;
}
