import type { Addresses, Customer } from '../tenant/customer.js';
import type { Identity } from '../tenant/identity.js';
import { categoryName } from '../tenant/names.js';
import type { Organisation } from '../tenant/organisation.js';
import type { SettledSpec } from '../tenant/settled-spec.js';
import type { CallbackPage, OaVersion } from '../tenant/spec.js';
import type { CategoryPage, ConsolePages, Fields } from './state.js';

const E9_PATH = '/QYSPrivateCallbackServlet';
const E10_PATHS = {
  global: '/papi/signcenter/qiyuesuo/signCallbackPrivate',
  category: '/papi/signcenter/qiyuesuo/categoryCallback',
};

/** The console of a tenant as it stands before the migration, or after it where the tenant starts migrated. */
export function createPages(spec: SettledSpec, identity: Identity, org: Organisation, at: Addresses): ConsolePages {
  const moved = spec.startsMigrated;
  const e9Set = e9Fields(spec, identity, at);
  const e10Set: Fields = moved
    ? e10Fields(spec, identity, at)
    : spec.fieldSets === 'shared'
      ? e9Set
      : { singleSignOn: false };
  const size = Math.max(spec.people.e9, spec.people.e10, spec.people.qiyuesuo);
  const people = new Uint8Array(size);
  people.fill(1, 0, moved ? spec.people.e10 : spec.people.qiyuesuo);
  return {
    oaVersion: moved ? 'E10' : 'E9',
    sets: { E9: spec.fieldSets === 'shared' && moved ? e10Set : e9Set, E10: e10Set },
    callback: { ...callbackOf(spec, at), ...extras(spec) },
    peopleSync: {
      enabled: true,
      scope: scopeOf(spec, org),
      schedule: '0 2 * * *',
      includePeople: true,
      ...extras(spec),
    },
    categories: categoriesOf(spec, identity, at),
    people,
    runs: [],
    versions: { integration: 1, callback: 1, peopleSync: 1 },
  };
}

function e9Fields(spec: SettledSpec, identity: Identity, at: Addresses): Fields {
  const both = { singleSignOn: true, oaAddress: at.e9 };
  if (spec.deployment === 'public') return { ...both, singleSignOn: false };
  const old = spec.previousSecrets !== false;
  return {
    ...both,
    syncSource: 'https',
    encryptionKey: old ? identity.previous.encryptionKey : identity.encryptionKey,
    ...(old ? { appSecret: identity.previous.appSecret } : {}),
  };
}

function e10Fields(spec: SettledSpec, identity: Identity, at: Addresses): Fields {
  const both = { singleSignOn: true, oaAddress: at.e10, teamCode: identity.tenantKey };
  if (spec.deployment === 'public') return both;
  const { appKey, appSecret, corpId } = identity.app;
  return {
    ...both,
    syncSource: 'https',
    openPlatformAddress: `${at.e10}/openserver`,
    appKey,
    corpId,
    appSecret,
    encryptionKey: identity.encryptionKey,
  };
}

/** Which pages a version has (`facts/qiyuesuo.md` §3.5): from 4.3.6 a new one with a button back to the old one. */
export function callbackPages(spec: SettledSpec): [CallbackPage, ...CallbackPage[]] {
  const [major = 0, minor = 0, patch = 0] = spec.version.split('.').map(Number);
  const order = major * 1_000_000 + minor * 1_000 + patch;
  if (order >= 4_003_006) return ['new', 'old'];
  return [order === 4_003_005 ? spec.quirks.pageOf435 : 'global'];
}

function callbackOf(spec: SettledSpec, at: Addresses): { page: CallbackPage; url: string | null } {
  const [first] = callbackPages(spec);
  if (spec.startsMigrated) return { page: first === 'new' ? 'old' : first, url: `${at.e10}${E10_PATHS.global}` };
  return spec.callback ?? { page: first, url: first === 'new' ? null : `${at.e9}${E9_PATH}` };
}

function scopeOf(spec: SettledSpec, org: Organisation): string[] {
  const idOf = (unit: Organisation['units'][number] | undefined): string[] =>
    unit ? [spec.startsMigrated ? String(unit.e10Id) : unit.e9Id] : [];
  if (spec.scope === 'nothing') return [];
  if (spec.scope === 'root') return idOf(org.units[0]);
  return org.units.filter(({ kind }) => kind === 'department').flatMap((unit) => idOf(unit));
}

function categoriesOf(spec: SettledSpec, identity: Identity, at: Addresses): CategoryPage[] {
  const { legacy, otherOldHost, elsewhere, none } = spec.categories;
  const kinds = [
    ...Array.from({ length: legacy }, () =>
      spec.startsMigrated && !spec.sameAddress ? `${at.e10}${E10_PATHS.category}` : `${at.e9}${E9_PATH}`,
    ),
    ...Array.from({ length: otherOldHost }, () => `${at.e9}/custom/doSubmitCallBack`),
    ...Array.from({ length: elsewhere }, () => 'https://erp.example.cn/seal/callback'),
    ...Array.from({ length: none }, () => null),
  ];
  // Dealt out as at a customer's: kinds do not stand in blocks.
  const mixed = kinds
    .map((url, index) => ({ url, at: (index * 7) % (kinds.length || 1), index }))
    .sort((a, b) => a.at - b.at || a.index - b.index);
  return mixed.map(({ url }, index) => ({
    id: String(identity.qiyuesuoIdBase + 5_000n + BigInt(index) * 13n),
    name: categoryName(index),
    company: spec.name,
    kind: index % 5 === 4 ? 'PHYSICAL' : 'ELECTRONIC',
    state: index % 9 === 8 ? 'disabled' : 'enabled',
    version: 1,
    callback:
      url === null
        ? null
        : {
            url: index % 3 === 2 ? `${url}?from=qys&no=${index}` : url,
            events: ['SEAL_COMPLETE', 'REJECTED'].slice(0, 1 + (index % 2)),
            parameters: { ecologyOperate: 'download', [`fieldname_f${index}`]: `值${index}` },
            ...(spec.quirks.extraMembers ? { retryTimes: 3, remark: '用印完成' } : {}),
          },
  }));
}

function extras(spec: SettledSpec): Record<string, unknown> {
  return spec.quirks.extraMembers ? { contactMode: 'MOBILE' } : {};
}

/** What a console does with the people sync when the OA version is switched (`facts/qiyuesuo.md` §7, question 7). */
export function switchPeopleSync({ spec, org, console: pages }: Customer, from: OaVersion, to: OaVersion): void {
  if (spec.quirks.switchResetsSync) Object.assign(pages.peopleSync, { enabled: false, schedule: '30 4 * * *' });
  if (spec.scopeAfterSwitch === 'cleared') {
    pages.peopleSync.scope = [];
    return;
  }
  if (spec.quirks.scopeKeepsOldIds) return;
  pages.peopleSync.scope = pages.peopleSync.scope.flatMap((id) => {
    const unit = org.unitById(id, from);
    return unit ? [to === 'E9' ? unit.e9Id : String(unit.e10Id)] : [];
  });
}
