import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { tenantOfWorkflowId, tenantWorkflowId } from '../domain/ids.js';
import type { Ending } from '../domain/batch/limits.js';
import { asOutcome, type Outcome } from '../domain/outcomes.js';
import { SEARCH_ATTRIBUTES, type SearchAttribute } from '../domain/search-attributes.js';
import { STEPS, type Step } from '../domain/steps.js';
import { isOpen, type WorkOrder } from '../domain/work-orders/work-order.js';

/** One tenant as the lists of Temporal show it: needs no worker and no query. */
export interface TenantRow {
  tenantId: string;
  batch: string | null;
  wave: string | null;
  step: Step | null;
  /** Null while it runs. */
  outcome: Outcome | null;
  ending: Ending | null;
  findings: string[];
  needsAttention: boolean;
  /** What it waits for, in words, with who does what next; null where it waits for nobody. */
  waits: string | null;
  /** Its open work order. */
  order: WorkOrder | null;
  startedAt: string;
  endedAt: string | null;
  runId: string;
}

const key = (name: SearchAttribute) => SEARCH_ATTRIBUTES[name].name;
const STEP = defineSearchAttributeKey(key('step'), SearchAttributeType.KEYWORD);
export const OUTCOME = defineSearchAttributeKey(key('outcome'), SearchAttributeType.KEYWORD);
const FINDINGS = defineSearchAttributeKey(key('findings'), SearchAttributeType.KEYWORD_LIST);
export const NEEDS_ATTENTION = defineSearchAttributeKey(key('needsAttention'), SearchAttributeType.BOOL);
export const BATCH = defineSearchAttributeKey(key('batch'), SearchAttributeType.KEYWORD);
export const TENANT = defineSearchAttributeKey(key('tenant'), SearchAttributeType.KEYWORD);
export const WAVE = defineSearchAttributeKey(key('wave'), SearchAttributeType.KEYWORD);
export const SITE = defineSearchAttributeKey(key('site'), SearchAttributeType.KEYWORD);

const ALL_RUNS = "WorkflowType IN ('migrateTenant', 'rollbackTenant')";

/** The list filter for tenants that wait for somebody, in whatever batch, or in one. */
export function tenantsThatWait(batch?: string): string {
  const runs = batch === undefined ? ALL_RUNS : runsOfBatch(batch);
  return `${runs} AND ExecutionStatus = 'Running' AND ${key('needsAttention')} = true`;
}

/** The list filter for everything that may have an open work order: people syncs that run alone as well. */
export function everythingThatWaits(): string {
  return `WorkflowType IN ('migrateTenant', 'rollbackTenant', 'syncPeople') AND ExecutionStatus = 'Running' AND ${key('needsAttention')} = true`;
}

/** The list filter for the runs of these tenants, in whatever batch. */
export function runsOfTenants(tenantIds: readonly string[]): string {
  const ids = tenantIds.map((id) => `'${id}'`).join(', ');
  return `${ALL_RUNS} AND ${key('tenant')} IN (${ids})`;
}

/** The list filter for all runs of tenants that a batch started. */
export function runsOfBatch(batch: string): string {
  return `${ALL_RUNS} AND ${key('batch')} = '${batch}'`;
}

/** The list filter for runs of a batch that did not end well: whoever is as wanted, or was left out, completes. */
export function runsNotWell(batch: string): string {
  return `${runsOfBatch(batch)} AND ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')`;
}

/** The newest run of every tenant that matches. `where` is a list filter of Temporal. */
export async function newestRows(client: Client, where: string): Promise<TenantRow[]> {
  const newest = new Map<string, TenantRow>();
  for await (const info of client.workflow.list({ query: where })) {
    const row = rowOf(info);
    if (!row) continue;
    const known = newest.get(row.tenantId);
    if (!known || known.startedAt < row.startedAt) newest.set(row.tenantId, row);
  }
  return [...newest.values()];
}

/** The newest run of one tenant, never of a moment ago as in the lists; undefined where it never ran. */
export async function newestRow(client: Client, tenantId: string): Promise<TenantRow | undefined> {
  try {
    return rowOf(await client.workflow.getHandle(tenantWorkflowId(tenantId)).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

type RunOfBatch = { running: boolean; startedAt: string } | null | undefined;

/** Whether it ended before this run of the batch began: an earlier one, or somebody, migrated or undid it. */
export function endedBefore({ ending, endedAt }: TenantRow, under: RunOfBatch): boolean {
  return ending !== null && (endedAt ?? '') < (under?.startedAt ?? '');
}

/** While a batch is under way, a tenant of it that ended before it began has not had its turn. */
export function isOfBefore(row: TenantRow, under: RunOfBatch): boolean {
  return under?.running === true && endedBefore(row, under);
}

function rowOf(info: Omit<WorkflowExecutionInfo, 'raw'>): TenantRow | undefined {
  const tenantId = tenantOfWorkflowId(info.workflowId);
  if (tenantId === undefined) return undefined;
  const attributes = info.typedSearchAttributes;
  const outcome = asOutcome(attributes.get(OUTCOME));
  const isRunning = info.status.name === 'RUNNING';
  const waits = info.memo?.['waits'];
  return {
    tenantId,
    batch: attributes.get(BATCH) ?? null,
    wave: attributes.get(WAVE) ?? null,
    step: STEPS.find((step) => step === attributes.get(STEP)) ?? null,
    outcome,
    ending: info.status.name === 'RUNNING' ? null : (outcome ?? outsideEnding(info.status.name)),
    findings: attributes.get(FINDINGS) ?? [],
    needsAttention: isRunning && (attributes.get(NEEDS_ATTENTION) ?? false),
    waits: isRunning && typeof waits === 'string' ? waits : null,
    order: isRunning ? openOrderIn(info) : null,
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
    runId: info.runId,
  };
}

/** The open work order of a run, from its memo. */
export function openOrderIn({ memo }: Pick<WorkflowExecutionInfo, 'memo'>): WorkOrder | null {
  const order = memo?.['order'] as WorkOrder | null | undefined;
  return order && isOpen(order) ? order : null;
}

function outsideEnding(status: string): Ending {
  if (status === 'CANCELLED') return 'cancelled';
  return status === 'TIMED_OUT' ? 'timed-out' : 'terminated';
}
