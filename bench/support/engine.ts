import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { parseBatch } from '../../src/batch-file/parse.js';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { createMigrations, type Migrations } from '../../src/client.js';
import { openConnection } from '../../src/connection.js';
import type { Batch } from '../../src/domain/batch/batch.js';
import { batchFolder } from '../../src/data-folder.js';
import { childrenOf } from './children.js';
import { startWorker, type WorkerProcess } from './worker.js';

/** The product as `apply` runs it on one machine, seen from outside of its processes. */
export interface Engine {
  worker: WorkerProcess;
  /** The process of the coordinators, which the worker has started. */
  coordinatorPid: number;
  serverPid: number;
  client: Client;
  migrations: Migrations;
  /** With the write-ahead log. */
  databaseBytes(): Promise<number>;
  stop(): Promise<void>;
}

export async function startEngine(folder: string, nodeOptions: string[] = []): Promise<Engine> {
  const dataDir = join(folder, 'data');
  const worker = await startWorker(dataDir, nodeOptions);
  const server = JSON.parse(await readFile(join(dataDir, 'server.json'), 'utf8')) as { pid: number; port: number };
  const connection = await openConnection({ address: `127.0.0.1:${server.port}` });
  const client = new Client({ connection });
  const sizeOf = async (name: string): Promise<number> =>
    (await stat(join(dataDir, name)).catch(() => null))?.size ?? 0;
  return {
    worker,
    coordinatorPid: (await childrenOf(worker.pid)).find((pid) => pid !== server.pid) ?? 0,
    serverPid: server.pid,
    client,
    migrations: createMigrations({ client, store: createFileBatchStore(batchFolder({ dataDir })) }),
    databaseBytes: async () => (await sizeOf('temporal.db')) + (await sizeOf('temporal.db-wal')),
    async stop() {
      await connection.close();
      await worker.stop();
    },
  };
}

/** The file's tenants in one wave that is as wide as the window from the start. */
export async function oneWave(file: string, window: number): Promise<Batch> {
  const parsed = parseBatch(await readFile(file, 'utf8'), file);
  const wave = { name: 'all', size: { rest: true }, maxConcurrency: window, slowStart: false, order: 'file' } as const;
  return { ...parsed, waves: [wave] };
}

/** A folder that is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'qys-e10-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
