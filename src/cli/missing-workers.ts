import type { Migrations } from '../client.js';
import {
  COORDINATOR_TASK_QUEUE,
  consoleInspectionTaskQueue,
  consoleTaskQueue,
  inspectionTaskQueue,
  siteTaskQueue,
} from '../domain/ids.js';
import type { Tenant } from '../domain/tenant.js';
import type { Temporal } from '../temporal.js';
import type { Output } from './output.js';

/** What tenants need workers for: to be looked at, or to be migrated. */
export type Work = 'look' | 'migrate';

/** A queue that nobody asks for work, so that whatever lies in it waits without a word. */
export interface MissingWorker {
  queue: string;
  /** Null where it is the coordinator's. */
  site: string | null;
  /** Only a worker with a browser takes it. */
  needsBrowser: boolean;
}

type Where = Pick<Tenant, 'site' | 'qiyuesuo'>;

/** Every queue that these tenants need, and that nobody polls. On one machine the command itself is the worker, so none is missing there. */
export async function missingWorkers(
  { temporal, migrations }: { temporal: Pick<Temporal, 'mode'>; migrations: Pick<Migrations, 'pollersOf'> },
  tenants: readonly Where[],
  work: Work,
): Promise<MissingWorker[]> {
  if (temporal.mode === 'embedded' || tenants.length === 0) return [];
  const needed = neededWorkers(tenants, work);
  const polled = await Promise.all(needed.map(async ({ queue }) => (await migrations.pollersOf(queue)).length > 0));
  return needed.filter((_, index) => !polled[index]);
}

/** Says it, each with the command that helps. */
export function sayMissing(missing: readonly MissingWorker[], out: Output): void {
  for (const one of missing) out.say(missingLine(one, out));
}

/** Whether a look at this tenant would wait for such a worker. */
export function isNeededBy(tenant: Where, { queue }: MissingWorker): boolean {
  return neededWorkers([tenant], 'look').some((needed) => needed.queue === queue);
}

export function missingLine({ queue, site, needsBrowser }: MissingWorker, { text }: Output): string {
  const command = site === null ? 'qys-e10 worker' : `qys-e10 worker --site ${site} --site-only`;
  return text.nobodyPolls(queue, command, needsBrowser);
}

/** Each queue once: the coordinator's, those of the sites, and those of tenants that a browser drives. */
function neededWorkers(tenants: readonly Where[], work: Work): MissingWorker[] {
  const [siteOf, consoleOf] =
    work === 'look' ? [inspectionTaskQueue, consoleInspectionTaskQueue] : [siteTaskQueue, consoleTaskQueue];
  const coordinator = { queue: COORDINATOR_TASK_QUEUE, site: null, needsBrowser: false };
  const needed = tenants.flatMap(({ site, qiyuesuo }) => [
    { queue: siteOf(site), site, needsBrowser: false },
    ...(qiyuesuo.driver === 'browser' ? [{ queue: consoleOf(site), site, needsBrowser: true }] : []),
  ]);
  const all = work === 'look' ? needed : [coordinator, ...needed];
  return [...new Map(all.map((one) => [one.queue, one])).values()];
}
