import { CancellationScope } from '@temporalio/workflow';
import { auditUndo } from '../domain/batch/control.js';
import { undoBegun, undoRefused, waveOf, type BatchState } from '../domain/batch/state.js';
import type { Move } from '../domain/batch/schedule.js';
import type { Policy } from '../domain/policy.js';
import { gateActivities } from './activity-groups.js';
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
 * Undoes a tenant whom the second look found changed, by the rule of its wave and as an operator's `rollback` would. It counts
 * as running before its run is there, since that may end while its start is being confirmed; how it ends, the run tells.
 */
export async function undoChanged(
  state: BatchState,
  drift: Extract<Move, { do: 'undo' }>['drift'],
  { batch, policy, starting, changed }: UndoContext,
): Promise<void> {
  const { id, at, code } = drift;
  const { wave } = state;
  const { sources, settings } = waveOf(state, wave);
  auditUndo(state, drift, 'began to undo', now());
  undoBegun(state, drift, Date.now());
  starting.add(id);
  changed();
  try {
    const by = { batch, wave: settings.name, ...(policy ? { policy } : {}) };
    const reason = `gate of wave ${settings.name}: no longer as wanted (${code})`;
    // An undo that is under way when the batch is cancelled must be known, to be waited for.
    const { refused } = await CancellationScope.nonCancellable(() =>
      gateActivities()
        .undoChanged({ batch, wave, sources, at, tenantId: id, reason, by })
        .catch((error: unknown) => ({ refused: findingOfFailure(error).message })),
    );
    if (refused === null) return;
    auditUndo(state, { ...drift, left: refused }, 'could not undo', now());
    undoRefused(state, id, refused);
    changed();
  } finally {
    starting.delete(id);
  }
}

function now(): string {
  return new Date().toISOString();
}
