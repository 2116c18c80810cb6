import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { NobodyAnswers, OrderRefused } from './order-refused.js';

/** Gives an order; what Temporal answers to one that does not fit becomes words. `to` names who was told. */
export async function ordered<T>(to: string, give: () => Promise<T>): Promise<T> {
  const refused = (Kind: typeof OrderRefused | typeof NobodyAnswers, why: string) => new Kind(`${to}: ${why}`, why);
  try {
    return await give();
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw refused(OrderRefused, error.cause?.message ?? error.message);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      throw refused(NobodyAnswers, 'no worker answered in time; look whether it was carried out');
    if (error instanceof WorkflowNotFoundError) throw refused(OrderRefused, 'nothing of it is running');
    throw error;
  }
}
