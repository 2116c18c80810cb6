import { html } from 'hono/html';
import { tenantUrl, type WebUi } from '../../client.js';
import { reasonIn } from '../../domain/batch/reasons.js';
import { evidenceOf, type EvidenceEntry } from '../../domain/evidence.js';
import { commandsFor, type OfTenant } from '../../domain/commands.js';
import type { Finding } from '../../domain/findings.js';
import type { LeftBefore } from '../../domain/left-before.js';
import type { FieldDifference, StepReport, StepState, UndoProof } from '../../domain/outcomes.js';
import type { Change } from '../../domain/plan.js';
import type { TenantStatus } from '../../domain/tenant-status.js';
import { consoleField } from '../../domain/work-orders/console-fields.js';
import type { TenantSight } from '../sight.js';
import { answers, tenantState } from './batch.js';
import { badge, english, finding, link, live, moment, type Html, type Page, type Tone } from './parts.js';
import { orderState, stepOf } from './queue.js';

/** Where one tenant stands, what was found, what is changed, and who acts next. */
export function tenantPage(seen: TenantSight, { ui, file }: { ui: WebUi; file: string }, page: Page): Html {
  const { text } = page;
  const { status, end } = seen;
  const result = end?.result;
  const helped = { file, tenant: seen.id, run: result?.people?.reference ?? null };
  return html`<h1>${text.tenant} ${seen.id}</h1>
    <p>
      ${seen.name}
      ${seen.batch === null ? '' : html`· <a href="/batches/${seen.batch}">${text.batch} ${seen.batch}</a>`}
      ${seen.wave === null ? '' : html`· ${text.wave} ${seen.wave}`}
    </p>
    ${live('head', head(seen, file, page))}
    <ul class="inline">
      ${seen.tenant ? html`<li>${link(seen.tenant.qiyuesuo.console, text.console)}</li>` : ''}
      ${seen.tenant ? html`<li>${link(seen.tenant.e10.address, text.openOaAddress)}</li>` : ''}
      ${seen.row && ui.uiUrl !== null ? html`<li>${link(tenantUrl(seen.id, ui), text.webUi)}</li>` : ''}
    </ul>
    <section aria-labelledby="steps-title">
      <h2 id="steps-title">${text.steps}</h2>
      ${live('steps', steps(result?.steps ?? status?.steps ?? [], page))}
    </section>
    <section aria-labelledby="findings-title">
      <h2 id="findings-title">${text.findings}</h2>
      ${live('findings', findings(result?.findings ?? status?.findings ?? [], helped, page))}
      ${seen.left === null ? '' : live('left', leftBefore(seen.left, helped, page))}
    </section>
    <section aria-labelledby="changes-title">
      <h2 id="changes-title">${text.changes}</h2>
      <p class="quiet">${text.changesHint}</p>
      ${live('changes', changes(result?.changes ?? status?.changes ?? [], page))}
    </section>
    ${result?.undo ? proof(result.undo, page) : ''} ${live('people', people(seen, page))}
    ${live('evidence', evidence(result?.evidence ?? (status ? evidenceOf(status) : end?.evidence) ?? [], page))}`;
}

/** One sentence that says whether anything has changed. */
export function tenantNews({ id, row, dropped, status, end }: TenantSight, { text }: Page): string {
  if (dropped) return `${id}: ${text.dropped}`;
  if (end) return `${id}: ${text.ending[end.ending]}`;
  const step = status?.step ?? row?.step;
  const waits = row?.needsAttention === true;
  return `${id}: ${waits ? text.waiting : row ? text.running : text.notStarted}${step ? `, ${text.stepName[step]}` : ''}`;
}

function head(seen: TenantSight, file: string, page: Page): Html {
  const { text } = page;
  const { end, row, dropped, status, why } = seen;
  return html`<p class="state">
      ${tenantState({ row: row ?? null, dropped }, page)} ${end?.result?.grade ? text.grade(end.result.grade) : ''}
      ${row ? html`${text.started} ${moment(row.startedAt, page)}` : ''}
      ${row?.endedAt ? html`· ${text.ended} ${moment(row.endedAt, page)}` : ''}
    </p>
    <dl class="facts">
      ${
        end
          ? html`<dt>${text.reason}</dt>
              <dd>${page.lang === 'en' ? end.reason : (end.result?.zh ?? english(end.reason, page))}</dd>`
          : ''
      }
      <dt>${text.nextAction}</dt>
      <dd>${next(seen, file, page)}</dd>
    </dl>
    ${row && !end && !status ? html`<p class="notice">${text.notAnswering}</p>` : ''}
    ${
      why && why.reasons.length > 0
        ? html`<ul>
            ${why.reasons.map((reason) => html`<li>${reasonIn(reason, page.lang)}</li>`)}
          </ul>`
        : ''
    }`;
}

function next({ id, row, dropped, end, status, order }: TenantSight, file: string, page: Page): Html {
  const { text } = page;
  if (end) return html`${text.isOver}`;
  if (!row) return html`${dropped ? text.wasDropped : text.noRun}`;
  if (order) {
    const { number } = order.order;
    return html`${text.nextOrder}: <a href="/orders/${id}/${number}">${text.orderTitle(`${id}/${number}`)}</a>`;
  }
  if (status?.waiting) {
    const { what, allowed } = status.waiting;
    return html`${text.waitsFor}: ${english(what, page)} ${answers(id, allowed, file, page)}`;
  }
  if (status?.held) return html`${text.heldBecause}: ${english(status.held, page)}`;
  const step = status?.step ?? row.step;
  return html`${step ? text.goesOn(text.stepName[step]) : text.startsByItself}`;
}

const TONES: Record<StepState, Tone> = {
  pending: 'calm',
  running: 'busy',
  waiting: 'warn',
  done: 'good',
  unchanged: 'good',
  skipped: 'warn',
  failed: 'bad',
  undone: 'warn',
  'undo-failed': 'bad',
};

function steps(all: readonly StepReport[], page: Page): Html {
  const { text } = page;
  if (all.length === 0) return html`<p>${text.noRun}</p>`;
  return html`<table class="cards">
    <thead>
      <tr>
        <th scope="col">${text.step}</th>
        <th scope="col">${text.state}</th>
        <th scope="col">${text.what}</th>
        <th scope="col">${text.at}</th>
      </tr>
    </thead>
    <tbody>
      ${all.map(
        ({ step, state, note, zh, startedAt, endedAt }) =>
          html`<tr>
            <th scope="row" data-label="${text.step}">${text.stepName[step]}</th>
            <td data-label="${text.state}">${badge(TONES[state], text.stepState[state])}</td>
            <td data-label="${text.what}">
              ${zh === undefined || page.lang === 'en' ? english(note ?? '', page) : zh}
            </td>
            <td data-label="${text.at}">${moment(endedAt ?? startedAt, page)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

const RANK = { blocking: 0, warning: 1, info: 2 } as const;

function findings(all: readonly Finding[], of: OfTenant, page: Page): Html {
  if (all.length === 0) return html`<p>${page.text.noFindings}</p>`;
  const worstFirst = all.toSorted((one, other) => RANK[one.severity] - RANK[other.severity]);
  return html`<ul class="findings">
    ${worstFirst.map((one) => finding(one, page, commandsFor(one.code, of, 'retry')))}
  </ul>`;
}

function leftBefore({ endedAt, findings: left }: LeftBefore, of: OfTenant, page: Page): Html {
  return html`<h3>${page.text.leftBefore} ${moment(endedAt, page)}</h3>
    ${findings(left, of, page)}`;
}

function changes(all: readonly Change[], page: Page): Html {
  const { text } = page;
  if (all.length === 0) return html`<p>${text.noChanges}</p>`;
  return html`<table class="cards">
    <thead>
      <tr>
        <th scope="col">${text.field}</th>
        <th scope="col">${text.before}</th>
        <th scope="col">${text.after}</th>
      </tr>
    </thead>
    <tbody>
      ${all.map(
        ({ target, label, before, after }) =>
          html`<tr>
            <th scope="row" data-label="${text.field}">${fieldName(target, label)}</th>
            <td data-label="${text.before}">${value(before, page)}</td>
            <td data-label="${text.after}">${value(after, page)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function fieldName(target: string, label: string | undefined): Html {
  const known = target.startsWith('category:') ? undefined : consoleField(target);
  const shown = label ?? known?.zh;
  return html`${shown === undefined ? '' : html`<span lang="zh-CN">${shown}</span> `}<code>${target}</code>`;
}

function value(shown: string | null, { text }: Page): Html {
  return shown === null || shown === '' ? html`${text.emptyValue}` : html`<code>${shown}</code>`;
}

function proof({ equal, total, left, foreign, unreadable = [], stays = [] }: UndoProof, page: Page): Html {
  const { text } = page;
  const list = (title: string, items: readonly Html[]): Html | string =>
    items.length === 0
      ? ''
      : html`<h3>${title}</h3>
          <ul>
            ${items.map((item) => html`<li>${item}</li>`)}
          </ul>`;
  const differs = ({ field, expected, found }: FieldDifference): Html =>
    html`<code>${field}</code>: ${value(expected, page)} → ${value(found, page)}`;
  return html`<section aria-labelledby="proof-title">
    <h2 id="proof-title">${text.proof}</h2>
    <p>${badge(left.length === 0 ? 'good' : 'bad', text.proved(equal, total))}</p>
    ${list(text.left, left.map(differs))} ${list(text.foreign, foreign.map(differs))}
    ${list(text.stays, stays.map(differs))}
    ${list(
      text.unreadable,
      unreadable.map((field) => html`<code>${field}</code>`),
    )}
  </section>`;
}

/** References only: this board has no pictures of a worker's. */
function evidence(all: readonly EvidenceEntry[], page: Page): Html {
  const { text } = page;
  if (all.length === 0) return html``;
  const whatOf = (entry: EvidenceEntry): string =>
    entry.kind === 'picture' ? `${entry.page}, ${entry.moment}` : `${entry.name}, ${entry.by}`;
  return html`<h2>${text.evidence}</h2>
    <ol class="trail">
      ${all.map(
        (entry) =>
          html`<li>
            ${moment(entry.at, page)} ${stepOf(entry, page)} · ${english(whatOf(entry), page)}
            <span class="evidence"><code>sha256:${entry.sha256}</code></span>
          </li>`,
      )}
    </ol>`;
}

/** What people did: the orders of this run, and answers. */
function people({ id, status }: TenantSight, page: Page): Html {
  const { text } = page;
  const { orders = [], decisions = [] }: Partial<TenantStatus> = status ?? {};
  return html`${
    orders.length === 0
      ? ''
      : html`<h2>${text.ofTenant}</h2>
          <ul>
            ${orders.map(
              (order) =>
                html`<li>
                  <a href="/orders/${id}/${order.number}">${text.orderTitle(`${id}/${order.number}`)}</a> ·
                  ${stepOf(order, page)} ${orderState(order, page)}
                </li>`,
            )}
          </ul>`
  }
  ${
    decisions.length === 0
      ? ''
      : html`<h2>${text.decisions}</h2>
          <ol class="trail">
            ${decisions.map(
              ({ at, action, by, reason }) =>
                html`<li>${moment(at, page)} ${text.decision[action]} · ${by}: ${reason}</li>`,
            )}
          </ol>`
  }`;
}
