import { ChildWorkflowCancellationType, ParentClosePolicy, setHandler, sleep, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { peopleSyncWorkflowId } from '../domain/ids.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import type { Gate } from './gate.js';
import { pauseSignal, peopleSyncNightSignal, peopleSyncStandsSignal } from './messages.js';
import { FRESH_MS, now, type ReadPeople } from './people-look.js';
import type { Progress } from './progress.js';
import { startAttributes } from './search-attributes.js';
import { syncPeople, type SyncPeopleInput, type SyncPeopleResult } from './sync-people.js';

/** One alone may take a night, and each look stands in the history: so they become rarer. */
const LOOK_AGAIN_MS = { first: 30_000, most: 15 * 60_000 };

/** What was read for a run: how often anew, since when it grows old, and, once a look has told, where it lies. */
interface Reading {
  run: string;
  since: number;
  times: number;
  read?: ReadPeople;
}

/**
 * The people sync of a tenant as its child: paused with it, cancelled with it and waited for, so that the undo knows what there is.
 * Its id is the lock: one that somebody started alone goes first. What a look has read for a run is not read again for it, as long
 * as it is fresh.
 */
export function peopleChild({
  tenant,
  policy,
  gate,
  progress,
}: {
  tenant: Tenant;
  policy: Policy;
  gate: Gate;
  progress: Progress;
}) {
  const freshMs = policy.peopleFreshMs ?? FRESH_MS;
  let reading: Reading = { run: '', since: 0, times: 0 };
  /** Which nightly run the one before has waited for, where the same run is asked for again. */
  let night: number | undefined;

  setHandler(peopleSyncNightSignal, (at) => void (night = at), {
    description: 'Its people sync tells which nightly run it waits for',
  });

  setHandler(peopleSyncStandsSignal, (asker) => gate.standsInside(asker), {
    description: 'Its people sync stands, as it was told to',
  });

  /** Asked again after a person took their time, it reads anew: what it has read is of another day. */
  function runOf({ run }: SyncPeopleInput): string {
    const { read, since, times } = reading;
    if (reading.run !== run) {
      night = undefined;
      reading = { run, since: now(), times: 0 };
    } else if (now() - (read?.at ?? since) > freshMs) reading = { run, since: now(), times: times + 1 };
    return reading.times === 0 ? run : `${run}/again-${reading.times}`;
  }

  return async function (input: SyncPeopleInput): Promise<SyncPeopleResult> {
    for (let pauseMs = LOOK_AGAIN_MS.first; ; pauseMs = Math.min(2 * pauseMs, LOOK_AGAIN_MS.most)) {
      const run = runOf(input);
      const { read } = reading;
      try {
        const child = await startChild(syncPeople, {
          args: [{ ...input, run, policy, ...waited(night), ...(read ? { read } : {}) }],
          workflowId: peopleSyncWorkflowId(tenant.id),
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
          typedSearchAttributes: startAttributes({ tenantId: tenant.id, site: tenant.site }),
          staticSummary: `${tenant.name.slice(0, 60)} · 人员同步`,
        });
        const leave = gate.follow((paused, asker) => {
          // One that is over needs no word.
          child.signal(pauseSignal, paused, asker).catch(() => undefined);
        });
        try {
          const result = await child.result();
          if (result.read) reading = { ...reading, read: result.read };
          return result;
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
