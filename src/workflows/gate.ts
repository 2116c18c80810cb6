import { condition, getExternalWorkflowHandle, isCancellation, patched, setHandler } from '@temporalio/workflow';
import type { Endpoint } from '../domain/batch/endpoints.js';
import { nameOf, type Order, type Scope } from '../domain/batch/orders.js';
import { batchWorkflowId } from '../domain/ids.js';
import { invalid } from './failures.js';
import {
  endpointOpenSignal,
  endpointRefusedSignal,
  firstLookSignal,
  outsideWindowSignal,
  pauseSignal,
  pauseUpdate,
  resumeUpdate,
  tenantStandsSignal,
  type Asker,
} from './messages.js';
import type { Progress } from './progress.js';

type HoldOrder = Order & { on: Scope };

/** What a tenant passes before each step, and where it waits for an endpoint that refuses everybody. */
export interface Gate {
  /** Waits while the tenant is paused. Answers whether it was. */
  pass(): Promise<boolean>;
  /** Tells of every pause and its end, and at once of one that is on. What it answers ends that. */
  follow(listener: Listener): () => void;
  /** Who follows it stands, as it was told for this asker: so does this one, in the middle of its step. */
  standsInside(of: Asker): Promise<void>;
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
  /** Gives up its place in the batch until its maintenance window is open, which `opens` waits for, and waits for its turn then. */
  outside(what: string, opens: () => Promise<void>): Promise<void>;
}

type Listener = (paused: boolean, asker: Asker | undefined) => void;

/** `tellsOther`: tells whoever passes pauses on to it that it stands, instead of the batch. */
export function createGate(
  tenantId: string,
  batch: string | undefined,
  progress: Progress,
  tellsOther?: (asker: Asker) => Promise<void>,
): Gate {
  let paused = false;
  let parked = false;
  let asker: Asker | undefined;
  /** How often it has heard to stop, or to go on. */
  let heard = 0;
  let isInside = false;
  const listeners = new Set<Listener>();

  function pause(to: boolean): void {
    paused = to;
    if (!to) leaveInside();
    for (const listener of listeners) listener(to, asker);
  }

  setHandler(
    pauseSignal,
    (to, from) => {
      asker = from;
      heard += 1;
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

  /** Waits with these words. */
  async function held(what: string, waits: () => Promise<unknown>, how?: { byItself: boolean }): Promise<void> {
    progress.hold(what, how);
    try {
      await waits();
    } catch (error) {
      // Runs of older versions were shown as waiting until they had ended.
      if (patched('shows-undo')) progress.hold(null);
      else progress.unhold();
      throw error;
    }
    progress.hold(null);
  }

  /** Tells it each time that it is told to stop: whoever pauses it may have forgotten. */
  async function stand(): Promise<void> {
    while (paused) {
      const since = heard;
      // Runs of older versions told nobody.
      await (asker && patched('tells-it-stands') ? tellStands(asker) : undefined);
      await condition(() => !paused || heard !== since);
    }
  }

  /** Who is over needs no word. */
  async function tellStands(to: Asker): Promise<void> {
    try {
      if (tellsOther) await tellsOther(to);
      else {
        const coordinator = getExternalWorkflowHandle(batchWorkflowId(to.batch));
        await coordinator.signal(tenantStandsSignal, { tenantId, told: to.told });
      }
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
  }

  /** Whoever is told to stop meanwhile waits for a resume, and may have no batch any more that gives it a turn. */
  async function itsTurn(): Promise<void> {
    while (parked) {
      const was = paused;
      // Runs of older versions did not say so.
      const isNews = patched('tells-paused-in-turn') ? () => paused !== was : () => false;
      const what = 'waits for its turn in the batch';
      await held(was ? `paused while it ${what}` : what, () => condition(() => !parked || isNews()), {
        byItself: !was,
      });
    }
  }

  function leaveInside(): void {
    if (isInside) progress.hold(null);
    isInside = false;
  }

  /** That it leaves its place, or wants it again. False where there is no batch to tell. */
  async function tellBatch(of: typeof firstLookSignal | typeof outsideWindowSignal, over: boolean): Promise<boolean> {
    if (batch === undefined) return false;
    try {
      await getExternalWorkflowHandle(batchWorkflowId(batch)).signal(of, { tenantId, over });
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
      if (paused) listener(true, asker);
      return () => {
        listeners.delete(listener);
        leaveInside();
      };
    },
    async standsInside(of) {
      if (!paused || of.told !== asker?.told) return;
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
      parked = await tellBatch(firstLookSignal, false);
      try {
        await looks();
        if (!parked || !(await tellBatch(firstLookSignal, true)) || !parked) return;
        await itsTurn();
      } finally {
        parked = false;
      }
    },
    async outside(what, opens) {
      const leaves = await tellBatch(outsideWindowSignal, false);
      await held(what, opens, { byItself: true });
      // No earlier: a resume lets nobody through a closed window.
      parked = leaves;
      try {
        if (leaves && (await tellBatch(outsideWindowSignal, true)) && parked) await itsTurn();
      } finally {
        parked = false;
      }
    },
  };
}
