/** The value below which this share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Short enough to read, long enough to compare. */
export function short(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

/** A table for people, then the same as JSON for machines. */
export function report(title: string, rows: readonly Record<string, string | number>[], facts: object = {}): void {
  console.log(`\n${title}`);
  console.table(rows);
  console.log(JSON.stringify({ title, rows, ...facts }));
}
