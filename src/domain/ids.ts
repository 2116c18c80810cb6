/** Ids of tenants and batches become workflow ids, task queues, list filters and file names, so they are lower-case and short. */
export const ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** The id is the lock: one tenant cannot be migrated twice at once. */
export function tenantWorkflowId(tenantId: string): string {
  return `tenant/${tenantId}`;
}

/** One people sync of a tenant at a time, whether its migration or somebody started it. */
export function peopleSyncWorkflowId(tenantId: string): string {
  return `people-sync/${tenantId}`;
}

/** A look at a tenant takes no lock: it writes nothing, and each is one of its own. */
export function inspectionWorkflowId(tenantId: string, unique: string): string {
  return `inspect/${tenantId}/${unique}`;
}

export function batchWorkflowId(batch: string): string {
  return `batch/${batch}`;
}

/** The batch of a coordinator's workflow id, or undefined where the id is not one of a coordinator. */
export function batchOfWorkflowId(workflowId: string): string | undefined {
  const [, batch] = /^batch\/([^/]+)$/.exec(workflowId) ?? [];
  return batch;
}

/** One of those that start the tenants of a batch for its coordinator. */
export function partitionWorkflowId(batch: string, partition: number): string {
  return `${batchWorkflowId(batch)}/part-${partition}`;
}

/** The tenant of a workflow id, or undefined where the id is not one of a tenant. */
export function tenantOfWorkflowId(workflowId: string): string | undefined {
  return workflowId.startsWith('tenant/') ? workflowId.slice('tenant/'.length) : undefined;
}

/** The same for a people sync. */
export function tenantOfPeopleSync(workflowId: string): string | undefined {
  return workflowId.startsWith('people-sync/') ? workflowId.slice('people-sync/'.length) : undefined;
}

/** Coordinators and their store run here. */
export const COORDINATOR_TASK_QUEUE = 'qys-e10';

/** Workers inside the site's network poll this queue; nobody else can reach its systems. */
export function siteTaskQueue(site: string): string {
  return `${COORDINATOR_TASK_QUEUE}@${site}`;
}

/** Tenants whose console driver is `browser`: polled by workers that have one. */
export function consoleTaskQueue(site: string): string {
  return `${COORDINATOR_TASK_QUEUE}-console@${site}`;
}

/** Looks at such tenants: a worker without a browser must not take them. */
export function consoleInspectionTaskQueue(site: string): string {
  return `${COORDINATOR_TASK_QUEUE}-console-inspect@${site}`;
}

/** Looks at tenants have a queue of their own: whoever serves it can write nothing, and wakes no interrupted migration. */
export function inspectionTaskQueue(site: string): string {
  return `${COORDINATOR_TASK_QUEUE}-inspect@${site}`;
}

/** What lies on the disk of one worker is done by that one alone; `home` is the name of its data folder. */
export function peopleTaskQueue(site: string, home: string): string {
  return `${COORDINATOR_TASK_QUEUE}-people@${site}/${home}`;
}

/**
 * All that a batch starts shares this key: of what waits in a site's queue every batch gets its turn, however many tenants the
 * others have. Temporal takes 64 bytes; a batch's name has 63 at most.
 */
export function fairnessKey(batch: string): string {
  return batch;
}

/** Stable over retries and Continue-As-New, new for a new run of the tenant (`firstExecutionRunId`). */
export function idempotencyKey(firstExecutionRunId: string, step: string): string {
  return `${firstExecutionRunId}/${step}`;
}
