import { InvalidArgumentError } from 'commander';

/** Milliseconds of `90s`, `30m`, `2h`. Throws for any other text. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('give a duration such as 90s, 30m or 2h');
  return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}
