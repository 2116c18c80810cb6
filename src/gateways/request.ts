import { stringifyBody } from './body.js';
import type { Classify } from './ladder.js';

export interface RequestOptions {
  /** Undefined values are left out. */
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  /** In place of the one that the `Http` was made with. */
  classify?: Classify;
  /** Secret values of this call, in addition to those that the `Http` was made with. */
  mask?: readonly string[];
  /** Called when an answer with status 200 is there, whatever it says, and before it is read. */
  onAnswer?: (() => void) | undefined;
}

/** At most one of `json` and `form`. A `LosslessNumber` in `json` is sent as a bare number. */
export type WriteOptions = RequestOptions & { json?: unknown; form?: Record<string, string> };

export interface HttpRequest extends WriteOptions {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Behind `baseUrl`; encode ids in it. A query in it is sent, but never shown. */
  path: string;
}

/** Address of a request behind a base whose context path is kept. A leading slash of `path` means nothing. */
export function urlOf(base: URL, { path, query = {} }: Pick<HttpRequest, 'path' | 'query'>): URL {
  const url = new URL(base.origin);
  const [pathname = '', search = ''] = path.split('#', 1)[0]?.split(/\?(.*)/s, 2) ?? [];
  const behind = pathname.replace(/^\/+/, '');
  const context = base.pathname.replace(/\/+$/, '');
  url.pathname = behind === '' ? context : `${context}/${behind}`;
  url.search = search;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.append(name, String(value));
  }
  return url;
}

/** Body as text, and its type. */
export function bodyOf({ json, form }: WriteOptions): { type: Record<string, string>; data: string | undefined } {
  if (json !== undefined) return { type: { 'Content-Type': 'application/json' }, data: stringifyBody(json) };
  if (form === undefined) return { type: {}, data: undefined };
  return { type: { 'Content-Type': 'application/x-www-form-urlencoded' }, data: new URLSearchParams(form).toString() };
}
