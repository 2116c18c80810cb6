import { html } from 'hono/html';
import { DateTime } from 'luxon';
import { htmlLang } from '../language.js';
import { hiddenToken, type Html, type Page } from './parts.js';

/** Where a page stands. */
export interface Frame {
  title: string;
  /** The entry of the menu that it belongs to. */
  under: 'batches' | 'orders' | null;
  /** Of the page itself, to come back to after the language was changed. */
  path: string;
  /** What is asked for its fresh parts; absent on a page that does not change. */
  poll?: string;
  /** One sentence that a screen reader says when it has changed. */
  news?: string;
  /** Whether the board is about one batch. */
  oneBatch: boolean;
  /** Work orders that are open; absent where nobody counted. */
  orders?: number;
  /** Whether there is a session that can be ended. */
  canLogOut: boolean;
}

/** The frame of every page: skip link, landmarks, menu, language. Works without the script. */
export function layout(page: Page, frame: Frame, content: Html): Html {
  const { text, lang, by, assets } = page;
  return html`<!doctype html>
    <html lang="${htmlLang(lang)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${frame.title} · qys-e10</title>
        <link rel="icon" href="${assets.urlOf('icon.svg')}" />
        <link rel="stylesheet" href="${assets.urlOf('board.css')}" />
        <script type="module" src="${assets.urlOf('board.js')}"></script>
      </head>
      <body>
        <a class="skip" href="#main">${text.skip}</a>
        <header>
          <a class="brand" href="/" translate="no">qys-e10</a>
          ${by === '' ? '' : menu(page, frame)}
          <div class="who">
            ${languages(page, frame)} ${by === '' ? '' : html`<span class="by">${text.loggedInAs(by)}</span>`}
            ${
              by === '' || !frame.canLogOut
                ? ''
                : html`<form method="post" action="/logout">
                    ${hiddenToken(page)}<button class="small">${text.logout}</button>
                  </form>`
            }
          </div>
        </header>
        <main
          id="main"
          tabindex="-1"
          ${frame.poll === undefined ? '' : html`data-poll="${frame.poll}" data-over="${text.sessionOver}" data-away="${text.unreachable}"`}
        >
          ${content}
        </main>
        <footer>
          <p id="news" role="status" aria-live="polite" class="news">${frame.news ?? ''}</p>
          <p class="quiet">
            ${text.timesAre(zone())}
            ${frame.poll === undefined ? '' : html`<a href="${frame.path}">${text.refresh}</a> <span data-script hidden>${text.live}</span>`}
          </p>
        </footer>
      </body>
    </html>`;
}

function menu({ text }: Page, { under, oneBatch, orders }: Frame): Html {
  const entry = (to: string, name: string, is: Frame['under'], more: Html | string = ''): Html =>
    html`<li><a href="${to}" ${is === under ? html`aria-current="page"` : ''}>${name}${more}</a></li>`;
  const open = orders === undefined ? '' : html` <span class="count" id="open-orders" data-live>${orders}</span>`;
  return html`<nav aria-label="${text.navigation}">
    <ul>
      ${entry('/', oneBatch ? text.batch : text.batches, 'batches')} ${entry('/orders', text.orders, 'orders', open)}
    </ul>
  </nav>`;
}

function languages({ text, lang }: Page, { path }: Frame): Html {
  const button = (value: 'zh' | 'en', name: string): Html =>
    html`<button
      class="small"
      name="lang"
      value="${value}"
      lang="${htmlLang(value)}"
      ${value === lang ? html`aria-pressed="true"` : html`aria-pressed="false"`}
    >
      ${name}
    </button>`;
  return html`<form method="post" action="/language" class="languages">
    <fieldset>
      <legend class="unseen">${text.language}</legend>
      <input type="hidden" name="back" value="${path}" />
      ${button('zh', '中文')} ${button('en', 'English')}
    </fieldset>
  </form>`;
}

function zone(): string {
  const now = DateTime.now();
  return `${now.zoneName} (UTC${now.toFormat('ZZ')})`;
}
