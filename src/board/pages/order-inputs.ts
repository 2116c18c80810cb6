import { html } from 'hono/html';
import { EMPTY, SECRET_WORDS } from '../../domain/work-orders/answers.js';
import { consoleField, type ConsoleField } from '../../domain/work-orders/console-fields.js';
import type { OrderTask } from '../../domain/work-orders/work-order.js';
import { inputName, type Problem, type Typed } from '../answer-form.js';
import type { Texts } from '../texts.js';
import type { Html, Page } from './parts.js';

/** One task of an order as a part of its form. */
export interface FieldForm {
  task: OrderTask;
  /** Its place in the order. */
  index: number;
  typed: Typed;
  problem: Problem | undefined;
}

/** The console's own word for a field. */
export function labelOf(field: string): string {
  return consoleField(field)?.zh ?? field;
}

/** What is wrong with an answer, in words. */
export function problemText({ why, name }: Problem, text: Texts): string {
  return name === undefined ? text.problem[why] : `${name}: ${text.problem[why]}`;
}

/** What a page shows: a choice to click, or a text to type, with why the last answer did not fit. */
export function answerInput(field: FieldForm, page: Page): Html {
  const { task, index, problem } = field;
  const known = consoleField(task.field);
  const { text } = page;
  const options = optionsOf(known, page);
  const described = describedBy(field, known);
  const hint = hintOf(known, text);
  const about = html`${hint === undefined ? '' : html`<p class="quiet" id="hint-${index}">${hint}</p>`}
  ${problemLine(field, page)}`;
  if (options) {
    return html`<fieldset ${described} ${problem ? html`aria-invalid="true"` : ''}>
      <legend>${name(task, page)}</legend>
      ${about}
      <div class="choices">
        ${options.map(({ value, words, lang }, at) => choice(field, { value, words, lang, at }))}
      </div>
    </fieldset>`;
  }
  return html`<label for="input-${index}">${name(task, page)}</label> ${about} ${textInput(field, known, described)}
    ${
      known?.optional
        ? html`<p>
            <label class="tick">
              <input type="checkbox" name="${inputName.empty(task.field)}" value="yes" ${isTicked(field)} />
              ${text.nothingShown}
            </label>
          </p>`
        : ''
    }`;
}

/** Where the page does not show what was asked for: closed until somebody needs it. */
export function otherInput(field: FieldForm, page: Page): Html {
  const { task, index, typed, problem } = field;
  const { text } = page;
  const known = consoleField(task.field);
  const given = typed.values[task.field] ?? '';
  const isGiven = given !== '' || typed.empty.has(task.field);
  const options = optionsOf(known, page);
  const label = text.pageShows(labelOf(task.field));
  const described = html`aria-describedby="other-${index}${problem ? ` problem-${index}` : ''}"`;
  return html`<details class="other" ${isGiven || problem ? html`open` : ''}>
    <summary>${text.showsOther}</summary>
    <p class="quiet" id="other-${index}">${text.showsOtherHint}</p>
    ${problemLine(field, page)}
    ${
      options
        ? html`<select name="${inputName.value(task.field)}" aria-label="${label}" ${described}>
            <option value="">${text.asWanted}</option>
            ${options.map(
              ({ value, words }) =>
                html`<option value="${value}" ${value === given ? html`selected` : ''}>${words}</option>`,
            )}
          </select>`
        : html`<input
              name="${inputName.value(task.field)}"
              value="${given}"
              aria-label="${label}"
              autocomplete="off"
              ${described}
            />
            ${
              known?.optional
                ? html`<label class="tick">
                    <input type="checkbox" name="${inputName.empty(task.field)}" value="yes" ${isTicked(field)} />
                    ${text.nothingShown}
                  </label>`
                : ''
            }`
    }
  </details>`;
}

/** One row of a checklist. */
export function rowInput({ task, typed }: FieldForm, page: Page): Html {
  const { text } = page;
  return html`<label class="tick">
    <input
      type="checkbox"
      name="${inputName.row(task.field)}"
      value="done"
      data-row
      ${typed.rows.has(task.field) ? html`checked` : ''}
    />
    <span class="kind">${text.rowDone}</span> <span class="label" lang="zh-CN">${labelOf(task.field)}</span>
  </label>`;
}

interface Option {
  value: string;
  words: string;
  lang?: string | undefined;
}

/** Undefined where it is typed. */
function optionsOf(known: ConsoleField | undefined, { text }: Page): Option[] | undefined {
  if (known?.kind === 'secret') return SECRET_WORDS.map((word) => ({ value: word, words: text.secretWord[word] }));
  if (!known?.choices) return undefined;
  const choices = Object.entries(known.choices).map(([value, zh]): Option => ({ value, words: zh, lang: 'zh-CN' }));
  return known.optional ? [...choices, { value: EMPTY, words: text.nothingShown }] : choices;
}

function choice({ task, index, typed }: FieldForm, { value, words, lang, at }: Option & { at: number }): Html {
  const id = `input-${index}-${at}`;
  return html`<label class="tick" for="${id}">
    <input
      type="radio"
      id="${id}"
      name="${inputName.value(task.field)}"
      value="${value}"
      ${typed.values[task.field] === value ? html`checked` : ''}
    />
    <span ${lang === undefined ? '' : html`lang="${lang}"`}>${words}</span>
  </label>`;
}

function textInput({ task, index, typed, problem }: FieldForm, known: ConsoleField | undefined, described: Html): Html {
  const given = typed.values[task.field] ?? '';
  const invalid = problem ? html`aria-invalid="true"` : '';
  const shared = html`id="input-${index}" name="${inputName.value(task.field)}" autocomplete="off" autocapitalize="off"
  spellcheck="false" ${described} ${invalid}`;
  if (known?.kind === 'categories' || known?.kind === 'list') {
    const rows = known.kind === 'categories' ? 6 : 2;
    return html`<textarea ${shared} rows="${rows}">${given}</textarea>`;
  }
  const mode = known?.kind === 'number' ? 'numeric' : known?.kind === 'address' ? 'url' : 'text';
  return html`<input type="text" inputmode="${mode}" value="${given}" ${shared} />`;
}

function isTicked({ task, typed }: FieldForm): Html | string {
  return typed.empty.has(task.field) ? html`checked` : '';
}

function name({ field }: OrderTask, { text, lang }: Page): Html {
  const known = consoleField(field);
  return html`<span class="kind">${text.read}</span>
    <span class="label" lang="zh-CN">${labelOf(field)}</span>
    ${known && lang === 'en' ? html`<span class="gloss">${known.en}</span>` : ''}`;
}

function problemLine({ problem, index }: FieldForm, { text }: Page): Html | string {
  return problem ? html`<p class="problem" id="problem-${index}">✗ ${problemText(problem, text)}</p>` : '';
}

function describedBy({ index, problem }: FieldForm, known: ConsoleField | undefined): Html {
  const hasHint = known !== undefined && HINTED.includes(known.kind);
  const ids = [...(hasHint ? [`hint-${index}`] : []), ...(problem ? [`problem-${index}`] : [])];
  return ids.length === 0 ? html`` : html`aria-describedby="${ids.join(' ')}"`;
}

const HINTED: readonly ConsoleField['kind'][] = ['list', 'categories', 'address', 'secret'];

function hintOf(known: ConsoleField | undefined, text: Texts): string | undefined {
  switch (known?.kind) {
    case 'list':
      return text.listHint;
    case 'categories':
      return text.categoriesHint;
    case 'address':
      return text.addressHint;
    case 'secret':
      return text.secretHint;
    default:
      return undefined;
  }
}
