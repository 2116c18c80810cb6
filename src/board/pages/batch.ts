import { html } from 'hono/html';
import { listUrls, WEB_UI_LISTS, type WebUi } from '../../client.js';
import { resumeOption } from '../../domain/batch/limits.js';
import { heldTogether, liftedBy } from '../../domain/batch/held.js';
import { VERB_OF_DECISION, type DecisionAction } from '../../domain/tenant-status.js';
import { awaitsCutOver, shownRate, type BatchStatus, type WaveStatus } from '../../domain/batch/status.js';
import { SHOWN, type Cause, type ListedTenant, type Overview, type Shown, type Waiter } from '../sight.js';
import { stateOf } from './batches.js';
import { badge, command, english, link, live, moment, wordsOf, type Html, type Page } from './parts.js';

/** What the page of a batch is made of beside what is seen of it. */
export interface BatchPage {
  ui: WebUi;
  /** For the commands that are shown. */
  file: string;
}

/** Where a batch stands, who must act, and what stopped tenants. */
export function batchPage(seen: Overview, { ui, file }: BatchPage, page: Page): Html {
  const { text } = page;
  return html`<h1>${text.batch} ${seen.batch}</h1>
    ${live('head', head(seen, file, page))}
    <section aria-labelledby="must-act-title">
      <h2 id="must-act-title">${text.mustAct}</h2>
      ${live('must-act', mustAct(seen, file, page))}
    </section>
    ${
      seen.status === null
        ? ''
        : html`<section aria-labelledby="waves-title">
            <h2 id="waves-title">${text.waves}</h2>
            ${live('waves', waves(seen.status.waves, page))}
          </section>`
    }
    <section aria-labelledby="causes-title">
      <h2 id="causes-title">${text.causes}</h2>
      ${live('causes', causes(seen.causes, file, page))}
    </section>
    <section aria-labelledby="tenants-title">
      <h2 id="tenants-title">${text.tenants}</h2>
      ${filters(seen, page)} ${live('tenants', tenants(seen, page))}
    </section>
    ${lists(seen.batch, ui, page)}
    ${
      seen.status === null
        ? ''
        : html`<section aria-labelledby="trail-title">
            <h2 id="trail-title">${text.trail}</h2>
            ${live('trail', trail(seen.status, page))}
          </section>`
    }`;
}

/** One sentence that says whether anything has changed. */
export function newsOf(seen: Overview, { text }: Page): string {
  return text.news(finishedOf(seen), seen.status?.total ?? seen.total, seen.orders);
}

function finishedOf({ status, ended }: Overview): number {
  return status === null ? ended : status.waves.reduce((sum, { finished }) => sum + finished, 0);
}

function head(seen: Overview, file: string, page: Page): Html {
  const { text } = page;
  const { row, status } = seen;
  if (!row) return html`<p>${text.neverStarted(file)}</p>`;
  const finished = finishedOf(seen);
  const total = status?.total ?? seen.total;
  return html`<p class="state">
      ${stateOf(row, page)} ${text.started} ${moment(status?.startedAt ?? row.startedAt, page)}
      ${status === null ? '' : text.startedBy(status.startedBy)}
    </p>
    ${status === null && row.running ? html`<p class="notice">${text.interrupted}</p>` : ''}
    ${status?.until === 'snapshot' && !status.over ? html`<p class="notice">${text.isPreparing}</p>` : ''}
    <p>
      <progress max="${Math.max(total, 1)}" value="${finished}" aria-label="${text.finished}"></progress>
      ${text.finishedOf(finished, total)}
      ${status === null || status.over || status.perMinute === null ? '' : html`· ${text.perMinute(shownRate(status.perMinute))}`}
      ${status === null || status.etaMs === null ? '' : html`· ${text.minutesLeft(Math.ceil(status.etaMs / 60_000))}`}
    </p>
    ${status === null ? '' : counts(status, page)}`;
}

function counts(status: BatchStatus, { text }: Page): Html {
  const standing = { ...status, asking: status.over ? 0 : (status.asking?.count ?? 0) };
  const open = (['running', 'parked', 'asking', 'undoing', 'prepared', 'notStarted'] as const).filter(
    (name) => standing[name] > 0,
  );
  const endings = Object.entries(status.endings) as [keyof BatchStatus['endings'], number][];
  return html`<dl class="counts" aria-label="${text.counts}">
    ${open.map(
      (name) =>
        html`<div>
          <dt>${text.count[name]}</dt>
          <dd>${standing[name]}</dd>
        </div>`,
    )}
    ${endings.map(
      ([ending, number]) =>
        html`<div>
          <dt>${text.ending[ending]}</dt>
          <dd>${number}</dd>
        </div>`,
    )}
  </dl>`;
}

function mustAct(seen: Overview, file: string, page: Page): Html {
  const { text } = page;
  const { status } = seen;
  const acts = [
    ...(seen.orders === 0 ? [] : [html`<a href="/orders">${text.openOrders(seen.orders)}</a>`]),
    ...(status === null ? [] : ofBatch(status, file, page)),
    ...seen.waiters.map((waiter) => waits(waiter, file, page)),
    ...(seen.moreWaiters === 0
      ? []
      : [html`<a href="?show=attention#tenants-title">${text.andMore(seen.moreWaiters)}</a>`]),
    ...seen.troubles.map(
      ({ tenantId, attempt, why }) =>
        html`<a href="/tenants/${tenantId}">${text.asksAgain(tenantId, attempt)}</a>: ${english(why, page)}`,
    ),
  ];
  if (acts.length === 0) return html`<p>${badge('good', text.nobodyMustAct)}</p>`;
  return html`<ul class="acts">
    ${acts.map((act) => html`<li>${act}</li>`)}
  </ul>`;
}

function ofBatch(status: BatchStatus, file: string, page: Page): Html[] {
  const { text } = page;
  const run = (verb: string, more: string, id: string): Html =>
    command(`qys-e10 ${verb} -f ${file}${more} --reason …`, id, page);
  return [
    ...(status.awaitsApproval === null
      ? []
      : [
          html`${text.waitsApproval(status.awaitsApproval)}
          ${run('approve', ` --wave ${status.awaitsApproval}`, 'do-approve')}`,
        ]),
    ...(awaitsCutOver(status)
      ? [html`${text.awaitsCutOver} ${command(`qys-e10 apply -f ${file}`, 'do-cut-over', page)}`]
      : []),
    ...(status.stoppedBy === null || status.over
      ? []
      : [
          html`${badge('bad', text.stoppedBy(status.stoppedBy))}
          ${run('resume', resumeOption(status.stoppedBy), 'do-resume')}`,
        ]),
    ...heldTogether(status.holds).map(
      ({ on, name, by, reason }, index) =>
        html`${text.heldBy(name, by, reason)} ${run('resume', liftedBy(on), `do-resume-${index}`)}`,
    ),
  ];
}

function waits({ id, status }: Waiter, file: string, page: Page): Html {
  const { text } = page;
  return html`<a href="/tenants/${id}">${text.tenantWaits(id)}</a>:
    ${
      status === undefined
        ? text.tenantWaitsUnknown
        : status.waiting
          ? html`${english(status.waiting.what, page)} ${answers(id, status.waiting.allowed, file, page)}`
          : english(status.held ?? '', page)
    }`;
}

/** The commands by which a tenant is answered. */
export function answers(id: string, allowed: readonly DecisionAction[], file: string, page: Page): Html[] {
  return allowed.map((action) =>
    command(`qys-e10 ${VERB_OF_DECISION[action]} -f ${file} --tenant ${id} --reason …`, `do-${action}-${id}`, page),
  );
}

function waves(all: readonly WaveStatus[], { text }: Page): Html {
  return html`<table class="cards">
    <thead>
      <tr>
        <th scope="col">${text.wave}</th>
        <th scope="col">${text.phase}</th>
        <th scope="col">${text.finished}</th>
        <th scope="col">${text.running}</th>
        <th scope="col">${text.width}</th>
        <th scope="col">${text.failed}</th>
        <th scope="col">${text.blocked}</th>
      </tr>
    </thead>
    <tbody>
      ${all.map(
        (wave) =>
          html`<tr>
            <th scope="row" data-label="${text.wave}">${wave.name}</th>
            <td data-label="${text.phase}">${badge(toneOf(wave), text.wavePhase[wave.phase])}</td>
            <td data-label="${text.finished}">
              <progress max="${Math.max(wave.size, 1)}" value="${wave.finished}" aria-label="${wave.name}"></progress>
              ${wave.finished}/${wave.size}
            </td>
            <td data-label="${text.running}">${wave.running}</td>
            <td data-label="${text.width}">${wave.width} / ${wave.maxConcurrency}</td>
            <td data-label="${text.failed}">
              ${wave.tolerated === null ? html`${wave.failed} (${text.noLimit})` : text.failedOf(wave.failed, wave.tolerated)}
            </td>
            <td data-label="${text.blocked}">${wave.blocked}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function toneOf({ phase, failed }: WaveStatus): 'good' | 'warn' | 'busy' | 'calm' {
  if (phase === 'waiting') return 'calm';
  if (phase === 'approval') return 'warn';
  return phase === 'accepted' ? (failed === 0 ? 'good' : 'warn') : 'busy';
}

function causes(all: readonly Cause[], file: string, page: Page): Html {
  const { text, lang } = page;
  if (all.length === 0) return html`<p>${text.noCauses}</p>`;
  return html`<ul class="causes">
    ${all.map(({ code, tenants: stopped }) => {
      const words = wordsOf(code, lang);
      const more = stopped.length - SAMPLE;
      return html`<li>
        <h3><code>${code}</code> ${words?.title ?? ''} · ${text.causeOf(stopped.length)}</h3>
        <p>
          ${stopped.slice(0, SAMPLE).map((id) => html`<a href="/tenants/${id}">${id}</a> `)}
          ${more > 0 ? text.andMore(more) : ''}
        </p>
        <dl class="facts">
          ${
            words
              ? html`<dt>${text.cause}</dt>
                  <dd>${words.cause}</dd>
                  <dt>${text.fix}</dt>
                  <dd>${words.fix}</dd>`
              : ''
          }
          <dt>${text.retry}</dt>
          <dd>${command(`qys-e10 retry -f ${file} --code ${code} --reason …`, `retry-${code}`, page)}</dd>
        </dl>
      </li>`;
    })}
  </ul>`;
}

const SAMPLE = 5;

function filters({ list }: Overview, { text }: Page): Html {
  return html`<nav class="filters" aria-label="${text.show}">
    <ul>
      ${SHOWN.map(
        (shown) =>
          html`<li>
            <a href="?show=${shown}#tenants-title" ${shown === list.shown ? html`aria-current="true"` : ''}
              >${text.shown[shown]}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`;
}

function tenants({ list }: Overview, page: Page): Html {
  const { text } = page;
  if (list.tenants.length === 0) return html`<p>${text.noTenants}</p>`;
  return html`<table class="cards">
      <thead>
        <tr>
          <th scope="col">${text.tenant}</th>
          <th scope="col">${text.name}</th>
          <th scope="col">${text.wave}</th>
          <th scope="col">${text.state}</th>
          <th scope="col">${text.findings}</th>
        </tr>
      </thead>
      <tbody>
        ${list.tenants.map(
          (one) =>
            html`<tr>
              <th scope="row" data-label="${text.tenant}"><a href="/tenants/${one.id}">${one.id}</a></th>
              <td data-label="${text.name}">${one.name}</td>
              <td data-label="${text.wave}">${one.wave ?? text.none}</td>
              <td data-label="${text.state}">${tenantState(one, page)}</td>
              <td data-label="${text.findings}">${one.row?.findings.map((code) => html`<code>${code}</code> `)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${list.pages === 1 ? '' : pager(list.shown, list.page, list.pages, page)}`;
}

function pager(shown: Shown, at: number, pages: number, { text }: Page): Html {
  const to = (page: number, name: string): Html =>
    html`<a href="?show=${shown}&amp;page=${page}#tenants-title">${name}</a>`;
  return html`<p class="pager">
    ${at > 1 ? to(at - 1, text.previous) : ''} ${text.page(at, pages)} ${at < pages ? to(at + 1, text.next) : ''}
  </p>`;
}

/** Where a tenant stands, as the lists have it. */
export function tenantState({ row, dropped }: Pick<ListedTenant, 'row' | 'dropped'>, { text }: Page): Html {
  if (!row) return badge('calm', dropped ? text.dropped : text.notStarted);
  if (row.ending !== null) return badge(toneOfEnding(row.ending), text.ending[row.ending]);
  const step = row.step === null ? '' : ` · ${text.stepName[row.step]}`;
  return row.needsAttention ? badge('warn', `${text.waiting}${step}`) : badge('busy', `${text.running}${step}`);
}

function toneOfEnding(
  ending: NonNullable<NonNullable<ListedTenant['row']>['ending']>,
): 'good' | 'warn' | 'bad' | 'calm' {
  switch (ending) {
    case 'migrated':
    case 'already-migrated':
      return 'good';
    case 'migrated-with-warnings':
    case 'blocked':
    case 'cancelled':
      return 'warn';
    case 'skipped':
      return 'calm';
    default:
      return 'bad';
  }
}

function lists(batch: string, ui: WebUi, { text }: Page): Html {
  const urls = listUrls(batch, ui);
  if (Object.keys(urls).length === 0) return html``;
  return html`<section aria-labelledby="lists-title">
    <h2 id="lists-title">${text.lists}</h2>
    <ul class="inline">
      ${WEB_UI_LISTS.map((name) => html`<li>${link(urls[name], text.list[name])}</li>`)}
    </ul>
  </section>`;
}

function trail({ trail: given }: BatchStatus, page: Page): Html {
  const { text } = page;
  if (given.length === 0) return html`<p>${text.noTrail}</p>`;
  return html`<ol class="trail" reversed>
    ${given
      .toReversed()
      .map(({ at, what, by, reason }) => html`<li>${moment(at, page)} ${english(what, page)} · ${by}: ${reason}</li>`)}
  </ol>`;
}
