import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import { ID } from '../domain/ids.js';
import { createAccess } from './access.js';
import { createAssets } from './assets.js';
import { fromOwnPages, headers, isKnownName, ownOrigin, type Asked, type BoardEnv } from './guards.js';
import { isLang, languageOf, LANG_COOKIE } from './language.js';
import { localPath } from './local-path.js';
import type { BoardOptions } from './options.js';
import { orderRoutes } from './order-routes.js';
import { batchesPage } from './pages/batches.js';
import { batchPage, newsOf } from './pages/batch.js';
import { queuePage } from './pages/queue.js';
import { loginPage } from './pages/simple.js';
import { tenantNews, tenantPage } from './pages/tenant.js';
import { createShow } from './show.js';
import { createSight, SHOWN } from './sight.js';
import { texts } from './texts.js';

/** A form without a file. */
const LARGEST_FORM = 256 * 1024;
/** An answer with its evidence, a picture or two. */
const LARGEST_ANSWER = 20 * 1024 * 1024;
const YEAR_S = 31_536_000;

/** The operators' board: pages from Temporal and the batch file, and forms that answer work orders. Nothing is kept in it. */
export function createBoard(options: BoardOptions): Hono<BoardEnv> {
  const { file, ui, lang: otherwise, tell } = options;
  const access = createAccess(options);
  const assets = createAssets();
  const sight = createSight(options);
  const show = createShow(options, { access, assets, sight });
  const fileName = file?.path ?? 'FILE';
  const app = new Hono<BoardEnv>();

  app.use(...headers());
  app.use(async (c, next) => {
    const lang = languageOf({ cookie: getCookie(c, LANG_COOKIE), accept: c.req.header('accept-language') }, otherwise);
    c.set('lang', lang);
    c.set('text', texts[lang]);
    const { refusedTitle, wrongHost } = c.var.text;
    if (!isKnownName(c.req.header('host') ?? '', options)) return c.text(`${refusedTitle}: ${wrongHost}`, 403);
    return next();
  });

  app.get('/assets/:hash/:name', (c) => {
    const asset = assets.named(c.req.param('name'));
    if (!asset) return c.notFound();
    c.header('Content-Type', asset.type);
    c.header('Cache-Control', `public, max-age=${YEAR_S}, immutable`);
    return c.body(asset.body);
  });

  app.use(fromOwnPages(options));
  const limited = (maxSize: number) => bodyLimit({ maxSize, onError: (c: Asked) => show.tooLarge(c) });
  const aForm = limited(LARGEST_FORM);
  const anAnswer = limited(LARGEST_ANSWER);

  app.post('/language', aForm, async (c) => {
    const form = await formIn(c);
    const lang = form.get('lang');
    if (isLang(lang)) {
      const secure = ownOrigin(c, options).startsWith('https:');
      setCookie(c, LANG_COOKIE, lang, { httpOnly: true, sameSite: 'Lax', secure, path: '/', maxAge: YEAR_S });
    }
    return c.redirect(localPath(form.get('back')), 303);
  });

  app.get('/login', (c) => {
    if (!access.hasLogin || access.who(c) !== undefined) return c.redirect('/', 303);
    return login(c, localPath(c.req.query('to')), null, 200);
  });

  app.post('/login', aForm, async (c) => {
    if (!access.hasLogin) return show.notFound(c);
    const form = await formIn(c);
    const [token, to] = [form.get('token'), localPath(form.get('to'))];
    const { text } = c.var;
    switch (access.logIn(c, typeof token === 'string' ? token : '')) {
      case 'logged-in':
        return c.redirect(to, 303);
      case 'too-often':
        c.header('Retry-After', '60');
        return login(c, to, text.loginTooOften, 429);
      case 'refused':
        return login(c, to, text.loginRefused, 401);
    }
  });

  app.use(async (c, next) => {
    const by = access.who(c);
    if (by === undefined) return nobody(c);
    c.set('by', by);
    return next();
  });
  // Only whoever is logged in may send something large.
  app.use((c, next) => (c.req.path.endsWith('/confirm') ? anAnswer : aForm)(c, next));
  app.use(async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const form = await formIn(c);
    if (access.forms.fits(c.var.by, form.get('token'))) return next();
    return show.message(c, c.var.text.refusedTitle, c.var.text.forbidden, 403);
  });

  app.post('/logout', (c) => {
    access.logOut(c);
    return c.redirect('/login', 303);
  });

  app.get('/', async (c) => {
    if (file) return c.redirect(`/batches/${file.batch.batch}`, 303);
    const { text } = c.var;
    const batches = await sight.batches();
    const frame = { title: text.batches, under: 'batches', path: '/', poll: '/' } as const;
    return show.html(c, frame, batchesPage(batches, show.page(c)));
  });

  app.use('/batches/:id', knownId);
  app.get('/batches/:id', async (c) => {
    const batch = c.req.param('id');
    const shown = SHOWN.find((one) => one === c.req.query('show'));
    const page = Number(c.req.query('page') ?? 1) || 1;
    const seen = await sight.overview(batch, { ...(shown ? { shown } : {}), page });
    if (!seen) return show.notFound(c);
    const path = pathOf(c);
    const news = newsOf(seen, show.page(c));
    const frame = { title: `${c.var.text.batch} ${batch}`, under: 'batches', path, poll: path, news } as const;
    return show.html(c, frame, batchPage(seen, { ui, file: fileName }, show.page(c)));
  });

  app.use('/tenants/:id', knownId);
  app.get('/tenants/:id', async (c) => {
    const id = c.req.param('id');
    const seen = await sight.tenant(id);
    if (!seen) return show.notFound(c);
    const path = pathOf(c);
    const news = tenantNews(seen, show.page(c));
    const frame = { title: `${c.var.text.tenant} ${id}`, under: 'batches', path, poll: path, news } as const;
    return show.html(c, frame, tenantPage(seen, { ui, file: fileName }, show.page(c)));
  });

  app.get('/orders', async (c) => {
    const orders = await sight.queue();
    const { text } = c.var;
    const news = orders.length === 0 ? text.noOrders : text.openOrders(orders.length);
    const frame = { title: text.orders, under: 'orders', path: '/orders', poll: '/orders', news } as const;
    return show.html(c, frame, queuePage(orders, show.page(c)));
  });
  app.use('/orders/:id/*', knownId);
  orderRoutes(app, sight, options, show);

  app.notFound((c) => show.notFound(c as Asked));
  app.onError((error, c) => {
    const asked = c as Asked;
    if (error instanceof HTTPException) {
      return show.message(asked, asked.var.text.refusedTitle, asked.var.text.forbidden, 403);
    }
    tell('Page failed', { path: c.req.path, error: error.message });
    return show.message(asked, asked.var.text.brokenTitle, asked.var.text.broken, 500);
  });
  return app;

  /** What could not be an id is looked for nowhere: ids stand in the list filters of Temporal. */
  async function knownId(c: Asked, next: () => Promise<void>): Promise<Response | void> {
    return ID.test(c.req.param('id') ?? '') ? next() : show.notFound(c);
  }

  function login(c: Asked, to: string, refused: string | null, status: 200 | 401 | 429): Promise<Response> {
    const { text } = c.var;
    const title = refused === null ? text.loginTitle : `${text.errorPrefix}: ${text.loginTitle}`;
    const path = `/login?to=${encodeURIComponent(to)}`;
    return show.html(c, { title, under: null, path }, loginPage({ to, refused }, show.page(c)), status);
  }

  /** Pages lead to where people log in; what was sent, and a page that keeps itself up to date, is told so. */
  function nobody(c: Asked): Response | Promise<Response> {
    const { text } = c.var;
    if (!access.hasLogin) return show.message(c, text.refusedTitle, text.noProxyUser, 401);
    const isPoll = c.req.header('x-poll') !== undefined;
    if (c.req.method === 'GET' && !isPoll) return c.redirect(`/login?to=${encodeURIComponent(pathOf(c))}`, 303);
    return show.message(c, text.loginTitle, text.sessionOver, 401);
  }
}

/** What is no form has no fields: it is refused as one without them. */
function formIn(c: Asked): Promise<FormData> {
  return c.req.formData().catch(() => new FormData());
}

function pathOf(c: Asked): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}
