import { NOBODY_IN_E10 } from './people/guard.js';
import type { Said } from './said.js';
import type { PeopleChoice } from './tenant.js';
import type { PeopleSyncSettings, Unit } from './settings.js';

/** The people-sync settings as they are to be saved; decided before the write, so that an undo knows what we wrote. */
export interface WantedPeopleSync {
  enabled: boolean;
  scope: string[];
  schedule: string;
  /** The settings as they stood when this was decided: after the switch, which may have changed them. */
  asFound: Pick<PeopleSyncSettings, 'enabled' | 'scope' | 'schedule'>;
  /** Whether a run may be started: not without a scope. */
  startsRun: boolean;
  /** The chosen units, to be found again in E10's own list; null: everybody. Absent in older records. */
  units?: ScopeUnit[] | null;
  /** Before the switch: E9 shows its units no more, so nobody knows which are chosen, and everybody is taken for wanted. */
  unseen?: true;
  /** Heads: what E10 shows within the scope, and who is active in Qiyuesuo. Null where everybody is compared instead. */
  source: number | null;
  active: number | null;
  /** What the guard would have stopped it for by these heads, had nobody lifted it. */
  lifted?: Said;
}

export type GuardVerdict = { pass: true } | { pass: false; why: Said };

/**
 * Whether a sync run may start: an empty source never may, and a source that has so many people fewer than Qiyuesuo that
 * the run would disable more than either limit may not, unless an operator has lifted it. Totals only; who they are is not looked
 * at here.
 */
export function guardVerdict(
  source: number,
  active: number,
  { guard, guardLifted }: Pick<PeopleChoice, 'guard' | 'guardLifted'>,
): GuardVerdict {
  if (source === 0) return { pass: false, why: NOBODY_IN_E10 };
  if (guardLifted !== undefined) return { pass: true };
  const missing = active - source;
  if (missing <= 0) return { pass: true };
  const tooMany = (en: string, zh: string): GuardVerdict => ({
    pass: false,
    why: {
      en: `E10 shows ${source} people, Qiyuesuo has ${active} active ones: up to ${missing} would be disabled, more than the ${en} that are allowed`,
      zh: `E10 有 ${source} 人，契约锁在用 ${active} 人：最多将停用 ${missing} 人，超过允许的 ${zh}`,
    },
  });
  if (missing > guard.count) return tooMany(String(guard.count), `${guard.count} 人`);
  const percent = (missing / active) * 100;
  if (percent > guard.percent) return tooMany(`${guard.percent} %`, `${guard.percent}%`);
  return { pass: true };
}

/** A unit that the scope of E9 named, with what it can be recognised by on E10. */
export interface ScopeUnit {
  id: string;
  name: string;
  code?: string;
  /** Names from the root down. */
  path: string[];
}

export interface ScopeMapping {
  scope: string[];
  unmapped: ScopeUnit[];
}

/** The units of a scope as the tree shows them; ids that the tree does not have are left out. */
export function scopeUnits(scope: readonly string[], tree: readonly Unit[]): ScopeUnit[] {
  const byId = new Map(tree.map((unit) => [unit.id, unit]));
  return scope.flatMap((id) => {
    const unit = byId.get(id);
    if (!unit) return [];
    return [{ id, name: unit.name, ...(unit.code ? { code: unit.code } : {}), path: pathOf(unit, byId) }];
  });
}

/**
 * Ids differ between E9 and E10 (`facts/weaver.md` §2.4), so units of the old scope are found again by code, then by their
 * whole path of names. What fits no or several units is never guessed.
 */
export function remapScope(units: readonly ScopeUnit[], tree: readonly Unit[]): ScopeMapping {
  const find = finderIn(tree);
  const mapped = units.map((unit) => ({ unit, found: find(unit) }));
  return {
    scope: [...new Set(mapped.flatMap(({ found }) => (found === undefined ? [] : [found.id])))],
    unmapped: mapped.filter(({ found }) => found === undefined).map(({ unit }) => unit),
  };
}

/** How the units of E9 are found again in E10. Units are no persons: their codes and names may be shown. */
export interface UnitsReport {
  e9: number;
  e10: number;
  byCode: number;
  byPath: number;
  /** Units of E9 that have no certain counterpart. */
  without: number;
  /** They, by code, or by name where they have none; at most `MOST_LOST`. */
  lost: string[];
}

const MOST_LOST = 200;

export function unitsFoundAgain(e9: readonly Unit[], e10: readonly Unit[]): UnitsReport {
  const find = finderIn(e10);
  const units = scopeUnits(
    e9.map(({ id }) => id),
    e9,
  );
  const found = units.map((unit) => ({ unit, by: find(unit)?.by }));
  const lost = found.filter(({ by }) => by === undefined);
  return {
    e9: e9.length,
    e10: e10.length,
    byCode: found.filter(({ by }) => by === 'code').length,
    byPath: found.filter(({ by }) => by === 'path').length,
    without: lost.length,
    lost: lost.slice(0, MOST_LOST).map(({ unit }) => unit.code ?? unit.name),
  };
}

function finderIn(tree: readonly Unit[]): (unit: ScopeUnit) => { id: string; by: 'code' | 'path' } | undefined {
  const byId = new Map(tree.map((unit) => [unit.id, unit]));
  const byCode = onlyIds(tree, ({ code }) => code);
  const byPath = onlyIds(tree, (unit) => pathKey(pathOf(unit, byId)));
  return ({ code, path }) => {
    const coded = code === undefined ? undefined : byCode.get(code);
    if (coded !== undefined) return { id: coded, by: 'code' };
    const named = byPath.get(pathKey(path));
    return named === undefined ? undefined : { id: named, by: 'path' };
  };
}

/**
 * The units of a scope and all below them in E10's own list: by id where the console shows E10's ids, else as `remapScope` finds
 * them again. Null where one of them is not certain: then nobody is left out.
 */
export function scopeInE10(units: readonly ScopeUnit[], list: readonly Unit[]): string[] | null {
  const ids = new Set(list.map(({ id }) => id));
  if (units.every(({ id }) => ids.has(id)))
    return withDescendants(
      units.map(({ id }) => id),
      list,
    );
  const { scope, unmapped } = remapScope(units, list);
  return unmapped.length === 0 ? withDescendants(scope, list) : null;
}

/** Ids by what units are known by; nothing where several have it. */
function onlyIds(tree: readonly Unit[], keyOf: (unit: Unit) => string | undefined): Map<string, string | undefined> {
  const ids = new Map<string, string | undefined>();
  for (const unit of tree) {
    const key = keyOf(unit);
    if (key !== undefined) ids.set(key, ids.has(key) ? undefined : unit.id);
  }
  return ids;
}

/** Units that are known by their codes alone. */
export function unitsNamed(codes: readonly string[]): ScopeUnit[] {
  return codes.map((code) => ({ id: code, name: code, code, path: [code] }));
}

/** Whether two scopes have the same units, in whatever order. */
export function sameScope(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && [...one].sort().join() === [...other].sort().join();
}

/** Ids of the scope that the tree knows. */
export function knownScope(scope: readonly string[], tree: readonly Unit[]): string[] {
  const ids = new Set(tree.map(({ id }) => id));
  return scope.filter((id) => ids.has(id));
}

/** The chosen units and everything below them: whose people a run would bring. */
export function withDescendants(scope: readonly string[], tree: readonly Unit[]): string[] {
  const children = groupByParent(tree);
  const seen = new Set<string>();
  const visit = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const child of children.get(id) ?? []) visit(child.id);
  };
  scope.forEach(visit);
  return [...seen];
}

function groupByParent(tree: readonly Unit[]): Map<string | undefined, Unit[]> {
  const groups = new Map<string | undefined, Unit[]>();
  for (const unit of tree) {
    const siblings = groups.get(unit.parentId);
    if (siblings) siblings.push(unit);
    else groups.set(unit.parentId, [unit]);
  }
  return groups;
}

function pathOf(unit: Unit, byId: ReadonlyMap<string, Unit>): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  for (let at: Unit | undefined = unit; at && !seen.has(at.id); at = at.parentId ? byId.get(at.parentId) : undefined) {
    seen.add(at.id);
    names.unshift(at.name);
  }
  return names;
}

function pathKey(names: readonly string[]): string {
  return JSON.stringify(names);
}
