import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ListName, PagedList, PersonRow, UnitRow } from '../../src/domain/people/rows.js';
import type { DatabaseLimits } from '../../src/people-store/database.js';
import { createDecisionSeal } from '../../src/gateways/decision-seal.js';
import { createFileSeal } from '../../src/gateways/sealed-file.js';
import { createPeopleStores, type PeopleStore, type PeopleStores } from '../../src/people-store/store.js';

export const KEY = Buffer.alloc(32, 7);
export const RUN = { tenantId: 'acme', runId: 'run-1' };

/** Stores in a folder of their own, which is gone after the test. */
export async function someStores(limits?: DatabaseLimits): Promise<{ dataDir: string; stores: PeopleStores }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'people-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  return {
    dataDir,
    stores: createPeopleStores({
      dataDir,
      sealKey: KEY,
      files: createFileSeal(KEY),
      decisionSeal: createDecisionSeal(KEY),
      ...(limits ? { limits } : {}),
    }),
  };
}

/** An open store; closed after the test. */
export async function aStore(limits?: DatabaseLimits): Promise<PeopleStore> {
  const { stores } = await someStores(limits);
  const store = await stores.open(RUN);
  onTestFinished(() => store.close());
  return store;
}

/** A person with nothing but an id, and what the test is about. */
export function person(id: string, more: Partial<PersonRow> = {}): PersonRow {
  return {
    id,
    name: null,
    jobNumber: null,
    mobile: null,
    email: null,
    login: null,
    units: [],
    active: true,
    notCompared: null,
    oaUserId: null,
    ...more,
  };
}

/** A list by pages, numbered from 1, that shows the rows as they are at the moment: tests edit them meanwhile. */
export function aList<Row extends { id: string }>(rows: () => readonly Row[], size = 2): PagedList<Row> {
  return {
    async readPage(cursor) {
      const from = Number(cursor ?? 0);
      const all = rows();
      const next = from + size < all.length ? String(from + size) : null;
      return { rows: all.slice(from, from + size), total: all.length, next };
    },
    rowBefore: async (cursor) => rows()[Number(cursor) - 1]?.id,
  };
}

/** Reads a whole list at once. */
export async function fill(store: PeopleStore, list: ListName, rows: readonly (PersonRow | UnitRow)[]): Promise<void> {
  await store.readChunk({ list, source: aList(() => rows, 1000), pages: 1000, after: null });
}
