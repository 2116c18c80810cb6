import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { csrf } from 'hono/csrf';
import { secureHeaders } from 'hono/secure-headers';
import type { BoardOptions } from './options.js';
import type { Lang, Texts } from './texts.js';

/** What the middleware leaves for the pages. */
export interface BoardEnv {
  Bindings: HttpBindings;
  Variables: { lang: Lang; text: Texts; by: string };
}

export type Asked = Context<BoardEnv>;

/** Nothing but our own files, no code in pages, no frame around them, no form to elsewhere. */
const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/** Pages hold what customers have: no cache keeps them. Files of ours say otherwise themselves. */
export function headers(): MiddlewareHandler[] {
  return [
    async (c, next) => {
      await next();
      if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
      // What was sent with a refused form may not have been read: nobody is to wait for it on this connection.
      if (c.req.method === 'POST' && c.res.status >= 400) c.res.headers.set('Connection', 'close');
    },
    secureHeaders({
      contentSecurityPolicy: POLICY,
      xFrameOptions: 'DENY',
      referrerPolicy: 'no-referrer',
      // Whoever ends TLS in front of the board decides about it.
      strictTransportSecurity: false,
    }),
  ];
}

/**
 * A page of another site whose name was made to lead here (DNS rebinding) would be same-origin with the board: where the board
 * listens on loopback, it answers to the names of loopback and to its public one alone.
 */
export function isKnownName(host: string, { loopbackOnly, publicUrl }: BoardOptions): boolean {
  if (publicUrl?.host === host) return true;
  return !loopbackOnly || /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
}

/** The board's own origin, as a browser has it. */
export function ownOrigin(c: Asked, { publicUrl, trustProxy }: BoardOptions): string {
  const host = c.req.header('host') ?? '';
  if (publicUrl && (publicUrl.host === host || trustProxy)) return publicUrl.origin;
  const scheme = trustProxy ? c.req.header('x-forwarded-proto') : undefined;
  return `${scheme === 'https' ? 'https' : 'http'}://${host}`;
}

/**
 * The first of two locks of each POST; the second is the token in the form (`form-tokens.ts`), and the session's cookie is
 * SameSite=Strict besides. Here the browser itself says where a form comes from, by Sec-Fetch-Site or Origin. Since our pages
 * have the policy `no-referrer`, browsers send `Origin: null` with their forms; over plain http to another host than loopback
 * they send no Sec-Fetch-Site either. Such a form says nothing about itself, and is judged by its token alone.
 */
export function fromOwnPages(options: BoardOptions): MiddlewareHandler {
  return csrf({
    origin: (origin, c: Asked) =>
      origin === ownOrigin(c, options) || (origin === 'null' && c.req.header('sec-fetch-site') === undefined),
  });
}

/** Where a try to log in comes from. A proxy appends whom it saw, so the last entry is the one that it vouches for. */
export function addressOf(c: Asked, { trustProxy }: BoardOptions): string {
  const forwarded = trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  return forwarded ?? c.env.incoming.socket.remoteAddress ?? '';
}
