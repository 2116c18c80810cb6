/** Where people are read. Qiyuesuo twice: before the run and after it, so that it can be told what the run did. */
export const PEOPLE_LISTS = ['e9-people', 'e10-people', 'qiyuesuo-before', 'qiyuesuo-after'] as const;
export type PeopleListName = (typeof PEOPLE_LISTS)[number];

/** Where units are read. E9 keeps departments and subcompanies apart, with numbers of their own each. */
export const UNIT_LISTS = ['e9-subcompanies', 'e9-departments', 'e10-units'] as const;
export type UnitListName = (typeof UNIT_LISTS)[number];

export type ListName = PeopleListName | UnitListName;

/** Why a row of a list takes no part in the comparison (`facts/weaver.md` §5.1). */
export type NotCompared = 'left' | 'secondary-account' | 'no-login';

/** One person as one system shows it. Lives inside activities only: it never enters a payload, a log or an error. */
export interface PersonRow {
  /** Of that system alone: ids differ between E9, E10 and Qiyuesuo (`facts/weaver.md` §2.4). */
  id: string;
  name: string | null;
  jobNumber: string | null;
  mobile: string | null;
  email: string | null;
  login: string | null;
  /** Ids of the person's units, the main one first. Empty where the system does not say. */
  units: readonly string[];
  /** In service, or not disabled. */
  active: boolean;
  notCompared: NotCompared | null;
  /** Only in Qiyuesuo: which person of the OA it is bound to. */
  oaUserId: string | null;
}

/** A department or subcompany as one system shows it. */
export interface UnitRow {
  id: string;
  name: string;
  code: string | null;
  parentId: string | null;
}

/** One page of a full list. */
export interface ListPage<Row> {
  rows: readonly Row[];
  /** What the source says that there are; null where it says nothing. */
  total: number | null;
  /** Where the next page begins; null after the last one. */
  next: string | null;
}

/** What can be done as soon as an answer is there. */
export type OnAnswer = () => void;

/** A full list that is read page by page. A cursor is text which only the same list understands; it may be kept for days. */
export interface PagedList<Row> {
  /**
   * `null` begins at the front. `onAnswer` is called when an answer is there that nobody has read yet, also for one that turns out
   * to be none: a page of a thousand people takes its time to be understood.
   */
  readPage(cursor: string | null, onAnswer?: OnAnswer): Promise<ListPage<Row>>;
  /**
   * The id of the row that stands right before the place of `cursor` now. Where it is another one than was read there, rows
   * have moved between two pages, and somebody may have been left out. Undefined where this cannot be asked.
   */
  rowBefore?(cursor: string): Promise<string | undefined>;
}
