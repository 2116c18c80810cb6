import { LosslessNumber, parse, stringify } from 'lossless-json';

/** Parameters of a request as text; ids keep all their digits. */
export type Payload = Record<string, unknown>;

/** JSON with numbers as they were written: E10's ids are longer than a double (`facts/weaver.md` §2.4). */
export function readJson(text: string): Payload | undefined {
  try {
    const value = parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : undefined;
  } catch {
    return undefined;
  }
}

/** Fields of a form, or of a JSON object, whichever the content type says. */
export function readFields(body: string, contentType: string | undefined): Payload {
  if (contentType?.includes('json') === true) return readJson(body) ?? {};
  return Object.fromEntries(new URLSearchParams(body));
}

/** A member as text, whether it came as text or as a number. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof LosslessNumber || typeof value === 'number' ? value.toString() : undefined;
}

/** A member as a whole number, or the given one where it is absent. */
export function wholeOf(value: unknown, otherwise: number): number {
  const number = Number(textOf(value) ?? otherwise);
  return Number.isInteger(number) ? number : otherwise;
}

/** A list of ids or names as text; a single value is a list of one; undefined where it is absent or empty. */
export function listOf(value: unknown): string[] | undefined {
  const items = Array.isArray(value) ? value : [value];
  const texts = items.map(textOf).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts;
}

/** A JSON answer in which a `bigint` becomes a bare number. */
export function jsonAnswer(body: unknown, status = 200): Response {
  return new Response(stringify(body), { status, headers: { 'Content-Type': 'application/json;charset=UTF-8' } });
}
