import { currentUpdateInfo, patched, setHandler, upsertMemo } from '@temporalio/workflow';
import type { UpdateDefinition } from '@temporalio/common';
import { obey, pauseTenant, refusalOf, refusalOfWords, resumeTenant, TOO_MANY_HELD } from '../domain/batch/control.js';
import { stateAt, type TenantState } from '../domain/batch/ledger.js';
import { shortList, type BatchOrder, type Order, type TenantsOrder } from '../domain/batch/orders.js';
import {
  tenantDropped,
  tenantReopened,
  tenantsAdded,
  waveOf,
  WAITING,
  type BatchState,
} from '../domain/batch/state.js';
import { audit, isDone as wasDone } from '../domain/batch/trail.js';
import { undosOrdered } from '../domain/batch/undo.js';
import { storeActivities } from './activity-groups.js';
import { invalid } from './failures.js';
import {
  abortUpdate,
  addTenantsUpdate,
  approveWaveUpdate,
  cutOverUpdate,
  dropTenantsUpdate,
  pauseTenantsUpdate,
  pauseUpdate,
  rejectWaveUpdate,
  resumeTenantsUpdate,
  resumeUpdate,
  retryTenantsUpdate,
  setLimitsUpdate,
  type AddTenants,
  type Answered,
} from './messages.js';
import { handleRollbackOrders } from './rollback-orders.js';

export interface OrderEffects {
  /** Something else may be right to do now. */
  changed(): void;
  /** Somebody may start who could not before: it may come before those that were fetched. */
  joins(): void;
  isOver(): boolean;
}

/**
 * Live control: every order is an Update with a validator, has `by` and `reason`, and stands in the audit trail. An order whose
 * update id stands there already was carried out by an earlier run of this coordinator and is not carried out twice.
 */
export function handleBatchOrders(batch: string, state: BatchState, { changed, joins, isOver }: OrderEffects): void {
  order(pauseUpdate, 'pause', 'Holds the batch, a wave, a tenant or an endpoint');
  order(resumeUpdate, 'resume', 'Lifts a pause, or goes on after a limit was exceeded');
  order(setLimitsUpdate, 'limits', 'New limits, from the next start on');
  order(approveWaveUpdate, 'approve', 'Lets the next wave start');
  order(rejectWaveUpdate, 'reject', 'Stops the batch instead of going on to the next wave');
  order(cutOverUpdate, 'cut-over', 'Migrates the tenants that this batch has only prepared');
  order(abortUpdate, 'abort', 'Ends the batch: running tenants stop before their next step, or are undone');

  function order<Given extends Order>(
    update: UpdateDefinition<void, [Given]>,
    kind: BatchOrder['do'],
    description: string,
  ): void {
    const asOrder = (given: Given): BatchOrder => ({ ...given, do: kind }) as unknown as BatchOrder;
    setHandler(
      update,
      (given) => {
        if (isDone()) return;
        obey(state, asOrder(given), now(), currentUpdateInfo()?.id);
        if (kind === 'resume') joins();
        changed();
      },
      {
        description,
        validator: (given: Given) => {
          const refusal = isDone() ? null : isOver() ? OVER : refusalOf(state, asOrder(given));
          if (refusal !== null) throw invalid(refusal);
        },
      },
    );
  }

  setHandler(
    addTenantsUpdate,
    async (given) => {
      if (isDone()) return;
      const { wave, source, content, by, reason } = given;
      const updateId = currentUpdateInfo()?.id;
      // A tenant in two places would count twice, and be told by one of them only.
      if (patched('joining-looks')) await refuseMembers(given);
      else mayJoin(given);
      tenantsAdded(state, indexOf(wave), source, content);
      joins();
      // The longer file is this batch from now on: applied again, it is gone on with.
      upsertMemo({ content });
      const many = source.size === 1 ? 'a tenant' : `${source.size} tenants`;
      audit(state, `added ${many} to wave ${wave}`, { by, reason }, now(), updateId);
      changed();
    },
    {
      description: 'Tenants join a wave that is not accepted yet',
      validator: (given: AddTenants) => {
        if (!isDone()) mayJoin(given);
      },
    },
  );

  setHandler(
    dropTenantsUpdate,
    (given) =>
      eachTenant(given, 'dropped', (wave, at, standing) => {
        if (!WAITING.includes(standing)) return `it is ${standing}`;
        tenantDropped(state, wave, at);
        return null;
      }),
    { description: 'Tenants that have not started are left out', validator: mayBeGiven },
  );

  setHandler(
    pauseTenantsUpdate,
    (given) =>
      eachTenant(given, 'paused', (_wave, _at, standing, id) => pauseTenant(state, id, standing, given, now())),
    {
      description: 'Tenants stop before their next step, or do not start',
      validator: mayBeKept,
    },
  );

  setHandler(
    resumeTenantsUpdate,
    (given) =>
      eachTenant(given, 'resumed', (_wave, _at, standing, id) => {
        const refusal = resumeTenant(state, id, standing);
        if (refusal === null) joins();
        return refusal;
      }),
    { description: 'Tenants that were paused go on', validator: mayBeGiven },
  );

  setHandler(
    retryTenantsUpdate,
    (given) =>
      eachTenant(given, 'retried', (wave, at, standing) => {
        if (!RETRYABLE.includes(standing)) return `it is ${standing}`;
        if (undosOrdered(state).some((undo) => undo.wave === wave && undo.at === at)) return 'it is to be undone';
        tenantReopened(state, wave, at);
        joins();
        return null;
      }),
    { description: 'Ended tenants start again', validator: mayBeGiven },
  );

  handleRollbackOrders(batch, state, { validator: mayBeKept, isDone, changed });

  async function eachTenant(
    { tenantIds, passOver, by, reason }: TenantsOrder,
    what: string,
    carryOut: (wave: number, at: number, standing: TenantState, tenantId: string) => string | null,
  ): Promise<Answered> {
    const updateId = currentUpdateInfo()?.id;
    const waves = state.waves.map(({ sources }) => sources);
    const located = await storeActivities().locateTenants({ batch, waves, tenantIds });
    const repeated = isDone(updateId);
    const answered: Answered = { accepted: [], refused: [] };
    const known = new Map(located.map((one) => [one.tenantId, one]));
    for (const tenantId of tenantIds) {
      const place = known.get(tenantId);
      const why = place
        ? repeated
          ? null
          : carryOut(place.wave, place.at, stateAt(waveOf(state, place.wave).ledger, place.at), tenantId)
        : 'it is not of this batch';
      if (why === null) answered.accepted.push(tenantId);
      else if (!passOver || !place || why === TOO_MANY_HELD) answered.refused.push({ tenantId, why });
    }
    if (repeated) return answered;
    audit(state, `${what} ${shortList(answered.accepted)}`, { by, reason }, now(), updateId);
    changed();
    return answered;
  }

  /** Others may join, or the wave may end, while it is looked who is of the batch. */
  async function refuseMembers(given: AddTenants): Promise<void> {
    const joined = (): number => state.waves.flatMap(({ sources }) => sources).length;
    let seen: number;
    do {
      seen = joined();
      const waves = state.waves.map(({ sources }) => [...sources]);
      const { tenantIds } = await storeActivities().findMembers({ batch, waves, joining: given.source });
      if (tenantIds.length > 0) throw invalid(`of this batch already: ${shortList(tenantIds)}`);
      mayJoin(given);
    } while (seen !== joined());
  }

  function mayJoin({ wave, source, ...order }: AddTenants): void {
    mayBeGiven(order);
    const index = indexOf(wave);
    if (index < state.wave) throw invalid(`wave ${wave} is over: choose a later one`);
    const known = waveOf(state, index).sources.some(
      (joined) => joined.reference === source.reference && joined.wave === source.wave,
    );
    if (known) throw invalid('these tenants have joined already');
  }

  function mayBeGiven(given: Order): void {
    if (isDone()) return;
    if (isOver()) throw invalid(OVER);
    if (state.abort !== null) throw invalid('the batch is being aborted');
    const refusal = refusalOfWords(given, 'once');
    if (refusal !== null) throw invalid(refusal);
  }

  /** Its words are kept with each tenant that it is for. */
  function mayBeKept(given: Order): void {
    mayBeGiven(given);
    const refusal = refusalOfWords(given);
    if (refusal !== null) throw invalid(refusal);
  }

  function indexOf(name: string): number {
    const index = state.waves.findIndex(({ settings }) => settings.name === name);
    if (index < 0) throw invalid(`there is no wave ${name}`);
    return index;
  }

  function isDone(id = currentUpdateInfo()?.id): boolean {
    return wasDone(state, id);
  }
}

const OVER = 'the batch is over';

const RETRYABLE: readonly TenantState[] = [
  'blocked',
  'rolled-back',
  'rollback-incomplete',
  'cancelled',
  'skipped',
  'terminated',
  'timed-out',
];

function now(): string {
  return new Date().toISOString();
}
