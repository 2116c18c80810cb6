import { html } from 'hono/html';
import type { Html, Page } from './parts.js';

/** A page that says one thing, and the way back. */
export function messagePage(
  { title, message, back }: { title: string; message: string; back: string },
  page: Page,
): Html {
  return html`<h1>${title}</h1>
    <p>${message}</p>
    <p><a href="${back}">${page.text.back}</a></p>`;
}

/** Where people log in. The link of the start has the token behind a `#`, which no server and no log sees: the script sends it. */
export function loginPage({ to, refused }: { to: string; refused: string | null }, { text }: Page): Html {
  return html`<h1>${text.loginTitle}</h1>
    <form method="post" action="/login" class="login" data-login>
      <input type="hidden" name="to" value="${to}" />
      <div class="field">
        <label for="token">${text.token}</label>
        <p class="quiet" id="token-hint">${text.loginHow}</p>
        ${refused === null ? '' : html`<p class="problem" id="token-problem" role="alert">✗ ${refused}</p>`}
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          aria-describedby="token-hint${refused === null ? '' : ' token-problem'}"
          ${refused === null ? '' : html`aria-invalid="true"`}
        />
      </div>
      <button class="main">${text.login}</button>
    </form>`;
}

/** A secret, where the script could not show it in its place: gone again by itself. */
export function revealPage(
  { label, value, back, seconds }: { label: string; value: string | null; back: string; seconds: number },
  { text }: Page,
): Html {
  return html`<h1>${text.revealTitle}: <span lang="zh-CN">${label}</span></h1>
    <p>${value === null ? text.revealMissing : html`<code class="secret">${value}</code>`}</p>
    <p class="quiet">${text.revealHides(seconds)}</p>
    <p><a href="${back}">${text.hide}</a></p>`;
}
