import { Document, isMap, isScalar } from 'yaml';
import type { SecretRef } from '../domain/tenant.js';
import { EMPTY, SECRET_WORDS, UNANSWERED } from '../domain/work-orders/answers.js';
import { consoleField, CONSOLE_PAGES } from '../domain/work-orders/console-fields.js';
import { isSwitch, pagesOf } from '../domain/work-orders/pages.js';
import { isLogin, type OrderTask, type WorkOrder } from '../domain/work-orders/work-order.js';
import type { Tenant } from '../domain/tenant.js';
import type { Output } from './output.js';

/** What somebody has to do at the console, page by page, in the console's own words. `revealed`: secrets, by field. */
export function orderLines(
  tenant: Tenant,
  order: WorkOrder,
  { out, file, revealed }: { out: Output; file: string; revealed: ReadonlyMap<string, string> },
): string {
  const id = `${tenant.id}/${order.number}`;
  const head = [
    `${out.text.workOrder(id)} · ${order.undo ? out.text.undoOf(order.step) : order.step} · ${order.state}${order.takenBy === null ? '' : ` (${order.takenBy})`}`,
    `${tenant.name} · ${tenant.qiyuesuo.console}`,
    ...order.findings.map(({ code, message }) => `! ${code}: ${message}`),
  ];
  const pages = pagesOf(order).map(({ page, tasks }) => {
    const { zh, en } = CONSOLE_PAGES[tenant.qiyuesuo.deployment][page] ?? { zh: page, en: page };
    return [`${zh}  (${en})`, ...tasks.map((task) => `  ${taskLine(task, revealed, out)}`)].join('\n');
  });
  if (isLogin(order)) return [head.join('\n'), out.text.loginHint(tenant.id, file)].join('\n\n');
  const next = out.text.orderNext(
    id,
    file,
    order.tasks.some(({ do: what }) => what === 'read'),
  );
  return [head.join('\n'), ...pages, ...(order.tasks.some(isSwitch) ? [out.text.switchDialog] : []), next].join('\n\n');
}

function taskLine(task: OrderTask, revealed: ReadonlyMap<string, string>, out: Output): string {
  const known = consoleField(task.field);
  const label = known ? `${known.zh} (${known.en})` : task.field;
  const mark = task.done ? '✓' : '·';
  if (task.do === 'start') return `${mark} ${label}  [${task.field}]`;
  if (task.do === 'read') {
    const choices = choicesFor(task.field);
    return `${mark} ${label} = ?${choices === '' ? '' : `  ${choices}`}  [${task.field}]`;
  }
  const value = task.secret
    ? secretLine(task.secret, revealed.get(task.field), out)
    : (zhOf(task) ?? (task.value || out.text.emptied));
  return `${mark} ${label} → ${value}  [${task.field}]`;
}

function secretLine({ word, ref }: NonNullable<OrderTask['secret']>, value: string | undefined, out: Output): string {
  if (word === 'empty') return out.text.emptied;
  if (value !== undefined) return value;
  return `${ref ? refText(ref) : out.text.documentedKey} (--reveal)`;
}

function refText(ref: SecretRef): string {
  return 'env' in ref ? `env ${ref.env}` : `file ${ref.file}`;
}

/** What may be answered, where that is one of a few words. */
function choicesFor(field: string): string {
  const known = consoleField(field);
  if (known?.kind === 'secret') return SECRET_WORDS.join(' | ');
  return Object.entries(known?.choices ?? {})
    .map(([value, zh]) => `${value}=${zh}`)
    .join(' | ');
}

/** A choice in the console's own words, ours beside it. */
function zhOf({ field, value }: OrderTask): string | undefined {
  const zh = consoleField(field)?.choices?.[value ?? ''];
  return zh === undefined ? undefined : `${zh} (${value ?? ''})`;
}

const HEAD = `# Replace each ${UNANSWERED}. Where the page shows nothing: ${EMPTY}. categories: a line NAME: ADDRESS below it for each that has an address.\n`;

/** A YAML file to fill in and give back with `orders done --answers`. */
export function answerSheet(order: WorkOrder): string {
  const open = order.tasks.filter((task) => task.do === 'read' && !task.done);
  const sheet = new Document(Object.fromEntries(open.map(({ field }) => [field, UNANSWERED])));
  for (const { field } of open) {
    const known = consoleField(field);
    if (!known || !isMap(sheet.contents)) continue;
    const pair = sheet.contents.items.find(({ key }) => isScalar(key) && key.value === field);
    const choices = choicesFor(field);
    if (pair && isScalar(pair.key)) pair.key.commentBefore = ` ${known.zh} (${known.en})${choices && `: ${choices}`}`;
  }
  return HEAD + sheet.toString();
}
