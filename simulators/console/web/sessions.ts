import { getCookie } from 'hono/cookie';
import { createHash } from 'node:crypto';
import type { Customer } from '../../tenant/customer.js';
import { json, type ConsoleContext } from '../answers.js';
import { loginPage } from './login.js';
import type { Platform, WebSession } from './web-state.js';

/** Where a page's script sends the session that a browser keeps outside of cookies. */
export const TOKEN_HEADER = 'X-Qys-Token';

const COOKIES: Record<Platform, string> = { web: 'QYSADMINSESSION', signing: 'QYSSIGNSESSION' };

/** Begins a session and answers its token. */
export function beginSession({ web, spec, id }: Customer, session: WebSession): string {
  if (spec.web.oneSession) {
    for (const [token, { platform }] of web.sessions) if (platform === session.platform) web.sessions.delete(token);
  }
  web.logins += 1;
  const token = createHash('sha256').update(`${spec.seed} ${id} session ${web.logins}`).digest('hex');
  web.sessions.set(token, session);
  return token;
}

/** The cookie of a session; it ends with the browser. */
export function cookieOf({ id }: Customer, platform: Platform, token: string): string {
  return `${COOKIES[platform]}=${token}; Path=/t/${id}; HttpOnly; SameSite=Lax`;
}

/** The token of the session this request is in. */
export function sessionOf(c: ConsoleContext, { web, spec }: Customer, platform: Platform): string | undefined {
  const { sessionIn, sessionBoundToAgent, signingLogin } = spec.web;
  const platforms: Platform[] = platform === 'signing' && signingLogin === 'same' ? ['signing', 'web'] : [platform];
  const tokens =
    sessionIn === 'cookie' ? platforms.map((one) => getCookie(c, COOKIES[one])) : [c.req.header(TOKEN_HEADER)];
  return tokens.find((token) => {
    const session = token === undefined ? undefined : web.sessions.get(token);
    if (session === undefined || !platforms.includes(session.platform)) return false;
    return !sessionBoundToAgent || session.userAgent === c.req.header('User-Agent');
  });
}

/** Ends the session of this request, if there is one. */
export function endSession(c: ConsoleContext, customer: Customer, platform: Platform): undefined {
  customer.web.sessions.delete(sessionOf(c, customer, platform) ?? '');
}

/** How a request of the page's script learns that its session is over. */
export function sessionOver(c: ConsoleContext, customer: Customer, platform: Platform): Response {
  switch (customer.spec.web.sessionOverAs) {
    case 'redirect':
      return c.redirect(loginAddress(customer, platform));
    case '401':
      return json({ code: 401, message: '未登录' }, 401);
    case '449':
      return json({ code: 449, message: '登录已失效，请重新登录' }, 449);
    case 'login-page':
      return loginPage(customer, platform);
  }
}

/** How a document of a console is answered without a session; undefined where its script finds out by itself. */
export function documentWithoutSession(c: ConsoleContext, customer: Customer, platform: Platform) {
  const { sessionIn, sessionOverAs } = customer.spec.web;
  if (sessionIn === 'session-storage' || sessionOverAs === '449') return undefined;
  return sessionOverAs === 'login-page' ? loginPage(customer, platform) : c.redirect(loginAddress(customer, platform));
}

export function loginAddress({ id }: Customer, platform: Platform): string {
  return `/t/${id}/${platform}/login`;
}
