import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { tryParsedBody } from '../body.js';
import type { Http, RawAnswer } from '../http.js';
import type { OaKind } from './e10.js';

const UrlInfo = z.object({ code: z.literal([200, '200']), data: z.looseObject({}) });
const Reply = z.looseObject({});

/**
 * What answers at an OA address, by paths that need no login (`facts/weaver.md` §3). E10 is proved by getUrlInfo alone. E9
 * needs both a login page that differs from a page that does not exist, and JSON at applytoken; an E9 that is not prepared
 * for the latter is `unknown`. Throws `Unavailable` or `Throttled` rather than take a system that is down for another one.
 */
export async function probeOa(http: Http): Promise<OaKind> {
  const info = await ask(http, 'GET', '/papi/passport/info/getUrlInfo');
  if (info.status === 200 && UrlInfo.safeParse(tryParsedBody(info)).success) return 'e10';

  const login = await ask(http, 'GET', '/login/Login.jsp');
  const absent = await ask(http, 'GET', `/login/${randomBytes(6).toString('hex')}.jsp`);
  const hasLogin = login.status < 400 && (login.status !== absent.status || login.body !== absent.body);
  if (!hasLogin) return 'unknown';

  const token = await ask(http, 'POST', '/api/ec/dev/auth/applytoken');
  return Reply.safeParse(tryParsedBody(token)).success && token.status < 400 ? 'e9' : 'unknown';
}

async function ask(http: Http, method: 'GET' | 'POST', path: string): Promise<RawAnswer> {
  const answer = await http.exchange({ method, path, ...(method === 'POST' ? { form: {} } : {}) });
  if ([429, 502, 503, 504].includes(answer.status)) http.read(answer, z.unknown());
  return answer;
}
