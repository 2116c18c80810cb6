import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { NobodyAnswers, nothingRuns, OrderRefused } from './order-refused.js';

const ATTEMPTS = 10;
const GIVEN_AGAIN_AFTER_MS = 200;

/**
 * Gives an order; what Temporal answers to one that does not fit becomes words. `to` names who was told. It is given again, as the
 * same one (`updateId`), where it was lost with its workflow task.
 */
export async function ordered<T>(to: string, give: (updateId: string) => Promise<T>): Promise<T> {
  const refused = (Kind: typeof OrderRefused | typeof NobodyAnswers, why: string) => new Kind(`${to}: ${why}`, why);
  const updateId = randomUUID();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await give(updateId);
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) {
        throw refused(OrderRefused, error.cause?.message ?? error.message);
      }
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
        throw refused(NobodyAnswers, 'no worker answered in time; look whether it was carried out');
      if (error instanceof WorkflowNotFoundError) throw nothingRuns(to);
      if (!isLost(error) || attempt >= ATTEMPTS) throw error;
      await pause(GIVEN_AGAIN_AFTER_MS);
    }
  }
}

/**
 * A workflow that ends, or goes on as new, in the task that has taken the order, while news come in: the server refuses that task,
 * forgets the order, and says so (server 1.29).
 */
function isLost(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : undefined;
  return isGrpcServiceError(cause) && /workflow task failure/.test(cause.details);
}
