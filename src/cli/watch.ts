import { setTimeout as pause } from 'node:timers/promises';
import { awaitsCutOver, isAtAnEnd, isPausedByPerson, type BatchStatus } from '../domain/batch/status.js';
import { heldTogether } from '../domain/batch/held.js';
import { tenantsThatWait, type Migrations } from '../client.js';
import { inLang } from '../domain/said.js';
import { progressLine } from './batch-lines.js';
import type { Tenant } from '../domain/tenant.js';
import type { Temporal } from '../temporal.js';
import { missingWorkers, sayMissing } from './missing-workers.js';
import type { Output } from './output.js';

export type WatchEnd =
  | { because: 'over' | 'people' | 'prepared'; status: BatchStatus }
  /** In the Web UI: everything that ran was undone, and there is no result. */
  | { because: 'cancelled' }
  | { because: 'timeout' };

const ASK_EVERY_MS = 700;
/** Often enough that nobody wonders, seldom enough that nobody is flooded. */
const LOOK_FOR_TROUBLE_EVERY_MS = 15_000;
/** Only after this many equal looks is "everybody waits" believed: a tenant may be just about to go on. */
const LOOKS_BEFORE_GIVING_UP = 10;

export interface WatchOptions {
  batch: string;
  temporal: Pick<Temporal, 'mode'>;
  tenants: readonly Tenant[];
  timeoutMs: number | null;
  /** For the commands that are printed. */
  file: string;
}

/** Follows a batch to its end, or to the point where only people can go on. */
export async function watchBatch(
  migrations: Migrations,
  { temporal, batch, tenants, timeoutMs, file }: WatchOptions,
  out: Output,
): Promise<WatchEnd> {
  const tenantIds = new Set(tenants.map(({ id }) => id));
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
  let lookedAt = since;
  let missed: string[] = [];
  /** Once for each time that one has gone. */
  const sayWhoIsMissing = async (): Promise<void> => {
    const missing = await missingWorkers({ temporal, migrations }, tenants, 'migrate');
    const news = missing.filter(({ queue }) => !missed.includes(queue));
    sayMissing(news, out);
    missed = missing.map(({ queue }) => queue);
  };
  await sayWhoIsMissing();

  for (;;) {
    if (timeoutMs !== null && Date.now() - since >= timeoutMs) return { because: 'timeout' };
    if (broken !== undefined) {
      if ((await migrations.batchRow(batch))?.outcome === 'aborted') return { because: 'cancelled' };
      throw broken;
    }
    if (over) return { because: 'over', status: over };

    const status = await migrations.batchStatus(batch);
    if (status?.outcome === 'stopped-by-limit') return { because: 'over', status };
    if (status) {
      out.progress(progressLine(status, out));
      if (awaitsCutOver(status)) return { because: 'prepared', status };
      const stuck = await onlyPeopleCanGoOn(migrations, status, { tenantIds, told, file }, out);
      stuckLooks = stuck ? stuckLooks + 1 : 0;
      if (stuckLooks >= LOOKS_BEFORE_GIVING_UP) return { because: 'people', status };
    }
    if (Date.now() - lookedAt > LOOK_FOR_TROUBLE_EVERY_MS) {
      lookedAt = Date.now();
      await sayWhoIsMissing();
      for (const { tenantId, attempt, why } of await migrations.troubles(batch)) {
        out.say(out.text.troubled(tenantId, attempt, why));
      }
    }
    await pause(ASK_EVERY_MS);
  }
}

async function onlyPeopleCanGoOn(
  migrations: Migrations,
  status: BatchStatus,
  { tenantIds, told, file }: { tenantIds: ReadonlySet<string>; told: Set<string>; file: string },
  out: Output,
): Promise<boolean> {
  if (status.awaitsApproval !== null) {
    if (!told.has(status.awaitsApproval)) out.say(out.text.waitsForApproval(status.awaitsApproval, file));
    told.add(status.awaitsApproval);
    return status.running === 0;
  }
  for (const said of status.waits ?? []) {
    const why = inLang(said, out.lang);
    if (!told.has(why)) out.say(out.text.nobodyStarts(why));
    told.add(why);
  }
  for (const { name, by, reason } of heldTogether(status.holds)) {
    if (!told.has(name)) out.say(out.text.heldBy(name, by, reason));
    told.add(name);
  }
  // Whoever paused it as a whole will resume it, and wants it to go on then.
  if (isPausedByPerson(status)) return false;
  if (status.holds.length > 0 && status.running === 0 && status.startsNobody !== false) return true;
  if (isAtAnEnd(status)) {
    const words = out.text.nobodyLeft(file);
    if (!told.has(words)) out.say(words);
    told.add(words);
    return true;
  }
  // Also those of another batch that this one has adopted.
  const waiting = (await migrations.tenants(tenantsThatWait())).filter(({ tenantId }) => tenantIds.has(tenantId));
  for (const { tenantId, waits } of waiting) {
    const point = `${tenantId} ${waits ?? ''}`;
    if (waits === null || told.has(point)) continue;
    told.add(point);
    out.say(out.text.waitsFor(tenantId, waits.replaceAll('-f FILE', `-f ${file}`)));
  }
  const inFlight = status.running + status.looking + (status.atEndpoint ?? 0);
  return inFlight > 0 && waiting.length === inFlight && status.startsNobody === true;
}
