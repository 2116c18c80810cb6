import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError, type ConnectionOptions } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.js';
import { isRunning, stopProcess } from './processes.js';

/** The namespace of every server that we start. */
export const EMBEDDED_NAMESPACE = 'default';

/** What a Temporal dev server needs to know. */
export interface DevServerOptions {
  executable: string;
  port: number;
  uiPort: number;
  dbFilename: string;
  logFile: string;
  /** Told its process id before it answers: whoever is killed in between leaves it behind. */
  onSpawn?: (pid: number) => Promise<void>;
}

/** Somebody else took one of its ports in the moment between our finding it free and its own start. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/**
 * Starts the Temporal CLI's dev server and waits until it answers; returns its process id. Throws `PortTaken` where
 * other ports may do.
 *
 * Not by the SDK's `createLocal`: its child shares our process group, so that one Ctrl-C stops the server before the
 * worker has told it what it finished, and it does not tell the process id by which a later run finds the server.
 */
export async function startDevServer(options: DevServerOptions): Promise<number> {
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.executable, devServerArguments(options), {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const spawned = await new Promise<Error | null>((resolve) => {
    child.once('spawn', () => resolve(null)).once('error', resolve);
  });
  if (spawned !== null || child.pid === undefined) {
    throw new Error(`The Temporal CLI ${options.executable} cannot be started: ${spawned?.message ?? 'no process'}`);
  }

  await options.onSpawn?.(child.pid);
  const deadline = Date.now() + 60_000;
  while (!(await answers(`127.0.0.1:${options.port}`, 1_000))) {
    if (Date.now() > deadline || !(await isRunning(child.pid))) {
      await stopProcess(child.pid, 5_000);
      const said = await lastLines(options.logFile);
      const isTaken = said.split('\n').at(-1)?.includes('address already in use');
      throw new (isTaken ? PortTaken : Error)(`The embedded Temporal server did not start.\n${said}`);
    }
    await sleep(100);
  }
  return child.pid;
}

/** Whether a Temporal server with our namespace answers there. */
export async function answers(address: string, timeoutMs: number): Promise<boolean> {
  return (await failureOf(address, timeoutMs)) === null;
}

/**
 * Whether it answers that its database was interrupted. Some versions of its SQLite stay so for good once a call was
 * cancelled at the wrong moment (https://github.com/temporalio/temporal/pull/9198).
 */
export async function isStuck(address: string, timeoutMs: number): Promise<boolean> {
  // Asked once: by itself the SDK asks again and again, and tells in the end that time was up.
  const failure = await failureOf(address, timeoutMs, { interceptors: [] });
  return isGrpcServiceError(failure) && failure.details.includes('interrupted (9)');
}

async function failureOf(
  address: string,
  timeoutMs: number,
  how: Pick<ConnectionOptions, 'interceptors'> = {},
): Promise<unknown> {
  const connection = Connection.lazy({ address, connectTimeout: timeoutMs, ...how });
  try {
    await connection.withDeadline(Date.now() + timeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace: EMBEDDED_NAMESPACE }),
    );
    return null;
  } catch (error) {
    return error;
  } finally {
    await connection.close();
  }
}

/** The wanted port if it is free, else another. */
export async function freePort(wanted: number | null, not: number[] = []): Promise<number> {
  if (wanted !== null && !not.includes(wanted) && (await listenOn(wanted)) !== null) return wanted;
  const found = await listenOn(0);
  if (found === null) throw new Error('No free port on 127.0.0.1');
  return not.includes(found) ? freePort(null, not) : found;
}

function devServerArguments(options: DevServerOptions): string[] {
  const dynamicConfig = [
    'frontend.enableServerVersionCheck=false', // it would call home
    'system.enableActivityEagerExecution=true',
    'matching.useNewMatcher=true',
    // Every batch gets its turn (`fairnessKey`). One partition, since each of several would only be fair by itself.
    'matching.enableFairness=true',
    'matching.numTaskqueueReadPartitions=1',
    'matching.numTaskqueueWritePartitions=1',
    // Its one shard would look for tasks twenty times a second, and each of a tenant's twenty would wait for that.
    'history.transferProcessorMaxPollRPS=50',
    // Two workflows that signal each other at the same moment wait for each other's lock this long, and nobody hears of either.
    'history.cacheNonUserContextLockTimeout="100ms"',
  ];
  const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'];
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--namespace', EMBEDDED_NAMESPACE],
    ...['--port', String(options.port), '--ui-port', String(options.uiPort)],
    ...['--log-format', 'pretty', '--log-level', 'error'],
    ...Object.values(SEARCH_ATTRIBUTES).flatMap(({ name, type }) => [
      '--search-attribute',
      `${name}=${TypedSearchAttributes.toMetadataType(type)}`,
    ]),
    ...dynamicConfig.flatMap((value) => ['--dynamic-config-value', value]),
    ...['--db-filename', options.dbFilename, ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma])],
  ];
}

function listenOn(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? null) : null));
    });
  });
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').slice(-15).join('\n');
}
