import { hash32 } from '../kernel/random.js';
import { companyName } from './names.js';
import { USUAL_QUIRKS, type Quirks } from './quirks.js';
import type { CategoryCounts, PeopleCounts, TenantSpec } from './spec.js';
import { USUAL_WEB_QUIRKS, type WebQuirks } from './web-quirks.js';

/** A specification with every default filled in. */
export interface SettledSpec extends Required<
  Omit<TenantSpec, OptionalKey | 'categories' | 'people' | 'quirks' | 'web'>
> {
  /** Of this tenant alone; every computed value of it starts here. */
  seed: number;
  categories: CategoryCounts;
  people: Required<PeopleCounts>;
  quirks: Quirks;
  web: WebQuirks;
  callback?: NonNullable<TenantSpec['callback']>;
  proxyFile?: string;
}

type OptionalKey = 'callback' | 'proxyFile';

/** The same specification and seed give the same tenant, whatever other tenants there are. */
export function settleSpec(spec: TenantSpec, worldSeed: number): SettledSpec {
  const seed = hash32(worldSeed, spec.id);
  const isPublic = spec.deployment === 'public';
  const people = {
    e9: 30,
    e10: spec.people?.e9 ?? 30,
    units: 5,
    leavers: 3,
    secondary: 2,
    sharedMobiles: 0,
    untidy: 0,
    outdated: 0,
    first: {},
    external: 0,
    ...spec.people,
  };
  const dialect = spec.dialect ?? 'nonce';
  return {
    name: companyName(seed),
    story: '',
    tags: {},
    deployment: 'private',
    version: '4.3.7',
    sameAddress: false,
    forward: 'absent',
    oaHost: 'own',
    consoleToken: 'own',
    scope: 'root',
    scopeAfterSwitch: 'kept',
    fieldSets: 'per-version',
    startsMigrated: false,
    wrongCorpId: false,
    noHrRights: false,
    wrongTenantKey: false,
    entryDialect: dialect,
    syncSeconds: 1,
    syncFails: false,
    previousSecrets: false,
    ownApp: false,
    e9Hr: !isPublic && spec.sameAddress !== true,
    entry: {},
    ...spec,
    dialect,
    seed,
    categories: isPublic ? NO_CATEGORIES : { ...NO_CATEGORIES, legacy: 2, none: 1, ...spec.categories },
    people: { ...people, qiyuesuo: spec.people?.qiyuesuo ?? people.e9 },
    quirks: { ...USUAL_QUIRKS, ...spec.quirks },
    web: { ...USUAL_WEB_QUIRKS, ...spec.web },
  };
}

const NO_CATEGORIES: CategoryCounts = { legacy: 0, otherOldHost: 0, elsewhere: 0, none: 0 };
