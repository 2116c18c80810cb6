import { audit } from './control.js';
import { BREAKER, NAMED, shortList } from './orders.js';
import { startWithdrawn, type BatchState } from './state.js';

/** A run under the id of a tenant that was to start. */
export interface RunElsewhere {
  kind: 'migration' | 'undo';
  /** Whose it is; null where nobody's batch ordered it. */
  batch: string | null;
}

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
): void {
  // It was of an earlier start of this batch, and has told how it ended.
  if (!state.inFlight.some((one) => one.id === id)) return;
  if (run === null) {
    startWithdrawn(state, id, was);
    return;
  }
  const of = run.batch === null ? 'of no batch' : run.batch === batch ? 'of this batch' : `of batch ${run.batch}`;
  if (run.kind === 'migration') {
    auditTogether(state, 'adopted', id, `a migration ${of} was under way already`, at);
    return;
  }
  startWithdrawn(state, id, 'skipped');
  auditTogether(state, LEFT_OUT, id, `it is being undone by a run ${of}: retry it afterwards`, at);
}

/** Thousands of them are a few entries: they must not push out the orders of people. */
function auditTogether(state: BatchState, did: string, id: string, reason: string, at: string): void {
  for (const entry of state.trail.toReversed()) {
    if (!entry.together) break;
    if (entry.together.did !== did || entry.reason !== reason) continue;
    const { first, count } = entry.together;
    entry.together = { did, first: [...first, id].slice(0, NAMED), count: count + 1 };
    entry.what = `${did} ${shortList(entry.together.first, count + 1)}`;
    return;
  }
  audit(state, `${did} ${id}`, { by: BREAKER, reason }, at).together = { did, first: [id], count: 1 };
}
