import { currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { Undoable } from '../activities/undo-in-batch.js';
import type { Located } from '../activities/batch.js';
import { shortList, type Order } from '../domain/batch/orders.js';
import type { BatchState } from '../domain/batch/state.js';
import { audit } from '../domain/batch/trail.js';
import { leaveOut, rollbackOrdered, undosUnderWay } from '../domain/batch/undo.js';
import { storeActivities, undoActivities } from './activity-groups.js';
import { findingOfFailure } from './failures.js';
import { rollbackTenantsUpdate, undosQuery, type RolledBack } from './messages.js';

/** What the other orders of the batch lend to this one. */
export interface OrderRules {
  validator(given: Order): void;
  isDone(updateId: string | undefined): boolean;
  changed(): void;
}

/** The order to undo tenants of a batch that is under way, wherever they stand. */
export function handleRollbackOrders(
  batch: string,
  state: BatchState,
  { validator, isDone, changed }: OrderRules,
): void {
  setHandler(undosQuery, () => undosUnderWay(state), {
    description: 'Who is being undone, or will be as soon as nothing holds that back',
  });

  setHandler(
    rollbackTenantsUpdate,
    async ({ tenantIds, withinMs, by, reason }): Promise<RolledBack> => {
      const updateId = currentUpdateInfo()?.id;
      const waves = state.waves.map(({ sources }) => sources);
      const located = await storeActivities().locateTenants({ batch, waves, tenantIds });
      const places = new Map(located.map((one) => [one.tenantId, one]));
      const elsewhere = tenantIds.filter((id) => !places.has(id));
      if (isDone(updateId)) return { accepted: [...places.keys()], leftOut: [], refused: [], elsewhere };
      // At once: none of them is to start while it is looked what their runs left.
      const waited = leaveOut(state, located);
      const looked = await lookFor(located, waves, withinMs);
      const answered = rollbackOrdered(state, looked.map(toRollBack), { by, reason });
      audit(
        state,
        `ordered to undo ${shortList(answered.accepted)}`,
        { by, reason },
        new Date().toISOString(),
        updateId,
      );
      changed();
      return { ...answered, elsewhere };

      function toRollBack({ tenantId, refused, endpoints, targets }: Undoable) {
        const { wave, at } = places.get(tenantId) as Located;
        return { id: tenantId, wave, at, endpoints, targets, nothing: refused, waited: waited.has(tenantId) };
      }
    },
    { description: 'Tenants are undone, wherever they stand', validator },
  );

  /** Also those that run: they may end while it is looked. */
  async function lookFor(places: Located[], waves: BatchState['waves'][number]['sources'][], withinMs?: number) {
    if (places.length === 0) return [];
    const within = withinMs === undefined ? {} : { withinMs };
    try {
      return await undoActivities().findUndoable({ batch, waves, places, targets: state.targets, ...within });
    } catch (error) {
      const refused = findingOfFailure(error).message;
      return places.map(({ tenantId }): Undoable => ({ tenantId, refused, endpoints: [], targets: [] }));
    }
  }
}
