import type { Grade } from '../grade.js';
import type { OutcomeCounts } from './outcomes.js';

/** All that decides the grade of a people sync. */
export interface PeopleProof {
  /** Nothing read is an error, whatever else there is. */
  source: number;
  /** Whether everybody was compared, some were looked up, or there was only a count. */
  by: 'list' | 'sample' | 'count';
  /** Of the comparison after the run. */
  counts: OutcomeCounts;
  /** People who are there with a name, number or address that is not E10's. */
  differing: number;
  /** Active in Qiyuesuo though not in E10, and nobody has decided about them. */
  stillActive: number;
  /** People that edits during the reading leave open; 0 where all lists settled. */
  uncertain: number;
  sample?: { size: number; wrong: number };
  /** Whether more people are missing than the guard allows to be lost. */
  tooManyMissing: boolean;
}

/** The rule, as it stands in reports. */
export const gradeRule: Record<Grade, Record<'en' | 'zh', string>> = {
  A: {
    en: 'everybody was compared, and everybody is as E10 has them',
    zh: '已逐人核对全部人员，且与 E10 一致',
  },
  B: {
    en: 'nobody was found to be wrong, but not everybody was compared: by sample or count, or people were edited meanwhile',
    zh: '未发现错误，但并非逐人核对：仅抽样或计数，或读取期间人员有变动',
  },
  C: {
    en: 'some people are missing, ambiguous, still active, or not as E10 has them: a person has to follow up',
    zh: '部分人员缺失、无法确定、仍启用或信息与 E10 不一致：需人工跟进',
  },
  D: {
    en: 'nobody was read, or more people are missing than may be lost',
    zh: '未读取到人员，或缺失人数超过允许值',
  },
};

/** A–D for the people sync alone: the strictest rule that fits. */
export function peopleGrade(proof: PeopleProof): Grade {
  const { source, by, counts, differing, stillActive, uncertain, sample, tooManyMissing } = proof;
  if (source === 0 || tooManyMissing) return 'D';
  const wrong = counts.missing + counts.ambiguous + differing + stillActive + (sample?.wrong ?? 0);
  if (wrong > 0) return 'C';
  return by === 'list' && uncertain === 0 ? 'A' : 'B';
}
