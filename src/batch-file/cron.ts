/** Lowest and highest value of minute, hour, day, month and weekday; Sunday is 0 or 7. */
const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Whether the text is a cron schedule of five numeric fields. Names and shorthands are left out: pages do not agree on them. */
export function isCron(text: string): boolean {
  const fields = text.split(/ +/);
  return (
    fields.length === RANGES.length && RANGES.every(([low, high], index) => isField(fields[index] ?? '', low, high))
  );
}

function isField(field: string, low: number, high: number): boolean {
  return field.split(',').every((part) => {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return false;
    const from = Number(match[1] ?? low);
    const to = Number(match[2] ?? match[1] ?? high);
    return low <= from && from <= to && to <= high && match[3] !== '0' && match[3] !== '00';
  });
}
