import { condition, getExternalWorkflowHandle, isCancellation, setHandler } from '@temporalio/workflow';
import type { Endpoint } from '../domain/batch/endpoints.js';
import { nameOf, type Order, type Scope } from '../domain/batch/orders.js';
import { batchWorkflowId } from '../domain/ids.js';
import { invalid } from './failures.js';
import {
  endpointOpenSignal,
  endpointRefusedSignal,
  firstLookSignal,
  pauseSignal,
  pauseUpdate,
  resumeUpdate,
} from './messages.js';
import type { Progress } from './progress.js';

type HoldOrder = Order & { on: Scope };

/** What a tenant passes before each step, and where it waits for an endpoint that refuses everybody. */
export interface Gate {
  /** Waits while the tenant is paused. Answers whether it was. */
  pass(): Promise<boolean>;
  /** Tells of every pause and its end, and at once of one that is on. What it answers ends that. */
  follow(listener: (paused: boolean) => void): () => void;
  /**
   * Tells the batch that an endpoint refuses a credential which several tenants share, and waits until it is opened again.
   * False where there is no batch to open it.
   */
  park(endpoint: Endpoint, why: string): Promise<boolean>;
  /**
   * Gives up its place in the batch while a person looks at the console for the first time: nothing is written yet. Afterwards
   * it waits for its turn, unless `looks` rejects.
   */
  looking(looks: () => Promise<void>): Promise<void>;
}

export function createGate(tenantId: string, batch: string | undefined, progress: Progress): Gate {
  let paused = false;
  let parked = false;
  const listeners = new Set<(paused: boolean) => void>();

  function pause(to: boolean): void {
    paused = to;
    for (const listener of listeners) listener(to);
  }

  setHandler(
    pauseSignal,
    (to) => {
      pause(to);
    },
    { description: 'The batch stops this tenant before its next step, or lets it go on' },
  );
  setHandler(
    endpointOpenSignal,
    () => {
      parked = false;
    },
    { description: 'The batch says that the endpoint is open again' },
  );
  setHandler(
    pauseUpdate,
    (order) => {
      pause(true);
      progress.audit('pause', order);
    },
    {
      description: 'Stops this tenant before its next step',
      validator: (order: HoldOrder) => refuseUnfit(order, paused),
    },
  );
  setHandler(
    resumeUpdate,
    (order) => {
      pause(false);
      parked = false;
      progress.audit('resume', order);
    },
    { description: 'Lets this tenant go on', validator: (order: HoldOrder) => refuseUnfit(order, !paused && !parked) },
  );

  function refuseUnfit({ on, by, reason }: HoldOrder, isSo: boolean): void {
    if (nameOf(on) !== nameOf({ tenant: tenantId })) throw invalid(`this is tenant ${tenantId}, not ${nameOf(on)}`);
    if (by.trim() === '' || reason.trim() === '') throw invalid('by and reason are needed');
    if (isSo) throw invalid('it is so already');
  }

  /** Waits with these words. Where it is cancelled meanwhile, what comes next shows that it is held no more. */
  async function held(what: string, over: () => boolean, how?: { byItself: boolean }): Promise<void> {
    progress.hold(what, how);
    try {
      await condition(over);
    } catch (error) {
      progress.unhold();
      throw error;
    }
    progress.hold(null);
  }

  /** False where there is no batch to tell. */
  async function tellLook(over: boolean): Promise<boolean> {
    if (batch === undefined) return false;
    try {
      await getExternalWorkflowHandle(batchWorkflowId(batch)).signal(firstLookSignal, { tenantId, over });
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return false;
    }
  }

  return {
    async pass() {
      if (!paused) return false;
      await held('paused before its next step', () => !paused);
      return true;
    },
    follow(listener) {
      listeners.add(listener);
      if (paused) listener(true);
      return () => void listeners.delete(listener);
    },
    async park({ key }, why) {
      if (batch === undefined) return false;
      parked = true;
      try {
        const coordinator = getExternalWorkflowHandle(batchWorkflowId(batch));
        await coordinator.signal(endpointRefusedSignal, { tenantId, endpoint: key, why });
      } catch {
        return false;
      }
      await held(`waits for ${key}: ${why}`, () => !parked);
      return true;
    },
    async looking(looks) {
      parked = await tellLook(false);
      try {
        await looks();
        if (!parked || !(await tellLook(true)) || !parked) return;
        await held('waits for its turn in the batch', () => !parked, { byItself: true });
      } finally {
        parked = false;
      }
    },
  };
}
