import { ActivityCancellationType, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { CoordinatorActivities, TenantActivities } from '../activities/index.js';
import type { Policy } from '../domain/policy.js';

/** After this much silence a worker is taken for dead; every activity beats every two seconds (`activities/failures.ts`). */
const HEARTBEAT = '10 seconds';

type Reads = Pick<
  TenantActivities,
  'untilWindow' | 'preflight' | 'takeSnapshot' | 'pictureBeforeConfigure' | 'planPeopleSync' | 'verify'
>;
type Writes = Pick<
  TenantActivities,
  | 'switchMode'
  | 'configure'
  | 'setCallback'
  | 'savePeopleSync'
  | 'startPeopleSync'
  | 'rewriteCategories'
  | 'applyForward'
>;
type Polls = Pick<TenantActivities, 'awaitPeopleSync' | 'awaitForward'>;
type Undos = Pick<
  TenantActivities,
  'undoMode' | 'undoConfigure' | 'undoCallback' | 'undoPeopleSync' | 'undoCategories' | 'undoForward' | 'proveUndo'
>;

export interface ActivityGroups {
  reads: Reads;
  writes: Writes;
  polls: Polls;
  undos: Undos;
}

/**
 * Time-outs and retries of a tenant's activities, in one place. They are counted in attempts: a limit in hours would run out
 * while a worker is off. Writes are waited for when they are cancelled, so that the undo knows what there is.
 */
export function activityGroups(policy: Policy): ActivityGroups {
  const backOff = { initialInterval: policy.firstRetryMs, backoffCoefficient: 2, maximumInterval: policy.maxRetryMs };
  return {
    reads: proxyActivities<Reads>({
      startToCloseTimeout: '10 minutes',
      heartbeatTimeout: HEARTBEAT,
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      retry: { ...backOff, maximumAttempts: policy.readAttempts },
    }),
    writes: proxyActivities<Writes>({
      startToCloseTimeout: '1 hour',
      heartbeatTimeout: HEARTBEAT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: { ...backOff, maximumAttempts: policy.writeAttempts },
    }),
    polls: proxyActivities<Polls>({
      startToCloseTimeout: '2 minutes',
      scheduleToCloseTimeout: policy.peopleSyncMs,
      heartbeatTimeout: HEARTBEAT,
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      retry: backOff,
    }),
    undos: proxyActivities<Undos>({
      startToCloseTimeout: '1 hour',
      heartbeatTimeout: HEARTBEAT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: { ...backOff, maximumAttempts: policy.undoAttempts },
    }),
  };
}

const STORE: ActivityOptions = {
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
};

/** The coordinator's own: its store of tenants, and a look at runs that never told how they ended. */
export function coordinatorActivities(): CoordinatorActivities {
  return proxyActivities<CoordinatorActivities>(STORE);
}
