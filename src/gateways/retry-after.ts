const HOUR_MS = 3_600_000;

/**
 * Milliseconds to wait by a `Retry-After` header, in seconds or as an HTTP date (RFC 9110 §10.2.3), between 0 and one hour.
 * Undefined where the header is absent or cannot be read. `now` is in milliseconds since 1970.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return clamp(Number(text) * 1000);

  const date = httpDate(text);
  return date === undefined ? undefined : clamp(date - now);
}

/**
 * How far the clock of the answering system is ahead of ours in milliseconds, by its `Date` header; negative when it is
 * behind, null without a readable header. Exact to one second at best: the header has no fractions, and travels.
 */
export function clockSkewMs(headers: Readonly<Record<string, string>>, now: number): number | null {
  const date = httpDate(headers['date'] ?? '');
  return date === undefined ? null : date - now;
}

/** All three date forms of HTTP begin with a weekday; the oldest one has no zone and means GMT all the same. */
function httpDate(text: string): number | undefined {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/i.test(text)) return undefined;
  const time = Date.parse(/GMT$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

function clamp(ms: number): number {
  return Math.min(Math.max(Math.round(ms), 0), HOUR_MS);
}
