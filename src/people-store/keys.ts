import type { MatchKey } from '../domain/people/matching.js';

/** Columns of the four fields that people are looked for or logged in with. */
export const KEY_COLUMNS = {
  jobNumber: 'job_number',
  mobile: 'mobile',
  email: 'email',
  login: 'login',
} as const satisfies Record<MatchKey | 'login', string>;

/** Characters of ASCII that are seen, but for the star. */
const NO_SPACE_OR_STAR = '[!-)+-~]+';

/** A field as it is compared, in SQL: what `domain/people/matching.ts` says in words. Null where there is nothing to compare. */
export function keySql(key: keyof typeof KEY_COLUMNS): string {
  const column = KEY_COLUMNS[key];
  // Nearly all are of the usual form, which is told in one go.
  const [usual, plain, text] =
    key === 'mobile'
      ? [
          '1[0-9]{10}',
          column,
          `regexp_replace(regexp_replace(${column}, '[^0-9]', '', 'g'), '^(00)?86(1[0-9]{10})$', '\\2')`,
        ]
      : [NO_SPACE_OR_STAR, `lower(${column})`, `lower(trim(${column}))`];
  // A page may show 138****0001: that is the key of nobody.
  return `CASE WHEN regexp_full_match(${column}, '${usual}') THEN ${plain}
    WHEN contains(${column}, '*') THEN NULL ELSE nullif(${text}, '') END`;
}
