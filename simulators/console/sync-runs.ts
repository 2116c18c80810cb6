import type { Kernel } from '../kernel/kernel.js';
import type { Customer } from '../tenant/customer.js';
import type { Employee } from '../tenant/organisation.js';
import { pullJobNumbers } from './pull.js';
import { PullFailed } from './pull-asks.js';
import type { SyncRunState } from './state.js';

/** As the contract shows a run. */
export interface ShownRun {
  runId: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed';
  [count: string]: unknown;
}

/** Starts a run: it pulls at once, and its progress is computed from the clock. */
export function startRun(kernel: Kernel, customer: Customer, key: string): SyncRunState {
  const pages = customer.console;
  const run: SyncRunState = {
    runId: `run-${customer.id}-${pages.runs.length + 1}`,
    key,
    startedAt: Date.now(),
    pulled: undefined,
    settled: undefined,
  };
  pages.runs.push(run);
  const pull = pullJobNumbers(customer, pages.peopleSync.scope, kernel.signal).then(
    (found) => (run.pulled = found),
    (error: unknown) => (run.pulled = error instanceof Error ? error : new PullFailed('同步异常')),
  );
  kernel.background(pull);
  return run;
}

/** The run that has not ended, if any. */
export function runningRun(customer: Customer): SyncRunState | undefined {
  return customer.console.runs.find((run) => ['queued', 'running'].includes(showRun(customer, run).state));
}

/** Gives every run that is over by the clock its effect on the people. */
export function settleRuns(customer: Customer): void {
  for (const run of customer.console.runs) showRun(customer, run);
}

/** A run as it stands now. One that is over changes the people when it is first looked at. */
export function showRun(customer: Customer, run: SyncRunState): ShownRun {
  const { runId, pulled } = run;
  if (pulled === undefined) return { runId, state: 'queued', retryAfterSeconds: 1 };
  const total = pulled instanceof Error ? 0 : pulled.size;
  const part = (Date.now() - run.startedAt) / Math.max(1, customer.spec.syncSeconds * 1_000);
  if (part < 1) return { runId, state: 'running', total, done: Math.floor(total * part), retryAfterSeconds: 1 };
  if (pulled instanceof Error) return { runId, state: 'failed', total, done: 0, message: pulled.message };
  if (isBoundToFail(customer, run)) {
    return { runId, state: 'failed', total, done: Math.floor(total * 0.9), message: '同步中断：数据库连接超时' };
  }
  run.settled ??= settle(customer, pulled);
  return { runId, state: 'succeeded', total, done: total, failed: 0, ...run.settled };
}

/** An employee as Qiyuesuo knows them: with a former name and address until a run has come through. */
export function knownEmployee({ org, console: pages }: Customer, index: number): Employee {
  const isUpToDate = pages.runs.some(({ settled }) => settled !== undefined);
  return { ...org.employee(index), ...(isUpToDate ? {} : org.formerly(index)) };
}

function isBoundToFail({ spec, console: pages }: Customer, run: SyncRunState): boolean {
  if (typeof spec.syncFails === 'boolean') return spec.syncFails;
  return pages.runs.indexOf(run) < spec.syncFails;
}

/** People are matched by job number; who is not in the scope any more is disabled. */
function settle({ console: pages }: Customer, found: Set<string>): NonNullable<SyncRunState['settled']> {
  const counts = { created: 0, updated: 0, disabled: 0 };
  for (let index = 0; index < pages.people.length; index++) {
    const wanted = found.has(String(index + 1).padStart(6, '0'));
    const state = pages.people[index];
    if (wanted && state === 0) counts.created++;
    if (wanted && state !== 0) counts.updated++;
    if (!wanted && state === 1) counts.disabled++;
    pages.people[index] = wanted ? 1 : state === 0 ? 0 : 2;
  }
  return counts;
}
