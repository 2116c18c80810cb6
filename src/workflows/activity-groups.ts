import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityOptions,
  type RetryPolicy,
} from '@temporalio/workflow';
import type { CoordinatorActivities, TenantActivities } from '../activities/index.js';
import { consoleInspectionTaskQueue, consoleTaskQueue, inspectionTaskQueue } from '../domain/ids.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';

/** After this much silence a worker is taken for dead; every activity beats every two seconds (`activities/failures.ts`). */
const HEARTBEAT = '10 seconds';

type Reads = Pick<
  TenantActivities,
  | 'untilWindow'
  | 'preflight'
  | 'takeSnapshot'
  | 'pictureBeforeConfigure'
  | 'planPeopleSync'
  | 'nightlyRun'
  | 'seeForward'
  | 'verify'
>;
type Writes = Pick<
  TenantActivities,
  | 'switchMode'
  | 'configure'
  | 'setCallback'
  | 'savePeopleSync'
  | 'switchOffPeopleSync'
  | 'startPeopleSync'
  | 'rewriteCategories'
  | 'applyForward'
>;
type Polls = Pick<TenantActivities, 'awaitPeopleSync' | 'awaitOtherSync'>;
type Waits = Pick<TenantActivities, 'awaitForward'>;
type Undos = Pick<
  TenantActivities,
  | 'undoMode'
  | 'pictureBeforeUndo'
  | 'undoConfigure'
  | 'undoCallback'
  | 'undoPeopleSync'
  | 'undoCategories'
  | 'undoForward'
  | 'proveUndo'
>;

export interface ActivityGroups {
  reads: Reads;
  writes: Writes;
  polls: Polls;
  waits: Waits;
  undos: Undos;
}

/**
 * Time-outs and retries of a tenant's activities, in one place. They are counted in attempts: a limit in hours would run out
 * while a worker is off. Only a sync run has hours, and what a person was asked for has no limit at all. Writes are waited for when they are cancelled, so that the undo knows what there is.
 * `taskQueue`: absent for that of the workflow.
 */
export function activityGroups(policy: Policy, taskQueue?: string): ActivityGroups {
  const where = taskQueue === undefined ? {} : { taskQueue };
  const backOff = { initialInterval: policy.firstRetryMs, backoffCoefficient: 2, maximumInterval: policy.maxRetryMs };
  return {
    reads: named<Reads>(
      {
        ...where,
        startToCloseTimeout: '10 minutes',
        heartbeatTimeout: HEARTBEAT,
        cancellationType: ActivityCancellationType.TRY_CANCEL,
        retry: { ...backOff, maximumAttempts: policy.readAttempts },
      },
      {
        untilWindow: 'how long until the maintenance window',
        preflight: 'check E10, Qiyuesuo, routes and people; writes nothing',
        takeSnapshot: 'keep what there is, and plan the changes',
        pictureBeforeConfigure: 'keep what the E10 form holds before it is filled',
        planPeopleSync: 'find the sync scope in E10, and count people',
        nightlyRun: 'when does the schedule start a run',
        seeForward: 'see that nginx forwards the old path',
        verify: 'read everything again and prove it from outside',
      },
    ),
    writes: named<Writes>(
      {
        ...where,
        startToCloseTimeout: '1 hour',
        heartbeatTimeout: HEARTBEAT,
        cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        retry: { ...backOff, maximumAttempts: policy.writeAttempts },
      },
      {
        switchMode: '切换 OA 版本: E9 → E10',
        configure: '填写 E10 集成信息',
        setCallback: '设置全局回调',
        savePeopleSync: '保存人员同步设置',
        switchOffPeopleSync: '关闭人员同步',
        startPeopleSync: '启动人员同步',
        rewriteCategories: '业务分类回调改为 E10',
        applyForward: 'nginx 转发旧回调路径',
      },
    ),
    polls: named<Polls>(
      {
        ...where,
        startToCloseTimeout: '2 minutes',
        scheduleToCloseTimeout: policy.peopleSyncMs,
        heartbeatTimeout: HEARTBEAT,
        cancellationType: ActivityCancellationType.TRY_CANCEL,
        retry: backOff,
      },
      {
        awaitPeopleSync: 'wait for the people sync to end',
        awaitOtherSync: 'wait for a people sync of somebody else to end',
      },
    ),
    waits: named<Waits>(
      {
        ...where,
        startToCloseTimeout: '2 minutes',
        heartbeatTimeout: HEARTBEAT,
        cancellationType: ActivityCancellationType.TRY_CANCEL,
        retry: backOff,
      },
      { awaitForward: 'wait until the administrator’s proxy forwards' },
    ),
    undos: named<Undos>(
      {
        ...where,
        startToCloseTimeout: '1 hour',
        heartbeatTimeout: HEARTBEAT,
        cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        retry: { ...backOff, maximumAttempts: policy.undoAttempts },
      },
      {
        undoMode: '回退: OA 版本',
        pictureBeforeUndo: 'what the E10 form held before it was filled with the switch',
        undoConfigure: '回退: 集成信息',
        undoCallback: '回退: 全局回调',
        undoPeopleSync: '回退: 人员同步设置',
        undoCategories: '回退: 业务分类回调',
        undoForward: '回退: nginx 转发',
        proveUndo: 'read everything again and compare it with the snapshot',
      },
    ),
  };
}

type People = Pick<
  TenantActivities,
  'readPeople' | 'foreseePeople' | 'reconcilePeople' | 'samplePeople' | 'sealPeople'
>;

/**
 * Lists of people. `home`: the queue of the worker whose disk has them, which is waited for as long as a restart takes; absent for
 * any worker of the site.
 */
export function peopleActivities(policy: Policy, home?: string): People {
  return named<People>(
    {
      ...(home === undefined ? {} : { taskQueue: home, scheduleToStartTimeout: policy.peopleHomeMs ?? PEOPLE_HOME_MS }),
      startToCloseTimeout: '1 hour',
      heartbeatTimeout: HEARTBEAT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: {
        initialInterval: policy.firstRetryMs,
        backoffCoefficient: 2,
        maximumInterval: policy.maxRetryMs,
        maximumAttempts: policy.readAttempts,
        nonRetryableErrorTypes: ['ListsUnread'],
      },
    },
    {
      readPeople: 'read people and units, page by page',
      foreseePeople: 'what the run would do, person by person',
      reconcilePeople: 'what the run did, person by person',
      samplePeople: 'look people up by chance',
      sealPeople: 'seal what was read',
    },
  );
}

/** A worker that was restarted is back by then. */
const PEOPLE_HOME_MS = 10 * 60_000;

/** Where the activities of a tenant run: those with a browser on a queue of their own. */
export function activityQueue({ site, qiyuesuo }: Tenant): string | undefined {
  return qiyuesuo.driver === 'browser' ? consoleTaskQueue(site) : undefined;
}

/** Where a tenant is only looked at. */
export function inspectionQueue({ site, qiyuesuo }: Pick<Tenant, 'site' | 'qiyuesuo'>): string {
  return qiyuesuo.driver === 'browser' ? consoleInspectionTaskQueue(site) : inspectionTaskQueue(site);
}

/** The same options for all, and for each a summary that the Web UI shows beside it. */
function named<G>(options: BoundedOptions, summaries: Record<keyof G & string, string>): G {
  const { startToCloseTimeout, retry } = options;
  const proxies = Object.entries<string>(summaries).map(([name, summary]) => [
    name,
    proxyActivities({ ...options, startToCloseTimeout, retry, summary })[name],
  ]);
  return Object.fromEntries(proxies) as G;
}

/** No activity without a limit and a retry policy. */
interface BoundedOptions extends Omit<ActivityOptions, 'startToCloseTimeout'> {
  startToCloseTimeout: `${number} ${'minutes' | 'hour'}`;
  retry: RetryPolicy;
}

/**
 * The store of tenants. No local activities: where one is under way while a workflow task ends, and a timer or a signal comes
 * before its result, a replay takes its result too early and no longer fits the history (SDK 1.24).
 */
export function storeActivities(): Omit<
  CoordinatorActivities,
  'findEnded' | 'findDealt' | 'findRunning' | 'undoTenant' | 'findUndoable'
> {
  return proxyActivities<CoordinatorActivities>({
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    summary: 'tenants from the store',
  });
}

/** A look at runs that never told how they ended. */
export function coordinatorActivities(): Pick<CoordinatorActivities, 'findEnded' | 'findDealt' | 'findRunning'> {
  return proxyActivities<CoordinatorActivities>({
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    summary: 'how did those end that did not tell',
  });
}

/** What a batch does to undo tenants of its own that have ended. */
export function undoActivities(): Pick<CoordinatorActivities, 'undoTenant' | 'findUndoable'> {
  return proxyActivities<CoordinatorActivities>({
    // A run that somebody terminated is asked what it wrote, and its worker may be gone.
    startToCloseTimeout: '10 minutes',
    // The coordinator waits for it: an undo that does not begin in some minutes is left to a person.
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 8 },
    summary: 'undo a tenant that has ended',
  });
}

/** What a coordinator asks of a tenant's own site: looks only. */
export function inspectionActivities(tenant: Tenant, policy: Policy): Pick<TenantActivities, 'verify'> {
  return proxyActivities<TenantActivities>({
    taskQueue: inspectionQueue(tenant),
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: HEARTBEAT,
    retry: {
      initialInterval: policy.firstRetryMs,
      maximumInterval: policy.maxRetryMs,
      maximumAttempts: policy.readAttempts,
    },
    summary: 'second look during the soak',
  });
}
