import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { NobodyAnswers, OrderRefused } from './order-refused.js';

/** Gives an order; what Temporal answers to one that does not fit becomes words. `to` names who was told. */
export async function ordered<T>(to: string, give: () => Promise<T>): Promise<T> {
  try {
    return await give();
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw new OrderRefused(`${to}: ${error.cause?.message ?? error.message}`);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      throw new NobodyAnswers(`${to}: no worker answered in time; look whether it was carried out`);
    if (error instanceof WorkflowNotFoundError) throw new OrderRefused(`${to}: nothing of it is running`);
    throw error;
  }
}
