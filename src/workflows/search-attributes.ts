import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { patched, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import type { Outcome } from '../domain/outcomes.js';
import { nextOfBatch } from '../domain/batch/details.js';
import { awaitsOrder, type BatchStatus } from '../domain/batch/status.js';
import type { Step } from '../domain/steps.js';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.js';

const STEP = defineSearchAttributeKey(SEARCH_ATTRIBUTES.step.name, SearchAttributeType.KEYWORD);
const OUTCOME = defineSearchAttributeKey(SEARCH_ATTRIBUTES.outcome.name, SearchAttributeType.KEYWORD);
const FINDINGS = defineSearchAttributeKey(SEARCH_ATTRIBUTES.findings.name, SearchAttributeType.KEYWORD_LIST);
const NEEDS_ATTENTION = defineSearchAttributeKey(SEARCH_ATTRIBUTES.needsAttention.name, SearchAttributeType.BOOL);
const BATCH = defineSearchAttributeKey(SEARCH_ATTRIBUTES.batch.name, SearchAttributeType.KEYWORD);
const TENANT = defineSearchAttributeKey(SEARCH_ATTRIBUTES.tenant.name, SearchAttributeType.KEYWORD);
const WAVE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.wave.name, SearchAttributeType.KEYWORD);
const SITE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.site.name, SearchAttributeType.KEYWORD);

export interface ShownState {
  step: Step | null;
  outcome: Outcome | null;
  codes: readonly string[];
  needsAttention: boolean;
}

/** What operators filter by. One event for all of them together; call it when a phase changes, not more often. */
export function showInLists({ step, outcome, codes, needsAttention }: ShownState): void {
  upsertSearchAttributes([
    { key: STEP, value: step },
    { key: OUTCOME, value: outcome },
    { key: FINDINGS, value: codes.length > 0 ? [...new Set(codes)] : null },
    { key: NEEDS_ATTENTION, value: needsAttention },
  ]);
}

/**
 * A batch in the lists: held by a limit, prepared, or waiting for somebody. `asks`: a look found that one of its tenants does.
 * Answers what was shown, so that nothing is shown twice.
 */
export function showBatchInLists(status: BatchStatus, before: string, asks: boolean): string {
  const { outcome, over } = status;
  const attention = awaitsOrder(status) || (asks && !over);
  const shown = `${outcome ?? ''} ${String(attention)}`;
  if (shown !== before && !(before === '' && shown === ' false')) {
    tellNext(over ? null : nextOfBatch(status));
    upsertSearchAttributes([
      { key: OUTCOME, value: outcome },
      { key: NEEDS_ATTENTION, value: attention },
    ]);
  }
  return shown;
}

/** In the memo, for whoever looks while no worker answers. */
function tellNext(next: string | null): void {
  // Runs of older versions told nobody.
  return patched('next-in-memo') ? upsertMemo({ next }) : undefined;
}

/** A partition stands beside its batch in the lists. */
export function batchAttributes(batch: string) {
  return [{ key: BATCH, value: batch }];
}

/** Given at the start, so that they cost no event. */
export function startAttributes(of: { tenantId: string; site: string; batch?: string; wave?: string }) {
  return [
    { key: TENANT, value: of.tenantId },
    { key: SITE, value: of.site },
    ...(of.batch === undefined ? [] : [{ key: BATCH, value: of.batch }]),
    ...(of.wave === undefined ? [] : [{ key: WAVE, value: of.wave }]),
  ];
}
