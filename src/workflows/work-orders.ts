import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { Told } from '../domain/evidence.js';
import type { Policy } from '../domain/policy.js';
import type { Step } from '../domain/steps.js';
import type { Tenant } from '../domain/tenant.js';
import { FAILURE_TYPES, findingOfTrouble, type Trouble } from '../domain/trouble.js';
import type { Seen } from '../domain/work-orders/answers.js';
import { consoleField, LOGIN } from '../domain/work-orders/console-fields.js';
import {
  carryOut,
  isOpen,
  isSameTrip,
  newOrder,
  notAsWanted,
  refusalOfAction,
  reopen,
  withdraw,
  type Needed,
  type OrderAction,
  type WorkOrder,
} from '../domain/work-orders/work-order.js';
import { causeOf, invalid, refused } from './failures.js';
import { orderUpdate } from './messages.js';
import type { Gate } from './gate.js';
import type { Progress } from './progress.js';
import { toldBy, toldIn } from './told.js';

type Activity = (input: object) => Promise<unknown>;

export interface HandsOptions {
  progress: Progress;
  policy: Policy;
  /** Of a run that has a place in a batch. */
  gate?: Gate;
}

const FIRST_STEPS: readonly Step[] = ['preflight', 'snapshot'];
const REMIND_MS = 4 * 3_600_000;
const ESCALATE_MS = 24 * 3_600_000;

/**
 * The activities and children of a tenant, by groups, with a person's hands where its console driver needs them: what one of them
 * needs somebody for becomes a work order, and with the answers it is asked again. The steps themselves know nothing of it.
 */
export function withHands<Groups extends object>(
  groups: Groups,
  tenant: Tenant,
  { progress, policy, gate }: HandsOptions,
): Groups {
  if (tenant.qiyuesuo.driver === 'api') return groups;
  const { orders } = progress.status;
  /** What people said that the pages show. Lives in this run: another run has to look again. */
  let pages: Seen = {};

  setHandler(
    orderUpdate,
    (action) => {
      const order = orderOf(action.number);
      if (!order) return;
      pages = carryOut(order, pages, action, now());
      if (action.do === 'confirm' && tenant.qiyuesuo.driver === 'manual') tellReader(action.by);
      progress.ordered(order);
    },
    {
      description: 'Takes, confirms or rejects a work order',
      validator: (action: OrderAction) => {
        const why = refusalOfAction(orderOf(action.number), action);
        if (why !== null) throw invalid(why);
      },
    },
  );

  return Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, lent(group as object)])) as Groups;

  function lent<G extends object>(group: G): G {
    const activities = Object.entries(group) as [string, Activity][];
    return Object.fromEntries(
      activities.map(([name, activity]) => [name, (input: object) => byHand(name, activity, input)]),
    ) as G;
  }

  async function byHand(name: string, activity: Activity, input: object): Promise<unknown> {
    let done = NOTHING_DONE;
    for (;;) {
      try {
        const result = await activity({ ...input, pages });
        tell(name, toldBy(result));
        return withDone(result, done);
      } catch (error) {
        tell(name, toldIn(error));
        const needed = neededIn(error) ?? loginIn(error);
        if (!needed) throw error;
        const more = await trip(UNDOES[name] ?? null, needed);
        done = { pages: done.pages + more.pages, fields: done.fields + more.fields };
      }
    }
  }

  function tell(name: string, told: Told | undefined): void {
    const undone = UNDOES[name];
    const step = undone ?? progress.status.step ?? 'snapshot';
    if (told) progress.told(told, { step, undo: undone !== undefined });
  }

  async function trip(undone: Step | null, { tasks, findings }: Needed): Promise<Done> {
    const last = orders.at(-1);
    const again = last !== undefined && isSameTrip(last, tasks);
    const step = undone ?? progress.status.step ?? 'snapshot';
    const order = again
      ? last
      : newOrder({ number: orders.length + 1, step, undo: undone !== null, tasks, findings }, now());
    if (again) reopen(last, tasks, pages, now());
    else orders.push(order);
    progress.ordered(order);
    try {
      if (gate && isFirstLook(order)) await gate.looking(() => confirmed(order));
      else await confirmed(order);
      for (let left = notAsWanted(tasks, pages); left.length > 0; left = notAsWanted(tasks, pages)) {
        reopen(order, left, pages, now());
        progress.ordered(order);
        await confirmed(order);
      }
    } catch (error) {
      if (isOpen(order)) pages = withdraw(order, pages, now());
      throw error;
    } finally {
      progress.ordered(order);
    }
    const saved = tasks.filter(({ do: what, field }) => what !== 'read' && field !== LOGIN);
    return { pages: new Set(saved.map(({ field }) => consoleField(field)?.page)).size, fields: saved.length };
  }

  async function confirmed(order: WorkOrder): Promise<void> {
    await answered(order);
    if (order.state !== 'rejected') return;
    const { by, note } = order.trail.at(-1) ?? {};
    const message = `work order ${order.number} was rejected by ${by ?? ''}: ${note ?? ''}`;
    throw refused({ code: 'ORDER-REJECTED', severity: 'blocking', message, subject: order.step });
  }

  /** Nothing is written before it. */
  function isFirstLook({ step, undo, tasks }: WorkOrder): boolean {
    return (
      !undo && FIRST_STEPS.includes(step) && tasks.every(({ do: what, field }) => what === 'read' || field === LOGIN)
    );
  }

  /** Nobody is hurried out of it: reminders and escalation only show, and have no end. */
  async function answered(order: WorkOrder): Promise<void> {
    const isAnswered = (): boolean => !isOpen(order);
    if (await condition(isAnswered, policy.orderRemindMs ?? REMIND_MS)) return;
    order.trail.push({ at: now(), what: 'reminded' });
    progress.ordered(order);
    if (await condition(isAnswered, policy.orderEscalateMs ?? ESCALATE_MS)) return;
    order.trail.push({ at: now(), what: 'escalated' });
    progress.ordered(order);
    await condition(isAnswered);
  }

  function orderOf(number: number): WorkOrder | undefined {
    return orders.find((order) => order.number === number);
  }

  /** Whatever is said about this tenant's console rests on people. */
  function tellReader(by: string): void {
    const message = `what the console shows was read by ${by}`;
    if (progress.status.findings.some((known) => known.message === message)) return;
    progress.found([{ code: 'CONSOLE-READ-BY-PERSON', severity: 'info', message, subject: 'qiyuesuo.driver' }]);
  }
}

/** What a person is needed for; undefined for any other failure. */
/** Whether a person has to do something first. */
export function isForPeople(error: unknown): boolean {
  return (neededIn(error) ?? loginIn(error)) !== undefined;
}

export function neededIn(error: unknown): Needed | undefined {
  const cause = causeOf(error);
  if (!(cause instanceof ApplicationFailure)) return undefined;
  return cause.type === FAILURE_TYPES.handsNeeded ? (cause.details?.[0] as Needed) : undefined;
}

/**
 * A browser's session is over: only the person whose it was can begin another one. Where a login alone may not be enough, the order
 * says why.
 */
function loginIn(error: unknown): Needed | undefined {
  const cause = causeOf(error);
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURE_TYPES.needsLogin) return undefined;
  const trouble = cause.details?.[0] as Trouble | null | undefined;
  return {
    tasks: [{ field: LOGIN, do: 'start' }],
    findings: trouble?.reason === undefined ? [] : [findingOfTrouble(trouble)],
  };
}

/** What people saved on the trips for one activity, which finds it done when it is asked again. */
interface Done {
  pages: number;
  fields: number;
}

const NOTHING_DONE: Done = { pages: 0, fields: 0 };

/** A step counts pages, an undo fields. */
function withDone(result: unknown, { pages, fields }: Done): unknown {
  if (fields === 0 || typeof result !== 'object' || result === null) return result;
  if ('written' in result) return { ...result, written: Number(result.written) + pages };
  return 'restored' in result ? { ...result, restored: Number(result.restored) + fields } : result;
}

/** Of which step an activity is the undo. */
const UNDOES: Record<string, Step> = {
  undoMode: 'switch-mode',
  pictureBeforeUndo: 'configure',
  undoConfigure: 'configure',
  undoCallback: 'callback',
  undoPeopleSync: 'sync-people',
  undoForward: 'rewrite-categories',
  undoCategories: 'rewrite-categories',
  proveUndo: 'verify',
};

function now(): string {
  return new Date().toISOString();
}
