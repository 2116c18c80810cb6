import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { LimitChange, Order, Scope, TenantsOrder } from '../domain/batch/orders.js';
import type { Range } from '../domain/batch/ledger.js';
import type { Candidate } from '../domain/batch/reasons.js';
import type { Source } from '../domain/batch/state.js';
import type { BatchStatus } from '../domain/batch/status.js';
import type { RollbackAnswer, UndosUnderWay } from '../domain/batch/undo.js';
import type { Explanation } from '../domain/batch/why.js';
import type { TenantEnding } from '../domain/batch/limits.js';
import type { UndoRecord } from '../domain/outcomes.js';
import type { WantedPeopleSync } from '../domain/people.js';
import type { Said } from '../domain/said.js';
import type { Decision, TenantStatus } from '../domain/tenant-status.js';
import type { OrderAction } from '../domain/work-orders/work-order.js';

/** Where a tenant stands. */
export const tenantStatusQuery = defineQuery<TenantStatus>('status');

/** What this run has registered to be undone; null while it has written nothing. Answers for a terminated run as well. */
export const undoRecordQuery = defineQuery<UndoRecord | null>('undoRecord');

/** Why a tenant is about to be cancelled; sent right before. */
export const cancelReasonSignal = defineSignal<[Said]>('cancelReason');

/** An operator's answer to a tenant that waits for one. Refused where it does not fit. */
export const decideUpdate = defineUpdate<void, [Decision]>('decide');

/** Somebody is there again: a tenant that waits for the administrator's forward looks at once. */
export const lookNowSignal = defineSignal('lookNow');

/** A people sync tells the tenant whose child it is which settings it is about to write. */
export const peopleSyncDecidedSignal = defineSignal<[WantedPeopleSync]>('peopleSyncDecided');

/** A people sync tells the tenant whose child it is when the nightly run starts that it waits for, in milliseconds since 1970. */
export const peopleSyncNightSignal = defineSignal<[number]>('peopleSyncNight');

/** Takes, confirms or rejects a work order of a tenant. Refused where it does not fit. */
export const orderUpdate = defineUpdate<void, [OrderAction]>('order');

/** A tenant tells whoever started it how it ended. Goes to the newest run, and counts once however often it comes. */
export const tenantEndedSignal = defineSignal<[TenantEnding]>('tenantEnded');

/** A tenant tells its batch what a person answered to it. */
export const tenantDecidedSignal = defineSignal<[Decision & { tenantId: string }]>('tenantDecided');

/** A tenant tells its batch that an endpoint refuses a credential which several tenants share; it waits for `endpointOpen`. */
export const endpointRefusedSignal =
  defineSignal<[{ tenantId: string; endpoint: string; why: string }]>('endpointRefused');

/** A tenant tells its batch that it waits for a person's first look, or that it has been had; then it waits for `endpointOpen`. */
export const firstLookSignal = defineSignal<[{ tenantId: string; over: boolean }]>('firstLook');

/** A tenant tells its batch that its maintenance window had closed before its first write, or is open; then it waits for `endpointOpen`. */
export const outsideWindowSignal = defineSignal<[{ tenantId: string; over: boolean }]>('outsideWindow');

/** The batch tells a tenant that waits for an endpoint, or for its turn after a first look or a closed window, to go on. */
export const endpointOpenSignal = defineSignal('endpointOpen');

/** Who wants to know that a tenant stands, and how often that one has told it to stop or to go on. */
export interface Asker {
  batch: string;
  told: number;
}

/** The batch tells a tenant to stop before its next step, or to go on. `asker`: absent where nobody wants to know that it stands. */
export const pauseSignal = defineSignal<[paused: boolean, asker?: Asker]>('setPaused');

/** A tenant tells its batch that it stands, as it was told then. */
export const tenantStandsSignal = defineSignal<[{ tenantId: string; told: number }]>('tenantStands');

/** A people sync tells the tenant whose child it is that it stands, as it was told then. */
export const peopleSyncStandsSignal = defineSignal<[Asker]>('peopleSyncStands');

/** A worker tells the batch that a target asks to be asked less often. */
export const targetThrottledSignal = defineSignal<[{ tenantId: string }]>('targetThrottled');

/** Where a batch stands: counts, never tenants. */
export const batchStatusQuery = defineQuery<BatchStatus>('progress');

/** Where the tenants of each wave lie in the store, the endpoints that are held, and the limits of targets. */
export const sourcesQuery = defineQuery<{ waves: Source[][]; endpoints: string[]; targets: Record<string, number> }>(
  'sources',
);

/** Those of each wave who were left out, by their positions in it. */
export const leftOutQuery = defineQuery<{ sources: Source[]; at: Range[] }[]>('leftOut');

/** What keeps a tenant of the batch where it is. */
export const whyQuery = defineQuery<Explanation, [Candidate]>('why');

/** Holds the batch, a wave, a tenant or an endpoint; a tenant that runs alone takes it as well. */
export const pauseUpdate = defineUpdate<void, [Order & { on: Scope }]>('pause');

/** Lifts a pause; for the batch also goes on after a limit was exceeded, with new limits where they are given. */
export const resumeUpdate = defineUpdate<void, [Order & { on: Scope; limits?: LimitChange }]>('resume');

/** New limits of a wave, or of the batch where `wave` is null. */
export const setLimitsUpdate = defineUpdate<void, [Order & { wave: string | null; change: LimitChange }]>('setLimits');

/** Lets the next wave start after one that asked for approval. `content`: hash of the batch that is approved. */
export const approveWaveUpdate = defineUpdate<void, [Order & { wave: string; content?: string }]>('approveWave');

/** Stops the batch instead of going on to the next wave. */
export const rejectWaveUpdate = defineUpdate<void, [Order & { wave: string }]>('rejectWave');

/** Migrates the tenants of a batch that was started to prepare them only. */
export const cutOverUpdate = defineUpdate<void, [Order]>('cutOver');

/** Ends the batch. `finish-step`: running tenants stop before their next step and wait; `undo`: they are undone. */
export const abortUpdate = defineUpdate<void, [Order & { how: 'finish-step' | 'undo' }]>('abort');

/** Which tenants an order was carried out for, and why not for the others. */
export interface Answered {
  accepted: string[];
  refused: { tenantId: string; why: string }[];
}

/** Tenants of the store join a wave. `content`: hash of the batch with them. */
export type AddTenants = Order & { wave: string; source: Source; content: string };
export const addTenantsUpdate = defineUpdate<void, [AddTenants]>('addTenants');

/** Tenants that have not started are left out; they end as `skipped`. */
export const dropTenantsUpdate = defineUpdate<Answered, [TenantsOrder]>('dropTenants');

/** Holds tenants, as `pause` holds one. */
export const pauseTenantsUpdate = defineUpdate<Answered, [TenantsOrder]>('pauseTenants');

/** Lifts the pause of tenants. */
export const resumeTenantsUpdate = defineUpdate<Answered, [TenantsOrder]>('resumeTenants');

/** Tenants that ended otherwise than migrated start again. */
export const retryTenantsUpdate = defineUpdate<Answered, [TenantsOrder]>('retryTenants');

/** `elsewhere`: not of this batch, so that only whoever asks can undo them. */
export type RolledBack = RollbackAnswer & { elsewhere: string[] };

/**
 * Tenants are undone wherever they stand: who has not started is left out, who runs is cancelled, and who has ended is undone, unless
 * that is longer ago than `withinMs`.
 */
export const rollbackTenantsUpdate = defineUpdate<RolledBack, [Order & { tenantIds: string[]; withinMs?: number }]>(
  'rollbackTenants',
);

/** Who is being undone, or will be as soon as nothing holds that back. */
export const undosQuery = defineQuery<UndosUnderWay>('undos');
