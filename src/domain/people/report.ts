import { says, type Finding } from '../findings.js';
import type { Grade } from '../grade.js';
import type { UnitsReport } from '../people.js';
import { peopleGrade } from './grade.js';
import { exceeds } from './guard.js';
import type { MatchKey } from './matching.js';
import { noCounts, type Comparison, type OutcomeCounts, type PersonOutcome, type ReasonCount } from './outcomes.js';
import type { PassVerdict } from './reading.js';
import type { PeopleListName } from './rows.js';
import { inLang, type Said } from '../said.js';
import type { PeopleLimit } from '../tenant.js';

/** How good one field is for finding people again. */
export interface KeyReport {
  key: MatchKey | 'login';
  /** People without it. */
  empty: number;
  /** Values that several people have, and how many people those are. */
  sharedValues: number;
  sharedBy: number;
  /** Opaque ids of some who share one. */
  examples: string[];
}

/** Of one list: who takes part in the comparison, and how good their keys are. */
export interface ListReport {
  list: PeopleListName;
  people: number;
  compared: number;
  notCompared: { reason: string; people: number }[];
  keys: KeyReport[];
}

/** Heads by outcome of one unit of E10. Units are no persons: their codes and names may be shown. */
export interface UnitCounts {
  /** Code of the unit, or its id where it has none; null for people of whom no unit is known. */
  unit: string | null;
  /** Its name, shortened; absent where it is not known, and in reports of older versions. */
  name?: string;
  counts: OutcomeCounts;
}

/** What a comparison came to, in numbers and opaque ids. */
export interface ComparisonSummary {
  comparison: Comparison;
  /** Whether both sides show one of the keys at all. Where they do not, nothing follows from nobody being found again. */
  comparable: boolean;
  people: number;
  counts: OutcomeCounts;
  reasons: ReasonCount[];
  /** Matched people with a field that is not as E10 has it. */
  differing: number;
  /** The units where most happens, at most so many as were asked for. */
  units: UnitCounts[];
  /** Opaque ids by outcome, a few each; not of those who are unchanged or skipped. */
  examples: Partial<Record<PersonOutcome, string[]>>;
}

/** How a drawn sample looks, without anybody in it. */
export interface DrawnSample {
  /** People whom it speaks for: those with a mobile number or an e-mail address. */
  people: number;
  /** People who cannot be looked up, since they have neither. */
  withoutContact: number;
  size: number;
  sentence: Record<'en' | 'zh', string>;
}

/** What the look-ups found. */
export interface SampleResult extends DrawnSample {
  lookedUp: number;
  missing: number;
  /** Opaque ids of some who are missing. */
  examples: string[];
}

/** One look at a run under way: seconds since the first look, people done, people in all where the console says so. */
export type ProgressSample = [seconds: number, done: number, total: number | null];

/** How a list was read. */
export interface ListReading {
  list: PeopleListName;
  verdict: PassVerdict;
}

/** Everything that is told about the people of one sync: counts, grades, codes and names of units, opaque ids; nobody's name. */
export interface PeopleReport {
  /** When it was made, in ISO 8601; absent in reports of older versions. */
  at?: string;
  /** It only looked: nothing was written. */
  rehearsal?: true;
  /** Stands for the sealed result at the worker of the site; null where nothing is kept. */
  reference: string | null;
  /** The result could not be sealed: it lies on the disk of its worker as it was read. */
  unsealed: boolean;
  /** Whether everybody was compared, some were looked up, or there was only a count. */
  by: 'list' | 'sample' | 'count';
  /** Why there was no more than that; null where everybody was compared. */
  why: Said | null;
  /** Null where nothing was to be judged: a look before a run. */
  grade: Grade | null;
  lists: ListReport[];
  readings: ListReading[];
  /** How E9's units are found again; null where E9 was not read. */
  units: UnitsReport | null;
  /** E9's people with E10's; null where E9 was not read. */
  baseline: ComparisonSummary | null;
  /** Why E9 was not read though the file has credentials for it; null where it was, or where it has none. */
  e9Lost: Said | null;
  /** What the run would do, before it. */
  foreseen: ComparisonSummary | null;
  /** What it did; null where no list exists or no run was made. */
  actual: ComparisonSummary | null;
  /** Heads by what was foreseen and what became of it. */
  cameOut: { foreseen: PersonOutcome | null; actual: PersonOutcome | null; people: number }[];
  /** Active in Qiyuesuo though not in E10. */
  stillActive: number;
  sample: SampleResult | null;
  progress: ProgressSample[];
  /** Who let the run do more than `people.guard` allows, why, and what it would have been stopped for. */
  guardLifted: { by: string; reason: string; what: Said } | null;
  /** The worker that had read Qiyuesuo's people before the run was gone after it: what the run changed is not known. */
  beforeLost: boolean;
  /** Units of the scope are not certain in E10's own list, so that everybody was taken for wanted. */
  scopeLost: boolean;
}

/** The comparison that says how people stand: after the run, or, where there is no run to make, as they are. */
function judged({ actual, foreseen }: Pick<PeopleReport, 'actual' | 'foreseen'>): ComparisonSummary | null {
  if (actual || !foreseen) return actual;
  const { created, updated, ...others } = foreseen.counts;
  const disabledThere = reasonCount(foreseen, 'enabled-again');
  const counts = { ...others, created: 0, updated: updated - disabledThere, missing: created + disabledThere };
  return { ...foreseen, counts, examples: { ...foreseen.examples, missing: foreseen.examples.created ?? [] } };
}

/** The grade of what was compared. `source`: people of E10 within the scope. */
export function gradeOfPeople(report: Omit<PeopleReport, 'grade'>, source: number, guard: PeopleLimit): Grade {
  const { by, sample, readings, stillActive, beforeLost } = report;
  const people = judged(report);
  const disturbed = readings.map(({ verdict }) => (verdict.state === 'disturbed' ? verdict.uncertain : 0));
  const counts = people?.counts ?? noCounts();
  return peopleGrade({
    source,
    by,
    counts,
    differing: people?.differing ?? 0,
    stillActive,
    uncertain:
      disturbed.reduce((sum, one) => sum + one, 0) +
      reasonCount(people, 'no-key') +
      Number(beforeLost) +
      Number(report.scopeLost),
    ...(sample ? { sample: { size: sample.size, wrong: sample.missing } } : {}),
    tooManyMissing: exceeds(counts.missing, source, guard),
  });
}

function reasonCount(summary: ComparisonSummary | null, reason: ReasonCount['reason']): number {
  return (summary?.reasons ?? []).reduce((sum, one) => sum + (one.reason === reason ? one.people : 0), 0);
}

/** What somebody has to know or do about the people, each with its numbers. */
export function peopleFindings(report: PeopleReport): Finding[] {
  const { baseline, e9Lost, sample, readings, stillActive, guardLifted, beforeLost, by, why, grade } = report;
  const people = grade === null ? null : judged(report);
  const findings: Finding[] = [];
  const add = (code: Finding['code'], severity: Finding['severity'], what: Said): void => {
    findings.push({ code, severity, ...says(what), subject: 'people' });
  };
  findings.push(...liftFindings(guardLifted));
  if (people) {
    const { missing, ambiguous } = people.counts;
    if (missing > 0) {
      const some = examplesOf(people, 'missing');
      add('PEOPLE-MISSING', 'warning', {
        en: `${missing} of E10 are not in Qiyuesuo as they should be${some.en}`,
        zh: `E10 中有 ${missing} 人在契约锁中缺失或状态不符${some.zh}`,
      });
    }
    if (ambiguous > 0) {
      const some = examplesOf(people, 'ambiguous');
      add('PEOPLE-AMBIGUOUS', 'warning', {
        en: `of ${ambiguous} it is not certain who they are${some.en}`,
        zh: `${ambiguous} 人无法确定对应${some.zh}`,
      });
    }
    if (people.differing > 0) {
      add('PEOPLE-DIFFERING', 'warning', {
        en: `${people.differing} are there with a field that is not E10's`,
        zh: `${people.differing} 人已存在，但有字段与 E10 不一致`,
      });
    }
    const keyless = reasonCount(people, 'no-key');
    if (keyless > 0) {
      add('PEOPLE-UNCOMPARED', 'info', {
        en: `${keyless} have none of the keys by which people are found again`,
        zh: `${keyless} 人没有工号、手机号和邮箱，无法匹配`,
      });
    }
  }
  if (stillActive > 0) {
    add('PEOPLE-STILL-ACTIVE', 'warning', {
      en: `${stillActive} are active in Qiyuesuo and not in E10`,
      zh: `${stillActive} 人在契约锁中仍启用，但不在 E10`,
    });
  }
  if (sample && sample.missing > 0) {
    const { missing, size, examples } = sample;
    add('PEOPLE-MISSING', 'warning', {
      en: `${missing} of a sample of ${size} are not in Qiyuesuo, for example ${examples.join(', ')}`,
      zh: `抽查的 ${size} 人中有 ${missing} 人不在契约锁中，例如 ${examples.join(', ')}`,
    });
  }
  if (by !== 'list') add('PEOPLE-UNCOMPARED', 'info', why ?? sample?.sentence ?? HEADS_ALONE);
  if (baseline) {
    const { missing, ambiguous, created } = baseline.counts;
    if (missing + ambiguous > 0) {
      add('PEOPLE-BASELINE', 'info', {
        en: `of E9's people ${missing} are not in E10 and ${ambiguous} are not certain; ${created} are new in E10`,
        zh: `E9 人员中 ${missing} 人不在 E10，${ambiguous} 人无法确定；E10 新增 ${created} 人`,
      });
    }
  }
  if (e9Lost) {
    add('PEOPLE-UNCOMPARED', 'info', {
      en: `the people of E9 were not compared: ${inLang(e9Lost, 'en')}`,
      zh: `未核对 E9 人员：${inLang(e9Lost, 'zh')}`,
    });
  }
  for (const { list, verdict } of readings) {
    if (verdict.state !== 'disturbed') continue;
    add('PEOPLE-EDITED', 'info', {
      en: `${list} was edited while it was read: ${inLang(verdict.why, 'en')}`,
      zh: `${LIST_ZH[list]}在读取期间有变动：${inLang(verdict.why, 'zh')}`,
    });
  }
  if (report.scopeLost) {
    add('PEOPLE-UNCOMPARED', 'warning', {
      en: 'the units of the scope are not certain in the list of E10: everybody was taken for wanted, and whoever is outside counts as missing',
      zh: '同步范围的组织在 E10 列表中不确定：已按全部人员核对，范围外的人员计为缺失',
    });
  }
  if (report.unsealed) {
    add('PEOPLE-UNSEALED', 'warning', {
      en: 'the lists of people could not be sealed: they lie on the disk of their worker as they were read',
      zh: '人员列表未能加密封存：仍以读取时的形式留在其 worker 的磁盘上',
    });
  }
  if (beforeLost) {
    add('PEOPLE-EDITED', 'info', {
      en: 'the worker that knew who was in Qiyuesuo before the run is gone: what the run changed is not known',
      zh: '掌握同步前契约锁人员的 worker 已失联：无法得知同步改变了什么',
    });
  }
  return findings;
}

const HEADS_ALONE: Said = { en: 'head counts alone were compared', zh: '只核对了人数' };

const LIST_ZH: Record<PeopleListName, string> = {
  'e9-people': 'E9 人员',
  'e10-people': 'E10 人员',
  'qiyuesuo-before': '契约锁人员（同步前）',
  'qiyuesuo-after': '契约锁人员（同步后）',
};

/** That somebody let the run do more than `people.guard` allows. */
export function liftFindings(guardLifted: PeopleReport['guardLifted']): Finding[] {
  if (guardLifted === null) return [];
  const { by, reason, what } = guardLifted;
  const told = says({
    en: `lifted by ${by} (${reason}): ${inLang(what, 'en')}`,
    zh: `由 ${by} 放行（${reason}）：${inLang(what, 'zh')}`,
  });
  return [{ code: 'PEOPLE-GUARD-LIFTED', severity: 'warning', ...told, subject: 'people' }];
}

function examplesOf({ examples }: ComparisonSummary, outcome: PersonOutcome): Record<'en' | 'zh', string> {
  const ids = (examples[outcome] ?? []).join(', ');
  return ids === '' ? { en: '', zh: '' } : { en: `, for example ${ids}`, zh: `，例如 ${ids}` };
}
