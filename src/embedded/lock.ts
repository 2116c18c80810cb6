import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from './processes.js';

/** Another process has had the lock for longer than somebody would wait. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  constructor(file: string) {
    super(`${file} is held by another process; remove it if that is not so`);
  }
}

/**
 * Runs `work` while no other process runs under the same lock file. The lock of a process that died is taken over,
 * so a `kill -9` in the middle leaves nothing to clean up by hand. Throws `LockHeld` where patience ends.
 */
export async function withFileLock<T>(file: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const deadline = Date.now() + patienceMs;
  while (!(await taken(file))) {
    await dropIfStale(file);
    if (Date.now() > deadline) throw new LockHeld(file);
    await sleep(50);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** The file appears with its content or not at all: a link, unlike an open and a write, is one step. */
async function taken(file: string): Promise<boolean> {
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(own, { force: true });
  }
}

/** Moved away before it is removed: of two that see the same dead holder, only one may remove it, and never a new lock. */
async function dropIfStale(file: string): Promise<void> {
  if (!(await isStale(file))) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if (!(await isStale(aside))) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function isStale(file: string): Promise<boolean> {
  const holder = await readFile(file, 'utf8').catch(() => null);
  return holder !== null && !(await isRunning(Number(holder)));
}
