import { html } from 'hono/html';
import type { ListedBatch } from '../../client.js';
import { badge, live, moment, type Html, type Page } from './parts.js';

/** Every batch that Temporal knows. */
export function batchesPage(batches: readonly ListedBatch[], page: Page): Html {
  const { text } = page;
  return html`<h1>${text.batches}</h1>
    ${live('batches', batches.length === 0 ? html`<p>${text.noBatches}</p>` : table(batches, page))}`;
}

function table(batches: readonly ListedBatch[], page: Page): Html {
  const { text } = page;
  return html`<table class="cards">
    <thead>
      <tr>
        <th scope="col">${text.batch}</th>
        <th scope="col">${text.state}</th>
        <th scope="col">${text.started}</th>
        <th scope="col">${text.ended}</th>
      </tr>
    </thead>
    <tbody>
      ${batches.map(
        (one) =>
          html`<tr>
            <th scope="row" data-label="${text.batch}"><a href="/batches/${one.batch}">${one.batch}</a></th>
            <td data-label="${text.state}">${stateOf(one, page)}</td>
            <td data-label="${text.started}">${moment(one.startedAt, page)}</td>
            <td data-label="${text.ended}">${moment(one.endedAt, page)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Where a batch stands, as the lists of Temporal have it. */
export function stateOf(
  { running, outcome, needsAttention }: Pick<ListedBatch, 'running' | 'outcome' | 'needsAttention'>,
  { text }: Page,
): Html {
  const outcomeBadge =
    outcome === null
      ? badge(running ? 'busy' : 'calm', running ? text.running : text.over)
      : badge(
          outcome === 'done' ? 'good' : outcome === 'stopped-by-limit' ? 'bad' : 'warn',
          text.batchOutcome[outcome],
        );
  return html`${outcomeBadge} ${needsAttention && running ? badge('warn', text.waiting) : ''}`;
}
