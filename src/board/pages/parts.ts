import { html } from 'hono/html';
import { DateTime } from 'luxon';
import { catalogue } from '../../domain/finding-catalogue.js';
import { FINDING_CODES, messageIn, type Finding, type FindingCode } from '../../domain/findings.js';
import type { Assets } from '../assets.js';
import type { Lang, Texts } from '../texts.js';

/** What is safe to put into a page: made by the `html` tag, which escapes all that comes into it. */
export type Html = ReturnType<typeof html>;

/** What a page is made in. */
export interface Page {
  lang: Lang;
  text: Texts;
  /** Who looks; empty on the page where people log in. */
  by: string;
  /** For every form of it. */
  formToken: string;
  assets: Assets;
}

/** How something stands: a colour, and always a sign beside it. */
export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'calm';

const SIGNS: Record<Tone, string> = { good: '✓', warn: '!', bad: '✗', busy: '…', calm: '·' };

/** A word with its sign. */
export function badge(tone: Tone, words: string): Html {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${SIGNS[tone]}</span> ${words}</span>`;
}

/** A moment, in this server's time; `iso` has it in full. */
export function moment(iso: string | null | undefined, { text }: Pick<Page, 'text'>): Html {
  if (!iso) return html`${text.none}`;
  return html`<time datetime="${iso}" title="${iso}">${clock(iso)}</time>`;
}

/** Month, day, hour and minute: a night has no year. */
export function clock(at: string | number): string {
  const when = typeof at === 'string' ? DateTime.fromISO(at) : DateTime.fromMillis(at);
  return when.toFormat('MM-dd HH:mm');
}

/** An address as a link, where it is one that a browser may open. */
export function link(url: string | null | undefined, words: string): Html {
  if (url == null || !/^https?:\/\//i.test(url)) return html`${words}`;
  return html`<a href="${url}" rel="noreferrer" target="_blank">${words} <span aria-hidden="true">↗</span></a>`;
}

/** A command of the CLI, to be copied. */
export function command(line: string, id: string, { text }: Pick<Page, 'text'>): Html {
  return html`<span class="command"
    ><code id="${id}">${line}</code> ${copyButton(id, text.copyOf(text.command), text)}</span
  >`;
}

/** Shown by the script, which alone can copy. `of`: the id of the element. */
export function copyButton(of: string, label: string, text: Texts): Html {
  return html`<button
    type="button"
    class="small"
    data-copy="${of}"
    data-copied="${text.copied}"
    aria-label="${label}"
    hidden
  >
    ${text.copy}
  </button>`;
}

/** Words of the engine that are English whatever the page's language is. */
export function english(words: string, { lang }: Pick<Page, 'lang'>): Html {
  return lang === 'en' || words === '' ? html`${words}` : html`<span lang="en">${words}</span>`;
}

export function hiddenToken({ formToken }: Page): Html {
  return html`<input type="hidden" name="token" value="${formToken}" />`;
}

/** Title, cause and fix of a code; undefined for one that this version does not know. */
export function wordsOf(code: string, lang: Lang): { title: string; cause: string; fix: string } | undefined {
  const known = FINDING_CODES.find((one): one is FindingCode => one === code);
  return known && catalogue[known][lang];
}

const SEVERITY_TONES = { info: 'calm', warning: 'warn', blocking: 'bad' } as const;

/** One finding with what to do about it, and the commands that help with it. */
export function finding(one: Finding, page: Page, commands: readonly string[] = []): Html {
  const { code, severity, subject } = one;
  const { text } = page;
  const words = wordsOf(code, page.lang);
  return html`<li class="finding">
    <p>
      ${badge(SEVERITY_TONES[severity], text.severity[severity])} <strong>${words?.title ?? code}</strong>
      <code>${code}</code> ${subject === undefined ? '' : html`<span class="subject">${subject}</span>`}
    </p>
    <p>${one.zh === undefined ? english(one.message, page) : messageIn(one, page.lang)}</p>
    ${
      severity === 'info' || !words
        ? ''
        : html`<dl class="facts">
            <dt>${text.cause}</dt>
            <dd>${words.cause}</dd>
            <dt>${text.fix}</dt>
            <dd>${words.fix}</dd>
            ${commands.map((line) => html`<dd><code>${line}</code></dd>`)}
          </dl>`
    }
  </li>`;
}

/** A part of a page that the script replaces when it has changed. Holds no form. */
export function live(id: string, content: Html): Html {
  return html`<div id="${id}" data-live>${content}</div>`;
}
