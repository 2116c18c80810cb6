import { tenantsOf, type BatchStore, type WaveInput } from '../batch-store/store.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import { missingAsFailure } from './batch.js';

/** Begins the undo of a tenant for its batch; answers why that cannot be, or null. */
export type UndoOfBatch = (
  tenant: Tenant,
  reason: string,
  by: { batch: string; wave: string; policy?: Policy },
) => Promise<string | null>;

export interface UndoChangedInput extends WaveInput {
  at: number;
  tenantId: string;
  reason: string;
  by: { batch: string; wave: string; policy?: Policy };
}

/** What the gate of a wave does with tenants that it does not let pass. */
export function createGateActivities({ store, undo }: { store: BatchStore; undo: UndoOfBatch }) {
  return {
    /** Undoes a tenant from what its runs left. They are found here, so that no snapshot stands in the coordinator's history. */
    async undoChanged({ at, tenantId, reason, by, ...wave }: UndoChangedInput): Promise<{ refused: string | null }> {
      const tenant = (await missingAsFailure(() => tenantsOf(store, wave)))[at];
      if (tenant?.id !== tenantId) return { refused: 'the store does not hold it where it was' };
      return { refused: await undo(tenant, reason, by) };
    },
  };
}
