import type { Kernel } from '../kernel/kernel.js';
import type { Customer } from '../tenant/customer.js';
import { pullJobNumbers, PullFailed } from './pull.js';
import type { SyncRunState } from './state.js';

/** As the contract shows a run. */
export interface ShownRun {
  runId: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed';
  [count: string]: unknown;
}

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
  const pull = pullJobNumbers(customer, pages.peopleSync.scope).then(
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

export function showRun(customer: Customer, run: SyncRunState): ShownRun {
  const { spec } = customer;
  const elapsed = Date.now() - run.startedAt;
  const part = Math.min(1, elapsed / Math.max(1, spec.syncSeconds * 1_000));
  const number = customer.console.runs.indexOf(run) + 1;
  const fails = spec.syncFails === true || (typeof spec.syncFails === 'number' && number <= spec.syncFails);
  if (run.pulled === undefined) return { runId: run.runId, state: 'queued', retryAfterSeconds: 1 };
  const total = run.pulled instanceof Error ? 0 : run.pulled.size;
  if (part < 1) {
    return { runId: run.runId, state: 'running', total, done: Math.floor(total * part), retryAfterSeconds: 1 };
  }
  if (run.pulled instanceof Error)
    return { runId: run.runId, state: 'failed', total: 0, done: 0, message: run.pulled.message };
  if (fails)
    return {
      runId: run.runId,
      state: 'failed',
      total,
      done: Math.floor(total * 0.9),
      message: '同步中断：数据库连接超时',
    };
  run.settled ??= settle(customer, run.pulled);
  return { runId: run.runId, state: 'succeeded', total, done: total, failed: 0, ...run.settled };
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
