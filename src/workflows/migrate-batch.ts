import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Startable } from '../activities/batch.js';
import { foundRunning, toldAnew } from '../domain/batch/adoption.js';
import { batchDetails } from '../domain/batch/details.js';
import { rangesOf, stateAt } from '../domain/batch/ledger.js';
import type { TenantEnding } from '../domain/batch/limits.js';
import { holdingOf, passOf, reasonsOfTenant, usualDuration, withoutWords } from '../domain/batch/reasons.js';
import { nextMove, type Move } from '../domain/batch/schedule.js';
import { freeTargets } from '../domain/batch/looks.js';
import type { Pass } from '../domain/batch/room.js';
import {
  entered,
  newBatchState,
  tenantEnded,
  tenantStarted,
  toVerify,
  waveOf,
  waveVerified,
  WAITING,
  type BatchState,
  type Drift,
  type InFlight,
  type NewBatch,
  type Source,
  type Undo,
} from '../domain/batch/state.js';
import { batchStatus, type BatchStatus } from '../domain/batch/status.js';
import { explain } from '../domain/batch/why.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import { storeActivities, coordinatorActivities } from './activity-groups.js';
import { findingOfFailure, isMissing, missing } from './failures.js';
import { firstOf } from './first-of.js';
import { handleBatchOrders } from './batch-orders.js';
import { lookAfterWhile } from './look-after.js';
import { lookAgain } from './look-again.js';
import { batchStatusQuery, leftOutQuery, sourcesQuery, whyQuery } from './messages.js';
import type { MigrateTenantInput } from './migrate-tenant.js';
import { FIRST_PACE, type Pace } from './pace.js';
import { createRunningTenants } from './running-tenants.js';
import { showBatchInLists } from './search-attributes.js';
import { startTenant } from './start-tenant.js';
import { createStarter } from './starter.js';
import { handleTenantSignals } from './tenant-signals.js';
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
  /** How often somebody had joined, or was to start again, when it was fetched: they may come before these. */
  joined: number;
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
const LOOKS_AT_ONCE = 20;
/** For what a second look is broken off: an order, and what it would keep from being carried out. */
const GIVES_WAY_TO: readonly Move['do'][] = ['cancel', 'tell', 'undo', 'over', 'wait'];
/** A look alone may fill a run; it is broken off only where it waits so long that this much has come together. */
const LOOK_FILLS = 4;
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
  const { findRunning } = coordinatorActivities();
  const state = input.state ?? begun(input);
  /** Counted as running, but its run may not be there yet: an earlier one must not be taken for it. */
  const starting = new Set<string>();
  /** Undos of which it is not known yet whether they run. */
  const beginning = new Set<Promise<void>>();
  let changes = 0;
  let over = false;
  let shown = '';
  let joined = 0;
  let supply: Supply = { wave: -1, pass: 'migrate', tenants: [], joined };
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
  /**
   * Where a task leaves nothing in the history, a worker that does not know the run yet carries it out together with the order that
   * follows, and that finds another state than at every later replay. So what only changes the state leaves a trace.
   */
  const leaveTrace = (): void => {
    const { wave, phase, verified } = state;
    return patched('leaves-a-trace') ? upsertMemo({ at: { wave, phase, verified } }) : undefined;
  };
  /** News of a run that may be older than the tenant's newest: one that was started again since must not end by it. */
  const settleRun = (run: InFlight | undefined, ending: TenantEnding): void => {
    if (!run || !state.inFlight.includes(run)) return;
    settle(ending);
    leaveTrace();
  };
  const running = createRunningTenants(batch, state, changed);
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
  handleTenantSignals(state, { running, settle, changed, show });
  const joins = (): void => {
    // Runs of older versions started first whom they had fetched.
    joined += patched('fetches-anew') ? 1 : 0;
  };
  handleBatchOrders(batch, state, { changed, joins, isOver: () => over });
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

  const lookAfter = { starting, everyMs: pace.reconcileMs, atOnce: input.state !== undefined };
  try {
    await lookAfterWhile(run, state, { ...lookAfter, ended: settleRun, asksChanged: show });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    // Cancel = roll back: every running tenant of its own is undone, and waited for.
    state.abort = 'undo';
    state.holds = [];
    await CancellationScope.nonCancellable(() =>
      lookAfterWhile(run, state, { ...lookAfter, ended: settleRun, asksChanged: show }),
    );
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
          if (isIdle()) {
            // From here on no order is taken: nobody would carry it out.
            over = true;
            return;
          }
          // An order that is being carried out may reopen a tenant.
          await condition(isIdle);
          break;
        case 'cancel':
          await running.cancel(move.tenants);
          break;
        case 'tell':
          await running.pause(move.tenants);
          break;
        case 'wake':
          await running.wake(move.ids);
          break;
        case 'start':
          await startSome(move.waves);
          break;
        case 'verify':
          await verifySome();
          break;
        case 'undo':
          await undo(move.undo);
          break;
        case 'enter':
          entered(state, move.phase, Date.now());
          changed();
          leaveTrace();
          break;
        case 'stop':
          state.stoppedBy = move.because;
          changed();
          leaveTrace();
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
    const somethingChanged = (): boolean => changes !== seen || isDue();
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
        const until = await orStopped(() => supplyFrom(wave));
        if (until !== null) times.push(until);
        next = takeStartable(wave, times);
      }
      if (next.length > 0) return startRound(next);
      // Meanwhile something else has become right to do.
      if (changes !== seen || supply.pass !== passNow(wave)) return;
      const until = times.length === 0 ? null : Math.min(...times);
      exhausted = { waves: [...exhausted.waves, wave], until: earliest(exhausted.until, until), changes };
    }
  }

  async function startRound(round: readonly Startable[]): Promise<void> {
    const seen = changes;
    await starter.start(round);
    if (round.length < pace.round || pace.roundMs === 0) return;
    await condition(() => changes !== seen || isDue(), pace.roundMs);
  }

  function passNow(wave: number): Pass {
    return passOf(state, wave, Date.now());
  }

  async function supplyFrom(wave: number): Promise<number | null> {
    const { sources, ledger, settings } = waveOf(state, wave);
    const pass = passNow(wave);
    const asOf = joined;
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
    supply = { wave, pass, tenants, joined: asOf };
    return tenants.length === 0 ? until : null;
  }

  /** Marks them as running at once, so that each start is decided with the ones before it. */
  function takeStartable(wave: number, times: number[]): Startable[] {
    const taken: Startable[] = [];
    const at = Date.now();
    const usual = usualDuration(state);
    const pass = passOf(state, wave, at);
    const isFresh = supply.wave === wave && supply.pass === pass && supply.joined === joined;
    while (isFresh && supply.tenants.length > 0 && taken.length < pace.round) {
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
    const run = state.inFlight.find(({ id }) => id === tenant.id);
    try {
      // A start that is under way when the batch is cancelled must be known, to be undone.
      await CancellationScope.nonCancellable(async () => {
        const isOurs = await startTenant(inputOf(startable), (ending) => settleRun(run, ending));
        if (isOurs || !patched('looks-at-taken')) return;
        await runsElsewhere(startable);
      });
    } finally {
      starting.delete(tenant.id);
    }
  }

  /** It counts as starting until it is known what runs there: an undo that ends meanwhile is not how this tenant ended. */
  async function runsElsewhere({ tenant: { id }, planned }: Startable): Promise<void> {
    const run = await findRunning({ tenantId: id });
    const was = planned === undefined ? 'not-started' : 'prepared';
    const found = foundRunning(state, id, { run, was, batch, at: now() });
    if (found === 'ours') await freed(id);
    if (found === 'started-anew') joins();
    changed();
  }

  /** An earlier start of this batch may have left it paused, or waiting for an endpoint. */
  async function freed(id: string): Promise<void> {
    // Runs of older versions left it as it was.
    if (!patched('frees-adopted')) return;
    toldAnew(state, id);
    await running.letGoOn(id);
  }

  /** A look may take as long as a site's worker is off: it gives way to an order, and is begun anew. */
  async function verifySome(): Promise<void> {
    const { sources } = waveOf(state, state.wave);
    const positions = toVerify(state, LOOKS_AT_ONCE);
    const second = { batch, wave: state.wave, sources, positions, targets: state.targets, free: freeTargets(state) };
    const look = (): Promise<Drift[] | null> => orStopped(() => lookAgain(second, policy));
    const isOrdered = (): boolean =>
      isDue(LOOK_FILLS) || GIVES_WAY_TO.includes(nextMove(state, Date.now(), exhausted.waves).do);
    const drifted = patched('look-gives-way')
      ? await firstOf(look, () => condition(isOrdered).then(() => null))
      : await look();
    if (drifted === null) return;
    waveVerified(state, (positions.at(-1) ?? 0) + 1, drifted);
    changed();
    leaveTrace();
  }

  /** Its place is taken at once; how long it takes until its run is there is not waited for. */
  async function undo(one: Undo): Promise<void> {
    const begins = undoInBatch(state, one, { batch, policy, starting, changed });
    if (!patched('undoes-beside')) return begins;
    beginning.add(begins);
    void begins.finally(() => beginning.delete(begins));
  }

  /** Where the store lacks something the batch is held, and not failed: its tenants run on. */
  async function orStopped<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (isCancellation(error) || !isMissing(error)) throw error;
      state.stoppedBy = findingOfFailure(error).message;
      changed();
      return null;
    }
  }

  function isIdle(): boolean {
    return allHandlersFinished() && beginning.size === 0;
  }

  /** Whether it is time to go on as a new run, and nothing stands against that. `runs`: how many runs' events are borne with. */
  function isDue(runs = 1): boolean {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    const isLong = historyLength >= pace.maxEvents * runs || historySize >= MAX_BYTES || continueAsNewSuggested;
    return isLong && beginning.size === 0;
  }

  async function goOnAsNewInTime(): Promise<void> {
    if (!isDue()) return;
    await condition(allHandlersFinished);
    const { begin: _begun, ...same } = input;
    await continueAsNew<typeof migrateBatch>({ ...same, state });
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

function now(): string {
  return new Date().toISOString();
}
