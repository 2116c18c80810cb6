import type { MatchKey } from '../domain/people/matching.js';

/** Columns of the four fields that people are looked for or logged in with. */
export const KEY_COLUMNS = {
  jobNumber: 'job_number',
  mobile: 'mobile',
  email: 'email',
  login: 'login',
} as const satisfies Record<MatchKey | 'login', string>;

/** A field as it is compared, in SQL: what `domain/people/matching.ts` says in words. Null where there is nothing to compare. */
export function keySql(key: keyof typeof KEY_COLUMNS): string {
  const column = KEY_COLUMNS[key];
  if (key !== 'mobile') return `nullif(lower(trim(${column})), '')`;
  return `nullif(regexp_replace(regexp_replace(${column}, '[^0-9]', '', 'g'), '^(00)?86(1[0-9]{10})$', '\\2'), '')`;
}
