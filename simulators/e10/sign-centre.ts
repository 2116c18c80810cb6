import type { Hono } from 'hono';
import { jsonAnswer, readFields, textOf, type Payload } from '../kernel/payload.js';
import { frontEndPage, type E10Context, type E10Env, type E10Host } from './host.js';

/** The path to which E9's servlet answered; on an E10 only the reverse proxy can make it lead somewhere. */
const OLD_PATH = '/QYSPrivateCallbackServlet';
const CATEGORY_PATH = '/papi/signcenter/qiyuesuo/categoryCallback';

/** Callbacks of 电子签 (`facts/weaver.md` §4.1, §4.2) and the forward of the procedure's step 5.2. */
export function addSignCentreRoutes(app: Hono<E10Env>, host: E10Host): void {
  app.all('/papi/signcenter/qiyuesuo/signCallbackPrivate', (c) => callback(c, host, 'global'));
  app.all(CATEGORY_PATH, (c) => callback(c, host, 'category'));
  app.all(OLD_PATH, (c) => {
    switch (host.forward) {
      case 'proxied':
        return callback(c, host, 'category');
      case 'redirect':
        return c.redirect(CATEGORY_PATH, 302);
      case 'absent':
        return frontEndPage();
    }
  });
}

function callback(c: E10Context, host: E10Host, kind: 'global' | 'category'): Response {
  const quirks = host.quirks(c);
  switch (quirks.callbackRoute) {
    case 'missing':
      return jsonAnswer({ code: 404, msg: '服务不存在', status: false }, 404);
    case 'down':
      return new Response('<html><head><title>502 Bad Gateway</title></head></html>', {
        status: 502,
        headers: { 'Content-Type': 'text/html' },
      });
    case 'redirects':
      return c.redirect('/login', 302);
    case 'exists':
  }
  const fields = readFields(c.get('body'), c.req.header('Content-Type'));
  const work = c.req.method === 'POST' ? workOf(kind, fields) : undefined;
  if (work === undefined) return bare(c, quirks.callbackAnswer);
  if (quirks.callbacksFail && !quirks.callbacksAsync)
    return jsonAnswer({ code: 500, msg: '流程处理失败', status: false }, 500);
  c.set('effect', work);
  return new Response('');
}

/** What a callback does to workflows; a request without an operation or an id does nothing. */
export function workOf(kind: 'global' | 'category', fields: Payload): string | undefined {
  const operation = textOf(fields['ecologyOperate']);
  if (operation !== undefined) return `workflow:${operation.toLowerCase()}`;
  return kind === 'global' && textOf(fields['contractId']) !== undefined ? 'workflow:sign' : undefined;
}

function bare(c: E10Context, wanted: 'empty-200' | '405' | '500-json'): Response {
  if (wanted === '500-json') return jsonAnswer({ code: 500, msg: '参数错误', status: false }, 500);
  if (wanted === '405' && c.req.method !== 'POST')
    return jsonAnswer({ code: 405, msg: 'Method Not Allowed', status: false }, 405);
  return new Response('');
}
