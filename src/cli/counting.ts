import { IDS_IN_A_LIST, isOfBefore, type Migrations } from '../client.js';
import { isNotWell, type Ending } from '../domain/batch/limits.js';
import type { BatchStatus } from '../domain/batch/status.js';
import { causesOf, type BatchReport } from '../reports/batch-report.js';
import { emptyReport } from '../reports/tenant-report.js';
import { shownBy, type Known } from './reporting.js';
import type { Selection } from './selection.js';

/**
 * Whether the counts of a batch tell all of these tenants: they are many, and just those that it has. Fewer are looked for one by
 * one, which also finds what became of them elsewhere. Of those that still ran when the batch was over it cannot tell the end.
 */
export function countsTell({ total, over, running, parked }: BatchStatus, tenants: number): boolean {
  return tenants > IDS_IN_A_LIST && total === tenants && !(over && running + parked > 0);
}

type Lists = Pick<Migrations, 'notWell' | 'waitingIn' | 'newestRuns'>;

/** A batch by its own counts, without its tenants: Temporal lists only whoever did not end well, for the causes. */
export async function countedReport(
  migrations: Lists,
  { file, batch, selected }: Pick<Selection, 'file' | 'batch' | 'selected'>,
  { row, status }: Known & { status: BatchStatus },
): Promise<BatchReport> {
  const { endings } = status;
  const expected = endingsIn(status).reduce((sum, ending) => sum + (isNotWell(ending) ? (endings[ending] ?? 0) : 0), 0);
  const [rows, waiting] = await Promise.all([
    migrations.notWell(batch.batch, expected),
    waitingOf(migrations, batch.batch, status),
  ]);
  const reports = rows
    .filter((one) => !isOfBefore(one, row))
    .map((one) => ({ ...emptyReport(batch.batch, { id: one.tenantId, name: '' }, null), ...shownBy(one, file) }));
  return {
    schemaVersion: 1,
    batch: batch.batch,
    outcome: status.outcome ?? row?.outcome ?? null,
    total: selected.length,
    counts: standings(status, waiting),
    causes: causesOf(reports),
    tenants: [],
  };
}

/** One that was taken over waits under the name of another batch: the coordinator names the first few who wait. */
async function waitingOf(migrations: Lists, batch: string, { asking }: BatchStatus): Promise<number> {
  const waiting = await migrations.waitingIn(batch);
  if (waiting > 0 || !asking || asking.count === 0) return waiting;
  const rows = await migrations.newestRuns(batch, asking.tenants);
  return [...rows.values()].filter(({ needsAttention }) => needsAttention).length;
}

/** How the tenants of a batch ended, each way once; null where some have not. Who was left out may be taken back until its end. */
export function endingsOf(status: BatchStatus): (Ending | null)[] {
  const { running, parked, prepared, notStarted, over } = status;
  const endings = endingsIn(status).map((ending) => (ending === 'skipped' && !over ? null : ending));
  return [...endings, ...(running + parked + prepared + notStarted > 0 ? [null] : [])];
}

function endingsIn({ endings }: BatchStatus): Ending[] {
  return Object.keys(endings) as Ending[];
}

/** As the rows of all tenants would be counted. `waiting`: of those that run. */
function standings(
  { endings, prepared, running, parked, notStarted }: BatchStatus,
  waiting: number,
): BatchReport['counts'] {
  const run = running + parked;
  const waits = Math.min(waiting, run);
  const counts: BatchReport['counts'] = {
    ...endings,
    skipped: (endings.skipped ?? 0) + prepared,
    running: run - waits,
    waiting: waits,
    'not-started': notStarted,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
