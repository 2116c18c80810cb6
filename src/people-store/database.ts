import { chmod, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  DuckDBInstance,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBValue,
} from '@duckdb/node-api';
import { createTurns } from './turns.js';

/** One connection to the DuckDB file of a run. Everything that is done with DuckDB is done by these. */
export interface Database {
  /** See `DatabaseLimits`. */
  readonly sliceRows: number;
  run(sql: string, values?: readonly DuckDBValue[]): Promise<void>;
  /** Small answers only: all rows are held in memory. Numbers of type BIGINT come as bigint. */
  rows<Row>(sql: string, values?: readonly DuckDBValue[]): Promise<Row[]>;
  row<Row>(sql: string, values?: readonly DuckDBValue[]): Promise<Row | undefined>;
  /** Rows by the chunk, for answers of any size. */
  stream<Row>(sql: string, values?: readonly DuckDBValue[]): AsyncIterable<Row[]>;
  /**
   * All of it or nothing, also when the process is killed in the middle. One at a time for each file: the end of one may write the
   * log into the file, and whoever appends then would hold up the thread of JavaScript for seconds.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Within a transaction, to be kept or dropped with it. */
  append(table: string, write: (appender: DuckDBAppender) => void): Promise<void>;
  /**
   * With all threads that this file may have, where otherwise there is one. `work` that does not get by with the memory is done once
   * more with twice as much, and again, for one file at a time: it gives the same each time.
   */
  compute<T>(work: () => Promise<T>): Promise<T>;
  /** The last one writes into the file what its log holds, outside of the thread of JavaScript. */
  close(): Promise<void>;
}

/** What one file may use. */
export interface DatabaseLimits {
  memoryMiB: number;
  /** For a comparison that does not get by with that: a key that many thousands share. */
  mostMemoryMiB: number;
  /** For comparisons. Pages are appended by one thread: more of them wait for each other, and take twice the CPU. */
  threads: number;
  /** So many rows of strings are joined at once: what that takes fits into memory, however many people there are. */
  sliceRows: number;
}

/** Measured with a million people on each side: what does not fit goes to the run's own folder, and is gone afterwards. */
export const USUAL_LIMITS: DatabaseLimits = { memoryMiB: 96, mostMemoryMiB: 768, threads: 2, sliceRows: 250_000 };

/** Files of DuckDB that this process has open. */
export interface Databases {
  /** Throws where another process has it open. */
  open(file: string): Promise<Database>;
  isOpen(file: string): boolean;
}

/**
 * Opens files of DuckDB. A file belongs to one process at a time, so all who open the same one in this process share it: it is
 * closed with the last of them. `prepare` makes the tables, once for all of them.
 */
export function createDatabases(
  prepare: (db: Database) => Promise<void>,
  limits: DatabaseLimits = USUAL_LIMITS,
): Databases {
  const open = new Map<string, { instance: Promise<DuckDBInstance>; users: number }>();
  const inTurn = createTurns();

  return { open: openDatabase, isOpen: (file) => open.has(file) };

  async function openDatabase(file: string): Promise<Database> {
    const shared = open.get(file) ?? { instance: openInstance(file, prepare, limits), users: 0 };
    open.set(file, shared);
    shared.users++;
    try {
      const instance = await shared.instance;
      const connection = await instance.connect();
      return databaseOf(connection, limits, {
        inTurn: (work) => inTurn(file, work),
        inTurnOfAll: (work) => inTurn('', work),
        async close() {
          if (shared.users === 1) await inTurn(file, () => writeLog(connection));
          connection.closeSync();
          release(file, instance);
        },
      });
    } catch (error) {
      release(file, undefined);
      throw error;
    }
  }

  function release(file: string, instance: DuckDBInstance | undefined): void {
    const shared = open.get(file);
    if (shared === undefined || --shared.users > 0) return;
    open.delete(file);
    instance?.closeSync();
  }
}

async function openInstance(
  file: string,
  prepare: (db: Database) => Promise<void>,
  limits: DatabaseLimits,
): Promise<DuckDBInstance> {
  const spill = `${dirname(file)}/spill`;
  const instance = await DuckDBInstance.create(file, {
    memory_limit: `${limits.memoryMiB}MiB`,
    threads: '1',
    temp_directory: spill,
    // What was needed for a moment goes back to the system, where it would be kept for the next time.
    allocator_background_threads: 'true',
    allocator_flush_threshold: '16MiB',
    allocator_bulk_deallocation_flush_threshold: '8MiB',
    // Writing it into the file costs a third of the time that it does every 16 MiB.
    checkpoint_threshold: '64MiB',
    // A site has no way to DuckDB's server, and nothing of it is needed.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // Rows keep no order of their own, which saves much memory; where order matters, it is asked for.
    preserve_insertion_order: 'false',
  });
  try {
    await chmod(file, 0o600);
    // The file is ours from here on: what a killed process left there is nobody's.
    await rm(spill, { recursive: true, force: true });
    const connection = await instance.connect();
    try {
      const close = (): Promise<void> => Promise.resolve();
      await prepare(databaseOf(connection, limits, { inTurn: (work) => work(), inTurnOfAll: (work) => work(), close }));
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    // Else it stays ours, though nobody has it.
    instance.closeSync();
    throw error;
  }
  return instance;
}

/** What is not written now, the next one who opens the file reads from its log. */
async function writeLog(connection: DuckDBConnection): Promise<void> {
  await connection.run('CHECKPOINT').catch(() => undefined);
}

/** How a connection goes along with the others to the same file. */
interface Shared {
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** With the connections to all files. */
  inTurnOfAll<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

function databaseOf(
  connection: DuckDBConnection,
  { memoryMiB, mostMemoryMiB, threads, sliceRows }: DatabaseLimits,
  { inTurn, inTurnOfAll, close }: Shared,
): Database {
  const appenders = new Map<string, DuckDBAppender>();
  const prepared = new Map<string, Promise<DuckDBPreparedStatement>>();

  /** For what is run for every page. */
  async function runPrepared(sql: string): Promise<void> {
    const statement = prepared.get(sql) ?? connection.prepare(sql);
    prepared.set(sql, statement);
    await (await statement).run();
  }

  async function run(sql: string, values: readonly DuckDBValue[] = []): Promise<void> {
    await connection.run(sql, [...values]);
  }

  async function rows<Row>(sql: string, values: readonly DuckDBValue[] = []): Promise<Row[]> {
    const reader = await connection.runAndReadAll(sql, [...values]);
    return reader.getRowObjectsJS() as Row[];
  }

  async function withMore<T>(work: () => Promise<T>, lack: unknown): Promise<T> {
    try {
      for (let memory = 2 * memoryMiB; memory <= mostMemoryMiB; memory *= 2) {
        await run(`SET memory_limit TO '${memory}MiB'`);
        try {
          return await work();
        } catch (error) {
          if (!isOutOfMemory(error)) throw error;
          lack = error;
        }
      }
      throw lack;
    } finally {
      // It stays where it is for as long as somebody needs it.
      await run(`SET memory_limit TO '${memoryMiB}MiB'`).catch(() => undefined);
    }
  }

  return {
    sliceRows,
    run,
    rows,
    row: async <Row>(sql: string, values?: readonly DuckDBValue[]) => (await rows<Row>(sql, values))[0],
    async *stream<Row>(sql: string, values: readonly DuckDBValue[] = []) {
      const result = await connection.stream(sql, [...values]);
      const names = result.columnNames();
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getRowObjects(names) as Row[];
      }
    },
    transaction: (work) =>
      inTurn(async () => {
        await runPrepared('BEGIN');
        try {
          const result = await work();
          await runPrepared('COMMIT');
          return result;
        } catch (error) {
          // An appender may hold half a page: it must not come with the next one.
          appenders.clear();
          await run('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    async append(table, write) {
      const appender = appenders.get(table) ?? (await connection.createAppender(table));
      appenders.set(table, appender);
      write(appender);
      appender.flushSync();
    },
    async compute(work) {
      await run(`SET threads TO ${threads}`);
      try {
        return await work().catch((error: unknown) => {
          if (!isOutOfMemory(error)) throw error;
          return inTurnOfAll(() => withMore(work, error));
        });
      } finally {
        await run('SET threads TO 1');
      }
    },
    close,
  };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Out of Memory Error');
}
