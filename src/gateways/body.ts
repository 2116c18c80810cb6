import { isSafeNumber, parse, stringify } from 'lossless-json';

/** A number outside of a text, or what looks like one inside of it, that a double might not hold. */
const LONG_OR_EXPONENT = /[:,[]\s*-?(?:[\d.]{16}|[\d.]+[eE])/;
/** No double holds an integer of 17 digits for certain. */
const LONG_INTEGER = /([:,[]\s*)(-?[1-9]\d{16,})(?=\s*[,}\]])/g;

/**
 * E10's ids are longer than a double: numbers that would lose digits stay text. Throws `SyntaxError` on anything but JSON.
 * Node's own parser reads all else: pages of a thousand people take a fraction of the time.
 */
export function parseBody(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return parseLossless(text);
  if (!LONG_OR_EXPONENT.test(text)) return JSON.parse(text);
  const quoted = text.replace(LONG_INTEGER, '$1"$2"');
  if (LONG_OR_EXPONENT.test(quoted)) return parseLossless(text);
  try {
    return JSON.parse(quoted);
  } catch {
    // It stood inside of a text: a quote in front of a digit there ends the text, and no JSON goes on with a digit.
    return parseLossless(text);
  }
}

function parseLossless(text: string): unknown {
  return parse(text, undefined, (digits) => (isSafeNumber(digits) ? Number(digits) : digits));
}

/** A body that may be parsed several times: by those who look for a failure in it, and by the schema. */
interface Parsable {
  body: string;
  /** Parses once, however often it is called. */
  json?: () => unknown;
}

/** The body of an answer. Throws `SyntaxError` on anything but JSON. */
export function parsedBody(answer: Parsable): unknown {
  return answer.json === undefined ? parseBody(answer.body) : answer.json();
}

/** The same for bodies that may be anything; undefined where it is not JSON. */
export function tryParsedBody(answer: Parsable): unknown {
  try {
    return parsedBody(answer);
  } catch {
    return undefined;
  }
}

/** To be kept with an answer. */
export function parseOnce(body: string): () => unknown {
  let parsed: { value: unknown } | { error: unknown } | undefined;
  return () => {
    parsed ??= attempt(body);
    if ('error' in parsed) throw parsed.error;
    return parsed.value;
  };
}

function attempt(body: string): { value: unknown } | { error: unknown } {
  try {
    return { value: parseBody(body) };
  } catch (error) {
    return { error };
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
