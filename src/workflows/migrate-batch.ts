import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Limits } from '../domain/batch.js';
import {
  batchStatus,
  nextMove,
  noTenantStarted,
  tenantEnded,
  tenantStarted,
  type BatchState,
  type SizedWave,
} from '../domain/batch-state.js';
import type { BatchStatus } from '../domain/batch-status.js';
import { batchDetails } from '../domain/details.js';
import { tenantWorkflowId } from '../domain/ids.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import { coordinatorActivities } from './activity-groups.js';
import { invalid, missing } from './failures.js';
import { approveWaveUpdate, batchStatusQuery, tenantEndedSignal } from './messages.js';
import { startTenant } from './start-tenant.js';

export interface MigrateBatchInput {
  batch: string;
  /** Where the tenants lie: never in a payload. */
  reference: string;
  waves: SizedWave[];
  limits: Limits;
  policy?: Policy;
  /** From the run before, over Continue-As-New. */
  state?: BatchState;
}

const PAGE = 50;
/** 6 to 9 events each: well below the server's suggestion of 4,096. */
const STARTS_PER_RUN = 300;
const RECONCILE_EVERY = '30 seconds';

/**
 * Moves the tenants of a batch, wave after wave, through a window of running ones; starts no more when a limit is exceeded.
 * Carries the ids that are in flight through Continue-As-New, and looks after those that never tell how they ended.
 */
export async function migrateBatch(input: MigrateBatchInput): Promise<BatchStatus> {
  const { batch, reference, waves, limits, policy } = input;
  const { listTenants, findEnded } = coordinatorActivities();
  const state = input.state ?? noTenantStarted(waves, new Date().toISOString());
  let page: Tenant[] = [];
  let startsOfRun = 0;
  let over = false;
  /** Counted as running, but its run may not be there yet: an earlier one must not be taken for it. */
  let starting: string | null = null;

  const status = (): BatchStatus => batchStatus(batch, state, waves, over);
  const show = (): void => setCurrentDetails(batchDetails(status()));
  const settle = (ending: Parameters<typeof tenantEnded>[1]): void => {
    tenantEnded(state, ending, currentWave(), limits);
    show();
  };
  setHandler(batchStatusQuery, status, { description: 'Counts of this batch, by wave and ending' });
  setHandler(tenantEndedSignal, settle, { description: 'A tenant tells how it ended' });
  setHandler(
    approveWaveUpdate,
    () => {
      state.awaitsApproval = null;
    },
    {
      description: 'Lets the next wave start, with by and reason',
      validator: ({ wave, by, reason }) => {
        if (state.awaitsApproval !== wave) throw invalid(`wave ${wave} waits for no approval`);
        if (!by || !reason) throw invalid('by and reason are needed');
      },
    },
  );
  show();

  try {
    await reconcileWhile(async () => {
      for (; state.wave < waves.length; state.wave += 1, state.next = 0) {
        await runWave();
        if (state.stoppedBy !== null) return;
        await acceptWave();
      }
    });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => reconcileWhile(undoRunning));
    over = true;
    show();
    throw error;
  }
  over = true;
  show();
  return status();

  async function runWave(): Promise<void> {
    for (;;) {
      const move = nextMove(state, currentWave(), limits);
      if (move === 'end-wave' || move === 'stop') return;
      if (move === 'start') await startNext();
      else await condition(() => nextMove(state, currentWave(), limits) !== 'wait');
      if (startsOfRun >= STARTS_PER_RUN || workflowInfo().continueAsNewSuggested) await goOnAsNew();
    }
  }

  async function startNext(): Promise<void> {
    if (page.length === 0)
      page = await listTenants({ batch, reference, wave: state.wave, from: state.next, limit: PAGE });
    const tenant = page.shift();
    if (!tenant) throw missing(`the store has no tenant ${state.next} of wave ${currentWave().name}`);
    // Before the start: a tenant may end while the start is being confirmed.
    tenantStarted(state, tenant.id);
    startsOfRun += 1;
    starting = tenant.id;
    show();
    await startTenant({ tenant, batch, wave: currentWave().name, ...(policy ? { policy } : {}) }, settle);
    starting = null;
  }

  async function acceptWave(): Promise<void> {
    const { name, soakMs, approval } = currentWave();
    const last = state.wave === waves.length - 1;
    if (last) return;
    if (soakMs) await sleep(soakMs, { summary: `soak of wave ${name}` });
    if (!approval) return;
    state.awaitsApproval = name;
    show();
    await condition(() => state.awaitsApproval === null);
    show();
  }

  async function goOnAsNew(): Promise<never> {
    await condition(allHandlersFinished);
    return continueAsNew<typeof migrateBatch>({ ...input, state });
  }

  /** Tenants that were terminated, or whose signal was lost, must not hold their place for ever. */
  async function reconcileWhile(work: () => Promise<void>): Promise<void> {
    let done = false;
    const reconcile = async (): Promise<void> => {
      let first = input.state !== undefined;
      while (!done) {
        if (!first) await condition(() => done, RECONCILE_EVERY);
        first = false;
        const tenantIds = state.inFlight.filter((id) => id !== starting);
        if (done || tenantIds.length === 0) continue;
        (await findEnded({ tenantIds })).forEach(settle);
      }
    };
    const scope = new CancellationScope();
    const watching = scope.run(reconcile).catch(() => undefined);
    try {
      await work();
    } finally {
      done = true;
      scope.cancel();
      await watching;
    }
  }

  /** Cancel = roll back: every running tenant is undone, and waited for. */
  async function undoRunning(): Promise<void> {
    state.stoppedBy = 'cancelled';
    await Promise.all(
      state.inFlight.map((id) =>
        getExternalWorkflowHandle(tenantWorkflowId(id))
          .cancel()
          .catch(() => undefined),
      ),
    );
    await condition(() => state.inFlight.length === 0);
  }

  function currentWave(): SizedWave {
    const wave = waves[Math.min(state.wave, waves.length - 1)];
    if (!wave) throw new Error('a batch has at least one wave');
    return wave;
  }
}
