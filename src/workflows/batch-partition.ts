import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { DealtEnding, TenantEnding } from '../domain/batch/limits.js';
import { batchWorkflowId } from '../domain/ids.js';
import { tenantEndedSignal } from './messages.js';
import {
  batchOverSignal,
  partitionNewsSignal,
  startTenantsSignal,
  type DealtTenant,
  type StartedRun,
} from './partition-messages.js';
import { startTenant } from './start-tenant.js';

export interface BatchPartitionInput {
  batch: string;
  partition: number;
  /** It goes on as a new run after this many events. */
  maxEvents: number;
  /** From the run before, over Continue-As-New. */
  state?: PartitionState;
}

interface PartitionState {
  /** Dealt out, and not started yet. */
  toStart: DealtTenant[];
  inFlight: StartedRun[];
  /** The newest that ended: dealt out once more, they are not started again. */
  settled: StartedRun[];
  /** What the coordinator has not been told yet. */
  started: StartedRun[];
  /** Absent in the state of an older version. */
  taken?: StartedRun[];
  ended: DealtEnding[];
}

/** Where many end, the coordinator hears of several at once: not more often than this, unless so many have gathered. */
const TELL_EVERY_MS = 500;
const TOLD_AT_ONCE = 40;
const SETTLED_KEPT = 200;
/** Where nothing happens for so long, nobody may be there any more to end it. */
const QUIET_MS = 10 * 60_000;

/**
 * Starts tenants for the coordinator of a wide batch and takes their endings, about eight events for each, which together are too
 * many for one workflow. It decides nothing: whom to start comes from the coordinator, and every ending goes back to it.
 */
export async function batchPartition(input: BatchPartitionInput): Promise<void> {
  const { batch, partition, maxEvents } = input;
  const state: PartitionState = input.state ?? { toStart: [], inFlight: [], settled: [], started: [], ended: [] };
  let over = false;
  let toldAt = 0;

  setHandler(
    startTenantsSignal,
    (dealt) => {
      state.toStart.push(...dealt);
      // The same batch, applied again while this partition of the one before was about to end.
      over = false;
    },
    { description: 'The coordinator deals out tenants' },
  );
  setHandler(tenantEndedSignal, settle, { description: 'A tenant tells how it ended' });
  setHandler(batchOverSignal, () => void (over = true), { description: 'The batch is over: this partition ends' });

  while (!isOver()) {
    const heard = await condition(hasWork, QUIET_MS);
    if (!heard && state.inFlight.length === 0) break;
    await startSome();
    const early = toldAt + TELL_EVERY_MS - Date.now();
    if (state.started.length === 0 && (state.taken ?? []).length === 0 && early > 0) await condition(isHurried, early);
    if (state.toStart.length > 0) continue;
    // After a long silence this asks whether the coordinator is still there.
    if (!heard || hasNews()) await tell();
    if (isLong() && state.toStart.length === 0 && !over) {
      await continueAsNew<typeof batchPartition>({ batch, partition, maxEvents, state });
    }
  }

  function isOver(): boolean {
    return over && state.toStart.length === 0 && !hasNews();
  }

  function hasNews(): boolean {
    return state.started.length > 0 || (state.taken ?? []).length > 0 || state.ended.length > 0;
  }

  function hasWork(): boolean {
    return state.toStart.length > 0 || hasNews() || over || isLong();
  }

  function isHurried(): boolean {
    return state.toStart.length > 0 || state.ended.length >= TOLD_AT_ONCE || over || isLong();
  }

  function isLong(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return historyLength >= maxEvents || continueAsNewSuggested;
  }

  async function startSome(): Promise<void> {
    await Promise.all(state.toStart.splice(0).map(start));
  }

  /** Kept as in flight before its run is there, since it may end while the start is being confirmed. */
  async function start({ input: tenant, since }: DealtTenant): Promise<void> {
    const { id } = tenant.tenant;
    const before = state.inFlight.findIndex((one) => one.id === id);
    const dealt = { id, since };
    // Dealt out twice: the coordinator waited too long for the word that it has started, or has ended since.
    if (state.inFlight[before]?.since === since || state.settled.some((one) => one.id === id && one.since === since)) {
      state.started.push(dealt);
      return;
    }
    if (before >= 0) state.inFlight.splice(before, 1);
    state.inFlight.push(dealt);
    const isOurs = await startTenant({ ...tenant, partition }, (ending) => {
      if (state.inFlight.includes(dealt)) settle(ending);
    });
    if (isOurs || !patched('tells-of-taken')) state.started.push(dealt);
    else {
      // How it ends is none of this partition's business; whether it is adopted, the coordinator decides.
      state.inFlight = state.inFlight.filter((one) => one !== dealt);
      state.taken = [...(state.taken ?? []), dealt];
    }
  }

  /** One that this partition does not know was started by another run of it, which somebody terminated. */
  function settle(ending: TenantEnding): void {
    const index = state.inFlight.findIndex(({ id }) => id === ending.tenantId);
    const [dealt] = index < 0 ? [] : state.inFlight.splice(index, 1);
    if (dealt) state.settled = [...state.settled, dealt].slice(-SETTLED_KEPT);
    state.ended.push(dealt ? { ...ending, since: dealt.since } : ending);
  }

  async function tell(): Promise<void> {
    toldAt = Date.now();
    const taken = state.taken?.splice(0) ?? [];
    const news = {
      started: state.started.splice(0),
      ended: state.ended.splice(0),
      ...(taken.length === 0 ? {} : { taken }),
    };
    try {
      await getExternalWorkflowHandle(batchWorkflowId(batch)).signal(partitionNewsSignal, news);
    } catch {
      // There is no coordinator any more: nobody needs this partition.
      over = true;
    }
  }
}
