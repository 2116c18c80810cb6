import type { Comparison } from '../domain/people/outcomes.js';
import type { PeopleListName } from '../domain/people/rows.js';
import { SIDES } from './matching.js';
import type { Opaque } from './opaque.js';
import { familyOf, tableOf } from './tables.js';

/** The lists that the numbers of a comparison's outcomes are from. */
function listsOf(comparison: Comparison): { wanted: PeopleListName; before: PeopleListName; after?: PeopleListName } {
  const { found, wanted } = SIDES[comparison];
  return comparison === 'actual' ? { wanted, before: 'qiyuesuo-before', after: found } : { wanted, before: found };
}

/**
 * Joins for the outcomes `o` of a table `of`: `w` is whom E10 has, `b` and `a` who was found before and after the run. Each list is
 * cut to those who are in `of`, so that what is joined is as small as that.
 */
export function namesOf(comparison: Comparison, of: string): string {
  const lists = listsOf(comparison);
  const someOf = (list: PeopleListName, key: string): string =>
    `(SELECT l.* FROM ${tableOf(list)} l SEMI JOIN ${of} s ON l.n = s.${key})`;
  const nobody = `(SELECT * FROM ${tableOf(lists.before)} WHERE false)`;
  return `LEFT JOIN ${someOf(lists.wanted, 'wanted')} w ON w.n = o.wanted
    LEFT JOIN ${someOf(lists.before, 'before')} b ON b.n = o.before
    LEFT JOIN ${lists.after ? someOf(lists.after, 'after') : nobody} a ON a.n = o.after`;
}

/** After `namesOf`: the opaque id under which an outcome is shown, of E10's person, or of the other one where E10 has none. */
export function shownId(opaque: Opaque, comparison: Comparison): string {
  return `CASE WHEN o.wanted IS NOT NULL THEN ${opaque.sql('e10', 'w.id')} ELSE ${counterpartId(opaque, comparison)} END`;
}

/** After `namesOf`: the opaque id of the other one. */
export function counterpartId(opaque: Opaque, comparison: Comparison): string {
  return opaque.sql(familyOf(SIDES[comparison].found), 'coalesce(a.id, b.id)');
}
