import Table from 'cli-table3';
import type { CheckReport } from '../console-browser.js';
import type { Output } from './output.js';
import { BORDERLESS } from './tables.js';

/** Page by page how a console fits its page map, one row per field. */
export function checkTable({ tenant, map, status, pages }: CheckReport & { tenant: string }, out: Output): string {
  const { columns } = out.text;
  const table = new Table({
    ...BORDERLESS,
    head: [columns.page, columns.field, columns.labels, columns.controls, columns.kind, columns.verdict],
  });
  for (const { page, fields, save, trouble, heldBack } of pages) {
    if (trouble) table.push([page, '', '', '', '', out.style('red', trouble.message)]);
    for (const [field, seen] of Object.entries(fields)) {
      const good = ['ok', 'later', 'absent'].includes(seen.verdict);
      const verdict = out.style(good ? 'green' : 'red', seen.verdict);
      table.push([page, field, seen.labels, seen.controls, seen.kind ?? '', verdict]);
    }
    if (save) table.push([page, 'save', save.count, save.count, 'button', save.enabled ? 'ok' : 'disabled']);
    for (const held of heldBack) table.push([page, '', '', '', '', out.text.heldBack(held)]);
  }
  const known = typeof status === 'string' ? status : 'checked';
  return [`${tenant}  ${map} (${known})`, table.toString()].join('\n');
}
