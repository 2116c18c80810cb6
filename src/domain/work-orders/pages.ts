import { categoryOf, consoleField, type ConsolePage } from './console-fields.js';
import type { OrderTask, WorkOrder } from './work-order.js';

/** What an order asks for on one page of the console. */
export interface PageOfOrder {
  page: ConsolePage;
  tasks: OrderTask[];
}

/** The pages of an order in the order in which they are first needed; within a page the tasks stay as they are. */
export function pagesOf({ tasks }: Pick<WorkOrder, 'tasks'>): PageOfOrder[] {
  const groups = new Map<ConsolePage, OrderTask[]>();
  for (const task of tasks) {
    const page = consoleField(task.field)?.page ?? 'integration';
    groups.set(page, [...(groups.get(page) ?? []), task]);
  }
  return [...groups].map(([page, of]) => ({ page, tasks: of }));
}

/** Whether it is the switch itself, which asks in a dialog. */
export function isSwitch({ field, do: what }: OrderTask): boolean {
  return field === 'integration.oaVersion' && what === 'set';
}

/** Whether it is one row of a checklist: a category that is confirmed by itself. */
export function isRow({ field, do: what }: OrderTask): boolean {
  return what === 'set' && categoryOf(field) !== undefined;
}
