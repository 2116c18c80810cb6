import type { PagedList, PersonRow } from '../../domain/people/rows.js';

/** Qiyuesuo's documented open API, the read-only and allow-listed part of it (`facts/qiyuesuo.md` §2.1). */
export interface Qiyuesuo {
  /**
   * Reachability only; needs no credentials in the private cloud. Also measures the clock, before a refused signature could
   * be blamed on the credentials. Milliseconds, positive when Qiyuesuo is ahead; null without a `Date` header.
   */
  checkHealth(): Promise<{ clockSkewMs: number | null }>;
  /** The company behind the credentials: the best read-only credential check. Also measures the clock. */
  readCompany(): Promise<{
    id: string;
    name: string;
    clockSkewMs: number | null;
    dialect: 'nonce' | 'legacy' | 'public';
  }>;
  /** Ids and names of all categories, all pages. The callback is in no documented answer. */
  listCategories(): Promise<{ id: string; name: string; enabled: boolean }[]>;
  /** One person by contact (mobile or e-mail), private cloud; undefined when absent. Only the id leaves. */
  findPerson(contact: string): Promise<{ id: string } | undefined>;
  /** Everybody of the company, public cloud only: the private cloud's API has no list (`facts/qiyuesuo.md` §4.1). */
  people(): PagedList<PersonRow>;
  /** Head count, public cloud only (`/v2/employee/list`, all pages). */
  countEmployees(): Promise<number>;
}
