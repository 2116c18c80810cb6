import type { PagedList, PersonRow, UnitRow } from '../../domain/people/rows.js';

/** The HR side of an E9 (`facts/weaver.md` §5.1), read for the people baseline. */
export interface E9 {
  /** Comparable head count: status 0–3, main accounts, with a login name. All pages are read; no row leaves the gateway. */
  countEmployees(): Promise<number>;
  /** Everybody, leavers and secondary accounts included: those are marked as not compared. */
  people(): PagedList<PersonRow>;
  /** Active units. E9 numbers subcompanies and departments apart, so that ids of both carry a letter: `s7`, `d7`. */
  subcompanies(): PagedList<UnitRow>;
  departments(): PagedList<UnitRow>;
  /** e.g. `9.00.1907.00`; undefined where it needs a session. */
  readVersion(): Promise<string | undefined>;
  /** Whether `/QYSPrivateCallbackServlet` answers as E9's servlet does: 200 with an empty body to an empty POST. */
  hasCallbackServlet(): Promise<boolean>;
}
