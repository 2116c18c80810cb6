import { Document, isMap, isScalar } from 'yaml';
import type { SecretRef } from '../domain/tenant.js';
import { EMPTY, SECRET_WORDS, UNANSWERED } from '../domain/work-orders/answers.js';
import { catalogue } from '../domain/finding-catalogue.js';
import { messageIn } from '../domain/findings.js';
import { consoleField, CONSOLE_PAGES } from '../domain/work-orders/console-fields.js';
import { isSwitch, pagesOf } from '../domain/work-orders/pages.js';
import { isLogin, type FieldProblem, type OrderTask, type WorkOrder } from '../domain/work-orders/work-order.js';
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
    `${out.text.workOrder(id)} · ${stepOf(order, out)} · ${out.text.orderState[order.state]}${order.takenBy === null ? '' : ` (${order.takenBy})`}`,
    `${tenant.name} · ${tenant.qiyuesuo.console}`,
    ...order.findings.map(
      (one) => `! ${one.code}  ${catalogue[one.code][out.lang].title}: ${messageIn(one, out.lang)}`,
    ),
  ];
  const pages = pagesOf(order).map(({ page, tasks }) => {
    const { zh, en } = CONSOLE_PAGES[tenant.qiyuesuo.deployment][page] ?? { zh: page, en: page };
    return [inWords({ zh, en }, out, '  '), ...tasks.map((task) => `  ${taskLine(task, revealed, out)}`)].join('\n');
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
  const label = known ? inWords(known, out) : task.field;
  const mark = task.done ? '✓' : '·';
  if (task.do === 'start') return `${mark} ${label}  [${task.field}]`;
  if (task.do === 'read') {
    const choices = choicesFor(task.field, out);
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
  return `${ref ? refText(ref, out) : out.text.documentedKey} (--reveal)`;
}

function refText(ref: SecretRef, { text }: Output): string {
  return 'env' in ref ? text.inVariable(ref.env) : text.inFile(ref.file);
}

/** The console's own word; beside it what it means, for whoever cannot read it. */
function inWords({ zh, en }: { zh: string; en: string }, { lang }: Output, space = ' '): string {
  return lang === 'zh' ? zh : `${zh}${space}(${en})`;
}

/** The step as the other commands call it; in Chinese in words first. */
export function stepOf({ step, undo }: Pick<WorkOrder, 'step' | 'undo'>, { lang, text }: Output): string {
  const shown = lang === 'en' ? step : `${text.stepName[step]} (${step})`;
  return undo ? text.undoOf(shown) : shown;
}

/** What may be answered, where that is one of a few words. */
function choicesFor(field: string, { text }: Output): string {
  const known = consoleField(field);
  if (known?.kind === 'secret') return SECRET_WORDS.map((word) => `${word}=${text.secretWord[word]}`).join(' | ');
  return Object.entries(known?.choices ?? {})
    .map(([value, zh]) => `${value}=${zh}`)
    .join(' | ');
}

/** A choice in the console's own words, ours beside it. */
function zhOf({ field, value }: OrderTask): string | undefined {
  const zh = consoleField(field)?.choices?.[value ?? ''];
  return zh === undefined ? undefined : `${zh} (${value ?? ''})`;
}

/** Each answer that does not fit, by its field. */
export function problemLines(problems: readonly FieldProblem[], out: Output): string {
  return problems
    .map(({ field, why, name }) => {
      const known = consoleField(field);
      const label = known ? `${inWords(known, out)}  [${field}]` : field;
      return `  ${label}: ${name === undefined ? '' : `${name}: `}${out.text.answerProblem[why]}`;
    })
    .join('\n');
}

/** A YAML file to fill in and give back with `orders done --answers`. */
export function answerSheet(order: WorkOrder, out: Output): string {
  const open = order.tasks.filter((task) => task.do === 'read' && !task.done);
  const sheet = new Document(Object.fromEntries(open.map(({ field }) => [field, UNANSWERED])));
  for (const { field } of open) {
    const known = consoleField(field);
    if (!known || !isMap(sheet.contents)) continue;
    const pair = sheet.contents.items.find(({ key }) => isScalar(key) && key.value === field);
    const choices = choicesFor(field, out);
    if (pair && isScalar(pair.key)) pair.key.commentBefore = ` ${inWords(known, out)}${choices && `: ${choices}`}`;
  }
  return `# ${out.text.answerSheet(UNANSWERED, EMPTY)}\n${sheet.toString()}`;
}
