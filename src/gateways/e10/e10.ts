import type { PagedList, PersonRow, UnitRow } from '../../domain/people/rows.js';
import type { Unit } from '../../domain/settings.js';

/** The app whose credentials are used: Qiyuesuo's, or our own for checks. Values, not references: lives inside an activity. */
export interface E10App {
  corpId: string;
  appKey: string;
  appSecret: string;
}

/**
 * E10's open platform (开放平台) as one app sees it (`facts/weaver.md` §1–2). Takes a token at the first call and keeps it
 * for its own lifetime only; a token that the platform rejects is renewed once.
 */
export interface E10 {
  /** authorize + access_token. Throws `Unauthenticated` when the triple is refused. */
  authorize(): Promise<void>;
  /** The tenant code (租户识别码) that the platform shows for this app, or undefined where it does not return the field. */
  readTenantKey(): Promise<string | undefined>;
  /** People in service, internal, not deleted; of the given units only, where units are given. */
  countEmployees(unitIds?: readonly string[]): Promise<number>;
  /** Everybody in service, internal and not deleted, with all units a person has a post in. */
  people(): PagedList<PersonRow>;
  /** Enabled units. */
  units(): PagedList<UnitRow>;
  /** All enabled units, all pages; throws `UnexpectedAnswer` when the rows gathered differ from the total. */
  listUnits(): Promise<Unit[]>;
}

/** What answers at an address (`facts/weaver.md` §3): only positive proof counts as E10. */
export type OaKind = 'e10' | 'e9' | 'unknown';
