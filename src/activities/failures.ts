import { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Told } from '../domain/evidence.js';
import type { Finding } from '../domain/findings.js';
import { FAILURE_TYPES, type Trouble } from '../domain/trouble.js';
import { kept } from './kept.js';
import { HandsNeeded } from '../gateways/console/manual/hands-needed.js';
import { createActivityEnds, type ActivityEnds } from './activity-ends.js';
import { GatewayError, NeedsLogin, Rejected, Throttled } from '../gateways/errors.js';
import { SealBroken } from '../gateways/seal.js';
import { SecretMissing } from '../gateways/secrets.js';
import { createWitnesses, type Witnesses } from './witnesses.js';

/** A check of ours says no: thrown by a step that must not go on; the finding says what and why. */
export class StepRefused extends Error {
  override readonly name = FAILURE_TYPES.stepRefused;
  readonly finding: Finding;
  /** True where waiting may help, e.g. a tree that Qiyuesuo has not loaded yet. */
  readonly retryable: boolean;

  constructor(finding: Omit<Finding, 'severity'>, { retryable = false } = {}) {
    super(finding.message);
    this.finding = { ...finding, severity: 'blocking' };
    this.retryable = retryable;
  }
}

/** What is waited for has not happened yet: thrown by polls; `afterMs` is when to ask again. */
export class NotYet extends Error {
  override readonly name = FAILURE_TYPES.notYet;
  readonly afterMs: number | undefined;

  constructor(message: string, afterMs?: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** What a gateway error, a missing secret or a wrong seal key is about; undefined for a bug. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof GatewayError) {
    const reason = error instanceof Rejected || error instanceof NeedsLogin ? error.reason : undefined;
    return { type: error.name, message: error.message, system: error.system, ...(reason ? { reason } : {}) };
  }
  const isOurs = error instanceof SecretMissing || error instanceof SealBroken;
  return isOurs ? { type: error.name, message: error.message } : undefined;
}

/** Gives every error of an activity its Temporal meaning. Nothing else knows both worlds; bugs pass as they are. */
export function toFailure(error: unknown): unknown {
  if (error instanceof StepRefused) {
    return ApplicationFailure.create({
      type: error.name,
      message: error.message,
      nonRetryable: !error.retryable,
      details: [error.finding],
    });
  }
  if (error instanceof NotYet) {
    return ApplicationFailure.create({
      type: error.name,
      message: error.message,
      category: ApplicationFailureCategory.BENIGN,
      ...nextRetry(error.afterMs),
    });
  }
  if (error instanceof HandsNeeded) {
    return ApplicationFailure.create({
      type: FAILURE_TYPES.handsNeeded,
      message: error.message,
      nonRetryable: true,
      category: ApplicationFailureCategory.BENIGN,
      details: [error.needed],
    });
  }
  const trouble = troubleOf(error);
  if (!trouble) return error;
  const { retryable, retryAfterMs } =
    error instanceof GatewayError ? error : { retryable: false, retryAfterMs: undefined };
  return ApplicationFailure.create({
    type: trouble.type,
    message: trouble.message,
    nonRetryable: !retryable,
    ...(trouble.type === FAILURE_TYPES.throttled ? { category: ApplicationFailureCategory.BENIGN } : {}),
    details: [trouble],
    ...nextRetry(retryAfterMs),
  });
}

/** A delay of nothing would end the retries instead of hastening them: then the policy's own delay holds. */
function nextRetry(afterMs: number | undefined): { nextRetryDelay?: number } {
  return afterMs === undefined || afterMs <= 0 ? {} : { nextRetryDelay: afterMs };
}

/** A dead worker is noticed after this much silence; every activity says that it lives. */
const HEARTBEAT_EVERY_MS = 2_000;

/** Told once per activity that a system asked to be asked less often, with the id of the workflow that it works for. */
export type OnThrottled = (workflowId: string) => void;

/**
 * Beats for every activity, translates its errors, closes behind it, and gives what came to light on the way to whoever asked for
 * the work, be it with the result or with the failure; activities stay free of all four.
 */
export function createFailureInterceptor(
  onThrottled: OnThrottled = () => undefined,
  witnesses: Witnesses = createWitnesses(),
  ends: Pick<ActivityEnds, 'within'> = createActivityEnds(),
): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
      const context = Context.current();
      const witness = witnesses.of(context);
      const beaten = (): unknown => beatOf(kept(), witness.told());
      const beat = setInterval(() => context.heartbeat(beaten()), HEARTBEAT_EVERY_MS);
      try {
        return withTold(await ends.within(() => next(input)), witness.told());
      } catch (error) {
        const { attempt, workflowExecution } = context.info;
        if (error instanceof Throttled && attempt === 1 && workflowExecution) onThrottled(workflowExecution.workflowId);
        // The next attempt begins with it.
        if (witness.told()) context.heartbeat(beaten());
        throw failedWith(toFailure(error), witness.told());
      } finally {
        clearInterval(beat);
      }
    },
  };
}

/** What an activity keeps for its next attempt, and beside it what came to light. */
function beatOf(kept: unknown, told: Told | null): unknown {
  return told ? { ...(typeof kept === 'object' ? kept : {}), told } : kept;
}

function withTold(result: unknown, told: Told | null): unknown {
  return told && typeof result === 'object' && result !== null && !Array.isArray(result) ? { ...result, told } : result;
}

/** Behind what the failure itself has to say. */
function failedWith(failure: unknown, told: Told | null): unknown {
  if (!told || !(failure instanceof ApplicationFailure)) return failure;
  return ApplicationFailure.fromError(failure, { details: [failure.details?.[0] ?? null, told] });
}
