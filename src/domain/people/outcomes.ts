/** What two lists are compared for. */
export const COMPARISONS = ['baseline', 'foreseen', 'actual'] as const;

/**
 * `baseline`: E9's people with E10's, before anything is touched. `foreseen`: Qiyuesuo's people with E10's, before the run:
 * what the run would do. `actual`: the same after the run, with Qiyuesuo's people before and after: what it did.
 */
export type Comparison = (typeof COMPARISONS)[number];

export const PERSON_OUTCOMES = [
  'created',
  'linked',
  'updated',
  'unchanged',
  'disabled',
  'skipped',
  'ambiguous',
  'missing',
] as const;
export type PersonOutcome = (typeof PERSON_OUTCOMES)[number];

export const OUTCOME_REASONS = [
  'matched-by-job-number',
  'matched-by-mobile',
  'matched-by-email',
  'matched-by-decision',
  'no-counterpart',
  'bound-elsewhere',
  'disabled-there',
  'enabled-again',
  'was-disabled',
  'still-active',
  'removed',
  'outside-scope',
  'left',
  'secondary-account',
  'no-login',
  'no-key',
  'not-of-the-oa',
  'rules-disagree',
  'shared-job-number',
  'shared-mobile',
  'shared-email',
] as const;
export type OutcomeReason = (typeof OUTCOME_REASONS)[number];

/** Heads by outcome; every outcome is there. */
export type OutcomeCounts = Record<PersonOutcome, number>;

/** Heads of one outcome and reason. */
export interface ReasonCount {
  outcome: PersonOutcome;
  reason: OutcomeReason;
  people: number;
}

/** Nobody anywhere. */
export function noCounts(): OutcomeCounts {
  return { created: 0, linked: 0, updated: 0, unchanged: 0, disabled: 0, skipped: 0, ambiguous: 0, missing: 0 };
}

/** The words for outcomes. */
export const outcomeTexts: Record<PersonOutcome, Record<'en' | 'zh', string>> = {
  created: { en: 'is new', zh: '新增' },
  linked: { en: 'is there, and bound to the person of E10', zh: '已存在并绑定到 E10 人员' },
  updated: { en: 'is there, and some fields change', zh: '已存在，部分字段更新' },
  unchanged: { en: 'is there, and nothing changes', zh: '无变化' },
  disabled: { en: 'is disabled', zh: '停用' },
  skipped: { en: 'takes no part', zh: '跳过' },
  ambiguous: { en: 'a person must decide who it is', zh: '无法确定对应，需人工判断' },
  missing: { en: 'should be there, and is not', zh: '缺失' },
};

/** The words for reasons. */
export const reasonTexts: Record<OutcomeReason, Record<'en' | 'zh', string>> = {
  'matched-by-job-number': { en: 'found again by job number', zh: '按工号匹配' },
  'matched-by-mobile': { en: 'found again by mobile number', zh: '按手机号匹配' },
  'matched-by-email': { en: 'found again by e-mail address', zh: '按邮箱匹配' },
  'matched-by-decision': { en: 'a person decided that they are the same', zh: '人工判定为同一人' },
  'no-counterpart': {
    en: 'nobody on the other side has one of the keys',
    zh: '另一侧没有工号、手机号或邮箱相同的人员',
  },
  'bound-elsewhere': { en: 'bound to another person of the OA than in E10', zh: '绑定的 OA 人员与 E10 不符' },
  'disabled-there': { en: 'in service in E10, and disabled in Qiyuesuo', zh: 'E10 在职，但契约锁中已停用' },
  'enabled-again': { en: 'was disabled, and becomes active', zh: '由停用变为启用' },
  'was-disabled': { en: 'was disabled already', zh: '原已停用' },
  'still-active': { en: 'still active, though E10 does not have them', zh: '仍启用，但 E10 中不存在' },
  removed: { en: 'not in the list any more', zh: '已不在列表中' },
  'outside-scope': { en: 'in E10, but in no unit of the scope', zh: '在 E10 中，但不在同步范围内' },
  left: { en: 'left the company', zh: '已离职' },
  'secondary-account': { en: 'a second account of somebody', zh: '次账号' },
  'no-login': { en: 'has no login name', zh: '没有登录名' },
  'no-key': {
    en: 'has no job number, mobile number or e-mail address: cannot be found again',
    zh: '没有工号、手机号和邮箱，无法匹配',
  },
  'not-of-the-oa': { en: 'bound to nobody of the OA: no run touches them', zh: '未绑定 OA 人员，同步不影响' },
  'rules-disagree': { en: 'two rules find different people', zh: '不同规则匹配到不同人员' },
  'shared-job-number': { en: 'several people have this job number', zh: '工号重复' },
  'shared-mobile': { en: 'several people have this mobile number', zh: '手机号重复' },
  'shared-email': { en: 'several people have this e-mail address', zh: '邮箱重复' },
};
