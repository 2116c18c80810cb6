import { z } from 'zod';
import { isHtml, tryParsedBody } from './body.js';
import type { FieldError, GatewayErrorFacts } from './errors.js';
import { retryAfterMs } from './retry-after.js';

/** An answer as it came: header names in lower case, the body as text. */
export interface RawAnswer {
  method: string;
  path: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The body as JSON, parsed once. Throws `SyntaxError`. Absent where nobody made it: then the body is parsed. */
  json?: () => unknown;
}

/** Decides from status, headers and body whether an answer is a failure; undefined: it does not know, or it is none. */
export type Classify = (answer: RawAnswer) => GatewayErrorFacts | undefined;

/**
 * The default ladder from an answer to a failure (`design.md` §5), undefined for an answer that may be read. The status
 * speaks first: a page counts as "the system is not there" only where the status claims success.
 */
export function classifyByStatus(answer: RawAnswer, now: number): GatewayErrorFacts | undefined {
  const { status, headers } = answer;
  const said = status >= 200 && status <= 299 ? {} : readSaid(answer);
  const wait = retryAfterMs(headers['retry-after'], now);

  if (status >= 200 && status <= 299) {
    const page = isHtml(headers['content-type'], answer.body);
    return page ? { kind: 'Unavailable', text: 'a page instead of an answer' } : undefined;
  }
  if (status >= 300 && status <= 399) {
    return { kind: 'Rejected', reason: 'redirect', text: `redirects${target(headers['location'])}` };
  }
  if (status === 429 || (status === 503 && wait !== undefined))
    return { kind: 'Throttled', retryAfterMs: wait, ...said };
  if (status >= 500 || status === 408 || status === 425 || status < 200) {
    return { kind: 'Unavailable', retryAfterMs: wait, ...said };
  }
  if (status === 401) return { kind: 'Unauthenticated', ...said };
  if (status === 409 || status === 412 || status === 428) return { kind: 'Conflict', ...said };
  return { kind: 'Rejected', ...said };
}

const Fields = z.record(z.string(), z.unknown());
const Errors = z.array(z.object({ field: z.string(), message: z.string() }));

/** What RFC 9457 problems and the four systems say in their own words, wherever they say it; an error page says nothing. */
function readSaid(answer: RawAnswer): { text?: string; code?: string; errors?: FieldError[] } {
  const fields = Fields.safeParse(tryParsedBody(answer)).data ?? {};
  const first = (...names: string[]): string | undefined =>
    names.map((name) => fields[name]).find((value) => typeof value === 'string' && value !== '') as string | undefined;
  const problem = [first('title'), first('detail')].filter((part) => part !== undefined).join(': ');
  const text = problem || first('message', 'msg', 'errmsg', 'error');
  const code = fields['code'] ?? fields['errcode'];
  const errors = Errors.safeParse(fields['errors']).data;
  return {
    ...(text ? { text } : {}),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(errors ? { errors } : {}),
  };
}

/** Where a redirect leads, without its query and `;jsessionid=…`: login redirects carry tokens there. */
function target(location: string | undefined): string {
  if (location === undefined) return '';
  const [place] = location.split(/[?#;]/, 1);
  return ` to ${place?.replace(/\/\/[^/@]*@/, '//') ?? ''}`;
}
