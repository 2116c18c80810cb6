/** The HR side of an E9 (`facts/weaver.md` §5.1), read for the people baseline. */
export interface E9 {
  /** Comparable head count: status 0–3, main accounts, with a login name. All pages are read; no row leaves the gateway. */
  countEmployees(): Promise<number>;
  /** e.g. `9.00.1907.00`; undefined where it needs a session. */
  readVersion(): Promise<string | undefined>;
  /** Whether `/QYSPrivateCallbackServlet` answers as E9's servlet does: 200 with an empty body to an empty POST. */
  hasCallbackServlet(): Promise<boolean>;
}
