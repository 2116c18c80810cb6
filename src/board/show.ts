import type { Access } from './access.js';
import type { Assets } from './assets.js';
import type { Asked } from './guards.js';
import type { BoardOptions } from './options.js';
import { layout, type Frame } from './pages/layout.js';
import type { Html, Page } from './pages/parts.js';
import { messagePage } from './pages/simple.js';
import type { Sight } from './sight.js';

/** Puts what a page says into its frame, for whoever asks. */
export interface Show {
  page(c: Asked): Page;
  html(c: Asked, frame: PageFrame, content: Html, status?: Status): Promise<Response>;
  message(c: Asked, title: string, message: string, status: Status): Promise<Response>;
  notFound(c: Asked): Promise<Response>;
  tooLarge(c: Asked): Promise<Response>;
}

/** The rest of the frame is the same for all pages. */
export type PageFrame = Omit<Frame, 'oneBatch' | 'canLogOut' | 'orders'>;
export type Status = 200 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503 | 504;

export function createShow(
  { file }: Pick<BoardOptions, 'file'>,
  { access, assets, sight }: { access: Access; assets: Assets; sight: Pick<Sight, 'openOrders'> },
): Show {
  const page = (c: Asked): Page => {
    const { lang, text, by = '' } = c.var as Partial<Asked['var']> & Pick<Asked['var'], 'lang' | 'text'>;
    return { lang, text, by, formToken: access.forms.of(by), assets };
  };

  async function html(c: Asked, frame: PageFrame, content: Html, status: Status = 200): Promise<Response> {
    const made = page(c);
    // The count in the menu is a nicety: a page that says what is wrong must not fail for it.
    const orders =
      made.by === ''
        ? undefined
        : await sight.openOrders().then(
            ({ length }) => length,
            () => undefined,
          );
    const whole = {
      ...frame,
      oneBatch: file !== null,
      canLogOut: access.hasLogin,
      ...(orders === undefined ? {} : { orders }),
    };
    return c.html(layout(made, whole, content), status);
  }

  function message(c: Asked, title: string, words: string, status: Status): Promise<Response> {
    const frame = { title, under: null, path: '/' };
    return html(c, frame, messagePage({ title, message: words, back: '/' }, page(c)), status);
  }

  return {
    page,
    html,
    message,
    notFound: (c) => message(c, c.var.text.notFoundTitle, c.var.text.notFound, 404),
    tooLarge: (c) => message(c, c.var.text.refusedTitle, c.var.text.tooLarge, 413),
  };
}
