import { html } from 'hono/html';
import { fingerprint } from '../../domain/fingerprint.js';
import { consoleField, CONSOLE_PAGES } from '../../domain/work-orders/console-fields.js';
import { isRow, isSwitch, pagesOf, type PageOfOrder } from '../../domain/work-orders/pages.js';
import { isLogin, isOpen, type OrderTask, type WorkOrder } from '../../domain/work-orders/work-order.js';
import { LONGEST_NOTE, type Problem, type Typed } from '../answer-form.js';
import type { OrderSight } from '../sight.js';
import { answerInput, labelOf, otherInput, problemText, rowInput, type FieldForm } from './order-inputs.js';
import { badge, copyButton, finding, hiddenToken, link, live, moment, type Html, type Page } from './parts.js';
import { orderState, stepOf } from './queue.js';

/** What the page of an order shows beside the order. */
export interface OrderForm {
  typed: Typed;
  problems: readonly Problem[];
  /** What is wrong with the form as a whole, in words. */
  refusals: readonly (string | Html)[];
  /** What came of the last thing that was done here. */
  told: string | null;
  /** Of the order as the person saw it; `versionOf` of now where it is shown for the first time. */
  seen: string;
  /** Why somebody wanted to reject it; null where nobody did. */
  reason: string | null;
  reveals: boolean;
  keepsEvidence: boolean;
}

/** Changes when what is to be done has changed: a form that was made for another version must not be taken for this one. */
export function versionOf(order: WorkOrder): string {
  const reopened = order.trail.filter(({ what }) => what === 'reopened').length;
  return fingerprint(JSON.stringify([isOpen(order), reopened, order.tasks]));
}

/** One order, page by page of the console: what to do, values to copy, and the form that confirms it. */
export function orderPage(seen: OrderSight, form: OrderForm, page: Page): Html {
  const { text } = page;
  const { tenantId, tenant, order } = seen;
  const id = `${tenantId}/${order.number}`;
  return html`${trouble(order, form, page)}
    <h1>${text.orderTitle(id)}</h1>
    <p>
      <a href="/tenants/${tenantId}">${tenant.name}</a> · ${stepOf(order, page)} ·
      ${link(tenant.qiyuesuo.console, text.openConsole)}
    </p>
    ${live('order-state', stateOf(seen, form, page))} ${again(order, page)}
    ${isOpen(order) ? openOrder(seen, form, page) : closedOrder(seen, page)}
    <section aria-labelledby="order-trail-title">
      <h2 id="order-trail-title">${text.orderTrail}</h2>
      ${live('order-trail', trail(order, page))}
    </section>`;
}

/** One sentence that says whether anything has changed. */
export function orderNews(
  { tenantId, order, next }: OrderSight,
  { seen }: Pick<OrderForm, 'seen'>,
  page: Page,
): string {
  const { text } = page;
  const title = text.orderTitle(`${tenantId}/${order.number}`);
  const changed = versionOf(order) === seen ? '' : ` ${text.changedMeanwhile}`;
  const after = next === null ? '' : ` ${text.nextOrderIs}: ${tenantId}/${next}`;
  return `${title}: ${text.orderState[order.state]}.${changed}${after}`;
}

/** Everything that is wrong, on top, with links to where it is. Takes the focus. */
function trouble(order: WorkOrder, { problems, refusals, told }: OrderForm, { text }: Page): Html {
  if (problems.length + refusals.length === 0) {
    return told === null ? html`` : html`<p class="told" role="status" tabindex="-1" autofocus>✓ ${told}</p>`;
  }
  const title = problems.length > 0 ? text.problemsTitle(problems.length) : text.refusedOrder;
  return html`<div class="trouble" role="alert" tabindex="-1" autofocus aria-labelledby="trouble-title">
    <h2 id="trouble-title">✗ ${title}</h2>
    <ul>
      ${refusals.map((refusal) => html`<li>${refusal}</li>`)}
      ${problems.map((problem) => {
        const index = order.tasks.findIndex(({ field }) => field === problem.field);
        return html`<li><a href="#task-${index}">${labelOf(problem.field)}</a>: ${problemText(problem, text)}</li>`;
      })}
    </ul>
  </div>`;
}

function stateOf(seen: OrderSight, { seen: version }: OrderForm, page: Page): Html {
  const { text, by } = page;
  const { order, next, tenantId } = seen;
  const changed = versionOf(order) !== version;
  return html`<p class="state">${orderState(order, page)}</p>
    ${
      order.state === 'taken' && order.takenBy !== by
        ? html`<p class="notice">${text.otherHasIt(order.takenBy ?? '')}</p>`
        : ''
    }
    ${
      changed
        ? html`<p class="notice">
            ${badge('warn', text.changedMeanwhile)}
            <a href="/orders/${tenantId}/${order.number}">${text.openAgain}</a>
          </p>`
        : ''
    }
    ${
      next === null
        ? ''
        : html`<p class="notice">
            ${text.nextOrderIs}: <a href="/orders/${tenantId}/${next}">${text.orderTitle(`${tenantId}/${next}`)}</a>
          </p>`
    }`;
}

function again({ findings, trail: events }: WorkOrder, page: Page): Html {
  const { text } = page;
  if (findings.length === 0) return html``;
  const reopened = events.some(({ what }) => what === 'reopened');
  return html`<section aria-labelledby="again-title" class="again">
    <h2 id="again-title">${reopened ? text.whyAgain : text.whyOpen}</h2>
    <ul class="findings">
      ${findings.map((one) => finding(one, page))}
    </ul>
    ${reopened ? html`<p>${text.seenInstead}</p>` : ''}
  </section>`;
}

function openOrder(seen: OrderSight, form: OrderForm, page: Page): Html {
  const { text, by } = page;
  const { tenantId, order } = seen;
  const path = `/orders/${tenantId}/${order.number}`;
  const checklist = order.tasks.some((task) => isRow(task) && !task.done);
  return html`${
      order.takenBy === by
        ? ''
        : html`<form method="post" action="${path}/take" class="take">
            ${hiddenToken(page)}${order.takenBy === null ? '' : html`<input type="hidden" name="over" value="1" />`}<button>
              ${order.takenBy === null ? text.take : text.takeOver(order.takenBy)}
            </button>
            <span class="quiet">${text.takeHint}</span>
          </form>`
    }
    ${isLogin(order) ? html`<p>${text.loginOrder} <code>qys-e10 console login --tenant ${tenantId} -f …</code></p>` : ''}
    <form method="post" action="${path}/confirm" enctype="multipart/form-data" id="answer" novalidate>
      ${hiddenToken(page)}<input type="hidden" name="seen" value="${form.seen}" />
      <h2>${text.todo}</h2>
      ${pagesOf(order).map((of, index) => consolePage(of, index, { seen, form }, page))}
      <h2>${text.confirmTitle}</h2>
      <div class="field">
        <label for="note">${text.note}</label>
        <p class="quiet" id="note-hint">${text.noteHint}</p>
        <textarea id="note" name="note" rows="2" maxlength="${LONGEST_NOTE}" aria-describedby="note-hint">
${form.typed.note}</textarea>
      </div>
      <div class="field">
        <label for="evidence">${text.evidence}</label>
        <p class="quiet" id="evidence-hint">
          ${text.evidenceHint} ${form.keepsEvidence ? text.evidenceKept : text.evidenceNotKept}
          ${form.problems.length + form.refusals.length > 0 ? text.evidenceAgain : ''}
        </p>
        <input id="evidence" name="evidence" type="file" aria-describedby="evidence-hint" />
      </div>
      <p><button class="main">${checklist ? text.confirmRows : text.confirm}</button></p>
    </form>
    ${form.reveals ? reveals(seen, page) : ''}
    <details class="reject" ${form.reason === null ? '' : html`open`}>
      <summary>${text.rejectTitle}</summary>
      <form method="post" action="${path}/reject">
        ${hiddenToken(page)}<input type="hidden" name="seen" value="${form.seen}" />
        <div class="field">
          <label for="reason">${text.rejectReason}</label>
          <p class="quiet" id="reason-hint">${text.rejectHint}</p>
          <textarea
            id="reason"
            name="reason"
            rows="2"
            maxlength="${LONGEST_NOTE}"
            required
            aria-describedby="reason-hint"
          >
${form.reason ?? ''}</textarea>
        </div>
        <button>${text.reject}</button>
      </form>
    </details>`;
}

interface Around {
  seen: OrderSight;
  form: OrderForm;
}

function consolePage({ page: name, tasks }: PageOfOrder, index: number, around: Around, page: Page): Html {
  const { text, lang } = page;
  const { deployment } = around.seen.tenant.qiyuesuo;
  const where = CONSOLE_PAGES[deployment][name];
  return html`<section class="console-page" aria-labelledby="page-${index}">
    <h3 id="page-${index}">
      <span lang="zh-CN">${where?.zh ?? name}</span>
      ${where && lang === 'en' ? html`<span class="gloss">${where.en}</span>` : ''}
    </h3>
    ${
      tasks.some((task) => isRow(task) && !task.done)
        ? html`<p class="quiet">
            ${text.checklist} <button type="button" class="small" data-tick-all hidden>${text.tickAll}</button>
          </p>`
        : ''
    }
    <ol class="tasks">
      ${tasks.map((task) => taskItem(task, around, page))}
    </ol>
  </section>`;
}

function taskItem(task: OrderTask, { seen, form }: Around, page: Page): Html {
  const { text } = page;
  const index = seen.order.tasks.indexOf(task);
  const problem = form.problems.find(({ field }) => field === task.field);
  const field: FieldForm = { task, index, typed: form.typed, problem };
  return html`<li
    id="task-${index}"
    class="task ${task.done ? 'is-done' : ''} ${problem ? 'has-problem' : ''}"
    data-field="${task.field}"
    data-do="${task.do}"
  >
    ${
      task.done
        ? html`<p>
            ${badge('good', text.doneBy(task.done.by))} ${nameOf(task, page)}
            ${task.do === 'set' ? shownValue(task, page) : ''}
          </p>`
        : task.do === 'read'
          ? answerInput(field, page)
          : toDo(field, form.reveals, page)
    }
  </li>`;
}

/** The label in the console's own words, and what kind of work it is. */
function nameOf({ field, do: what }: OrderTask, { text, lang }: Page): Html {
  const known = consoleField(field);
  return html`<span class="kind">${text[what]}</span>
    <span class="label" lang="zh-CN">${labelOf(field)}</span>
    ${known && lang === 'en' ? html`<span class="gloss">${known.en}</span>` : ''}`;
}

function toDo(field: FieldForm, reveals: boolean, page: Page): Html {
  const { task, index } = field;
  const { text } = page;
  const id = `value-${index}`;
  return html`<div class="to-do">
      ${isRow(task) ? rowInput(field, page) : html`<p>${nameOf(task, page)}</p>`}
      ${
        task.do === 'start'
          ? ''
          : task.secret && task.secret.word !== 'empty'
            ? secretValue(field, reveals, page)
            : html`<p class="value">
                ${shownValue(task, page, id)}
                ${(task.value ?? '') === '' ? '' : copyButton(id, text.copyOf(labelOf(task.field)), text)}
              </p>`
      }
    </div>
    ${isSwitch(task) ? html`<p class="notice">${text.switchDialog}</p>` : ''}
    ${task.do === 'set' ? otherInput(field, page) : ''}`;
}

/** A choice in the console's own words; what is to be cleared in ours. */
function shownValue({ field, value, secret }: OrderTask, { text }: Page, id?: string): Html {
  const given = secret ? (secret.word === 'empty' ? '' : `(${text.secretWord[secret.word]})`) : (value ?? '');
  if (given === '') return html`<em>${text.clearIt}</em>`;
  const zh = consoleField(field)?.choices?.[given];
  return html`<code ${id === undefined ? '' : html`id="${id}"`} ${zh === undefined ? '' : html`lang="zh-CN"`}
    >${zh ?? given}</code
  >`;
}

/** Where a secret stands; the value itself comes only when it is asked for. */
function secretValue({ task, index }: FieldForm, reveals: boolean, { text }: Page): Html {
  const { secret, field } = task;
  const ref = secret?.ref;
  const where = !ref ? text.documentedKey : 'env' in ref ? text.referenceEnv(ref.env) : text.referenceFile(ref.file);
  const id = `value-${index}`;
  return html`<p class="value">
      <span id="where-${index}">${secret === undefined ? '' : text.secretWord[secret.word]}: ${where}</span>
      ${
        reveals
          ? html`<button
              form="reveal-${index}"
              class="small"
              aria-label="${text.revealOf(labelOf(field))}"
              aria-describedby="where-${index}"
            >
              ${text.reveal}
            </button>`
          : html`<span class="quiet">${text.revealOff}</span>`
      }
    </p>
    ${
      reveals
        ? html`<p class="value" data-revealed="reveal-${index}" hidden>
            <code id="${id}"></code> ${copyButton(id, text.copyOf(labelOf(field)), text)}
            <button type="button" class="small" data-hide>${text.hide}</button>
          </p>`
        : ''
    }`;
}

/** A form of its own for each secret, so that nothing that was typed is sent with it. Outside of the other: forms do not nest. */
function reveals({ tenantId, order }: OrderSight, page: Page): Html[] {
  return order.tasks.flatMap((task, index) =>
    task.secret && task.secret.word !== 'empty' && !task.done
      ? [
          html`<form method="post" action="/orders/${tenantId}/${order.number}/reveal" id="reveal-${index}" data-reveal>
            ${hiddenToken(page)}<input type="hidden" name="field" value="${task.field}" />
          </form>`,
        ]
      : [],
  );
}

function closedOrder({ order, tenantId, next }: OrderSight, page: Page): Html {
  const { text } = page;
  return html`<p>${text.orderOver} ${order.state === 'done' && next === null ? text.goesOnWithout : ''}</p>
    <p>
      <a href="/orders">${text.orders}</a> ·
      <a href="/tenants/${tenantId}">${text.tenant} ${tenantId}</a>
    </p>
    <ol class="tasks">
      ${order.tasks.map(
        (task) =>
          html`<li class="task">
            <p>${nameOf(task, page)} ${task.do === 'set' ? shownValue(task, page) : ''}</p>
          </li>`,
      )}
    </ol>`;
}

function trail({ trail: events }: WorkOrder, page: Page): Html {
  const { text } = page;
  return html`<ol class="trail">
    ${events.map(
      ({ at, what, by, note, evidence }) =>
        html`<li>
          ${moment(at, page)} ${text.event[what]} ${by === undefined ? '' : html`· ${by}`}
          ${note === undefined || note === '' ? '' : html`<q>${note}</q>`}
          ${
            evidence === undefined
              ? ''
              : html`<span class="evidence"
                  >${text.evidence}: ${evidence.name} <code>sha256:${evidence.sha256}</code></span
                >`
          }
        </li>`,
    )}
  </ol>`;
}
