import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { BatchMissing, referenced, type BatchStore } from './store.js';
import type { Tenant } from '../domain/tenant.js';

/**
 * Batches as files below `folder`, which the CLI and the coordinator's worker share. Holds references to secrets, never
 * secrets. A file's name is the hash of its content, so a batch under way keeps the tenants that it was started with.
 */
export function createFileBatchStore(folder: string): BatchStore {
  const read = new LRUCache<string, Tenant[][]>({
    maxSize: TENANTS_KEPT,
    sizeCalculation: (waves) => 1 + waves.reduce((sum, { length }) => sum + length, 0),
    fetchMethod: readWaves,
    ignoreFetchAbort: true, // one that has to go meanwhile is answered all the same
  });
  const fileOf = (batch: string, reference: string): string => join(folder, batch, `${reference}.json`);

  return {
    async put(batch, waves) {
      const { reference, text } = referenced(waves);
      const file = fileOf(batch, reference);
      await mkdir(join(folder, batch), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.${process.pid}`, text, { mode: 0o600 });
      await rename(`${file}.${process.pid}`, file);
      return reference;
    },
    get: (batch, reference) => read.forceFetch(fileOf(batch, reference)),
  };
}

/** Read once, however many ask: some 3 KB each in memory. Of a larger batch, each page reads the file again. */
const TENANTS_KEPT = 200_000;

async function readWaves(file: string): Promise<Tenant[][]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Tenant[][];
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new BatchMissing(
      `${file} is missing: the CLI and the coordinator's worker must share one QYS_E10_DATA folder`,
    );
  }
}
