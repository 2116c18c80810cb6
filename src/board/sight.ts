import { LRUCache } from 'lru-cache';
import pMap from 'p-map';
import {
  BatchMissing,
  isOfBefore,
  runsOfBatch,
  type BatchRow,
  type ListedBatch,
  type OpenOrder,
  type TenantEnd,
  type TenantRow,
  type Trouble,
} from '../client.js';
import { isNotWell } from '../domain/batch/limits.js';
import type { BatchStatus } from '../domain/batch/status.js';
import { assignWaves } from '../domain/batch/waves.js';
import type { Explanation } from '../domain/batch/why.js';
import type { LeftBefore } from '../domain/left-before.js';
import { windowAt, type WindowNow } from '../domain/maintenance-window.js';
import type { TenantStatus } from '../domain/tenant-status.js';
import type { Tenant } from '../domain/tenant.js';
import { inQueue } from '../domain/work-orders/queue.js';
import type { WorkOrder } from '../domain/work-orders/work-order.js';
import type { BoardOptions } from './options.js';
import { createSharedLooks } from './shared-looks.js';

/** Which tenants of a batch are listed. */
export const SHOWN = ['attention', 'running', 'failed', 'ended', 'all'] as const;
export type Shown = (typeof SHOWN)[number];

/** One tenant in a list. `row`: null where it has not run; `dropped`: and will not, since it was left out of its batch. */
export interface ListedTenant {
  id: string;
  name: string;
  wave: string | null;
  row: TenantRow | null;
  dropped: boolean;
}

/** What stopped tenants, by the code that `retry --code` takes. */
export interface Cause {
  code: string;
  tenants: string[];
}

/** A tenant that waits for an answer; `status`: undefined where no worker answers. */
export interface Waiter {
  id: string;
  status: TenantStatus | undefined;
}

export interface Overview {
  batch: string;
  /** Null where it was never started. */
  row: BatchRow | null;
  /** Null where no worker answers, or it was never started. */
  status: BatchStatus | null;
  orders: number;
  waiters: Waiter[];
  /** Waiters that are not told one by one. */
  moreWaiters: number;
  troubles: Trouble[];
  causes: Cause[];
  /** Tenants of the file, or whom the lists know. */
  total: number;
  /** Of them, whose newest run has ended, or who were left out. */
  ended: number;
  list: { shown: Shown; tenants: ListedTenant[]; page: number; pages: number };
}

export interface QueuedOrder {
  tenantId: string;
  name: string;
  order: WorkOrder;
  waveName: string | null;
  /** Null where any time will do. */
  window: WindowNow | null;
}

export interface TenantSight {
  id: string;
  name: string;
  wave: string | null;
  batch: string | null;
  tenant: Tenant | undefined;
  row: TenantRow | undefined;
  /** It never ran, and was left out of its batch. */
  dropped: boolean;
  status: TenantStatus | undefined;
  end: TenantEnd | undefined;
  why: Explanation | undefined;
  order: OpenOrder | undefined;
  /** What an earlier run has left to follow up, where the newest one found nothing to write. */
  left: LeftBefore | null;
}

export interface OrderSight {
  tenantId: string;
  tenant: Tenant;
  order: WorkOrder;
  /** The order of this tenant that is open now, if it is another one. */
  next: number | null;
}

export type Sight = ReturnType<typeof createSight>;

/** Waiters that are asked one by one what they wait for. */
const ASKED = 20;
const AT_ONCE = 10;
const ON_A_PAGE = 50;

/** What the pages show, read from Temporal and the batch file. Looks only. */
export function createSight({ migrations, file, now }: Pick<BoardOptions, 'migrations' | 'file' | 'now'>) {
  const batchName = file?.batch.batch ?? null;
  const ofFile = new Map(
    file
      ? assignWaves(file.batch).flatMap(({ wave, tenants }) =>
          tenants.map((tenant) => [tenant.id, { tenant, wave: wave.name }] as const),
        )
      : [],
  );
  const rowsOnce = createSharedLooks<TenantRow[]>(now);
  const statusOnce = createSharedLooks<BatchStatus | undefined>(now);
  const ordersOnce = createSharedLooks<OpenOrder[]>(now);
  const troublesOnce = createSharedLooks<Trouble[]>(now);
  const throughOnce = createSharedLooks<boolean>(now);
  const turnsOnce = createSharedLooks<(tenantId: string) => boolean>(now);
  const leftOutOnce = createSharedLooks<ReadonlySet<string> | undefined>(now);
  const leftBeforeOnce = createSharedLooks<LeftBefore | null>(now);
  const waiterOnce = createSharedLooks<TenantStatus | undefined>(now);
  /** By run: what a run was started with never changes. */
  const asStarted = new LRUCache<string, Tenant>({ max: REMEMBERED });

  async function startedWith(tenantId: string, runId: string): Promise<Tenant | undefined> {
    const known = asStarted.get(runId);
    if (known) return known;
    const tenant = await migrations.tenantAsStarted(tenantId, runId);
    if (tenant) asStarted.set(runId, tenant);
    return tenant;
  }

  /** With a batch file, the board is about its tenants and no others. */
  function isOurs(tenantId: string, batch: string | null): boolean {
    return file === null || ofFile.has(tenantId) || batch === batchName;
  }

  /**
   * Before its end, nothing but the batch itself knows whom it has left out. Asked only where it has left out anybody, and a batch file
   * says who else is to be listed than those that have run.
   */
  async function leftOut(batch: string, row: BatchRow | null, status: BatchStatus | undefined): Promise<IsLeftOut> {
    if (file === null) return () => false;
    if (!row?.running) {
      const through = await isThrough(row);
      return () => through;
    }
    if (!status?.endings.skipped) return () => false;
    const ids = await leftOutOnce(batch, () => migrations.leftOut(batch));
    return (id) => ids?.has(id) === true;
  }

  /** Undefined also where the batch lies on another machine. */
  async function whyOf(batch: string, id: string): Promise<Explanation | undefined> {
    try {
      return (await migrations.why(batch, id)) ?? undefined;
    } catch (error) {
      if (error instanceof BatchMissing) return undefined;
      throw error;
    }
  }

  /** Who of those that ended before will have a turn in the run that is under way. */
  async function turnsIn(
    batch: string,
    { known, row, status }: { known: readonly TenantRow[]; row: BatchRow | null; status: BatchStatus | undefined },
  ): Promise<(tenantId: string) => boolean> {
    if (file === null || !known.some((one) => isOfBefore(one, row))) return () => true;
    return turnsOnce(batch, () => migrations.turnsIn(file.batch, status));
  }

  /** As in the CLI's `status`. */
  async function isThrough(row: BatchRow | null): Promise<boolean> {
    if (file === null || row === null || row.running) return false;
    return throughOnce(`${row.content} ${row.outcome}`, () => Promise.resolve(migrations.isThrough(file.batch, row)));
  }

  async function openOrders(): Promise<OpenOrder[]> {
    const open = await ordersOnce('all', () => migrations.openOrders());
    return open.filter(({ tenantId, run }) => isOurs(tenantId, run.batch));
  }

  async function nameOf(id: string, row: TenantRow | null): Promise<string> {
    const known = ofFile.get(id)?.tenant.name;
    if (known !== undefined || !row) return known ?? id;
    return (await startedWith(id, row.runId))?.name ?? id;
  }

  return {
    batches(): Promise<ListedBatch[]> {
      return migrations.batches();
    },

    /** Undefined where the board is not about this batch, or nobody knows it. */
    async overview(batch: string, wanted: { shown?: Shown; page: number }): Promise<Overview | undefined> {
      if (batchName !== null && batchName !== batch) return undefined;
      const row = (await migrations.batchRow(batch)) ?? null;
      if (!row && batchName === null) return undefined;
      const counts = async (): Promise<BatchStatus | undefined> =>
        row ? statusOnce(batch, () => statusOf(batch, row)) : undefined;
      const [status, known, orders, troubles] = await Promise.all([
        counts(),
        rowsOnce(batch, () => rowsOf(batch, counts)),
        openOrders(),
        row?.running ? troublesOnce(batch, () => migrations.troubles(batch)) : [],
      ]);
      const hasTurn = await turnsIn(batch, { known, row, status });
      const rows = known.filter((one) => !(isOfBefore(one, row) && hasTurn(one.tenantId)));
      const ofBatch = orders.filter(({ run, tenantId }) => run.batch === batch || ofFile.has(tenantId));
      const withOrder = new Set(ofBatch.map(({ tenantId }) => tenantId));
      const waiting = rows.filter((one) => one.needsAttention && !withOrder.has(one.tenantId));
      const waiters = await pMap(
        waiting.slice(0, ASKED),
        async ({ tenantId }): Promise<Waiter> => ({
          id: tenantId,
          status: await waiterOnce(tenantId, () => migrations.tenantStatus(tenantId)),
        }),
        { concurrency: AT_ONCE },
      );
      const all = listed(rows, await leftOut(batch, row, status));
      const shown = wanted.shown ?? (all.length <= ON_A_PAGE ? 'all' : 'attention');
      const matching = all.filter((one) => isShown(one, shown));
      const pages = Math.max(1, Math.ceil(matching.length / ON_A_PAGE));
      const page = Math.min(Math.max(1, wanted.page), pages);
      const tenants = await pMap(
        matching.slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE),
        async (one): Promise<ListedTenant> => ({ ...one, name: await nameOf(one.id, one.row) }),
        { concurrency: AT_ONCE },
      );
      return {
        batch,
        row,
        status: status ?? null,
        orders: ofBatch.length,
        waiters,
        moreWaiters: waiting.length - waiters.length,
        troubles,
        causes: causesOf(rows),
        total: all.length,
        ended: all.filter((one) => isShown(one, 'ended')).length,
        list: { shown, tenants, page, pages },
      };
    },

    openOrders,

    /** In the order in which they are best done. */
    async queue(): Promise<QueuedOrder[]> {
      const at = new Date(now());
      const open = await openOrders();
      const waves = file?.batch.waves.map(({ name }) => name) ?? [];
      const found = await pMap(
        open,
        async ({ tenantId, order, run }) => {
          const tenant = await startedWith(tenantId, run.runId);
          const waveName = run.wave ?? ofFile.get(tenantId)?.wave ?? null;
          const wave = waveName === null ? -1 : waves.indexOf(waveName);
          return {
            tenantId,
            name: tenant?.name ?? tenantId,
            order,
            waveName,
            window: tenant?.window ? windowAt(tenant.window, at) : null,
            tenant: tenant ?? {},
            wave,
            openedAt: order.trail[0]?.at ?? '',
          };
        },
        { concurrency: AT_ONCE },
      );
      return inQueue(found, at);
    },

    /** Undefined where the board is not about this tenant, or nobody knows it. */
    async tenant(id: string): Promise<TenantSight | undefined> {
      const row = await migrations.tenantRow(id);
      if (!isOurs(id, row?.batch ?? null) || (!row && !ofFile.has(id))) return undefined;
      const inFile = ofFile.get(id);
      const batch = row?.batch ?? batchName;
      const [end, status, order, tenant, under] = await Promise.all([
        row ? migrations.tenantEnd(id) : undefined,
        row ? migrations.tenantStatus(id) : undefined,
        row ? migrations.openOrderOf(id) : undefined,
        row ? startedWith(id, row.runId) : inFile?.tenant,
        batch === null ? undefined : migrations.batchRow(batch),
      ]);
      const why = batch !== null && under?.running && !end ? await whyOf(batch, id) : undefined;
      // A walk through its runs: pages that keep themselves up to date share it.
      const left =
        end?.ending === 'already-migrated' && row
          ? await leftBeforeOnce(row.runId, () => migrations.leftBefore(id))
          : null;
      const dropped = !row && (under?.running ? why?.state === 'skipped' : await isThrough(under ?? null));
      const name = tenant?.name ?? status?.name ?? inFile?.tenant.name ?? id;
      const wave = row?.wave ?? inFile?.wave ?? null;
      return { id, name, wave, batch, tenant: tenant ?? inFile?.tenant, row, dropped, status, end, why, order, left };
    },

    /** As it is now, never as the lists had it a moment ago. Undefined where there is no such order. */
    async order(tenantId: string, number: number): Promise<OrderSight | undefined> {
      const open = await migrations.openOrderOf(tenantId);
      const batch = open ? open.run.batch : await batchOf(tenantId);
      if (!isOurs(tenantId, batch)) return undefined;
      const order =
        open?.order.number === number
          ? open.order
          : (await migrations.tenantStatus(tenantId))?.orders.find((one) => one.number === number);
      const tenant = open
        ? await startedWith(tenantId, open.run.runId)
        : ((await migrations.tenantAsStarted(tenantId)) ?? ofFile.get(tenantId)?.tenant);
      if (!order || !tenant) return undefined;
      const next = open && open.order.number !== number ? open.order.number : null;
      return { tenantId, tenant, order, next };
    },
  };

  async function batchOf(tenantId: string): Promise<string | null> {
    if (file === null || ofFile.has(tenantId)) return batchName;
    return (await migrations.tenantRow(tenantId))?.batch ?? null;
  }

  /** A tenant of the file that was undone by itself is of no batch, and one that joined later is not in the file. */
  async function rowsOf(batch: string, counts: () => Promise<BatchStatus | undefined>): Promise<TenantRow[]> {
    const [ofBatch, inFile] = await Promise.all([
      migrations.tenants(runsOfBatch(batch)),
      migrations.newestRuns(batch, [...ofFile.keys()], counts),
    ]);
    const newest = new Map(inFile);
    for (const row of ofBatch)
      if ((newest.get(row.tenantId)?.startedAt ?? '') < row.startedAt) newest.set(row.tenantId, row);
    return [...newest.values()];
  }

  function statusOf(batch: string, row: BatchRow): Promise<BatchStatus | undefined> {
    if (row.running) return migrations.batchStatus(batch);
    return migrations.batchResult(batch).catch(() => undefined);
  }

  /** Tenants of the file in its order, and those that only the lists know. */
  function listed(rows: readonly TenantRow[], isLeftOut: IsLeftOut): ListedTenant[] {
    const byId = new Map(rows.map((row) => [row.tenantId, row]));
    const inFile = [...ofFile].map(([id, { tenant, wave }]) => ({
      id,
      name: tenant.name,
      wave,
      row: byId.get(id) ?? null,
      dropped: !byId.has(id) && isLeftOut(id),
    }));
    const others = rows
      .filter(({ tenantId }) => !ofFile.has(tenantId))
      .map((row) => ({ id: row.tenantId, name: row.tenantId, wave: row.wave, row, dropped: false }))
      .sort((one, other) => one.id.localeCompare(other.id));
    return [...inFile, ...others];
  }
}

const REMEMBERED = 2_000;

type IsLeftOut = (tenantId: string) => boolean;

function isShown({ row, dropped }: ListedTenant, shown: Shown): boolean {
  const ending = row?.ending ?? null;
  switch (shown) {
    case 'attention':
      return row?.needsAttention === true || ending === 'rollback-incomplete';
    case 'running':
      return row !== null && ending === null;
    case 'failed':
      return ending !== null && isNotWell(ending);
    case 'ended':
      return ending !== null || dropped;
    case 'all':
      return true;
  }
}

/** As `retry --code` counts them: the newest run of each tenant, where it did not end well. */
function causesOf(rows: readonly TenantRow[]): Cause[] {
  const causes = new Map<string, string[]>();
  for (const { tenantId, ending, findings } of rows) {
    if (ending === null || !isNotWell(ending)) continue;
    for (const code of findings) causes.set(code, [...(causes.get(code) ?? []), tenantId]);
  }
  return [...causes]
    .map(([code, tenants]) => ({ code, tenants }))
    .sort((one, other) => other.tenants.length - one.tenants.length || one.code.localeCompare(other.code));
}
