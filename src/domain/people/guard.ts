import { joined, type Said } from '../said.js';
import type { PeopleGuard, PeopleLimit } from '../tenant.js';

/** What a run may do to so many people at once. */
export const GUARDED = ['disabled', 'created', 'changed'] as const;
export type Guarded = (typeof GUARDED)[number];

/** A limit for each; both its percent and its number must hold. Absent: unlimited. */
export type MassChangeLimits = Partial<Record<Guarded, PeopleLimit>>;

/** What a run would do, in heads. `linked` people are not `changed`: the move to E10 binds everybody anew. */
export interface MassChange {
  /** People that E10 shows within the scope. */
  source: number;
  /** People who are active in Qiyuesuo: those bound to somebody of the OA, where it shows that of anybody. */
  active: number;
  disabled: number;
  created: number;
  changed: number;
  /** People of whom it is not certain who they are; they count in none of the others. */
  ambiguous: number;
}

/** A limit that does not hold. Counts only, and opaque ids as examples. */
export interface Exceeded {
  what: Guarded;
  people: number;
  of: number;
  limit: PeopleLimit;
  examples: string[];
}

export type MassChangeVerdict =
  | { pass: true; numbers: string }
  | { pass: false; reason: 'empty-source' | 'limit' | 'uncertain'; exceeded: Exceeded[]; why: Said };

/** Whatever the limits, and whoever lifts them. */
export const NOBODY_IN_E10: Said = {
  en: 'E10 shows no people at all: look at its app and its rights; this is never let pass',
  zh: 'E10 中没有任何人员：请检查其应用与权限；此种情况永不放行',
};

/** The limits of the batch file's `people.guard`. */
export function limitsOf({ percent, count, ...others }: PeopleGuard): MassChangeLimits {
  return { disabled: { percent, count }, ...others };
}

/** Whether so many of so many are too many. Of nobody no percent can be taken: then the number alone counts. */
export function exceeds(people: number, of: number, { percent, count }: PeopleLimit): boolean {
  return people > count || (of > 0 && people * 100 > percent * of);
}

/**
 * Whether a run may start. An empty source is an error whatever the limits: a wrong password looks the same. `disabled` and
 * `changed` are measured against Qiyuesuo's active people, `created` against those of E10. Where most people are not certain, the
 * numbers say nothing.
 */
export function massChangeVerdict(
  change: MassChange,
  limits: MassChangeLimits,
  examples: Partial<Record<Guarded, readonly string[]>> = {},
): MassChangeVerdict {
  if (change.source === 0) return { pass: false, reason: 'empty-source', exceeded: [], why: NOBODY_IN_E10 };
  const exceeded = GUARDED.flatMap((what): Exceeded[] => {
    const [people, of, limit] = [change[what], baseOf(what, change), limits[what]];
    if (limit === undefined || !exceeds(people, of, limit)) return [];
    return [{ what, people, of, limit, examples: [...(examples[what] ?? [])] }];
  });
  if (exceeded.length === 0 && change.ambiguous * 2 > change.active + change.source) {
    const why = {
      en: `of ${change.ambiguous} of all people it is not certain who they are, so nobody can say what the run would do`,
      zh: `${change.ambiguous} 人无法确定对应，因此无法预计本次同步的影响`,
    };
    return { pass: false, reason: 'uncertain', exceeded, why };
  }
  if (exceeded.length === 0) return { pass: true, numbers: numbersOf(change) };
  return { pass: false, reason: 'limit', exceeded, why: joined(exceeded.map(sentence), { en: '; ', zh: '；' }) };
}

function baseOf(what: Guarded, { source, active }: MassChange): number {
  return what === 'created' ? source : active;
}

function numbersOf({ source, active, disabled, created, changed }: MassChange): string {
  return `E10 ${source}, Qiyuesuo ${active} active: ${disabled} disabled, ${created} created, ${changed} changed`;
}

function sentence({ what, people, of, limit, examples }: Exceeded): Said {
  const percent = percentOf(people, of);
  const shown = examples.join(', ');
  return {
    en:
      `${people} people would be ${what}${of > 0 ? ` (${percent} % of ${of})` : ''}, more than the ${limit.count} or ` +
      `the ${limit.percent} % that are allowed${shown && `, for example ${shown}`}`,
    zh:
      `将${GUARDED_ZH[what]} ${people} 人${of > 0 ? `（${of} 人的 ${percent}%）` : ''}，` +
      `超过允许的 ${limit.count} 人或 ${limit.percent}%${shown && `，例如 ${shown}`}`,
  };
}

const GUARDED_ZH: Record<Guarded, string> = { disabled: '停用', created: '新增', changed: '变更' };

function percentOf(people: number, of: number): string {
  return ((people / of) * 100).toFixed(1).replace(/\.0$/, '');
}
