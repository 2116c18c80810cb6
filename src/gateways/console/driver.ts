import type { PagedList, PersonRow } from '../../domain/people/rows.js';
import type { DriverKind } from '../../domain/tenant.js';
import type {
  CallbackSettings,
  Category,
  CategoryCallback,
  Integration,
  IntegrationField,
  IntegrationFields,
  IntegrationWrite,
  OaVersion,
  PeopleSyncSettings,
  SyncRun,
  Unit,
} from '../../domain/settings.js';

/**
 * The console pages of one tenant (集成管理). No documented API exists for them (`facts/qiyuesuo.md` §5.1), so every way to
 * reach them stands behind this interface. Drivers never retry, never decide and never repeat a write whose answer was lost:
 * they throw the errors of `gateways/errors.ts`. A write takes what was `seen`, so that a change by somebody else in between
 * is a `Conflict` and not lost.
 */
export interface ConsoleDriver {
  readonly kind: DriverKind;
  /** Fields that nobody can empty again once they show something: an undo neither clears them nor asks about them, and names them. */
  readonly cannotEmpty: readonly IntegrationField[];
  /** What pages are found by and nobody has confirmed at a real console, e.g. a page map; absent where somebody has, or nothing is assumed. */
  readonly unproved?: string;
  readIntegration(): Promise<Integration>;
  /**
   * The switch 泛微E9及以下版本 → 泛微E10, or back. Is also handed the values of `configure`, since a page may store the
   * switch only together with the form; a driver that can switch alone ignores them.
   */
  switchMode(to: OaVersion, seen: Integration, form?: IntegrationWrite): Promise<void>;
  /**
   * What the form held right after the switch, where `switchMode` filled it in on the same trip: what is read later is ours
   * already. Undefined where it did not.
   */
  formBeforeFilling?(): Promise<IntegrationFields | undefined>;
  /** Asks whoever filled it in and has not told: then `formBeforeFilling` knows. Absent where there is nobody to be asked. */
  recallForm?(): Promise<never>;
  /** Saves the fields of the OA version that is stored now. */
  saveIntegration(write: IntegrationWrite, seen: Integration): Promise<void>;
  readCallback(): Promise<CallbackSettings>;
  /** `etag` of `wanted` is ignored; `extra` is written back as it was read. */
  saveCallback(wanted: CallbackSettings, seen: CallbackSettings): Promise<void>;
  readPeopleSync(): Promise<PeopleSyncSettings>;
  savePeopleSync(wanted: PeopleSyncSettings, seen: PeopleSyncSettings): Promise<void>;
  /** The tree as Qiyuesuo sees it through the configured OA; empty, with the page's reason, when it cannot. */
  readOrganisation(): Promise<Organisation>;
  /** The same key answers the same run. While another one is under way none is started, and that one is the answer. */
  startPeopleSync(idempotencyKey: string): Promise<SyncRun & { inTheWay?: true }>;
  readSyncRun(runId: string): Promise<SyncRun>;
  /** Head counts only: no person leaves the driver. */
  countPeople(): Promise<PeopleCount>;
  /** Everybody in Qiyuesuo, page by page; absent where a driver cannot list people. */
  people?(): PagedList<PersonRow>;
  /** All pages, ordered by id. `only`: whose addresses are asked for; a driver to which each address costs a visit leaves the others out. */
  listCategories(only?: ReadonlySet<string>): Promise<Category[]>;
  saveCategoryCallback(category: Category, wanted: CategoryCallback): Promise<void>;
  /** Nothing is asked for this run any more: deletes what it noted between its steps; absent where nothing is noted. */
  forget?(): Promise<void>;
  /** Gives up what is kept open between operations; absent where nothing is. */
  close?(): Promise<void>;
}

/** On a page, for whoever clicks there: a choice can be changed, and not be unset (`docs/assumptions.md` 37). */
export const NOT_EMPTIED_ON_PAGES: readonly IntegrationField[] = ['syncSource'];

/** The code of the `Conflict` where another run is under way and cannot be told. */
export const SYNC_RUNNING = 'sync-running';

/** The code of the failure where a page shows no organisation, so that the scope of the people sync cannot be told. */
export const TREE_EMPTY = 'tree-empty';

export interface Organisation {
  units: Unit[];
  reason?: string;
}

export interface PeopleCount {
  total: number;
  /** Those whom the console shows as bound to somebody of the OA, where it shows that of anybody: no run touches the others. */
  active: number;
}
