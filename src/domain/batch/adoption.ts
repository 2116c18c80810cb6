import { shouldPause } from './schedule.js';
import { startWithdrawn, undoLater, type BatchState } from './state.js';
import { auditTogether, byRule } from './trail.js';

/** A run under the id of a tenant that was to start. */
export interface RunElsewhere {
  kind: 'migration' | 'undo';
  /** Whose it is; null where nobody's batch ordered it. */
  batch: string | null;
}

/** What becomes of a tenant that has a run already. `ours`: of an earlier start of this batch, which may have left it paused. */
export type Found = 'started-anew' | 'ours' | 'adopted' | 'left-out' | 'ended';

/** What the trail says of a tenant that somebody is undoing when its turn comes. */
export const LEFT_OUT = 'left out';

/**
 * A tenant that was to start has a run already. A migration is taken for this batch's own; an undo that somebody ordered is no
 * failure of this batch, and whoever has just undone a tenant does not want it migrated: it is left out until somebody says
 * `retry`. Null: that run has ended meanwhile, so the tenant starts again. `was`: how it stood before.
 */
export function foundRunning(
  state: BatchState,
  id: string,
  { run, was, batch, at }: { run: RunElsewhere | null; was: 'not-started' | 'prepared'; batch: string; at: string },
): Found {
  // It was of an earlier start of this batch, and has told how it ended.
  const tenant = state.inFlight.find((one) => one.id === id);
  if (!tenant) return 'ended';
  if (run === null) {
    startWithdrawn(state, id, was);
    // Whatever the run that has just ended left.
    if (tenant.rollback) undoLater(state, tenant, tenant.rollback);
    return 'started-anew';
  }
  const of = run.batch === null ? 'of no batch' : run.batch === batch ? 'of this batch' : `of batch ${run.batch}`;
  if (run.kind === 'migration') {
    auditTogether(state, 'adopted', id, byRule(`a migration ${of} was under way already`), at);
    if (run.batch === batch) return 'ours';
    tenant.adopted = true;
    return 'adopted';
  }
  startWithdrawn(state, id, 'skipped');
  auditTogether(state, LEFT_OUT, id, byRule(`it is being undone by a run ${of}: retry it afterwards`), at);
  return 'left-out';
}

/** Nobody knows whether it was told to stop: it is told anew, whichever is right now. */
export function toldAnew(state: BatchState, id: string): void {
  const tenant = state.inFlight.find((one) => one.id === id);
  if (!tenant) return;
  tenant.paused = !shouldPause(state, tenant);
  tenant.stood = true;
}
