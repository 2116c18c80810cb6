import type { UnitsReport } from '../domain/people.js';
import type { ListReport, PeopleReport, UnitCounts } from '../domain/people/report.js';
import { reasonTexts, type OutcomeReason } from '../domain/people/outcomes.js';
import type { PeopleListName } from '../domain/people/rows.js';
import type { Lang } from '../domain/said.js';

interface PeopleWords {
  title: string;
  grade: string;
  lists: Record<PeopleListName, string>;
  people: string;
  compared: string;
  baseline: string;
  foreseen: string;
  actual: string;
  units: string;
  unit: string;
  course: string;
  seconds: string;
  details: string;
  /** What the report is of. `at`: ISO 8601. */
  rehearsal: (at: string) => string;
  sync: (at: string) => string;
  rehearsalTitle: string;
  run: string;
  without: Record<'jobNumber' | 'mobile' | 'email' | 'login', string>;
  shared: Record<'jobNumber' | 'mobile' | 'email' | 'login', string>;
  guardLifted: string;
  cameOut: string;
  unitsFoundAgain: (units: UnitsReport) => string;
}

export const peopleWords: Record<Lang, PeopleWords> = {
  en: {
    title: 'People',
    grade: 'Grade',
    lists: {
      'e9-people': 'E9',
      'e10-people': 'E10',
      'qiyuesuo-before': 'Qiyuesuo before the run',
      'qiyuesuo-after': 'Qiyuesuo after the run',
    },
    people: 'people',
    compared: 'compared',
    baseline: 'E9 compared with E10',
    foreseen: 'Foreseen before the run',
    actual: 'After the run',
    units: 'By unit of E10',
    unit: 'unit',
    course: 'Course of the run',
    seconds: 's',
    details: 'Details at the site',
    rehearsal: (at) =>
      `A rehearsal${at === '' ? '' : ` of ${at}`}: nothing was written; what it foresees has not happened`,
    sync: (at) => `The people sync of ${at}`,
    rehearsalTitle: 'rehearsal',
    run: 'run',
    without: {
      jobNumber: 'without job number',
      mobile: 'without mobile number',
      email: 'without e-mail address',
      login: 'without login',
    },
    shared: {
      jobNumber: 'share a job number',
      mobile: 'share a mobile number',
      email: 'share an e-mail address',
      login: 'share a login',
    },
    guardLifted: 'The guard was lifted',
    cameOut: 'Foreseen, and what became of it',
    unitsFoundAgain: ({ e9, e10, byCode, byPath, without, lost }) =>
      `Units: ${e9} of E9, ${e10} of E10; found again by code ${byCode}, by path ${byPath}, not at all ${without}${shown(lost)}`,
  },
  zh: {
    title: '人员',
    grade: '等级',
    lists: {
      'e9-people': 'E9',
      'e10-people': 'E10',
      'qiyuesuo-before': '契约锁（同步前）',
      'qiyuesuo-after': '契约锁（同步后）',
    },
    people: '人',
    compared: '参与核对',
    baseline: 'E9 与 E10 对比',
    foreseen: '同步前预计',
    actual: '同步后',
    units: '按 E10 组织',
    unit: '组织',
    course: '同步过程',
    seconds: '秒',
    details: '站点明细',
    rehearsal: (at) => `演练${at === '' ? '' : `（${at}）`}：未写入任何内容，以下预计并未发生`,
    sync: (at) => `人员同步（${at}）`,
    rehearsalTitle: '演练',
    run: '运行编号',
    without: { jobNumber: '无工号', mobile: '无手机号', email: '无邮箱', login: '无登录名' },
    shared: { jobNumber: '工号重复', mobile: '手机号重复', email: '邮箱重复', login: '登录名重复' },
    guardLifted: '已放行人数限制',
    cameOut: '预计与实际',
    unitsFoundAgain: ({ e9, e10, byCode, byPath, without, lost }) =>
      `组织：E9 ${e9} 个，E10 ${e10} 个；按编码对应 ${byCode}，按路径对应 ${byPath}，无对应 ${without}${shown(lost)}`,
  },
};

/**
 * The head count of each list, and who of it takes no part, so that two counts that differ are explained; and how E9's units are
 * found again.
 */
export function explained({ lists, units }: Pick<PeopleReport, 'lists' | 'units'>, lang: Lang): string[] {
  const heads = lists.map((list) => `${peopleWords[lang].lists[list.list]}: ${headsOf(list, lang)}`);
  return [...heads, ...(units ? [peopleWords[lang].unitsFoundAgain(units)] : [])];
}

function headsOf({ people, compared, notCompared, keys }: ListReport, lang: Lang): string {
  const words = peopleWords[lang];
  const left = notCompared.map((one) => `${reasonTexts[one.reason as OutcomeReason][lang]} ${one.people}`);
  const poor = keys.flatMap(({ key, empty, sharedBy }) =>
    key === 'login'
      ? []
      : [
          ...(empty > 0 ? [`${words.without[key]} ${empty}`] : []),
          ...(sharedBy > 0 ? [`${words.shared[key]} ${sharedBy}`] : []),
        ],
  );
  const parts = [...(compared === people ? [] : [`${words.compared} ${compared}`]), ...left, ...poor];
  return `${people} ${words.people}${parts.length === 0 ? '' : ` (${parts.join('; ')})`}`;
}

/** A few; `-o json` has more. */
function shown(lost: readonly string[]): string {
  if (lost.length === 0) return '';
  return ` (${lost.slice(0, SHOWN).join(', ')}${lost.length > SHOWN ? ', …' : ''})`;
}

const SHOWN = 10;

/** Whether it was a rehearsal, and of when; empty for a report of an older version. */
export function madeAt({ at, rehearsal }: Pick<PeopleReport, 'at' | 'rehearsal'>, lang: Lang): string {
  const words = peopleWords[lang];
  const when = at === undefined ? '' : `${at.slice(0, 16).replace('T', ' ')} UTC`;
  if (rehearsal) return words.rehearsal(when);
  return when === '' ? '' : words.sync(when);
}

/** A unit by its name, and its code or id. */
export function unitName({ unit, name }: Pick<UnitCounts, 'unit' | 'name'>): string {
  if (unit === null) return '–';
  return name === undefined || name === unit ? unit : `${name} (${unit})`;
}
