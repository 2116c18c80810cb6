import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { E10_CATEGORY_PATH, E9_CATEGORY_PATH } from '../../domain/categories.js';
import { isHtml, tryParsedBody } from '../body.js';
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
const CodeInBody = z.object({ code: z.literal([404, '404']) });

/**
 * Probes callback routes by bare GETs and empty form POSTs (`facts/weaver.md` §4.3): never with an id or an operation, since
 * the endpoints act on live workflows. `open` gives HTTP to an OA address, whatever its context path. Overload says nothing
 * about a route, so it is thrown as `Throttled`.
 */
export function createRouteProbe(open: (address: string) => Http): RouteProbe {
  async function ask(address: string, path: string): Promise<PathAnswers> {
    const http = open(address);
    const get = await http.exchange({ method: 'GET', path });
    const post = await http.exchange({ method: 'POST', path, form: {} });
    for (const answer of [get, post]) if (answer.status === 429) http.read(answer, z.unknown());
    return { get, post };
  }

  return {
    async probeRoute(url) {
      // A query may hold an operation, so it stays behind.
      const { origin, pathname } = new URL(url);
      const at = Math.max(pathname.indexOf(SIGN_CENTRE), 0);
      const address = origin + pathname.slice(0, at);
      const real = await ask(address, pathname.slice(at));
      const root = await ask(address, `/${randomUUID()}`);
      const sibling = await ask(address, `${SIGN_CENTRE}${randomUUID()}`);
      return classifyRoute(real, root, sibling);
    },
    async probeForward(oaAddress) {
      const old = await ask(oaAddress, E9_CATEGORY_PATH);
      const moved = await ask(oaAddress, E10_CATEGORY_PATH);
      return compareForward(old, moved, await ask(oaAddress, `/${randomUUID()}`));
    },
  };
}

/**
 * A route exists unless its answers are those of a path that cannot exist. Only a refusal is held against it, and only where
 * GET and POST are both those of the unknown sibling, or the POST is a plain 404: an E10 may answer every POST below
 * the sign centre with an empty 200. What such an E10 really serves cannot be seen from outside.
 */
export function classifyRoute(real: PathAnswers, root: PathAnswers, sibling: PathAnswers): RouteVerdict {
  const { status } = real.post;
  if (DOWN.includes(status)) return { route: 'down', status };
  if (status >= 300 && status <= 399) return { route: 'redirects', status };
  // A callback is never answered with a page; the page itself may differ from call to call.
  if (status < 300 && isPage(real.post)) return { route: 'missing', status, why: 'front-end' };
  if (same(real, root)) return { route: 'missing', status, why: 'front-end' };

  const asUnknown = alike(real.post, sibling.post);
  const unknown = asUnknown && (status === 404 || (isRefusal(real.post) && alike(real.get, sibling.get)));
  return unknown ? { route: 'missing', status, why: 'unknown-path' } : { route: 'exists', status };
}

/**
 * The equality test of the forward. It compares the POSTs; the GETs only give an E9 away that still serves the old path, since
 * it answers an empty POST as an E10 may (200, empty) but knows no GET (405). Proves that both paths lead to the same code;
 * does not prove that query and body arrive, since an empty POST has none: the rendered block is what speaks for those
 * (`facts/weaver.md`, Doubts 1).
 */
export function compareForward(old: PathAnswers, moved: PathAnswers, random: PathAnswers): ForwardVerdict {
  const why = (text: string): ForwardVerdict => ({ forwarded: false, why: text });
  const [was, is] = [old.post.status, moved.post.status];
  if (was >= 300 && was <= 399) return why(`the old path answers ${was}, a redirect, which loses the body of a POST`);
  if (DOWN.includes(was) || DOWN.includes(is)) return why(`the paths answer ${was} and ${is}`);
  if (alike(old.post, random.post)) return why('the old path answers like a page that does not exist');
  // Behind a forward E10 repeats the new path to both.
  const paths = [old.post.path, moved.post.path];
  if (!alike(old.post, moved.post, paths)) return why(`the paths answer differently (${was} and ${is})`);
  if (old.get.status === 405 && !alike(old.get, moved.get, paths))
    return why('the old path refuses a GET (405) as the servlet of E9 does, and not as the new path answers it');
  return { forwarded: true };
}

function same(one: PathAnswers, other: PathAnswers): boolean {
  return alike(one.get, other.get) && alike(one.post, other.post);
}

/**
 * Whether two answers are the same but for what every answer may repeat or count up: the path asked for, request ids, times.
 * Compares status, type without its charset, and text. `paths` are paths that either answer may repeat, besides its own.
 */
function alike(one: RawAnswer, other: RawAnswer, paths: readonly string[] = []): boolean {
  return one.status === other.status && typeOf(one) === typeOf(other) && steady(one, paths) === steady(other, paths);
}

function steady({ body, path }: RawAnswer, paths: readonly string[]): string {
  // JSON may escape slashes.
  return [path, ...paths]
    .reduce((text, repeated) => text.replaceAll(repeated, '<path>'), body.replaceAll('\\/', '/'))
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

/** A page, or JSON that says 404 under whatever status. */
function isRefusal(answer: RawAnswer): boolean {
  return isPage(answer) || CodeInBody.safeParse(tryParsedBody(answer)).success;
}

function isPage({ headers, body }: RawAnswer): boolean {
  return isHtml(headers['content-type'], body);
}
