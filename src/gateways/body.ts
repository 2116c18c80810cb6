import { isSafeNumber, parse, stringify } from 'lossless-json';

/** E10's ids are longer than a double: numbers that would lose digits stay text. Throws `SyntaxError` on anything but JSON. */
export function parseBody(text: string): unknown {
  return parse(text, undefined, (digits) => (isSafeNumber(digits) ? Number(digits) : digits));
}

/** The same for bodies that may be anything; undefined where it is not JSON. */
export function tryParseBody(text: string): unknown {
  try {
    return parseBody(text);
  } catch {
    return undefined;
  }
}

/** JSON in which a `LosslessNumber` becomes a bare number of any length, as E10's samples send ids. */
export function stringifyBody(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** Whether a body is a page for people: what gateways and firewalls answer in place of the system behind them. */
export function isHtml(contentType: string | undefined, body: string): boolean {
  if (/^\s*<(!doctype|html|head|body|script|meta|!--)/i.test(body)) return true;
  return /text\/html/i.test(contentType ?? '') && /^\s*</.test(body);
}
