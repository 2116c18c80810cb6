import { randomUUID } from 'node:crypto';
import { E10_CATEGORY_PATH, E9_CATEGORY_PATH } from '../../domain/categories.js';
import type { Http } from '../http.js';
import type { RawAnswer } from '../ladder.js';
import type { ForwardVerdict, RouteProbe, RouteVerdict } from './proxy.js';

/** What one path answers to a bare GET and to an empty form POST. */
export interface PathAnswers {
  get: RawAnswer;
  post: RawAnswer;
}

const DOWN = [502, 503, 504];
const SIGN_CENTRE = '/papi/signcenter/qiyuesuo/';

/**
 * Probes callback routes by bare GETs and empty form POSTs (`facts/weaver.md` §4.3): never with an id or an operation, since
 * the endpoints act on live workflows. `open` gives HTTP to an OA address, whatever its context path.
 */
export function createRouteProbe(open: (address: string) => Http): RouteProbe {
  async function ask(address: string, path: string): Promise<PathAnswers> {
    const http = open(address);
    return {
      get: await http.exchange({ method: 'GET', path }),
      post: await http.exchange({ method: 'POST', path, form: {} }),
    };
  }

  return {
    async probeRoute(url) {
      const at = url.indexOf(SIGN_CENTRE);
      const address = at < 0 ? new URL(url).origin : url.slice(0, at);
      const path = at < 0 ? new URL(url).pathname : url.slice(at);
      const real = await ask(address, path);
      const root = await ask(address, `/${randomUUID()}`);
      const sibling = await ask(address, `${SIGN_CENTRE}${randomUUID()}`);
      return classifyRoute(real, root, sibling);
    },
    async probeForward(oaAddress) {
      const http = open(oaAddress);
      const post = (path: string) => http.exchange({ method: 'POST', path, form: {} });
      const [old, moved, random] = [
        await post(E9_CATEGORY_PATH),
        await post(E10_CATEGORY_PATH),
        await post(`/${randomUUID()}`),
      ];
      return compareForward(old, moved, random);
    },
  };
}

/**
 * A route exists unless its answers are those of a path that cannot exist. GET and POST must both be alike to say "missing":
 * an E10 may answer an unknown POST as it answers a known one.
 */
export function classifyRoute(real: PathAnswers, root: PathAnswers, sibling: PathAnswers): RouteVerdict {
  const { status } = real.post;
  if (DOWN.includes(status)) return { route: 'down', status };
  if (status >= 300 && status <= 399) return { route: 'redirects', status };
  if (same(real, root)) return { route: 'missing', status, why: 'front-end' };
  const refused = status === 404 || isPage(real.post);
  if (refused && same(real, sibling)) return { route: 'missing', status, why: 'unknown-path' };
  if (status === 404 && alike(real.post, sibling.post)) return { route: 'missing', status, why: 'unknown-path' };
  return { route: 'exists', status };
}

/**
 * The equality test of the forward. Proves that both paths lead to the same code; does not prove that query and body arrive,
 * since an empty POST has none: the rendered block is what speaks for those (`facts/weaver.md`, Doubts 1).
 */
export function compareForward(old: RawAnswer, moved: RawAnswer, random: RawAnswer): ForwardVerdict {
  const why = (text: string): ForwardVerdict => ({ forwarded: false, why: text });
  if (old.status >= 300 && old.status <= 399)
    return why(`the old path answers ${old.status}, a redirect, which loses the body of a POST`);
  if (DOWN.includes(old.status) || DOWN.includes(moved.status))
    return why(`the paths answer ${old.status} and ${moved.status}`);
  if (alike(old, random)) return why('the old path answers like a page that does not exist');
  if (!alike(old, moved)) return why(`the paths answer differently (${old.status} and ${moved.status})`);
  return { forwarded: true };
}

function same(one: PathAnswers, other: PathAnswers): boolean {
  return alike(one.get, other.get) && alike(one.post, other.post);
}

/** Status, type and text; but for the path itself, request ids and times, which every answer may repeat. */
function alike(one: RawAnswer, other: RawAnswer): boolean {
  return one.status === other.status && typeOf(one) === typeOf(other) && steady(one) === steady(other);
}

function steady({ body, path }: RawAnswer): string {
  return body
    .replaceAll(path, '<path>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<id>')
    .replace(/[0-9a-f]{16,}/gi, '<id>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>')
    .replace(/\d{10,}/g, '<number>')
    .trim();
}

function typeOf({ headers, body }: RawAnswer): string {
  // Of an empty body the type says nothing.
  return body.trim() === '' ? '' : ((headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '');
}

function isPage({ headers }: RawAnswer): boolean {
  return (headers['content-type'] ?? '').includes('html');
}
