import type { ForeseenPeople } from '../activities/people-lists.js';
import type { Finding } from '../domain/findings.js';
import type { WantedPeopleSync } from '../domain/people.js';
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

/** What a run would do, for the note of the step that is to make it. */
export function foreseenInWords({ foreseen }: PeopleReport): string {
  if (foreseen === null) return 'before the first write nobody could be compared one by one';
  const counts = Object.entries(foreseen.counts).filter(([, people]) => people > 0);
  return `foreseen before the first write: ${counts.map(([outcome, people]) => `${people} ${outcome}`).join(', ')}`;
}

/** What a run would end with, and what somebody could decide before it. */
export function rehearsalFindings({ lostUnits, tooMuch, foreseen }: ForeseenPeople): Finding[] {
  const findings: Finding[] = [];
  if (lostUnits.length > 0) {
    const message = `these units of the scope have no counterpart in E10 that is certain: ${lostUnits.join(', ')}`;
    findings.push({ code: 'PEOPLE-SCOPE-UNMAPPED', severity: 'blocking', message, subject: 'people-sync.scope' });
  }
  if (tooMuch !== null)
    findings.push({ code: 'PEOPLE-GUARD', severity: 'blocking', message: tooMuch, subject: 'people.guard' });
  const ambiguous = foreseen?.counts.ambiguous ?? 0;
  if (ambiguous > 0) {
    const message = `of ${ambiguous}, on either side, it is not certain who they are`;
    findings.push({ code: 'PEOPLE-AMBIGUOUS', severity: 'warning', message, subject: 'people' });
  }
  return findings;
}

/** Heads, where they were counted. */
export function headsOf({ source, active }: WantedPeopleSync): string {
  if (source === null || active === null) return '';
  return `; E10 shows ${source} people within the scope, Qiyuesuo has ${active} active`;
}

/** A run that had fewer people than E10 shows, or more, where nobody is compared one by one. */
export function countFindings(total: number | undefined, { source }: WantedPeopleSync): Finding[] {
  if (source === null || total === undefined || total === source) return [];
  const message = `the run had ${total} people, E10 shows ${source} within the scope`;
  return [{ code: 'PEOPLE-COUNT-DIFFERS', severity: 'warning', message, subject: 'people' }];
}
