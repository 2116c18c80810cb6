import {
  guardVerdict,
  knownScope,
  remapScope,
  scopeUnits,
  unitsNamed,
  withDescendants,
  type ScopeUnit,
  type WantedPeopleSync,
} from '../domain/people.js';
import type { Sealed } from '../domain/outcomes.js';
import { says } from '../domain/findings.js';
import type { Said } from '../domain/said.js';
import type { Integration, PeopleSyncSettings, Unit } from '../domain/settings.js';
import type { Tenant } from '../domain/tenant.js';
import type { E10 } from '../gateways/e10/e10.js';
import { TREE_EMPTY, type ConsoleDriver } from '../gateways/console/driver.js';
import { GatewayError, Rejected } from '../gateways/errors.js';
import type { Seal } from '../gateways/seal.js';
import { StepRefused } from './failures.js';
import type { TenantInput } from './reads.js';
import { Snapshot } from './snapshot.js';
import type { OpenSystems, Systems } from './systems.js';

/** What the people sync is to be set to: its scope above all, found again in E10. Nothing is written. */
export function createPeoplePlanActivities({ open, seal }: { open: OpenSystems; seal: Seal }) {
  return {
    /**
     * Decides the settings: the scope that the console has, or the one of E9 found again by code or path. Without a snapshot, of a
     * tenant that has moved already, the one that it has now. Writes nothing. `exact`: everybody is compared, so heads are not
     * counted. `rehearses`: a tenant that has not moved is planned for as if it had.
     */
    async planPeopleSync({
      tenant,
      pages,
      snapshot,
      exact = false,
      rehearses = false,
    }: TenantInput & { snapshot: Sealed | null; exact?: boolean; rehearses?: boolean }): Promise<WantedPeopleSync> {
      const systems = open(tenant, pages);
      const driver = await systems.console();
      if (snapshot === null) {
        const { oaVersion } = await driver.readIntegration();
        if (oaVersion !== 'E10' && !rehearses) throw notOnE10(oaVersion);
        if (oaVersion !== 'E10') return rehearsed(tenant, systems, driver, exact);
      }
      const seen = await driver.readPeopleSync().catch(refuseEmptyTree);
      const before = snapshot === null ? { peopleSync: seen, scopeUnits: [] } : seal.open(snapshot, Snapshot);
      const asFound = { enabled: seen.enabled, scope: seen.scope, schedule: seen.schedule };
      const schedule = tenant.people.schedule ?? before.peopleSync?.schedule ?? seen.schedule;
      const nothingToKeep = tenant.people.scope === 'keep' && before.peopleSync?.scope.length === 0;
      if (nothingToKeep && seen.scope.length === 0) {
        return {
          enabled: seen.enabled,
          scope: [],
          schedule: seen.schedule,
          asFound,
          startsRun: false,
          units: null,
          source: null,
          active: null,
        };
      }

      const { units, reason } = await driver.readOrganisation();
      if (units.length === 0) {
        throw noTree(reason);
      }
      const scope = wantedScope(tenant, seen, oldUnits(before), units);
      const heads = exact ? NOT_COUNTED : await counted(tenant, systems, driver, { scope, units });
      return {
        enabled: true,
        scope,
        schedule,
        asFound,
        startsRun: true,
        units: chosenUnits(scope, units),
        ...heads,
      };
    },
  };
}

/** A people sync alone is for a tenant that has moved. */
function notOnE10(oaVersion: Integration['oaVersion']): StepRefused {
  const what = says({
    en: `the console is on ${oaVersion}: its people come from there`,
    zh: `控制台当前为 ${oaVersion}：人员来自该系统`,
  });
  return new StepRefused({ code: 'PEOPLE-NOT-ON-E10', ...what, subject: 'integration.oaVersion' });
}

/** It may not have loaded yet. `reason`: in the console's own words. */
function noTree(reason: string | undefined): StepRefused {
  const added = reason === undefined ? { en: '', zh: '' } : { en: `: ${reason}`, zh: `：${reason}` };
  const what = says({
    en: `Qiyuesuo sees no organisation through the E10 that is configured${added.en}`,
    zh: `契约锁通过所配置的 E10 看不到组织${added.zh}`,
  });
  return new StepRefused({ code: 'PEOPLE-TREE-EMPTY', ...what, subject: 'people-sync' }, { retryable: true });
}

/** Before the switch the console shows E9's units: those of its scope, or of the file, are found again in E10's own list. */
async function rehearsed(
  tenant: Tenant,
  systems: Systems,
  driver: ConsoleDriver,
  exact: boolean,
): Promise<WantedPeopleSync> {
  const { enabled, scope, schedule } = await driver.readPeopleSync();
  const chosen = tenant.people.scope;
  const settings = {
    enabled,
    scope,
    schedule: tenant.people.schedule ?? schedule,
    asFound: { enabled, scope, schedule },
  };
  if (chosen === 'keep' && scope.length === 0) return { ...settings, startsRun: false, units: null, ...NOT_COUNTED };
  return {
    ...settings,
    startsRun: true,
    ...(chosen === 'keep'
      ? foundAgain(scope, (await driver.readOrganisation()).units)
      : { units: inE10(unitsNamed(chosen)) }),
    ...(exact ? NOT_COUNTED : await counted(tenant, systems, driver, { scope: [], units: [] })),
  };
}

/** An E9 that was upgraded in place is gone: then Qiyuesuo sees no units through it. */
function foundAgain(scope: readonly string[], tree: readonly Unit[]): Pick<WantedPeopleSync, 'units' | 'unseen'> {
  if (tree.length === 0) return { units: null, unseen: true };
  const known = knownScope(scope, tree);
  if (known.length === scope.length && chosenUnits(scope, tree) === null) return { units: null };
  return { units: inE10(oldUnits({ peopleSync: { scope: [...scope] }, scopeUnits: scopeUnits(known, tree) })) };
}

/** Without the ids, which are E9's: the same one in E10 would be another unit. */
function inE10(units: readonly ScopeUnit[]): ScopeUnit[] {
  return units.map((unit) => ({ ...unit, id: '' }));
}

const NOT_COUNTED = { source: null, active: null };

/** Null: everybody. */
function chosenUnits(scope: readonly string[], tree: readonly Unit[]): ScopeUnit[] | null {
  return withDescendants(scope, tree).length >= tree.length ? null : scopeUnits(scope, tree);
}

/** Heads, and the guard that they are held against. Throws where it does not let them pass. */
async function counted(
  tenant: Tenant,
  systems: Systems,
  driver: ConsoleDriver,
  { scope, units }: { scope: readonly string[]; units: readonly Unit[] },
): Promise<Pick<WantedPeopleSync, 'source' | 'active' | 'lifted'>> {
  const e10 = await systems.checks();
  // By name alone E10 cannot be asked about units: pages show no ids.
  const inScope = driver.kind === 'api' ? withDescendants(scope, units) : [];
  const source = e10 ? await countWithin(e10, inScope, units) : null;
  const { active } = await driver.countPeople();
  const lifted = source === null ? null : liftedOf(tenant, source, active);
  return { source, active, ...(lifted === null ? {} : { lifted }) };
}

/** A page without its tree does not tell the scope: the same trouble as an empty tree, and it may pass. */
function refuseEmptyTree(error: unknown): never {
  if (!(error instanceof GatewayError) || error.code !== TREE_EMPTY) throw error;
  throw noTree(error.message);
}

/** A unit of the old scope that could not be read before the switch has only an id: it cannot be found again, and must not get lost. */
function oldUnits({
  peopleSync,
  scopeUnits,
}: Pick<Snapshot, 'scopeUnits'> & { peopleSync: { scope: string[] } | null }): ScopeUnit[] {
  const known = new Map(scopeUnits.map((unit) => [unit.id, unit]));
  return (peopleSync?.scope ?? []).map((id) => known.get(id) ?? { id, name: `${id}, not in the tree of E9`, path: [] });
}

/** The scope that the console kept, if E10 has it; else the old one, re-mapped. What cannot be found again is never guessed. */
function wantedScope(
  tenant: Tenant,
  seen: PeopleSyncSettings,
  before: readonly ScopeUnit[],
  tree: readonly Unit[],
): string[] {
  const chosen = tenant.people.scope;
  if (chosen === 'keep' && seen.scope.length > 0 && knownScope(seen.scope, tree).length === seen.scope.length) {
    return seen.scope;
  }
  const named = chosen === 'keep' ? before : unitsNamed(chosen);
  const { scope, unmapped } = remapScope(named, tree);
  if (unmapped.length === 0 && scope.length > 0) return scope;
  const which = unmapped.map(({ name, code }) => (code === undefined || code === name ? name : `${name} (${code})`));
  const what =
    which.length > 0
      ? {
          en: `these units of the old scope have no counterpart in E10 that is certain: ${which.join(', ')}`,
          zh: `原同步范围中的以下组织在 E10 中没有确定的对应：${which.join(', ')}`,
        }
      : {
          en: `the scope names units that the tree of E10 does not have: ${seen.scope.join(', ')}`,
          zh: `同步范围中的以下组织不在 E10 组织树中：${seen.scope.join(', ')}`,
        };
  throw new StepRefused({ code: 'PEOPLE-SCOPE-UNMAPPED', ...says(what), subject: 'people-sync.scope' });
}

/** The whole head count where the scope is everything or not known by ids, or names a unit that E10 itself does not list. */
async function countWithin(e10: E10, unitIds: readonly string[], tree: readonly Unit[]): Promise<number> {
  if (unitIds.length === 0 || unitIds.length >= tree.length) return e10.countEmployees();
  try {
    return await e10.countEmployees(unitIds);
  } catch (error) {
    if (error instanceof Rejected && error.reason === undefined) return e10.countEmployees();
    throw error;
  }
}

/** What the guard would have stopped it for by head counts, where somebody has lifted it. Throws where nobody has, or may. */
function liftedOf({ people: { guard, guardLifted } }: Tenant, source: number, active: number): Said | null {
  const verdict = guardVerdict(source, active, { guard });
  if (verdict.pass) return null;
  if (guardLifted !== undefined && source > 0) return verdict.why;
  throw new StepRefused({ code: 'PEOPLE-GUARD', ...says(verdict.why), subject: 'people.guard' });
}
