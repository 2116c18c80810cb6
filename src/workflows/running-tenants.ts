import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { rollbackReason } from '../domain/batch/orders.js';
import { tenantTold, tenantWoken, type BatchState, type InFlight } from '../domain/batch/state.js';
import { tenantWorkflowId } from '../domain/ids.js';
import { cancelReasonSignal, endpointOpenSignal, pauseSignal } from './messages.js';

/** Of thousands that run, so many are told before it is seen whether this run of the coordinator has become too long. */
const TOLD_AT_ONCE = 100;

/** What the coordinator tells the tenants that run. One that has ended meanwhile is told nothing. */
export interface RunningTenants {
  /** They stop before their next step, or go on. */
  pause(tenants: readonly { id: string; paused: boolean }[]): Promise<void>;
  /** It has its place again: the endpoint that it waited for is open, or its first look is over. */
  wake(id: string): Promise<void>;
  /** It has its place already. */
  letGoOn(id: string): Promise<void>;
  /** Cancel = roll back. */
  cancel(tenants: readonly Pick<InFlight, 'id' | 'rollback'>[]): Promise<void>;
}

export function createRunningTenants(state: BatchState, changed: () => void): RunningTenants {
  const runOf = (id: string): ReturnType<typeof getExternalWorkflowHandle> =>
    getExternalWorkflowHandle(tenantWorkflowId(id));
  const find = (id: string): InFlight | undefined => state.inFlight.find((one) => one.id === id);

  async function pauseOne(id: string, paused: boolean): Promise<void> {
    tenantTold(state, id, paused);
    await runOf(id).signal(pauseSignal, paused).catch(gone);
  }

  /** A cancellation carries no words of its own. */
  async function cancelOne({ id, rollback }: Pick<InFlight, 'id' | 'rollback'>): Promise<void> {
    const tenant = find(id);
    if (tenant) tenant.cancelled = true;
    const run = runOf(id);
    if (rollback) await run.signal(cancelReasonSignal, rollbackReason(rollback)).catch(gone);
    await run.cancel().catch(gone);
  }

  async function letGoOn(id: string): Promise<void> {
    await runOf(id).signal(endpointOpenSignal).catch(gone);
  }

  return {
    letGoOn,
    async pause(tenants) {
      await Promise.all(tenants.slice(0, TOLD_AT_ONCE).map(({ id, paused }) => pauseOne(id, paused)));
    },
    async wake(id) {
      tenantWoken(state, id);
      changed();
      await letGoOn(id);
    },
    async cancel(tenants) {
      await Promise.all(tenants.slice(0, TOLD_AT_ONCE).map(cancelOne));
    },
  };
}

/** There is nobody to tell. */
function gone(): void {}
