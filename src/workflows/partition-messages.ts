import { defineSignal } from '@temporalio/workflow';
import type { DealtEnding } from '../domain/batch/limits.js';
import type { MigrateTenantInput } from './migrate-tenant.js';

/** A tenant that a partition is to start. `since`: when the coordinator counted it as running, which tells one start from another. */
export interface DealtTenant {
  input: MigrateTenantInput;
  since: number;
}

/** The coordinator deals out tenants, a page at most: the whole list is a payload. */
export const startTenantsSignal = defineSignal<[DealtTenant[]]>('startTenants');

/** A run that is there. `since`: as it was dealt out. */
export interface StartedRun {
  id: string;
  since: number;
}

/** What a partition has seen of the tenants that were dealt out to it. */
export interface PartitionNews {
  /** Their runs are there. */
  started: StartedRun[];
  /** They have a run of somebody else's; absent in the news of older versions. */
  taken?: StartedRun[];
  ended: DealtEnding[];
}

/** A partition tells the coordinator whose runs are there, and how others ended. */
export const partitionNewsSignal = defineSignal<[PartitionNews]>('partitionNews');

/** The coordinator tells its partitions that they are not needed any more. */
export const batchOverSignal = defineSignal('batchOver');
