import pMap from 'p-map';
import { tenantsOf, type BatchStore, type WaveInput } from '../batch-store/store.js';
import { candidateOf } from '../domain/batch/candidate.js';
import type { BatchState, Source } from '../domain/batch/state.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import { missingAsFailure, type Located } from './batch.js';
import type { SharedEndpoints } from './shared-endpoints.js';

/** Begins the undo of a tenant for its batch; answers why that cannot be, or null. */
export type UndoOfBatch = (
  tenant: Tenant,
  reason: string,
  by: { batch: string; wave: string; policy?: Policy },
) => Promise<string | null>;

/** Why there is nothing that an undo of this tenant could put back, or null. Starts nothing. */
export type RefusesUndo = (tenant: Tenant, withinMs?: number) => Promise<string | null>;

export interface UndoDeps {
  store: BatchStore;
  shared: SharedEndpoints;
  undo: UndoOfBatch;
  refusesUndo: RefusesUndo;
}

export interface UndoTenantInput extends WaveInput {
  at: number;
  tenantId: string;
  reason: string;
  by: { batch: string; wave: string; policy?: Policy };
}

export interface FindUndoableInput {
  batch: string;
  waves: Source[][];
  places: Located[];
  targets: BatchState['targets'];
  withinMs?: number;
}

/** A tenant whose undo is ordered: why that cannot be, and what it shares with others. */
export interface Undoable {
  tenantId: string;
  refused: string | null;
  endpoints: string[];
  targets: string[];
}

const LOOKED_AT_ONCE = 20;

/** What a batch does to undo tenants of its own that have ended. */
export function createUndoInBatchActivities({ store, shared, undo, refusesUndo }: UndoDeps) {
  return {
    /** Undoes a tenant from what its runs left. They are found here, so that no snapshot stands in the coordinator's history. */
    async undoTenant({ at, tenantId, reason, by, ...wave }: UndoTenantInput): Promise<{ refused: string | null }> {
      const tenant = (await missingAsFailure(() => tenantsOf(store, wave)))[at];
      if (tenant?.id !== tenantId) return { refused: 'the store does not hold it where it was' };
      return { refused: await undo(tenant, reason, by) };
    },

    /** Of those whose undo is ordered: whom it would find something to put back for. */
    async findUndoable({ batch, waves, places, targets, withinMs }: FindUndoableInput): Promise<Undoable[]> {
      const look = async ({ tenantId, wave, at }: Located): Promise<Undoable> => {
        const of = { batch, wave, sources: waves[wave] ?? [] };
        const tenant = (await tenantsOf(store, of))[at];
        if (!tenant)
          return { tenantId, refused: 'the store does not hold it where it was', endpoints: [], targets: [] };
        const { endpoints, ...shares } = candidateOf(
          tenant,
          { wave, at },
          await shared(of, tenant),
          targets,
          new Date(),
        );
        return { tenantId, refused: await refusesUndo(tenant, withinMs), endpoints, targets: shares.targets };
      };
      return missingAsFailure(() => pMap(places, look, { concurrency: LOOKED_AT_ONCE }));
    },
  };
}
