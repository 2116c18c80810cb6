import { CancellationScope, condition } from '@temporalio/workflow';
import { asksSeen } from '../domain/batch/asking.js';
import type { TenantEnding } from '../domain/batch/limits.js';
import { cameLate, type BatchState, type InFlight } from '../domain/batch/state.js';
import { coordinatorActivities } from './activity-groups.js';

export interface LookAfter {
  /** Counted as running, but their runs may not be there yet. */
  starting: ReadonlySet<string>;
  everyMs: number;
  /** Signals may have been lost between two runs of the coordinator. */
  atOnce: boolean;
  ended(tenant: InFlight | undefined, ending: TenantEnding): void;
  /** Who waits for a person is another one than before. It changes nothing of what comes next. */
  asksChanged(): void;
}

/** Ids of one look. */
const LOOKED_AFTER_AT_ONCE = 500;

/**
 * Looks after the tenants that run while the work is done: those that were terminated, or whose signal was lost, must not hold
 * their place for ever, and nobody tells of those that wait for a person.
 */
export async function lookAfterWhile(
  work: () => Promise<void>,
  state: BatchState,
  { starting, everyMs, atOnce, ended, asksChanged }: LookAfter,
): Promise<void> {
  const { findEnded } = coordinatorActivities();
  let done = false;

  async function look(): Promise<void> {
    for (let first = true; !done; first = false) {
      await condition(() => done || state.inFlight.length > 0);
      if (!first || !atOnce) await rest();
      const asked = state.inFlight.filter(({ id }) => !starting.has(id));
      for (let from = 0; !done && from < asked.length; from += LOOKED_AFTER_AT_ONCE)
        await lookAt(asked.slice(from, from + LOOKED_AFTER_AT_ONCE));
    }
  }

  async function rest(): Promise<void> {
    const since = Date.now();
    await condition(() => done, everyMs);
    cameLate(state, Date.now() - since - everyMs);
  }

  async function lookAt(tenants: InFlight[]): Promise<void> {
    const found = await findEnded({ tenantIds: tenants.map(({ id }) => id), asking: true });
    const asking = new Set<string>();
    for (const one of found) {
      if (one.ending === null) asking.add(one.tenantId);
      else
        ended(
          tenants.find(({ id }) => id === one.tenantId),
          one,
        );
    }
    if (asksSeen(state, tenants, asking)) asksChanged();
  }

  const scope = new CancellationScope();
  const watching = scope.run(look).catch(() => undefined);
  try {
    await work();
  } finally {
    done = true;
    scope.cancel();
    await watching;
  }
}
