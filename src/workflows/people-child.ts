import { ChildWorkflowCancellationType, ParentClosePolicy, sleep, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { peopleSyncWorkflowId } from '../domain/ids.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import type { Gate } from './gate.js';
import { pauseSignal } from './messages.js';
import type { Progress } from './progress.js';
import { startAttributes } from './search-attributes.js';
import { FRESH_MS, now, syncPeople, type SyncPeopleInput, type SyncPeopleResult } from './sync-people.js';

/** One alone may take a night, and each look stands in the history: so they become rarer. */
const LOOK_AGAIN_MS = { first: 30_000, most: 15 * 60_000 };

/**
 * The people sync of a tenant as its child: paused with it, cancelled with it and waited for, so that the undo knows what there is.
 * Its id is the lock: one that somebody started alone goes first.
 */
export function peopleChild({
  tenant,
  policy,
  gate,
  progress,
  night,
}: {
  tenant: Tenant;
  policy: Policy;
  gate: Gate;
  progress: Progress;
  /** Which nightly run the one before has waited for, where it is asked again. */
  night: () => number | undefined;
}) {
  const freshMs = policy.peopleFreshMs ?? FRESH_MS;
  let reading = { run: '', since: 0, times: 0 };

  /** Asked again after a person took their time, it reads anew: what it has read is of another day. */
  function runOf({ run }: SyncPeopleInput): string {
    if (reading.run !== run) reading = { run, since: now(), times: 0 };
    else if (now() - reading.since > freshMs) reading = { run, since: now(), times: reading.times + 1 };
    return reading.times === 0 ? run : `${run}/again-${reading.times}`;
  }

  return async function (input: SyncPeopleInput): Promise<SyncPeopleResult> {
    const run = runOf(input);
    for (let pauseMs = LOOK_AGAIN_MS.first; ; pauseMs = Math.min(2 * pauseMs, LOOK_AGAIN_MS.most)) {
      try {
        const child = await startChild(syncPeople, {
          args: [{ ...input, run, policy, ...waited(night()) }],
          workflowId: peopleSyncWorkflowId(tenant.id),
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
          typedSearchAttributes: startAttributes({ tenantId: tenant.id, site: tenant.site }),
          staticSummary: `${tenant.name.slice(0, 60)} · 人员同步`,
        });
        const leave = gate.follow((paused) => {
          // One that is over needs no word.
          child.signal(pauseSignal, paused).catch(() => undefined);
        });
        try {
          return await child.result();
        } finally {
          leave();
        }
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        progress.hold('waits for a people sync that somebody started alone', { byItself: true });
        await sleep(pauseMs);
        progress.hold(null);
      }
    }
  };
}

function waited(night: number | undefined): Pick<SyncPeopleInput, 'night'> {
  return night === undefined ? {} : { night };
}
