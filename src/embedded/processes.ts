import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a process of that id runs. One that has ended but that nobody has waited for does not count. */
export async function isRunning(pid: number): Promise<boolean> {
  if (!exists(pid)) return false;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // No such file: the system has none, or somebody has just waited for the process.
  return stat === null ? exists(pid) : !/\) [ZX] /.test(stat);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's, but it runs
  }
}

/**
 * The command line of a process; null where it has ended or where the system does not tell (Windows).
 * From /proc first: slim container images have no `ps`.
 */
export async function commandLine(pid: number): Promise<string | null> {
  const fromProc = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (fromProc !== null) return fromProc === '' ? null : fromProc.replaceAll('\0', ' ');
  const listed = await run('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(() => null);
  return listed?.stdout.trim() || null;
}

/** Asks a process to end and waits for it; whether it did. */
export async function stopProcess(pid: number, patienceMs: number): Promise<boolean> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return !(await isRunning(pid));
    }
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!(await isRunning(pid))) return true;
      await sleep(50);
    }
  }
  return !(await isRunning(pid));
}
