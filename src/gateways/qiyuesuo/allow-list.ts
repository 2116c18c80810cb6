import type { Deployment } from '../../domain/tenant.js';

/** The calls that are both documented and read-only (`facts/qiyuesuo.md` §2.1, "auto: yes"), all of them GET. */
const ALLOWED = {
  private: [
    '/checkHealth',
    '/company/list',
    '/company/detail',
    '/contract/categories',
    '/contract/categorygroup',
    '/contract/categorygroup/list',
    '/contract/categorydetail',
    '/user',
  ],
  public: [
    '/v2/checkhealth',
    '/company/platforminfo',
    '/company/token/get',
    '/v2/category/list',
    '/v2/category/detail',
    '/v2/employee/list',
  ],
} as const satisfies Record<Deployment, readonly string[]>;

export type AllowedPath = (typeof ALLOWED)[Deployment][number];

/**
 * Throws a plain Error, as for any bug, at a path that is not on the list. Exact paths, neither methods nor prefixes:
 * `/company/removeemployee` deletes by GET, and `/user` must not let `/user/delete` through.
 */
export function assertAllowed(deployment: Deployment, path: string): void {
  const paths: readonly string[] = ALLOWED[deployment];
  if (!paths.includes(path)) throw new Error(`${path} is not on the allow-list of the ${deployment} cloud`);
}
