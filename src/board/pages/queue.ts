import { html } from 'hono/html';
import type { WorkOrder } from '../../domain/work-orders/work-order.js';
import type { QueuedOrder } from '../sight.js';
import { badge, clock, live, moment, type Html, type Page } from './parts.js';

/** Every open work order, in the order in which they are best done. */
export function queuePage(orders: readonly QueuedOrder[], page: Page): Html {
  const { text } = page;
  return html`<h1>${text.orders}</h1>
    ${live(
      'queue',
      orders.length === 0
        ? html`<p>${badge('good', text.noOrders)}</p>`
        : html`<p class="quiet">${text.queueHint}</p>
            ${table(orders, page)}`,
    )}`;
}

function table(orders: readonly QueuedOrder[], page: Page): Html {
  const { text } = page;
  return html`<table class="cards">
    <thead>
      <tr>
        <th scope="col">${text.order}</th>
        <th scope="col">${text.name}</th>
        <th scope="col">${text.step}</th>
        <th scope="col">${text.state}</th>
        <th scope="col">${text.progress}</th>
        <th scope="col">${text.wave}</th>
        <th scope="col">${text.window}</th>
        <th scope="col">${text.since}</th>
      </tr>
    </thead>
    <tbody>
      ${orders.map(
        ({ tenantId, name, order, waveName, window }) =>
          html`<tr>
            <th scope="row" data-label="${text.order}">
              <a href="/orders/${tenantId}/${order.number}">${tenantId}/${order.number}</a>
            </th>
            <td data-label="${text.name}">${name}</td>
            <td data-label="${text.step}">${stepOf(order, page)}</td>
            <td data-label="${text.state}">${orderState(order, page)}</td>
            <td data-label="${text.progress}">
              ${order.tasks.filter(({ done }) => done).length}/${order.tasks.length}
            </td>
            <td data-label="${text.wave}">${waveName ?? text.none}</td>
            <td data-label="${text.window}">${windowOf(window, page)}</td>
            <td data-label="${text.since}">${moment(order.trail[0]?.at, page)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function windowOf(window: QueuedOrder['window'], { text }: Page): Html {
  if (window === null) return html`${text.anytime}`;
  return 'closesAt' in window
    ? badge('busy', text.closesAt(clock(window.closesAt)))
    : badge('calm', text.opensAt(clock(window.opensAt)));
}

export function stepOf({ step, undo }: Pick<WorkOrder, 'step' | 'undo'>, { text }: Page): string {
  return undo ? text.undoOf(text.stepName[step]) : text.stepName[step];
}

/** Who has it, and whether it is overdue. */
export function orderState({ state, takenBy, trail }: WorkOrder, { text, by }: Page): Html {
  const overdue = trail.filter(({ what }) => what === 'reminded' || what === 'escalated').length;
  const isOpen = state === 'open' || state === 'taken';
  const words =
    takenBy === null || !isOpen ? text.orderState[state] : takenBy === by ? text.takenByYou : text.takenBy(takenBy);
  const tone = state === 'done' ? 'good' : state === 'rejected' ? 'bad' : state === 'withdrawn' ? 'calm' : 'busy';
  return html`${badge(state === 'open' ? 'warn' : tone, words)}
  ${isOpen && overdue > 0 ? badge('bad', text.overdue(overdue)) : ''}`;
}
