import { ApplicationFailure } from '@temporalio/common';
import type { Ending } from '../domain/limits.js';
import type { Tenant } from '../domain/tenant.js';

/** A batch as it was when it was applied: its tenants by wave. Lies beside Temporal, since ten thousand tenants fit in no payload. */
export interface BatchStore {
  /** Keeps the tenants of each wave and answers a reference by content: the same tenants, the same reference. */
  put(batch: string, waves: readonly (readonly Tenant[])[]): Promise<string>;
  /** A page of one wave, in the order of the file. Throws `BatchMissing` where the reference is not of this store. */
  page(at: { batch: string; reference: string; wave: number; from: number; limit: number }): Promise<Tenant[]>;
}

/** The store has no such batch, and asking again will not help; says where it looked. */
export class BatchMissing extends Error {
  override readonly name = 'BatchMissing';
}

/** How runs ended, by tenant; those that are running or never were are left out. */
export type DescribeRuns = (tenantIds: readonly string[]) => Promise<{ tenantId: string; ending: Ending }[]>;

export interface PageInput {
  batch: string;
  reference: string;
  wave: number;
  from: number;
  limit: number;
}

export function createBatchActivities({ store, describe }: { store: BatchStore; describe: DescribeRuns }) {
  return {
    async listTenants(page: PageInput): Promise<Tenant[]> {
      try {
        return await store.page(page);
      } catch (error) {
        if (error instanceof BatchMissing) throw ApplicationFailure.nonRetryable(error.message, error.name);
        throw error;
      }
    },

    /** For tenants whose signal never came: terminated from outside, or lost. */
    async findEnded({ tenantIds }: { tenantIds: string[] }): Promise<{ tenantId: string; ending: Ending }[]> {
      return describe(tenantIds);
    },
  };
}
