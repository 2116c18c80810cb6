import type { Payload } from '../kernel/payload.js';
import type { SystemContext } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';

export type ConsoleContext = SystemContext<Customer>;

/** A field that the console does not take, and why, as its page shows it. */
export interface FieldError {
  field: string;
  message: string;
}

/** Plain JSON; ids are texts in this contract, so nothing is lost. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

/** A resource with its ETag in body and header. */
export function tagged(body: Record<string, unknown>): Response {
  return json(body, 200, { ETag: String(body['etag']) });
}

/** An RFC 9457 problem. */
export function problem(status: number, type: string, title: string, more: Record<string, unknown> = {}): Response {
  return new Response(JSON.stringify({ type, title, status, ...more }), {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
  });
}

/** The refusal of a form, field by field; undefined where there is nothing to refuse. */
export function refuseFields(errors: readonly FieldError[]): Response | undefined {
  return errors.length === 0 ? undefined : problem(422, 'invalid-field', '保存失败', { errors });
}

/** The refusal of a write that does not know the present state. */
export function refuseTag(c: ConsoleContext, current: string): Response | undefined {
  const given = c.req.header('If-Match');
  if (given === undefined) return problem(428, 'if-match-missing', 'If-Match is missing');
  if (given === current) return undefined;
  return problem(412, 'changed', 'changed by somebody else', { detail: '页面已被他人修改' });
}

/** The body as an object; anything else reads as an empty one, whose fields are then missing. */
export function bodyOf(c: ConsoleContext): Payload {
  try {
    const body: unknown = JSON.parse(c.get('body'));
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Payload) : {};
  } catch {
    return {};
  }
}

/** What of a list was asked for, or the refusal. The cursor is opaque to clients. */
export function pageAsked(
  c: ConsoleContext,
  limits: { usual: number; most: number },
): { from: number; limit: number } | Response {
  const limit = Number(c.req.query('limit') ?? limits.usual);
  const from = Number((c.req.query('cursor') ?? 'c0').replace(/^c/, ''));
  const errors = [
    ...(Number.isInteger(limit) && limit >= 1 && limit <= limits.most ? [] : [{ field: 'limit', message: '取值错误' }]),
    ...(Number.isInteger(from) && from >= 0 ? [] : [{ field: 'cursor', message: '取值错误' }]),
  ];
  return refuseFields(errors) ?? { from, limit };
}

/** The cursor of the page after this one, where there is one. */
export function nextOf({ from, limit }: { from: number; limit: number }, total: number): { next?: string } {
  return from + limit < total ? { next: `c${from + limit}` } : {};
}
