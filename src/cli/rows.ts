import { stringify } from 'csv-stringify/sync';

type Row = Record<string, unknown>;

/** Lists of which an answer may consist, in the order in which they are looked for. */
const LISTS = ['tenants', 'orders', 'consoles', 'examined', 'errors'];

/** An answer as JSON Lines: one row for each of what it lists, with the fields that the whole answer has for all of them. */
export function jsonLines(answer: object): string {
  return rowsOf(answer as Row)
    .map((row) => JSON.stringify(row))
    .join('\n');
}

/**
 * The same as CSV, for a spreadsheet: with a byte order mark, and with nothing that it would take for a formula. Lists become their
 * codes or plain values behind each other; what is nested deeper is left to JSON.
 */
export function csv(answer: object): string {
  const rows = rowsOf(answer as Row).map(flat);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return stringify(rows, { header: true, columns, bom: true, escape_formulas: true }).trimEnd();
}

function rowsOf(answer: Row): Row[] {
  const common = Object.fromEntries(
    ['schemaVersion', 'batch'].flatMap((key) => (key in answer ? [[key, answer[key]]] : [])),
  );
  const listed = Array.isArray(answer['accepted']) ? answersIn(answer) : firstList(answer);
  return listed === undefined ? [answer] : listed.map((row) => ({ ...common, ...row }));
}

/** Undefined where nothing is listed: a large batch has counts instead, a valid file no errors. */
function firstList(answer: Row): Row[] | undefined {
  const lists = LISTS.flatMap((key) => (Array.isArray(answer[key]) ? [answer[key] as Row[]] : []));
  const isCounted = typeof answer['total'] === 'number' && answer['total'] > 0;
  return lists.find((list) => list.length > 0) ?? (isCounted || answer['valid'] === true ? undefined : lists[0]);
}

/** Of an order: for whom it was carried out, and why not for the others. */
function answersIn({ accepted = [], refused = [], passedOver = [] }: Row): Row[] {
  const answered = (answer: string, list: unknown): Row[] =>
    (list as unknown[]).map((one) => {
      const { tenantId, on, ...more } = (typeof one === 'string' ? { tenantId: one } : one) as Row;
      // For the whole batch: its name is in each row.
      const { batch: _whole, ...of } = { ...(on as Row | undefined), ...more };
      return { ...(tenantId === undefined ? {} : { tenant: tenantId }), answer, ...of };
    });
  return [...answered('accepted', accepted), ...answered('refused', refused), ...answered('passed-over', passedOver)];
}

function flat(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]): [string, unknown][] => {
      if (!Array.isArray(value)) return value === null || typeof value !== 'object' ? [[key, plain(value)]] : [];
      const words = (value as unknown[]).map((one) => (isRow(one) ? one['code'] : one));
      return words.every((word) => typeof word === 'string') ? [[key, words.join(' ')]] : [];
    }),
  );
}

/** Spreadsheets have words of their own for true and false. */
function plain(value: unknown): unknown {
  return typeof value === 'boolean' ? String(value) : value;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}
