import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';

/** An order that does not fit now: says whose, and why. Whoever gave it can do something about it. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
}

/** Gives an order; what Temporal answers to one that does not fit becomes words. `to` names who was told. */
export async function ordered<T>(to: string, give: () => Promise<T>): Promise<T> {
  try {
    return await give();
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw new OrderRefused(`${to}: ${error.cause?.message ?? error.message}`);
    if (error instanceof WorkflowNotFoundError) throw new OrderRefused(`${to}: nothing of it is running`);
    throw error;
  }
}
