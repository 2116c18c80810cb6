import { says, type Finding } from './findings.js';
import { remapScope, sameScope, unitsNamed, type ScopeMapping } from './people.js';
import type { Change } from './plan.js';
import type { PeopleSyncSettings, Unit } from './settings.js';
import type { Tenant } from './tenant.js';

/** The units that `people.scope` names by their codes, as the console's tree has them. */
export interface NamedScope extends ScopeMapping {
  codes: string[];
}

/** Null where the file names none, or where Qiyuesuo sees no tree: the ids of the units are not known then. */
export function namedScope({ people }: Tenant, tree: readonly Unit[]): NamedScope | null {
  if (people.scope === 'keep' || tree.length === 0) return null;
  return { codes: people.scope, ...remapScope(unitsNamed(people.scope), tree) };
}

/** The change that brings the console's scope to the named units. */
export function scopeChanges(named: NamedScope | null, found: PeopleSyncSettings): Change[] {
  if (!named || (named.unmapped.length === 0 && sameScope(found.scope, named.scope))) return [];
  const before = found.scope.length === 0 ? null : found.scope.join(', ');
  return [{ step: 'sync-people', target: 'people-sync.scope', before, after: named.codes.join(', ') }];
}

/** A named unit that the tree does not have for certain: better said before the first write. */
export function namedScopeFindings(named: NamedScope | null): Finding[] {
  if (!named || named.unmapped.length === 0) return [];
  const which = named.unmapped.map(({ name }) => name).join(', ');
  const what = says({
    en: `E10 has no unit that is certainly meant by: ${which}`,
    zh: `E10 中没有能确定对应的组织：${which}`,
  });
  return [{ code: 'PEOPLE-SCOPE-UNMAPPED', severity: 'blocking', ...what, subject: 'people.scope' }];
}
