import { setTimeout as pause } from 'node:timers/promises';
import type { BatchStatus } from '../domain/batch/status.js';
import { nextAction } from '../domain/details.js';
import { tenantsThatWait, type Migrations } from '../client.js';
import type { Output } from './output.js';

export type WatchEnd =
  { because: 'over'; status: BatchStatus } | { because: 'people'; status: BatchStatus } | { because: 'timeout' };

const ASK_EVERY_MS = 700;
/** Only after this many equal looks is "everybody waits" believed: a tenant may be just about to go on. */
const LOOKS_BEFORE_GIVING_UP = 5;

export interface WatchOptions {
  batch: string;
  tenantIds: ReadonlySet<string>;
  timeoutMs: number | null;
}

/** Follows a batch to its end, or to the point where only people can go on. */
export async function watchBatch(
  migrations: Migrations,
  { batch, tenantIds, timeoutMs }: WatchOptions,
  out: Output,
): Promise<WatchEnd> {
  const result = migrations.batchResult(batch);
  let over: BatchStatus | undefined;
  let broken: Error | undefined;
  result.then(
    (status) => (over = status),
    (error: unknown) => (broken = error instanceof Error ? error : new Error('the batch ended without a result')),
  );
  const since = Date.now();
  const told = new Set<string>();
  let stuckLooks = 0;

  for (;;) {
    if (timeoutMs !== null && Date.now() - since > timeoutMs) return { because: 'timeout' };
    if (broken !== undefined) throw broken;
    if (over) return { because: 'over', status: over };

    const status = await migrations.batchStatus(batch);
    if (status?.outcome === 'stopped-by-limit') return { because: 'over', status };
    if (status) {
      out.progress(progressLine(status, out));
      const stuck = await onlyPeopleCanGoOn(migrations, status, tenantIds, told, out);
      stuckLooks = stuck ? stuckLooks + 1 : 0;
      if (stuckLooks >= LOOKS_BEFORE_GIVING_UP) return { because: 'people', status };
    }
    await pause(ASK_EVERY_MS);
  }
}

/** Counts first, then what is left. */
export function progressLine(status: BatchStatus, out: Output): string {
  const finished = Object.values(status.endings).reduce((sum, count) => sum + count, 0);
  const index = status.waves.findIndex(({ name }) => name === status.wave);
  const wave = status.wave === null ? status.batch : `wave ${index + 1}/${status.waves.length} ${status.wave}`;
  const counts = Object.entries(status.endings).map(([ending, count]) => `${count} ${ending} · `);
  const minutes = (Date.now() - Date.parse(status.startedAt)) / 60_000;
  const rate = finished > 0 && minutes > 0 ? ` · ${(finished / minutes).toFixed(1)}/min` : '';
  return out.text.progress(finished, status.total, counts.join(''), status.running, rate, wave);
}

async function onlyPeopleCanGoOn(
  migrations: Migrations,
  status: BatchStatus,
  tenantIds: ReadonlySet<string>,
  told: Set<string>,
  out: Output,
): Promise<boolean> {
  if (status.awaitsApproval !== null) {
    if (!told.has(status.awaitsApproval)) out.say(out.text.waitsForApproval(status.awaitsApproval));
    told.add(status.awaitsApproval);
    return status.running === 0;
  }
  // Also those of another batch that this one has adopted.
  const waiting = (await migrations.tenants(tenantsThatWait())).filter(({ tenantId }) => tenantIds.has(tenantId));
  for (const { tenantId } of waiting) {
    if (told.has(tenantId)) continue;
    const tenant = await migrations.tenantStatus(tenantId);
    if (!tenant?.waiting) continue;
    told.add(tenantId);
    out.say(out.text.waitsFor(tenantId, nextAction(tenant)));
  }
  const wave = status.waves.find(({ name }) => name === status.wave);
  const canStart = status.stoppedBy === null && wave !== undefined && wave.finished + wave.running < wave.size;
  return status.running > 0 && waiting.length === status.running && !(canStart && status.running < wave.width);
}
