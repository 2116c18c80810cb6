import { html, raw } from 'hono/html';
import type { ComparisonSummary, PeopleReport } from '../domain/people/report.js';
import { gradeRule } from '../domain/people/grade.js';
import { outcomeTexts, PERSON_OUTCOMES, reasonTexts, type PersonOutcome } from '../domain/people/outcomes.js';
import { peopleFindings } from '../domain/people/report.js';
import { messageIn, type Finding } from '../domain/findings.js';
import type { Lang } from '../domain/said.js';
import { explained, madeAt, peopleWords, unitName } from './people-words.js';

type Html = ReturnType<typeof html>;

const COLOURS: Record<PersonOutcome, string> = {
  created: '#2e7d32',
  linked: '#1565c0',
  updated: '#00838f',
  unchanged: '#9e9e9e',
  disabled: '#6a1b9a',
  skipped: '#cfcfcf',
  ambiguous: '#ef6c00',
  missing: '#c62828',
};
const WIDTH = 640;
const HEIGHT = 160;
/** For the names of units, and how many of their characters fit. */
const LABEL = 230;
const LABEL_LENGTH = 18;
const ROW = 22;

/**
 * The people of one sync as one page that needs nothing else: no script, no address. The same report gives the same bytes. `findings`:
 * what was told with it, such as what the guard says in a rehearsal; what the report alone gives, if absent.
 */
export function peopleHtml(
  report: PeopleReport,
  of: { tenant: string; name: string; findings?: readonly Finding[] },
  lang: Lang,
): string {
  const words = peopleWords[lang];
  const { grade, sample, baseline, foreseen, actual, progress, cameOut } = report;
  const judged = actual ?? foreseen;
  const made = madeAt(report, lang);
  const told = (of.findings ?? peopleFindings(report)).filter(({ code }) => code.startsWith('PEOPLE-'));
  const page = html`<!doctype html>
    <html lang="${lang}">
      <head>
        <meta charset="utf-8" />
        <title>${of.name}: ${report.rehearsal ? `${words.rehearsalTitle}, ` : ''}${words.title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>${of.name} <small>${of.tenant}</small></h1>
        ${made ? html`<p class="${report.rehearsal ? 'rehearsal' : 'made'}">${made}</p>` : ''}
        ${
          report.reference
            ? html`<p>
                <small>${words.run} <code>${report.reference}</code></small>
              </p>`
            : ''
        }
        ${grade ? html`<p><strong>${words.grade} ${grade}</strong>: ${gradeRule[grade][lang]}</p>` : ''}
        <ul>
          ${explained(report, lang).map((line) => html`<li>${line}</li>`)}
          ${sample ? html`<li>${sample.sentence[lang]}</li>` : ''}
          ${told.map((one) => html`<li><code>${one.code}</code> ${messageIn(one, lang)}</li>`)}
        </ul>
        ${table(words.baseline, baseline, lang)} ${table(words.foreseen, foreseen, lang)}
        ${table(words.actual, actual, lang)}
        ${
          cameOut.length === 0
            ? ''
            : html`<h2>${words.cameOut}</h2>
                <table>
                  ${cameOut.map(
                    (one) =>
                      html`<tr>
                        <td>${one.foreseen ?? '–'}</td>
                        <td>${one.actual ?? '–'}</td>
                        <td class="number">${one.people}</td>
                      </tr>`,
                  )}
                </table>`
        }
        ${judged ? units(judged, lang) : ''} ${course(progress, lang)}
      </body>
    </html>`;
  // Never a promise: nothing in it is one.
  return (page as string).toString();
}

function table(title: string, summary: ComparisonSummary | null, lang: Lang): Html | string {
  if (!summary) return '';
  return html`<h2>${title}: ${summary.people}</h2>
    <table>
      ${summary.reasons.map(
        ({ outcome, reason, people }) =>
          html`<tr>
            <td><span style="color:${COLOURS[outcome]}">■</span> ${outcome}</td>
            <td>${outcomeTexts[outcome][lang]}</td>
            <td>${reasonTexts[reason][lang]}</td>
            <td class="number">${people}</td>
          </tr>`,
      )}
    </table>`;
}

/** One bar for each unit, its length the people, its colours their outcomes. */
function units({ units: all }: ComparisonSummary, lang: Lang): Html {
  const heads = all.map(({ counts }) => PERSON_OUTCOMES.reduce((sum, one) => sum + counts[one], 0));
  const most = Math.max(1, ...heads);
  const bars = all.map(({ counts, ...unit }, row) => {
    let x = LABEL + 10;
    const parts = PERSON_OUTCOMES.filter((one) => counts[one] > 0).map((one) => {
      const width = (counts[one] / most) * (WIDTH - LABEL - 70);
      const part = html`<rect
        x="${round(x)}"
        y="${row * ROW}"
        width="${round(width)}"
        height="16"
        fill="${COLOURS[one]}"
      >
        <title>${one} ${counts[one]}</title>
      </rect>`;
      x += width;
      return part;
    });
    return html`<text x="${LABEL}" y="${row * ROW + 13}" text-anchor="end">
        ${shortened(unitName(unit))}
        <title>${unitName(unit)}</title></text
      >
      ${parts}<text x="${round(x + 6)}" y="${row * ROW + 13}">${heads[row] ?? 0}</text>`;
  });
  return html`<h2>${peopleWords[lang].units}</h2>
    <svg viewBox="0 0 ${WIDTH} ${all.length * ROW}" width="${WIDTH}" role="img" aria-label="${peopleWords[lang].units}">
      ${bars}
    </svg>`;
}

/** People done over time. */
function course(progress: PeopleReport['progress'], lang: Lang): Html | string {
  const last = progress.at(-1);
  if (!last || progress.length < 2) return '';
  const words = peopleWords[lang];
  const [seconds, , total] = last;
  const most = Math.max(1, total ?? 0, ...progress.map(([, done]) => done));
  const points = progress.map(
    ([at, done]) => `${round((at / Math.max(1, seconds)) * WIDTH)},${round(HEIGHT - (done / most) * HEIGHT)}`,
  );
  return html`<h2>${words.course}</h2>
    <svg viewBox="-4 -4 ${WIDTH + 8} ${HEIGHT + 26}" width="${WIDTH}" role="img" aria-label="${words.course}">
      <polyline points="${points.join(' ')}" fill="none" stroke="#1565c0" stroke-width="2" />
      <text x="0" y="${HEIGHT + 18}">0</text>
      <text x="${WIDTH}" y="${HEIGHT + 18}" text-anchor="end">${seconds} ${words.seconds}</text>
      <text x="0" y="10">${most} ${words.people}</text>
    </svg>`;
}

/** The end has the code. */
function shortened(label: string): string {
  return label.length <= LABEL_LENGTH ? label : `${label.slice(0, LABEL_LENGTH / 2)}…${label.slice(-LABEL_LENGTH / 2)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const STYLE = `body{font:15px/1.5 system-ui,"Noto Sans SC",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}td{padding:.2rem .8rem .2rem 0;border-bottom:1px solid #eee}.number{text-align:right}
svg text{font-size:12px;fill:#333}small{color:#777;font-weight:normal}
.rehearsal{border:1px solid #ef6c00;background:#fff3e0;padding:.5rem 1rem}h2{margin-top:2rem;font-size:1.1rem}`;
