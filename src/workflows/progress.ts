import { condition, patched, setCurrentDetails, setHandler, upsertMemo } from '@temporalio/workflow';
import { ASKS_NOTHING, nextAction, tenantDetails } from '../domain/details.js';
import { PICTURES_AT_MOST, type Told } from '../domain/evidence.js';
import type { Finding } from '../domain/findings.js';
import type { Order } from '../domain/batch/orders.js';
import type { Outcome, StepReport, StepState } from '../domain/outcomes.js';
import type { Change } from '../domain/plan.js';
import { inLang, type Said } from '../domain/said.js';
import type { Step } from '../domain/steps.js';
import type { Decision, TenantStatus, Waiting } from '../domain/tenant-status.js';
import { isOpen, type WorkOrder } from '../domain/work-orders/work-order.js';
import { decideUpdate, tenantStatusQuery } from './messages.js';
import { invalid } from './failures.js';
import { showInLists } from './search-attributes.js';
import { tellDecision } from './tell-decision.js';

/** Where a tenant stands, told to everybody who asks: query, search attributes and the Web UI's current details. */
export interface Progress {
  readonly status: TenantStatus;
  enter(step: Step): void;
  /** `pending`: it has looked ahead, and its turn comes later. */
  leave(step: Step, state: StepState, facts?: { written?: number; note?: Said }): void;
  found(findings: readonly Finding[]): void;
  /** How far the step under way is, in one sentence: for the Web UI. */
  tell(note: Said): void;
  /** What came to light on the console's pages. `undo`: while a step was undone. */
  told(told: Told, of: { step: Step; undo: boolean }): void;
  /** What is about to be written. */
  plan(changes: readonly Change[]): void;
  /** What the tenant waits for without anybody's answer, in words; null when it goes on. `byItself`: nobody has to act. */
  hold(what: string | null, how?: { byItself: boolean }): void;
  /** It waits no more; shown with whatever comes next. */
  unhold(): void;
  /** A work order was opened, changed or answered; the step waits while it is open. */
  ordered(order: WorkOrder): void;
  /** Keeps an order that is no answer. */
  audit(action: 'pause' | 'resume', order: Order): void;
  /** Parks until an operator answers; the answer is one of `allowed`. */
  ask(waiting: Waiting): Promise<Decision>;
  /** Who has answered `undo`; nobody is asked again then. */
  undoOrder(): Order | null;
  close(outcome: Outcome): void;
}

export function createProgress(
  of: Pick<TenantStatus, 'tenantId' | 'name' | 'batch' | 'wave'>,
  steps: readonly Step[],
): Progress {
  const status: TenantStatus = {
    ...of,
    step: null,
    outcome: null,
    steps: steps.map((step): StepReport => ({ step, state: 'pending', written: 0 })),
    findings: [],
    waiting: null,
    orders: [],
    held: null,
    decisions: [],
  };
  let decision: Decision | undefined;
  let toUndo: Order | null = null;

  setHandler(tenantStatusQuery, () => status, { description: 'Where this tenant stands' });
  setHandler(
    decideUpdate,
    (given) => {
      status.decisions.push({ ...given, at: now() });
      decision = given;
      tellDecision(status, given);
    },
    {
      description: 'Answers a tenant that waits: retry, skip or undo, with by and reason',
      validator: (given: Decision) => refuseUnfit(given, status, decision),
    },
  );

  let told = '';

  const show = (lists = true): void => {
    setCurrentDetails(tenantDetails(status));
    if (!lists) return;
    const order = status.orders.find(isOpen) ?? null;
    const waits = status.waiting !== null || order !== null || status.held !== null;
    const asks = waits && !(status.goesOnByItself && status.waiting === null && order === null);
    showInLists({
      step: status.step,
      outcome: status.outcome,
      codes: status.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code),
      needsAttention: asks || status.outcome === 'rollback-incomplete',
    });
    tell({ waits: waits ? nextAction(status) : null, order });
  };
  /** In the memo, so that what people are waited for is one list: it needs no worker and asks no tenant. */
  const tell = (memo: { waits: string | null; order: WorkOrder | null }): void => {
    const text = JSON.stringify(memo);
    const isNews = memo.waits === null ? told !== '' : told !== text;
    told = memo.waits === null ? '' : text;
    // Runs of older versions told nobody.
    return isNews && patched('waits-in-memo') ? upsertMemo(memo) : undefined;
  };
  const report = (step: Step): StepReport => {
    const found = status.steps.find((candidate) => candidate.step === step);
    if (!found) throw new Error(`${step} is no step of this tenant`);
    return found;
  };

  return {
    status,
    enter(step) {
      status.step = step;
      Object.assign(report(step), { state: 'running', startedAt: now() } satisfies Partial<StepReport>);
      show();
    },
    leave(step, state, { written = 0, note } = {}) {
      const ended = report(step);
      ended.written += written;
      Object.assign(ended, { state, endedAt: now() });
      if (note !== undefined) noteIn(ended, note);
      if (state === 'pending') {
        delete ended.startedAt;
        delete ended.endedAt;
      }
      show(false);
    },
    tell(note) {
      if (status.step) noteIn(report(status.step), note);
      show(false);
    },
    found(findings) {
      status.findings.push(...findings);
    },
    told({ pictures, findings }, of) {
      const known = [...(status.pictures ?? []), ...pictures.map((picture) => ({ ...picture, ...of }))];
      status.pictures = known.slice(-PICTURES_AT_MOST.tenant);
      const news = findings.filter(({ message }) => !status.findings.some((one) => one.message === message));
      status.findings.push(...news);
    },
    plan(changes) {
      status.changes = [...changes];
    },
    hold(what, how) {
      status.held = what;
      if (how?.byItself) status.goesOnByItself = true;
      else delete status.goesOnByItself;
      show();
    },
    unhold() {
      status.held = null;
      delete status.goesOnByItself;
    },
    ordered(order) {
      report(order.step).state = isOpen(order) ? 'waiting' : 'running';
      show();
    },
    audit(action, { by, reason }) {
      status.decisions.push({ action, by, reason, at: now() });
    },
    async ask(waiting) {
      decision = undefined;
      status.waiting = waiting;
      report(waiting.step).state = 'waiting';
      show();
      try {
        await condition(() => decision !== undefined);
        const { action, ...order } = decision as unknown as Decision;
        if (action === 'undo') toUndo = order;
        return { action, ...order };
      } finally {
        status.waiting = null;
        report(waiting.step).state = 'running';
        show();
      }
    },
    undoOrder: () => toUndo,
    close(outcome) {
      status.outcome = outcome;
      show();
    },
  };
}

function noteIn(report: StepReport, note: Said): void {
  report.note = inLang(note, 'en');
  if (typeof note === 'string') delete report.zh;
  else report.zh = note.zh;
}

/** `answer`: the one that it goes on with, where it has not done so yet; whoever comes second is told, not taken instead. */
function refuseUnfit(given: Decision, status: TenantStatus, answer: Decision | undefined): void {
  const { waiting } = status;
  if (waiting && answer) throw invalid(`${answer.by} has just answered ${answer.action}`);
  if (!waiting) throw invalid(`${ASKS_NOTHING}: ${nextAction(status)}`);
  if (!waiting.allowed.includes(given.action)) {
    throw invalid(`${given.action} does not fit here: ${waiting.allowed.join(' or ')}`);
  }
  if (given.by.trim() === '' || given.reason.trim() === '') throw invalid('by and reason are needed');
}

function now(): string {
  return new Date().toISOString();
}
