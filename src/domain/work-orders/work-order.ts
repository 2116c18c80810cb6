import type { Finding } from '../findings.js';
import type { Step } from '../steps.js';
import type { SecretRef } from '../tenant.js';
import { INTEGRATION_FIELDS } from '../wanted.js';
import { sameAddress } from '../addresses.js';
import { listOf, readAnswer, type AnswerProblem, type Seen } from './answers.js';
import { categoryOf, consoleField, LOGIN } from './console-fields.js';

/** One thing on one page: read what it shows, set it, or start something. */
export interface OrderTask {
  /** As in plans and reports, e.g. `integration.oaAddress`. */
  field: string;
  do: 'read' | 'set' | 'start';
  /** What the page is to show, ready to copy; of a `choice` our own word. Absent where it is read, or is a secret. */
  value?: string;
  /** Where the secret stands that is to be typed in, and which one it is. */
  secret?: { word: 'wanted' | 'previous' | 'empty'; ref?: SecretRef };
  done?: { by: string; at: string };
}

/** Why a person has to go to the console. */
export interface Needed {
  tasks: OrderTask[];
  /** What was found wrong on an earlier trip. */
  findings: Finding[];
}

export type OrderState = 'open' | 'taken' | 'done' | 'rejected' | 'withdrawn';

export type OrderEvent =
  'opened' | 'taken' | 'confirmed' | 'rejected' | 'reopened' | 'reminded' | 'escalated' | 'withdrawn';

export interface OrderTrail {
  /** ISO 8601. */
  at: string;
  what: OrderEvent;
  by?: string;
  note?: string;
  /** A file as evidence: only its name and hash are kept. */
  evidence?: Evidence;
}

export interface Evidence {
  name: string;
  sha256: string;
}

/** One trip to the console for a person: durable state of the tenant's workflow. */
export interface WorkOrder {
  /** From 1, within the run of the tenant. */
  number: number;
  step: Step;
  /** Whether it belongs to the undo. */
  undo: boolean;
  state: OrderState;
  tasks: OrderTask[];
  takenBy: string | null;
  /** Why it was opened again. */
  findings: Finding[];
  trail: OrderTrail[];
}

/** What a person does with an order. */
export type OrderAction = { number: number; by: string } &
  /** `over`: also from somebody else who has it. */
  (
    | { do: 'take'; over?: true }
    | {
        do: 'confirm';
        /** What the page shows, by field: needed for what is read; else only where it is not what was asked for. */
        values: Record<string, string>;
        /** Of a checklist: those that are done by now. Absent: all. */
        rows?: string[];
        note?: string;
        evidence?: Evidence;
      }
    | { do: 'reject'; reason: string }
  );

/** Why an action does not fit; null where it does. */
export function refusalOfAction(order: WorkOrder | undefined, action: OrderAction): string | null {
  if (!order) return `there is no order ${action.number}`;
  if (action.by.trim() === '') return 'by is needed';
  if (!isOpen(order)) return `order ${order.number} is ${order.state} already`;
  const hasIt = order.takenBy === null || order.takenBy === action.by;
  if (action.do === 'take') {
    return hasIt || action.over ? null : `it is taken by ${order.takenBy ?? ''}: orders take --over takes it over`;
  }
  if (!hasIt) return `it is taken by ${order.takenBy ?? ''}: take it over first (orders take --over)`;
  if (action.do === 'reject') return action.reason.trim() === '' ? 'a reason is needed' : null;
  return refusalOfConfirmation(order, action);
}

function refusalOfConfirmation(order: WorkOrder, given: Confirmation): string | null {
  const fields = new Set(order.tasks.map(({ field }) => field));
  const foreign = [...Object.keys(given.values), ...(given.rows ?? [])].find((field) => !fields.has(field));
  if (foreign !== undefined) return `${foreign} is not of this order`;
  const problems = problemsOfAnswers(order, given);
  const missing = problems.flatMap(({ field }) => (given.values[field] === undefined ? [field] : []));
  const said = problems.flatMap(({ field, problem }) => (given.values[field] === undefined ? [] : [problem]));
  if (missing.length > 0) said.push(`not answered: ${missing.join(', ')}`);
  return said.length === 0 ? null : said.join('; ');
}

/** What was answered, as far as it can be judged by itself. */
export type Confirmation = Pick<Extract<OrderAction, { do: 'confirm' }>, 'values' | 'rows'>;

/** What is wrong with one answer of an order. */
export interface FieldProblem {
  field: string;
  problem: string;
  why: AnswerProblem;
  /** The category that it is about. */
  name?: string;
}

/** Everything that is wrong with the answers, not only the first of it: for a form that says it beside each field. */
export function problemsOfAnswers(order: WorkOrder, { values, rows }: Confirmation): FieldProblem[] {
  const given = Object.entries(values).flatMap(([field, text]): FieldProblem[] => {
    const read = readAnswer(field, text);
    return 'problem' in read ? [{ field, ...read }] : [];
  });
  const missing = confirmedNow(order, rows).filter(
    (task) => task.do === 'read' && !task.done && values[task.field] === undefined,
  );
  return [
    ...given,
    ...missing.map(({ field }): FieldProblem => ({ field, problem: `${field} needs an answer`, why: 'missing' })),
  ];
}

/** The tasks that a confirmation is about. */
function confirmedNow({ tasks }: WorkOrder, rows: readonly string[] | undefined): OrderTask[] {
  return rows === undefined ? tasks : tasks.filter(({ field }) => rows.includes(field));
}

/** Carries out an action that fits; answers what is known of the pages afterwards. */
export function carryOut(order: WorkOrder, seen: Seen, action: OrderAction, at: string): Seen {
  const { by } = action;
  if (action.do === 'take') {
    if (order.takenBy === by) return seen;
    const from = order.takenBy;
    Object.assign(order, { state: 'taken', takenBy: by });
    order.trail.push({ at, what: 'taken', by, ...(from === null ? {} : { note: `from ${from}` }) });
    return seen;
  }
  if (action.do === 'reject') {
    order.state = 'rejected';
    order.trail.push({ at, what: 'rejected', by, note: action.reason });
    return unsure(order, seen);
  }
  let known = seen;
  for (const task of confirmedNow(order, action.rows)) {
    // Said once more, it is a correction.
    if (task.done && action.values[task.field] === undefined) continue;
    task.done = { by, at };
    known = withTask(known, order, task, action.values[task.field]);
  }
  if (order.tasks.every(({ done }) => done)) order.state = 'done';
  const { note, evidence } = action;
  order.trail.push({
    at,
    what: 'confirmed',
    by,
    ...(note === undefined ? {} : { note }),
    ...(evidence === undefined ? {} : { evidence }),
  });
  return known;
}

/** What a page shows after a task; what may have changed with it is unknown again. */
function withTask(
  seen: Seen,
  { tasks }: WorkOrder,
  { field, do: what, value, secret }: OrderTask,
  answer: string | undefined,
): Seen {
  const text = answer ?? (what === 'read' ? undefined : (secret?.word ?? value));
  if (text === undefined) return seen;
  const read = readAnswer(field, text);
  const fields = 'fields' in read ? read.fields : { [field]: text };
  const ofTrip = tasks.flatMap((task) => (task.done ? [task.field] : []));
  const forgotten = (FORGOTTEN[field] ?? []).filter((known) => !ofTrip.includes(known));
  const kept = Object.entries(seen).filter(([known]) => !forgotten.includes(known));
  return { ...Object.fromEntries(kept), ...fields };
}

/**
 * The switch shows another form, and may clear or keep the settings of the people sync; a run changes how many people there are.
 * What the same trip reads or sets after it, is known again.
 */
const FORGOTTEN: Record<string, readonly string[]> = {
  'integration.oaVersion': [
    ...INTEGRATION_FIELDS.map((field) => `integration.${field}`),
    ...['enabled', 'scope', 'schedule', 'tree'].map((field) => `people-sync.${field}`),
  ],
  'people-sync.run': ['people-sync.result', 'people-sync.synchronised', 'people-sync.people'],
};

/** An order of a person's next trip. */
export function newOrder(
  of: Pick<WorkOrder, 'number' | 'step' | 'undo' | 'tasks' | 'findings'>,
  at: string,
): WorkOrder {
  return { ...of, state: 'open', takenBy: null, trail: [{ at, what: 'opened' }] };
}

export function isOpen({ state }: WorkOrder): boolean {
  return state === 'open' || state === 'taken';
}

/** Nobody needs it any more: the tenant is about to be undone. Answers what is still known of the pages. */
export function withdraw(order: WorkOrder, seen: Seen, at: string): Seen {
  order.state = 'withdrawn';
  order.trail.push({ at, what: 'withdrawn' });
  return unsure(order, seen);
}

/** What somebody may or may not have done on a trip that was not confirmed has to be looked at. */
function unsure({ tasks }: WorkOrder, seen: Seen): Seen {
  const open = new Set(tasks.flatMap(({ field, do: what, done }) => (what === 'read' || done ? [] : [field])));
  // A category that is missing from the list would pass for one that somebody else has deleted: the list is read anew.
  if ([...open].some((field) => categoryOf(field) !== undefined)) open.add('categories');
  return Object.fromEntries(Object.entries(seen).filter(([field]) => !open.has(field)));
}

/** What was to be set, and is said to show something else. What nobody has told is not among it. */
export function notAsWanted(tasks: readonly OrderTask[], seen: Seen): OrderTask[] {
  return tasks.filter(({ field, do: what, value, secret }) => {
    const shown = seen[field];
    if (what !== 'set' || shown === undefined) return false;
    // A page that hides its secrets tells nothing of them: what it is, is proved from outside.
    if (secret && shown === 'hidden') return false;
    const wanted = secret?.word ?? value ?? '';
    return !(consoleField(field)?.kind === 'list' ? sameList(shown, wanted) : sameAddress(shown, wanted));
  });
}

function sameList(one: string, other: string): boolean {
  return listOf(one).sort().join() === listOf(other).sort().join();
}

/** What was confirmed shows otherwise: the same tasks again, with why. */
export function reopen(order: WorkOrder, tasks: readonly OrderTask[], seen: Seen, at: string): void {
  const findings = tasks.map(({ field, value, secret }): Finding => {
    const wanted = value ?? `the secret (${secret?.word ?? ''})`;
    const message = `the page shows ${seen[field] || 'nothing'}, wanted is ${wanted}`;
    return { code: 'SETTING-DIFFERS', severity: 'warning', message, subject: field };
  });
  const again = tasks.map(({ done: _, ...task }) => task);
  Object.assign(order, { state: order.takenBy === null ? 'open' : 'taken', tasks: again });
  order.findings.push(...findings);
  order.trail.push({ at, what: 'reopened' });
}

/** Whether it asks for nothing but a login. */
export function isLogin({ tasks }: Pick<WorkOrder, 'tasks'>): boolean {
  return tasks.length > 0 && tasks.every(({ field }) => field === LOGIN);
}

/** Whether these are tasks that a person confirmed on the last trip. */
export function isSameTrip(order: WorkOrder, tasks: readonly OrderTask[]): boolean {
  const asked = (one: OrderTask): boolean =>
    one.do !== 'read' &&
    one.field !== LOGIN &&
    order.tasks.some(({ field, do: what }) => field === one.field && what === one.do);
  return order.state === 'done' && tasks.some(asked);
}
