import { CancellationScope } from '@temporalio/workflow';
import { auditUndo } from '../domain/batch/control.js';
import { rollbackWords } from '../domain/batch/orders.js';
import { waveOf, type BatchState, type Undo } from '../domain/batch/state.js';
import { undoBegun, undoRefused } from '../domain/batch/undo.js';
import type { Policy } from '../domain/policy.js';
import { undoActivities } from './activity-groups.js';
import { findingOfFailure } from './failures.js';

/** What the coordinator lends to the undo of one of its tenants. */
export interface UndoContext {
  batch: string;
  policy: Policy | undefined;
  /** Counted as running, but its run may not be there yet. */
  starting: Set<string>;
  changed: () => void;
}

/**
 * Undoes a tenant that has ended: by the rule of its wave, or because somebody ordered it. It counts as running before its run is
 * there, since that may end while its start is being confirmed; how it ends, the run tells.
 */
export async function undoInBatch(
  state: BatchState,
  undo: Undo,
  { batch, policy, starting, changed }: UndoContext,
): Promise<void> {
  const { id, wave, at, cause } = undo;
  const { sources, settings } = waveOf(state, wave);
  // An order stands in the trail already.
  if ('code' in cause) auditUndo(state, undo, now());
  undoBegun(state, undo, Date.now());
  starting.add(id);
  changed();
  try {
    const by = { batch, wave: settings.name, ...(policy ? { policy } : {}) };
    const reason =
      'code' in cause ? `gate of wave ${settings.name}: no longer as wanted (${cause.code})` : rollbackWords(cause).en;
    // An undo that is under way when the batch is cancelled must be known, to be waited for.
    const { refused } = await CancellationScope.nonCancellable(() =>
      undoActivities()
        .undoTenant({ batch, wave, sources, at, tenantId: id, reason, by })
        .catch((error: unknown) => ({ refused: findingOfFailure(error).message })),
    );
    if (refused === null) return;
    auditUndo(state, undo, now(), refused);
    undoRefused(state, id, refused);
    changed();
  } finally {
    starting.delete(id);
  }
}

function now(): string {
  return new Date().toISOString();
}
