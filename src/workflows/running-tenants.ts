import { getExternalWorkflowHandle, patched } from '@temporalio/workflow';
import { abortWords, rollbackWords } from '../domain/batch/orders.js';
import { tenantTold, tenantWoken, type BatchState, type InFlight } from '../domain/batch/state.js';
import { tenantWorkflowId } from '../domain/ids.js';
import type { Said } from '../domain/said.js';
import { cancelReasonSignal, endpointOpenSignal, pauseSignal } from './messages.js';

/** Of thousands that run, so many are told before it is seen whether this run of the coordinator has become too long. */
const TOLD_AT_ONCE = 100;

/** What the coordinator tells the tenants that run. One that has ended meanwhile is told nothing. */
export interface RunningTenants {
  /** They stop before their next step, or go on. */
  pause(tenants: readonly { id: string; paused: boolean }[]): Promise<void>;
  /** They have their places again: the endpoint or window that they waited for is open, or their first look is over. */
  wake(ids: readonly string[]): Promise<void>;
  /** It has its place already. */
  letGoOn(id: string): Promise<void>;
  /** Cancel = roll back. */
  cancel(tenants: readonly Pick<InFlight, 'id' | 'rollback'>[]): Promise<void>;
}

export function createRunningTenants(batch: string, state: BatchState, changed: () => void): RunningTenants {
  const runOf = (id: string): ReturnType<typeof getExternalWorkflowHandle> =>
    getExternalWorkflowHandle(tenantWorkflowId(id));
  const find = (id: string): InFlight | undefined => state.inFlight.find((one) => one.id === id);

  async function pauseOne(id: string, paused: boolean): Promise<void> {
    tenantTold(state, id, paused);
    await runOf(id)
      .signal(pauseSignal, paused, { batch, told: find(id)?.told ?? 0 })
      .catch(gone);
  }

  /** A cancellation carries no words of its own. Whoever waited has work to do: it counts from then on. */
  async function cancelOne({ id, rollback }: Pick<InFlight, 'id' | 'rollback'>): Promise<void> {
    tenantWoken(state, id);
    const tenant = find(id);
    if (tenant) tenant.cancelled = true;
    const run = runOf(id);
    const why = rollback ? rollbackWords(rollback) : whyAborted();
    if (why !== null) await run.signal(cancelReasonSignal, why).catch(gone);
    await run.cancel().catch(gone);
  }

  function whyAborted(): Said | null {
    // Runs of older versions told nobody.
    return state.abortedBy && patched('tells-why-aborted') ? abortWords(state.abortedBy) : null;
  }

  async function letGoOn(id: string): Promise<void> {
    await runOf(id).signal(endpointOpenSignal).catch(gone);
  }

  return {
    letGoOn,
    async pause(tenants) {
      await Promise.all(tenants.slice(0, TOLD_AT_ONCE).map(({ id, paused }) => pauseOne(id, paused)));
    },
    async wake(ids) {
      const woken = ids.slice(0, TOLD_AT_ONCE);
      for (const id of woken) tenantWoken(state, id);
      changed();
      const paused = woken.filter((id) => find(id)?.paused);
      await Promise.all([...woken.map(letGoOn), ...paused.map((id) => pauseOne(id, false))]);
    },
    async cancel(tenants) {
      await Promise.all(tenants.slice(0, TOLD_AT_ONCE).map(cancelOne));
    },
  };
}

/** There is nobody to tell. */
function gone(): void {}
