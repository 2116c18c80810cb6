import type { ForeseenPeople } from '../activities/people-lists.js';
import { says, type Finding } from '../domain/findings.js';
import type { WantedPeopleSync } from '../domain/people.js';
import { outcomeTexts, type PersonOutcome } from '../domain/people/outcomes.js';
import { gradeOfPeople, type PeopleReport } from '../domain/people/report.js';
import { joined, type Lang, type Said } from '../domain/said.js';
import type { SyncRun } from '../domain/settings.js';
import type { Tenant } from '../domain/tenant.js';
import type { KeptPeople, PeopleAfter, PeopleLists } from './people-lists.js';

type Read = Pick<PeopleLists, 'readings' | 'without'>;

const AS_THE_FILE_SAYS: Said = {
  en: 'head counts alone, as people.compare of the file says',
  zh: '按文件中的 people.compare，只核对人数',
};
const NOTHING_IN_COMMON: Said = {
  en: 'the two lists have no field in common by which people could be found again',
  zh: '两份列表没有可用于匹配人员的共同字段',
};

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
  what: Said | null | undefined,
): PeopleReport['guardLifted'] {
  return guardLifted && what ? { ...guardLifted, what } : null;
}

/** How good it is, for the note of the step. */
export function inWords({ grade, by, actual, foreseen, sample }: PeopleReport): Record<Lang, string> {
  const compared = (actual ?? foreseen)?.people ?? 0;
  const lookedUp = sample?.lookedUp ?? 0;
  const how = {
    list: { en: `${compared} compared`, zh: `核对 ${compared} 人` },
    sample: { en: `${lookedUp} looked up`, zh: `抽查 ${lookedUp} 人` },
    count: { en: 'head counts alone', zh: '只核对人数' },
  }[by];
  return { en: `${how.en}, grade ${grade ?? '–'}`, zh: `${how.zh}，等级 ${grade ?? '–'}` };
}

/** What a run would do, for the note of the step that is to make it. */
export function foreseenInWords({ foreseen }: PeopleReport): Said {
  if (foreseen === null)
    return { en: 'before the first write nobody could be compared one by one', zh: '写入前无法逐人核对' };
  const counts = Object.entries(foreseen.counts).filter(([, people]) => people > 0) as [PersonOutcome, number][];
  return {
    en: `foreseen before the first write: ${counts.map(([outcome, people]) => `${people} ${outcome}`).join(', ')}`,
    zh: `写入前预计：${counts.map(([outcome, people]) => `${outcomeTexts[outcome].zh} ${people}`).join('，')}`,
  };
}

/** What a run would end with, and what somebody could decide before it. */
export function rehearsalFindings({ lostUnits, tooMuch, foreseen }: ForeseenPeople): Finding[] {
  const findings: Finding[] = [];
  if (lostUnits.length > 0) {
    const what = says({
      en: `these units of the scope have no counterpart in E10 that is certain: ${lostUnits.join(', ')}`,
      zh: `同步范围中的以下组织在 E10 中没有确定的对应：${lostUnits.join(', ')}`,
    });
    findings.push({ code: 'PEOPLE-SCOPE-UNMAPPED', severity: 'blocking', ...what, subject: 'people-sync.scope' });
  }
  if (tooMuch !== null)
    findings.push({ code: 'PEOPLE-GUARD', severity: 'blocking', ...says(tooMuch), subject: 'people.guard' });
  const ambiguous = foreseen?.counts.ambiguous ?? 0;
  if (ambiguous > 0) {
    const what = says({
      en: `of ${ambiguous}, on either side, it is not certain who they are`,
      zh: `两侧共有 ${ambiguous} 人无法确定对应`,
    });
    findings.push({ code: 'PEOPLE-AMBIGUOUS', severity: 'warning', ...what, subject: 'people' });
  }
  return findings;
}

/** What the console says of its run. */
export function countsOf({ total, done, created = 0, updated = 0, disabled = 0, failed = 0 }: SyncRun): Said {
  const people = total ?? done ?? 0;
  return {
    en: `${people} people: ${created} created, ${updated} updated, ${disabled} disabled, ${failed} failed`,
    zh: `${people} 人：新增 ${created}，更新 ${updated}，停用 ${disabled}，失败 ${failed}`,
  };
}

/** A note that is made of several, some of which may be absent. */
export function noted(...parts: (Said | null)[]): Said {
  return joined(
    parts.filter((part) => part !== null),
    { en: '; ', zh: '；' },
  );
}

/** Heads, where they were counted. */
export function headsOf({ source, active }: WantedPeopleSync): Said | null {
  if (source === null || active === null) return null;
  return {
    en: `E10 shows ${source} people within the scope, Qiyuesuo has ${active} active`,
    zh: `E10 范围内有 ${source} 人，契约锁在用 ${active} 人`,
  };
}

/** A run that had fewer people than E10 shows, or more, where nobody is compared one by one. */
export function countFindings(total: number | undefined, { source }: WantedPeopleSync): Finding[] {
  if (source === null || total === undefined || total === source) return [];
  const what = says({
    en: `the run had ${total} people, E10 shows ${source} within the scope`,
    zh: `同步涉及 ${total} 人，E10 范围内有 ${source} 人`,
  });
  return [{ code: 'PEOPLE-COUNT-DIFFERS', severity: 'warning', ...what, subject: 'people' }];
}
