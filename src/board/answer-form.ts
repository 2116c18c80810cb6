import { EMPTY, withoutHidden } from '../domain/work-orders/answers.js';
import { isRow } from '../domain/work-orders/pages.js';
import { problemsOfAnswers, type Confirmation, type WorkOrder } from '../domain/work-orders/work-order.js';
import type { FormProblem } from './texts.js';

/** What somebody typed into the form of an order, kept until it was taken. */
export interface Typed {
  /** By field: what the page shows; of a task that was set, only where it shows something else. */
  values: Record<string, string>;
  /** Fields of which the page shows nothing. */
  empty: ReadonlySet<string>;
  /** Rows of a checklist that are ticked. */
  rows: ReadonlySet<string>;
  note: string;
}

export const NOTHING_TYPED: Typed = { values: {}, empty: new Set(), rows: new Set(), note: '' };

/** What a form comes to: an answer, and everything that is wrong with it. */
export interface Answer {
  confirmation: Confirmation;
  problems: Problem[];
  /** An order that is a checklist, and nothing of it was ticked. */
  noRow: boolean;
}

export interface Problem {
  field: string;
  why: FormProblem;
  /** The category that it is about. */
  name?: string;
}

/** As many characters as a note or a reason may have. */
export const LONGEST_NOTE = 2_000;

/** Names of what a form of an order holds: the task's field behind a word of ours. */
export const inputName = {
  value: (field: string): string => `value:${field}`,
  empty: (field: string): string => `empty:${field}`,
  row: (field: string): string => `row:${field}`,
};

/** Reads a form by the tasks of its order: whatever else it holds is left out, and so is what addresses may hide. */
export function typedIn(form: FormData, { tasks }: Pick<WorkOrder, 'tasks'>): Typed {
  const textOf = (name: string): string => {
    const given = form.get(name);
    return typeof given === 'string' ? given.replace(/\r\n?/g, '\n') : '';
  };
  const fields = tasks.map(({ field }) => field);
  const values = fields.map((field) => [field, withoutHidden(field, textOf(inputName.value(field)))] as const);
  return {
    values: Object.fromEntries(values.filter(([, text]) => text.trim() !== '')),
    empty: new Set(fields.filter((field) => form.has(inputName.empty(field)))),
    rows: new Set(fields.filter((field) => form.has(inputName.row(field)))),
    note: textOf('note').trim(),
  };
}

/** The answer that was typed, and all that is wrong with it at once. */
export function answerOf(order: WorkOrder, { values, empty, rows }: Typed): Answer {
  const open = order.tasks.filter(({ done }) => !done);
  const both = [...empty].filter((field) => values[field] !== undefined);
  const answers = Object.fromEntries(
    open.flatMap(({ field }) => {
      const text = values[field] ?? (empty.has(field) ? EMPTY : undefined);
      return text === undefined ? [] : [[field, text] as const];
    }),
  );
  const checklist = open.filter(isRow);
  // A row that shows something else is told with the others, and has been looked at.
  const ticked = checklist.filter(({ field }) => rows.has(field) || answers[field] !== undefined);
  const others = open.filter((task) => !isRow(task));
  const confirmation: Confirmation = {
    values: answers,
    ...(checklist.length === 0 ? {} : { rows: [...others, ...ticked].map(({ field }) => field) }),
  };
  const problems = [
    ...both.map((field): Problem => ({ field, why: 'both' })),
    ...problemsOfAnswers(order, confirmation)
      .filter(({ field }) => !both.includes(field))
      .map(({ field, why, name }): Problem => ({ field, why, ...(name === undefined ? {} : { name }) })),
  ];
  const placeOf = ({ field }: Problem): number => order.tasks.findIndex((task) => task.field === field);
  return {
    confirmation,
    problems: problems.sort((one, other) => placeOf(one) - placeOf(other)),
    noRow: checklist.length > 0 && ticked.length === 0 && others.length === 0,
  };
}
