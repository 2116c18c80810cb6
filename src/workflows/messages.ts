import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchStatus, TenantEnding } from '../domain/batch-status.js';
import type { UndoRecord } from '../domain/outcomes.js';
import type { Decision, TenantStatus } from '../domain/tenant-status.js';

/** Where a tenant stands. */
export const tenantStatusQuery = defineQuery<TenantStatus>('status');

/** What this run has registered to be undone; null while it has written nothing. Answers for a terminated run as well. */
export const undoRecordQuery = defineQuery<UndoRecord | null>('undoRecord');

/** An operator's answer to a tenant that waits for one. Refused where it does not fit. */
export const decideUpdate = defineUpdate<void, [Decision]>('decide');

/** A tenant tells its batch how it ended. Goes to the batch's newest run, and counts once however often it comes. */
export const tenantEndedSignal = defineSignal<[TenantEnding]>('tenantEnded');

/** Where a batch stands: counts, never tenants. */
export const batchStatusQuery = defineQuery<BatchStatus>('progress');

/** Lets the next wave start after one that asked for approval. */
export const approveWaveUpdate = defineUpdate<void, [{ wave: string; by: string; reason: string }]>('approveWave');
