import { currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { audit } from '../domain/batch/control.js';
import { isOpen, stateAt } from '../domain/batch/ledger.js';
import { shortList, type Order } from '../domain/batch/orders.js';
import { waveOf, type BatchState } from '../domain/batch/state.js';
import { rollbackOrdered, undosOf } from '../domain/batch/undo.js';
import { storeActivities, undoActivities } from './activity-groups.js';
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
  setHandler(undosQuery, () => undosOf(state), {
    description: 'Who is being undone, or will be as soon as there is room',
  });

  setHandler(
    rollbackTenantsUpdate,
    async ({ tenantIds, withinMs, by, reason }) => {
      const updateId = currentUpdateInfo()?.id;
      const waves = state.waves.map(({ sources }) => sources);
      const located = await storeActivities().locateTenants({ batch, waves, tenantIds });
      // Also of those that run: they may end while it is looked.
      const places = located.filter(({ wave, at }) => !['not-started', 'prepared'].includes(standing(wave, at)));
      const within = withinMs === undefined ? {} : { withinMs };
      const looked =
        places.length === 0
          ? []
          : await undoActivities().findUndoable({ batch, waves, places, targets: state.targets, ...within });
      const found = new Map(looked.map((one) => [one.tenantId, one]));

      const answered: RolledBack = { accepted: [], refused: [], elsewhere: [] };
      const repeated = isDone(updateId);
      const known = new Map(located.map((one) => [one.tenantId, one]));
      for (const tenantId of tenantIds) {
        const place = known.get(tenantId);
        if (!place) {
          answered.elsewhere.push(tenantId);
          continue;
        }
        const { refused = null, endpoints = [], targets = [] } = found.get(tenantId) ?? {};
        const hasEnded = !isOpen(standing(place.wave, place.at));
        const order = { by, reason };
        const why = repeated
          ? null
          : ((hasEnded ? refused : null) ??
            rollbackOrdered(state, { id: tenantId, wave: place.wave, at: place.at, endpoints, targets }, order));
        if (why === null) answered.accepted.push(tenantId);
        else answered.refused.push({ tenantId, why });
      }
      if (repeated) return answered;
      audit(
        state,
        `ordered to undo ${shortList(answered.accepted)}`,
        { by, reason },
        new Date().toISOString(),
        updateId,
      );
      changed();
      return answered;
    },
    { description: 'Tenants are undone, wherever they stand', validator },
  );

  function standing(wave: number, at: number) {
    return stateAt(waveOf(state, wave).ledger, at);
  }
}
