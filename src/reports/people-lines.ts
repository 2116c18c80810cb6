import type { ComparisonSummary, PeopleReport } from '../domain/people/report.js';
import { gradeRule } from '../domain/people/grade.js';
import { outcomeTexts, PERSON_OUTCOMES, reasonTexts } from '../domain/people/outcomes.js';
import type { Lang } from '../domain/said.js';
import { explained, madeAt, peopleWords, unitName } from './people-words.js';
import { exportCommand } from '../domain/commands.js';

const BAR_WIDTH = 24;
const MOST_UNITS = 10;
const BLOCKS = '▁▂▃▄▅▆▇█';

/**
 * The people of one sync in lines for a terminal: whether it was a rehearsal and of when, grade and rule, head counts explained,
 * outcomes, units, the course of the run, and the command that gives the details out.
 */
export function peopleLines(report: PeopleReport, of: { file: string; tenant: string }, lang: Lang): string[] {
  const words = peopleWords[lang];
  const { grade, baseline, foreseen, actual, sample, progress, reference } = report;
  const made = madeAt(report, lang);
  return [
    ...(made ? [made] : []),
    ...(grade ? [`${words.grade} ${grade}: ${gradeRule[grade][lang]}`] : []),
    ...explained(report, lang),
    ...(sample ? [sample.sentence[lang]] : []),
    ...comparisonLines(words.baseline, baseline, lang),
    ...comparisonLines(words.foreseen, foreseen, lang),
    ...comparisonLines(words.actual, actual, lang),
    ...unitLines(actual ?? foreseen, lang),
    ...courseLine(progress, words.course),
    ...(reference ? [`${words.details}: ${exportCommand({ ...of, run: reference })}`] : []),
  ];
}

function comparisonLines(title: string, summary: ComparisonSummary | null, lang: Lang): string[] {
  if (!summary) return [];
  const most = Math.max(1, ...PERSON_OUTCOMES.map((outcome) => summary.counts[outcome]));
  const rows = PERSON_OUTCOMES.filter((outcome) => summary.counts[outcome] > 0).map((outcome) => {
    const people = summary.counts[outcome];
    const bar = '█'.repeat(Math.max(1, Math.round((people / most) * BAR_WIDTH)));
    const why = summary.reasons
      .filter((one) => one.outcome === outcome)
      .map((one) => `${reasonTexts[one.reason][lang]} ${one.people}`)
      .join('; ');
    return `  ${outcome.padEnd(10)} ${String(people).padStart(8)}  ${bar}  ${outcomeTexts[outcome][lang]} (${why})`;
  });
  return [`${title}: ${summary.people}`, ...rows];
}

/** Units in which something happens; quiet ones are left out. */
function unitLines(summary: ComparisonSummary | null, lang: Lang): string[] {
  const busy = (summary?.units ?? []).flatMap(({ counts, ...unit }) => {
    const what = PERSON_OUTCOMES.filter((one) => counts[one] > 0 && one !== 'unchanged' && one !== 'skipped');
    return what.length === 0 ? [] : [`  ${unitName(unit)}: ${what.map((one) => `${one} ${counts[one]}`).join(', ')}`];
  });
  return busy.length === 0 ? [] : [peopleWords[lang].units, ...busy.slice(0, MOST_UNITS)];
}

/** Heights of blocks: how many people were done at each look. */
function courseLine(progress: PeopleReport['progress'], title: string): string[] {
  const last = progress.at(-1);
  if (!last || progress.length < 2) return [];
  const [seconds, done, total] = last;
  const most = Math.max(1, total ?? done);
  const line = progress.map(
    ([, people]) => BLOCKS[Math.min(BLOCKS.length - 1, Math.floor((people / most) * BLOCKS.length))],
  );
  return [`${title}: ${line.join('')} ${done}${total === null ? '' : `/${total}`}, ${seconds} s`];
}
