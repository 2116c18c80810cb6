import { audit } from './control.js';
import { BREAKER } from './orders.js';
import { startWithdrawn, type BatchState } from './state.js';

/** A run under the id of a tenant that was to start. */
export interface RunElsewhere {
  kind: 'migration' | 'undo';
  /** Whose it is; null where nobody's batch ordered it. */
  batch: string | null;
}

/**
 * A tenant that was to start has a run already. A migration is taken for this batch's own; an undo that somebody ordered is no
 * failure of this batch, and whoever has just undone a tenant does not want it migrated: it is left out until somebody says
 * `retry`. Null: that run has ended meanwhile, so the tenant starts again. `was`: how it stood before.
 */
export function foundRunning(
  state: BatchState,
  id: string,
  { run, was, batch, at }: { run: RunElsewhere | null; was: 'not-started' | 'prepared'; batch: string; at: string },
): void {
  // It was of an earlier start of this batch, and has told how it ended.
  if (!state.inFlight.some((one) => one.id === id)) return;
  if (run === null) {
    startWithdrawn(state, id, was);
    return;
  }
  const of = run.batch === null ? 'of no batch' : run.batch === batch ? 'of this batch' : `of batch ${run.batch}`;
  if (run.kind === 'migration') {
    audit(state, `adopted ${id}`, { by: BREAKER, reason: `a migration ${of} was under way already` }, at);
    return;
  }
  startWithdrawn(state, id, 'skipped');
  audit(state, `left out ${id}`, { by: BREAKER, reason: `it is being undone by a run ${of}: retry it afterwards` }, at);
}
