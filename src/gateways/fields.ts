import { z } from 'zod';

/**
 * A field of a row as systems send it. For rows that come by the million: a row takes its texts in one transform of its own with
 * `textOf`, since one for each field takes four times as long.
 */
export const SentField = z.union([z.string(), z.number()]).nullish();
export type SentField = z.output<typeof SentField>;

/** Empty text is nothing. */
export function textOf(sent: SentField): string | null {
  return sent === null || sent === undefined ? null : String(sent).trim() || null;
}
