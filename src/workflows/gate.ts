import { condition, getExternalWorkflowHandle, isCancellation, patched, setHandler } from '@temporalio/workflow';
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
  tenantStandsSignal,
} from './messages.js';
import type { Progress } from './progress.js';

type HoldOrder = Order & { on: Scope };

/** What a tenant passes before each step, and where it waits for an endpoint that refuses everybody. */
export interface Gate {
  /** Waits while the tenant is paused. Answers whether it was. */
  pass(): Promise<boolean>;
  /** Tells of every pause and its end, and at once of one that is on. What it answers ends that. */
  follow(listener: Listener): () => void;
  /** Whom it follows stands, as it was told then: so does this one, in the middle of its step. */
  standsInside(told: number): Promise<void>;
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

type Listener = (paused: boolean, told: number | undefined) => void;

/** `tellsOther`: tells whoever pauses it, if that is not its batch, that it stands, as it was told then. */
export function createGate(
  tenantId: string,
  batch: string | undefined,
  progress: Progress,
  tellsOther?: (told: number) => Promise<void>,
): Gate {
  let paused = false;
  let parked = false;
  /** How often it was told to stop, or to go on; undefined where nobody wants to know that it stands. */
  let told: number | undefined;
  let isInside = false;
  const listeners = new Set<Listener>();

  function pause(to: boolean): void {
    paused = to;
    if (!to) leaveInside();
    for (const listener of listeners) listener(to, told);
  }

  setHandler(
    pauseSignal,
    (to, count) => {
      told = count;
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
  async function held(what: string, waits: () => Promise<unknown>, how?: { byItself: boolean }): Promise<void> {
    progress.hold(what, how);
    try {
      await waits();
    } catch (error) {
      progress.unhold();
      throw error;
    }
    progress.hold(null);
  }

  /** Tells it each time that it is told to stop: whoever pauses it may have forgotten. */
  async function stand(): Promise<void> {
    while (paused) {
      const last = told;
      // Runs of older versions told nobody.
      await (last !== undefined && patched('tells-it-stands') ? tellStands(last) : undefined);
      await condition(() => !paused || told !== last);
    }
  }

  /** Who is over needs no word. */
  async function tellStands(of: number): Promise<void> {
    try {
      if (tellsOther) await tellsOther(of);
      else if (batch !== undefined)
        await getExternalWorkflowHandle(batchWorkflowId(batch)).signal(tenantStandsSignal, { tenantId, told: of });
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
  }

  function leaveInside(): void {
    if (isInside) progress.hold(null);
    isInside = false;
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
      await held('paused before its next step', stand);
      return true;
    },
    follow(listener) {
      listeners.add(listener);
      if (paused) listener(true, told);
      return () => {
        listeners.delete(listener);
        leaveInside();
      };
    },
    async standsInside(of) {
      if (!paused || of !== told) return;
      if (!isInside) progress.hold('paused in the middle of its step');
      isInside = true;
      // A signal that fails would end the run.
      await tellStands(of).catch(() => undefined);
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
      await held(`waits for ${key}: ${why}`, () => condition(() => !parked));
      return true;
    },
    async looking(looks) {
      parked = await tellLook(false);
      try {
        await looks();
        if (!parked || !(await tellLook(true)) || !parked) return;
        await held('waits for its turn in the batch', () => condition(() => !parked), { byItself: true });
      } finally {
        parked = false;
      }
    },
  };
}
