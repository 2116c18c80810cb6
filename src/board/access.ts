import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { createFormTokens, type FormTokens } from './form-tokens.js';
import { addressOf, ownOrigin, type Asked } from './guards.js';
import type { BoardOptions } from './options.js';
import { createSessions } from './sessions.js';
import { whoHas } from './tokens.js';
import { createTries } from './tries.js';

/** Who asks, and how people come in. */
export interface Access {
  /** Undefined where nobody is logged in. */
  who(c: Asked): string | undefined;
  /** Whether people log in here; else a proxy knows them. */
  hasLogin: boolean;
  /** Begins a session, or says why not. */
  logIn(c: Asked, token: string): 'logged-in' | 'refused' | 'too-often';
  logOut(c: Asked): void;
  forms: FormTokens;
}

/** A name is shown, kept in the trail and put into the log, so it has one line of reasonable length. */
const LONGEST_NAME = 100;

export function createAccess(options: BoardOptions): Access {
  const { entrance, tell, now } = options;
  const forms = createFormTokens();
  if ('userHeader' in entrance) {
    return {
      who: (c) => nameIn(c.req.header(entrance.userHeader)),
      hasLogin: false,
      logIn: () => 'refused',
      logOut: () => undefined,
      forms,
    };
  }

  const sessions = createSessions(now);
  const tries = createTries(now);
  const isHttps = (c: Asked): boolean => ownOrigin(c, options).startsWith('https:');
  // Cookies do not know ports: two boards on one machine must not end each other's sessions.
  const cookieName = (c: Asked): string =>
    `${isHttps(c) ? '__Host-' : ''}qys-e10-board${/:(\d+)$/.exec(c.req.header('host') ?? '')?.[1] ?? ''}`;

  return {
    who(c) {
      const id = getCookie(c, cookieName(c));
      return id === undefined ? undefined : sessions.who(id, c.req.header('x-poll') === undefined);
    },
    hasLogin: true,
    logIn(c, token) {
      const address = addressOf(c, options);
      if (!tries.mayTry(address)) return 'too-often';
      const by = whoHas(entrance.tokens, token.trim());
      if (by === undefined) {
        tries.failed(address);
        tell('Log-in refused', { address });
        return 'refused';
      }
      const cookie = { httpOnly: true, sameSite: 'Strict', secure: isHttps(c), path: '/' } as const;
      setCookie(c, cookieName(c), sessions.begin(by), cookie);
      tell('Logged in', { by, address });
      return 'logged-in';
    },
    logOut(c) {
      const id = getCookie(c, cookieName(c));
      if (id !== undefined) sessions.end(id);
      deleteCookie(c, cookieName(c), { path: '/', secure: isHttps(c) });
    },
    forms,
  };
}

/** Undefined for what is no name. Node reads headers as Latin-1; proxies send names in UTF-8. */
function nameIn(header: string | undefined): string | undefined {
  const name = Buffer.from(header ?? '', 'latin1')
    .toString('utf8')
    .trim();

  return name === '' || name.length > LONGEST_NAME || /[\u0000-\u001f\u007f\ufffd]/.test(name) ? undefined : name;
}
