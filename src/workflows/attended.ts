import { ApplicationFailure, CancellationScope, isCancellation, patched } from '@temporalio/workflow';
import { refusingOf, type Endpoint, type EndpointSystem } from '../domain/batch/endpoints.js';
import { isBlocking, isLiftable, messageIn, says, type Finding, type FindingCode } from '../domain/findings.js';
import type { Policy } from '../domain/policy.js';
import { joined, type Lang } from '../domain/said.js';
import type { Step } from '../domain/steps.js';
import type { DecisionAction } from '../domain/tenant-status.js';
import { FAILURE_TYPES, type Trouble } from '../domain/trouble.js';
import { causeOf, findingOfFailure } from './failures.js';
import type { Gate } from './gate.js';
import type { Progress } from './progress.js';

export interface Attendance {
  gate: Gate;
  progress: Progress;
  policy: Policy;
  /** Endpoints whose credential other tenants of the batch have as well. */
  shared: readonly Endpoint[];
  /** Whether E10 is called with an app of our own, once Qiyuesuo's has been looked at. */
  hasOwnApp: boolean;
  /** Lets the run of the people sync do more than the guard allows. */
  liftGuard(by: string, reason: string): void;
  /** Fails where what was written before this step is no longer as wanted: it may be days since. */
  lookBack(step: Step): Promise<void>;
}

/** What a step that a person skipped comes to. */
export interface Skipped {
  skipped: true;
  written: 0;
  note: Record<Lang, string>;
}

/**
 * Does the work of a step, with whoever can help: where a credential that several tenants share is refused, it waits until the
 * endpoint is open again; where the policy says so, a person decides about a failure. Before it is done again, a pause is waited for,
 * and what was written before is looked at. Anything else is thrown.
 */
export async function attended<T extends object>(
  step: Step,
  work: () => Promise<T>,
  { gate, progress, policy, shared, hasOwnApp, liftGuard, lookBack }: Attendance,
): Promise<T | Skipped> {
  for (let again = false, answered = false; ;) {
    try {
      if (again) await goOn(answered);
      const result = await work();
      const refused = refusedBy(shared, result);
      if (!refused || !(await gate.park(refused.endpoint, refused.why))) return result;
      again = true;
    } catch (error) {
      if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
      const refused = refusedIn(shared, hasOwnApp, error);
      if (refused && (await gate.park(refused.endpoint, refused.why))) {
        again = true;
        continue;
      }
      if (policy.onFailure !== 'ask' || WRITES_NOTHING.includes(step)) throw error;
      if (isAnswered(progress)) throw error;

      const finding = findingOfFailure(error);
      const { code, message } = finding;
      const allowed: DecisionAction[] = [
        'retry',
        ...(isLiftable(code) ? (['lift-guard'] as const) : []),
        ...(SKIPPABLE.includes(step) ? (['skip'] as const) : []),
        'undo',
      ];
      const { action, by, reason } = await progress.ask({ step, what: `${code}: ${message}`, fields: [], allowed });
      if (action === 'undo') throw error;
      again = answered = true;
      if (action === 'lift-guard') liftGuard(by, reason);
      if (action === 'skip') {
        const note = { en: `skipped by ${by}: ${reason}`, zh: `由 ${by} 跳过：${reason}` };
        const what = joined([{ en: message, zh: messageIn(finding, 'zh') }, note], { en: '; ', zh: '；' });
        progress.found([{ code, severity: 'warning', ...says(what), subject: step }]);
        return { skipped: true, written: 0, note };
      }
    }
  }

  /** It may be days since: nobody may hold it, and what was written before must be as it was left. `answered`: by a person. */
  async function goOn(answered: boolean): Promise<void> {
    if (patched('passes-again')) {
      await gate.pass();
      do await lookBack(step);
      while (await gate.pass());
    } else if (answered) {
      // Runs of older versions passed no gate, and looked back for a person only.
      await lookBack(step);
    }
  }
}

/** Within the step itself somebody was asked, and has answered that it is to be undone. */
function isAnswered(progress: Progress): boolean {
  // Runs of older versions asked again.
  return patched('asks-once') ? progress.undoOrder() !== null : false;
}

const WRITES_NOTHING: readonly Step[] = ['preflight', 'snapshot'];
/** Without the others nothing that follows makes sense. */
const SKIPPABLE: readonly Step[] = ['callback', 'sync-people', 'rewrite-categories'];

interface Refused {
  endpoint: Endpoint;
  why: string;
}

const REFUSALS: Partial<Record<FindingCode, EndpointSystem>> = {
  'E10-TOKEN-REFUSED': 'e10',
  'QIYUESUO-CREDENTIALS-REFUSED': 'qiyuesuo',
  'CONSOLE-NEEDS-LOGIN': 'console',
};

/** Preflight tells refusals as findings; of E10 it is Qiyuesuo's app that it looks at. */
function refusedBy(shared: readonly Endpoint[], result: object): Refused | undefined {
  const { findings = [] } = result as { findings?: Finding[] };
  for (const { code, message } of findings.filter(isBlocking)) {
    const endpoint = refusingOf(shared, { system: REFUSALS[code], isOwnApp: false });
    if (endpoint) return { endpoint, why: `${code}: ${message}` };
  }
  return undefined;
}

function refusedIn(shared: readonly Endpoint[], isOwnApp: boolean, error: unknown): Refused | undefined {
  const cause = causeOf(error);
  if (!(cause instanceof ApplicationFailure)) return undefined;
  if (cause.type !== FAILURE_TYPES.unauthenticated && cause.type !== FAILURE_TYPES.needsLogin) return undefined;
  const { system } = (cause.details?.[0] ?? {}) as Partial<Trouble>;
  const endpoint = refusingOf(shared, { system, isOwnApp });
  return endpoint && { endpoint, why: `${cause.type}: ${cause.message}` };
}
