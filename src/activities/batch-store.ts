import type { Ending } from '../domain/limits.js';
import type { Tenant } from '../domain/tenant.js';

/** A batch as it was when it was applied: its tenants by wave. Lies beside Temporal, since ten thousand tenants fit in no payload. */
export interface BatchStore {
  /** Keeps the tenants of each wave and answers a reference by content: the same tenants, the same reference. */
  put(batch: string, waves: readonly (readonly Tenant[])[]): Promise<string>;
  /** A page of one wave, in the order of the file. Throws where the reference is not of this store. */
  page(at: { batch: string; reference: string; wave: number; from: number; limit: number }): Promise<Tenant[]>;
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
      return store.page(page);
    },

    /** For tenants whose signal never came: terminated from outside, or lost. */
    async findEnded({ tenantIds }: { tenantIds: string[] }): Promise<{ tenantId: string; ending: Ending }[]> {
      return describe(tenantIds);
    },
  };
}
