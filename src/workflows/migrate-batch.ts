import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Startable } from '../activities/batch.js';
import { foundRunning } from '../domain/batch/adoption.js';
import { asksSeen } from '../domain/batch/asking.js';
import { rollbackReason } from '../domain/batch/orders.js';
import { batchDetails } from '../domain/batch/details.js';
import { endpointRefused } from '../domain/batch/control.js';
import { rangesOf, stateAt } from '../domain/batch/ledger.js';
import type { TenantEnding } from '../domain/batch/limits.js';
import { holdingOf, passOf, reasonsOfTenant, usualDuration, withoutWords } from '../domain/batch/reasons.js';
import { nextMove, type Move } from '../domain/batch/schedule.js';
import type { Pass } from '../domain/batch/room.js';
import {
  entered,
  newBatchState,
  FIRST_LOOK,
  targetThrottled,
  tenantEnded,
  tenantLooked,
  tenantParked,
  tenantStarted,
  tenantWoken,
  toVerify,
  waveOf,
  waveVerified,
  WAITING,
  type BatchState,
  type InFlight,
  type NewBatch,
  type Source,
} from '../domain/batch/state.js';
import { batchStatus, type BatchStatus } from '../domain/batch/status.js';
import { explain } from '../domain/batch/why.js';
import { tenantWorkflowId } from '../domain/ids.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import { storeActivities, coordinatorActivities } from './activity-groups.js';
import { missing } from './failures.js';
import { handleBatchOrders } from './batch-orders.js';
import { lookAgain } from './look-again.js';
import {
  batchStatusQuery,
  cancelReasonSignal,
  endpointOpenSignal,
  endpointRefusedSignal,
  firstLookSignal,
  pauseSignal,
  leftOutQuery,
  sourcesQuery,
  targetThrottledSignal,
  tenantEndedSignal,
  whyQuery,
} from './messages.js';
import type { MigrateTenantInput } from './migrate-tenant.js';
import { FIRST_PACE, type Pace } from './pace.js';
import { showBatchInLists } from './search-attributes.js';
import { startTenant } from './start-tenant.js';
import { createStarter } from './starter.js';
import { undoInBatch } from './undo-in-batch.js';

export interface MigrateBatchInput {
  batch: string;
  policy?: Policy;
  pace?: Partial<Pace>;
  /** Given by whoever starts the batch. The tenants lie in the store: never in a payload. */
  begin?: Omit<NewBatch, 'startedAt'>;
  /** From the run before, over Continue-As-New. */
  state?: BatchState;
}

/** Tenants of a wave that the window has not taken yet. */
interface Supply {
  wave: number;
  pass: Pass;
  tenants: Startable[];
}

/** Waves of which everybody who is left is held back by something of their own. */
interface Exhausted {
  waves: number[];
  until: number | null;
  /** How many changes had been seen then. */
  changes: number;
}

/** Tenants fetched at once; what the window does not take waits here. */
const PAGE = 40;
/** Started side by side: fewer and wider workflow tasks. */
const STARTS_AT_ONCE = 20;
const LOOKS_AT_ONCE = 20;
/** Of thousands that run, so many are paused or cancelled before it is seen whether this run has become too long. */
const TOLD_AT_ONCE = 100;
/** Ids of one look at those who do not tell how they ended. */
const LOOKED_AFTER_AT_ONCE = 500;
const MAX_BYTES = 3 * 1024 * 1024;

/**
 * Moves the tenants of a batch, wave after wave, through a window of running ones. What it does next is decided in one place
 * (`domain/batch/schedule.ts`); here it is only carried out. Ids in flight travel through Continue-As-New, and those that never
 * tell how they ended are looked after.
 */
export async function migrateBatch(input: MigrateBatchInput): Promise<BatchStatus> {
  const { batch, policy } = input;
  const pace = { ...FIRST_PACE, ...input.pace };
  const { nextTenants } = storeActivities();
  const { findEnded, findRunning } = coordinatorActivities();
  const state = input.state ?? begun(input);
  /** Counted as running, but its run may not be there yet: an earlier one must not be taken for it. */
  const starting = new Set<string>();
  let changes = 0;
  let over = false;
  let shown = '';
  let supply: Supply = { wave: -1, pass: 'migrate', tenants: [] };
  /** Of which waves nobody may start until something has changed, or this time has come. */
  let exhausted: Exhausted = { waves: [], until: null, changes: 0 };

  const showPage = (now = status()): void => setCurrentDetails(batchDetails(now, Date.now()));
  const show = (): void => {
    const now = status();
    const asks = state.inFlight.some((one) => one.asks);
    showPage(now);
    shown = showBatchInLists(now, shown, asks);
  };
  const changed = (): void => {
    changes += 1;
    show();
  };
  const settle = (...endings: TenantEnding[]): void => {
    for (const ending of endings) tenantEnded(state, ending, Date.now());
    changed();
  };
  /** News of a run that may be older than the tenant's newest: one that was started again since must not end by it. */
  const settleRun =
    (run: InFlight | undefined) =>
    (ending: TenantEnding): void => {
      if (run && state.inFlight.includes(run)) settle(ending);
    };
  setHandler(batchStatusQuery, status, { description: 'Counts of this batch, by wave and state' });
  setHandler(whyQuery, (candidate) => explain(state, candidate, Date.now()), {
    description: 'What keeps a tenant where it is',
  });
  setHandler(sourcesQuery, sources, { description: 'Where the tenants of this batch lie' });
  setHandler(
    leftOutQuery,
    () => state.waves.map((wave) => ({ sources: wave.sources, at: rangesOf(wave.ledger, 'skipped') })),
    { description: 'Which tenants were left out' },
  );
  setHandler(tenantEndedSignal, settle, { description: 'A tenant tells how it ended' });
  setHandler(
    endpointRefusedSignal,
    ({ tenantId, endpoint, why }) => {
      endpointRefused(state, endpoint, why, now());
      tenantParked(state, tenantId, endpoint);
      changed();
    },
    { description: 'A tenant meets an endpoint that refuses a credential which several share' },
  );
  setHandler(
    firstLookSignal,
    async ({ tenantId, over: looked }) => {
      if (!looked) tenantParked(state, tenantId, FIRST_LOOK);
      // It waited before this batch took it over, so it has its place already.
      else if (!tenantLooked(state, tenantId))
        await getExternalWorkflowHandle(tenantWorkflowId(tenantId)).signal(endpointOpenSignal).catch(gone);
      changed();
    },
    { description: 'A tenant waits for a person to tell what its pages show, or has been told' },
  );
  setHandler(
    targetThrottledSignal,
    () => {
      targetThrottled(state);
      changed();
    },
    { description: 'A target asks to be asked less often' },
  );
  handleBatchOrders(batch, state, { changed, isOver: () => over });
  const starter = createStarter({
    batch,
    state,
    pace,
    starting,
    inputOf,
    foundRunning: runsElsewhere,
    startHere: start,
    settle,
  });
  changed();

  try {
    await reconcileWhile(run);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    // Cancel = roll back: every running tenant is undone, and waited for.
    state.abort = 'undo';
    await CancellationScope.nonCancellable(() => reconcileWhile(run));
    over = true;
    changed();
    await CancellationScope.nonCancellable(() => starter.close());
    throw error;
  }
  over = true;
  changed();
  await starter.close();
  return status();

  async function run(): Promise<void> {
    for (;;) {
      if (exhausted.changes !== changes) exhausted = { waves: [], until: null, changes };
      const move = nextMove(state, Date.now(), exhausted.waves);
      switch (move.do) {
        case 'over':
          if (allHandlersFinished()) {
            // From here on no order is taken: nobody would carry it out.
            over = true;
            return;
          }
          // An order that is being carried out may reopen a tenant.
          await condition(allHandlersFinished);
          break;
        case 'cancel':
          await cancelSome(move.tenants);
          break;
        case 'tell':
          await Promise.all(move.tenants.slice(0, TOLD_AT_ONCE).map(({ id, paused }) => pauseTenant(id, paused)));
          break;
        case 'wake':
          await wake(move.id);
          break;
        case 'start':
          await startSome(move.waves);
          break;
        case 'verify':
          await verifySome();
          break;
        case 'undo':
          await undoInBatch(state, move.undo, { batch, policy, starting, changed });
          break;
        case 'enter':
          entered(state, move.phase, Date.now());
          changed();
          break;
        case 'stop':
          state.stoppedBy = move.because;
          changed();
          break;
        case 'wait':
          // Only now it is known whether anybody may start.
          showPage();
          await change(earliest(move.until, exhausted.until));
          exhausted = { waves: [], until: null, changes };
      }
      await goOnAsNewInTime();
    }
  }

  /**
   * Waits for an ending, an order, or the time at which something becomes possible by itself. A wait of days fills the history
   * as well, since running tenants are looked after meanwhile.
   */
  async function change(until: number | null): Promise<void> {
    const seen = changes;
    const somethingChanged = (): boolean => changes !== seen || isLong();
    if (until === null) await condition(somethingChanged);
    else await condition(somethingChanged, Math.max(until - Date.now(), 1));
  }

  /** Fills the window from the first of these waves that has somebody whom nothing holds back. */
  async function startSome(waves: readonly number[]): Promise<void> {
    for (const wave of waves) {
      const seen = changes;
      const times: number[] = [];
      let next = takeStartable(wave, times);
      if (next.length === 0) {
        const until = await supplyFrom(wave);
        if (until !== null) times.push(until);
        next = takeStartable(wave, times);
      }
      if (next.length > 0) return starter.start(next);
      // Meanwhile something else has become right to do.
      if (changes !== seen || supply.pass !== passNow(wave)) return;
      const until = times.length === 0 ? null : Math.min(...times);
      exhausted = { waves: [...exhausted.waves, wave], until: earliest(exhausted.until, until), changes };
    }
  }

  function passNow(wave: number): Pass {
    return passOf(state, wave, Date.now());
  }

  async function supplyFrom(wave: number): Promise<number | null> {
    const { sources, ledger, settings } = waveOf(state, wave);
    const pass = passNow(wave);
    const { tenants, until } = await nextTenants({
      batch,
      wave,
      sources,
      pass,
      notStarted: rangesOf(ledger, 'not-started'),
      prepared: pass === 'prepare' ? [] : rangesOf(ledger, 'prepared'),
      limit: PAGE,
      order: settings.order,
      targets: state.targets,
      holding: withoutWords(holdingOf(state)),
      usualMs: usualDuration(state),
    });
    supply = { wave, pass, tenants };
    return tenants.length === 0 ? until : null;
  }

  /** Marks them as running at once, so that each start is decided with the ones before it. */
  function takeStartable(wave: number, times: number[]): Startable[] {
    const taken: Startable[] = [];
    const at = Date.now();
    const usual = usualDuration(state);
    const pass = passOf(state, wave, at);
    while (supply.wave === wave && supply.pass === pass && supply.tenants.length > 0 && taken.length < STARTS_AT_ONCE) {
      const move = nextMove(state, at);
      if (move.do !== 'start' || !move.waves.includes(wave)) break;
      const next = supply.tenants.shift();
      if (!next) break;
      const reasons = reasonsOfTenant(holdingOf(state), next.candidate, at, usual);
      times.push(...reasons.flatMap(({ until }) => until ?? []));
      if (reasons.length > 0) continue;
      const { id, endpoints, targets } = next.candidate;
      if (!WAITING.includes(stateAt(waveOf(state, wave).ledger, next.candidate.at))) continue;
      const prepares = pass === 'prepare' ? ({ prepares: true } as const) : {};
      tenantStarted(state, { id, wave, at: next.candidate.at, endpoints, targets, since: at, ...prepares });
      starting.add(id);
      taken.push(next);
    }
    if (taken.length > 0) changed();
    return taken;
  }

  function inputOf({ tenant, candidate, shared, planned }: Startable): MigrateTenantInput {
    const { name, onFailure } = waveOf(state, candidate.wave).settings;
    const own = onFailure === undefined ? policy : { ...(policy ?? DEFAULT_POLICY), onFailure };
    const prepares = state.inFlight.find(({ id }) => id === tenant.id)?.prepares;
    const cutOver = prepares ? ({ until: 'snapshot' } as const) : planned === undefined ? {} : { planned };
    return { tenant, batch, wave: name, shared, ...cutOver, ...(own ? { policy: own } : {}) };
  }

  async function start(startable: Startable): Promise<void> {
    const { tenant } = startable;
    const ended = settleRun(state.inFlight.find(({ id }) => id === tenant.id));
    try {
      // A start that is under way when the batch is cancelled must be known, to be undone.
      await CancellationScope.nonCancellable(async () => {
        const isOurs = await startTenant(inputOf(startable), ended);
        if (isOurs || !patched('looks-at-taken')) return;
        await runsElsewhere(startable);
      });
    } finally {
      starting.delete(tenant.id);
    }
  }

  /** It counts as starting until it is known what runs there: an undo that ends meanwhile is not how this tenant ended. */
  async function runsElsewhere({ tenant, planned }: Startable): Promise<void> {
    const run = await findRunning({ tenantId: tenant.id });
    foundRunning(state, tenant.id, { run, was: planned === undefined ? 'not-started' : 'prepared', batch, at: now() });
    changed();
  }

  async function verifySome(): Promise<void> {
    const positions = toVerify(state, LOOKS_AT_ONCE);
    const { sources } = waveOf(state, state.wave);
    const drifted = await lookAgain({ batch, wave: state.wave, sources, positions, targets: state.targets }, policy);
    waveVerified(state, (positions.at(-1) ?? 0) + 1, drifted);
    changed();
  }

  async function pauseTenant(id: string, paused: boolean): Promise<void> {
    const tenant = state.inFlight.find((one) => one.id === id);
    if (tenant) tenant.paused = paused;
    await getExternalWorkflowHandle(tenantWorkflowId(id)).signal(pauseSignal, paused).catch(gone);
  }

  async function wake(id: string): Promise<void> {
    tenantWoken(state, id);
    changed();
    await getExternalWorkflowHandle(tenantWorkflowId(id)).signal(endpointOpenSignal).catch(gone);
  }

  async function cancelSome(tenants: Extract<Move, { do: 'cancel' }>['tenants']): Promise<void> {
    await Promise.all(tenants.slice(0, TOLD_AT_ONCE).map(cancelTenant));
  }

  /** Cancel = roll back. A cancellation carries no words of its own. */
  async function cancelTenant({ id, rollback }: Extract<Move, { do: 'cancel' }>['tenants'][number]): Promise<void> {
    const tenant = state.inFlight.find((one) => one.id === id);
    if (tenant) tenant.cancelled = true;
    const run = getExternalWorkflowHandle(tenantWorkflowId(id));
    if (rollback) await run.signal(cancelReasonSignal, rollbackReason(rollback)).catch(gone);
    await run.cancel().catch(gone);
  }

  function isLong(): boolean {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    return historyLength >= pace.maxEvents || historySize >= MAX_BYTES || continueAsNewSuggested;
  }

  async function goOnAsNewInTime(): Promise<void> {
    if (!isLong()) return;
    await condition(allHandlersFinished);
    const { begin: _begun, ...same } = input;
    await continueAsNew<typeof migrateBatch>({ ...same, state });
  }

  /** Tenants that were terminated, or whose signal was lost, must not hold their place for ever. */
  async function reconcileWhile(work: () => Promise<void>): Promise<void> {
    let done = false;
    const reconcile = async (): Promise<void> => {
      let atOnce = input.state !== undefined;
      while (!done) {
        await condition(() => done || state.inFlight.length > 0);
        if (!atOnce) await condition(() => done, pace.reconcileMs);
        atOnce = false;
        const asked = state.inFlight.filter(({ id }) => !starting.has(id));
        for (let from = 0; !done && from < asked.length; from += LOOKED_AFTER_AT_ONCE) {
          const some = asked.slice(from, from + LOOKED_AFTER_AT_ONCE);
          const found = await findEnded({ tenantIds: some.map(({ id }) => id), asking: true });
          const asking = new Set<string>();
          for (const one of found) {
            if (one.ending === null) asking.add(one.tenantId);
            else settleRun(some.find(({ id }) => id === one.tenantId))(one);
          }
          // It changes nothing of what comes next.
          if (asksSeen(state, some, asking)) show();
        }
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

  function sources(): { waves: Source[][]; endpoints: string[]; targets: Record<string, number> } {
    const endpoints = state.holds.flatMap(({ on }) => ('endpoint' in on ? [on.endpoint] : []));
    return { waves: state.waves.map((wave) => wave.sources), endpoints, targets: state.targets };
  }

  function status(): BatchStatus {
    const held = exhausted.changes === changes && exhausted.until === null ? exhausted.waves : [];
    return batchStatus(batch, state, Date.now(), over, held);
  }
}

function begun({ batch, begin }: MigrateBatchInput): BatchState {
  if (!begin) throw missing(`batch ${batch} was started without its waves`);
  return newBatchState({ ...begin, startedAt: now() });
}

function earliest(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.min(one, other);
}

/** The tenant ended before it could be told: there is nobody to tell. */
function gone(): void {}

function now(): string {
  return new Date().toISOString();
}
