import type { ForeseenPeople } from '../activities/people-lists.js';
import { gradeOfPeople, type PeopleReport } from '../domain/people/report.js';
import type { Tenant } from '../domain/tenant.js';
import type { KeptPeople, PeopleAfter, PeopleLists } from './people-lists.js';

type Read = Pick<PeopleLists, 'readings' | 'without'>;

const AS_THE_FILE_SAYS = 'head counts alone, as people.compare of the file says';
const NOTHING_IN_COMMON = 'the two lists have no field in common by which people could be found again';

/** What is told where people were compared, or looked up by chance. `after` is null where no run was made. */
export function comparedReport(
  tenant: Tenant,
  {
    before: { lists: before, baseline, foreseen, source, lifted, scopeLost, units },
    after,
    samples,
    kept,
    lists,
    stillActive = after?.stillActive ?? 0,
  }: {
    before: ForeseenPeople;
    after: PeopleAfter | null;
    samples: PeopleReport['progress'];
    kept: KeptPeople;
    lists: Read;
    stillActive?: number;
  },
): PeopleReport {
  const by = after?.sample ? 'sample' : (after?.actual ?? (after === null && foreseen)) ? 'list' : 'count';
  const report = {
    ...kept,
    by,
    why: by === 'list' ? null : (after?.why ?? lists.without.qiyuesuo ?? NOTHING_IN_COMMON),
    lists: [...before, ...(after?.lists ?? [])],
    readings: lists.readings,
    units,
    baseline,
    e9Lost: tenant.e9?.hr ? (lists.without.e9 ?? null) : null,
    foreseen,
    actual: after?.actual ?? null,
    cameOut: after?.cameOut ?? [],
    stillActive,
    sample: after?.sample ?? null,
    progress: samples,
    guardLifted: liftOf(tenant, lifted),
    beforeLost: after?.beforeLost ?? false,
    scopeLost,
  } satisfies Omit<PeopleReport, 'grade'>;
  return { ...report, grade: gradeOfPeople(report, after?.source ?? source, tenant.people.guard) };
}

/** What is told where heads alone were counted. */
export function countedReport(
  { readings, without }: Read,
  kept: KeptPeople,
  samples: PeopleReport['progress'],
): PeopleReport {
  return {
    ...kept,
    by: 'count',
    why: without.e10 ?? (readings.length === 0 ? AS_THE_FILE_SAYS : NOTHING_IN_COMMON),
    grade: 'B',
    lists: [],
    readings,
    units: null,
    baseline: null,
    e9Lost: null,
    foreseen: null,
    actual: null,
    cameOut: [],
    stillActive: 0,
    sample: null,
    progress: samples,
    guardLifted: null,
    beforeLost: false,
    scopeLost: false,
  };
}

/** `what`: what the guard would have stopped the run for. */
export function liftOf(
  { people: { guardLifted } }: Tenant,
  what: string | null | undefined,
): PeopleReport['guardLifted'] {
  return guardLifted && what ? { ...guardLifted, what } : null;
}

/** How good it is, for the note of the step. */
export function inWords({ grade, by, actual, foreseen, sample }: PeopleReport): string {
  const judged = actual ?? foreseen;
  const how =
    by === 'list'
      ? `${judged?.people ?? 0} compared`
      : by === 'sample'
        ? `${sample?.lookedUp ?? 0} looked up`
        : 'head counts alone';
  return `${how}, grade ${grade ?? '–'}`;
}
