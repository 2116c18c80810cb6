import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchMissing, type BatchStore } from './store.js';
import { canonicalJson } from '../domain/canonical-json.js';
import type { Tenant } from '../domain/tenant.js';

/**
 * Batches as files below `folder`, which the CLI and the coordinator's worker share. Holds references to secrets, never
 * secrets. A file's name is the hash of its content, so a batch under way keeps the tenants that it was started with.
 */
export function createFileBatchStore(folder: string): BatchStore {
  const read = new Map<string, Promise<Tenant[][]>>();
  const fileOf = (batch: string, reference: string): string => join(folder, batch, `${reference}.json`);

  return {
    async put(batch, waves) {
      const text = canonicalJson(waves);
      const reference = createHash('sha256').update(text).digest('hex').slice(0, 16);
      const file = fileOf(batch, reference);
      await mkdir(join(folder, batch), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.${process.pid}`, text, { mode: 0o600 });
      await rename(`${file}.${process.pid}`, file);
      return reference;
    },
    async get(batch, reference) {
      const file = fileOf(batch, reference);
      let waves = read.get(file);
      if (!waves) {
        waves = readWaves(file);
        read.set(file, waves);
        waves.catch(() => read.delete(file));
      }
      return waves;
    },
  };
}

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
