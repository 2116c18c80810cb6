import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Rejected, type FailedCall } from '../errors.js';
import type { ReverseProxy } from './proxy.js';

export interface NginxOptions {
  /** The file that is ours alone; the site's configuration includes it inside the OA's `server { … }`. */
  includeFile: string;
  /** The main configuration, for `nginx -t -c`. */
  configFile: string;
  /** The binary. */
  nginx: string;
  /** Argv of the command that reloads nginx; never through a shell. */
  reload: readonly string[];
}

const run = promisify(execFile);
const TIMEOUT_MS = 30_000;

/**
 * The nginx of this site. The new text is put in place in one step, the whole configuration is checked by nginx itself, and
 * the old text comes back where the check or the reload fails: nginx never runs on what it has not accepted. Throws
 * `Rejected` with nginx's own words.
 *
 * What stands there already is not written, or not removed, but checked and loaded all the same: an attempt that was cut off
 * between the file and the reload leaves nginx on what the file said before.
 */
export function createNginx({ includeFile, configFile, nginx, reload }: NginxOptions): ReverseProxy {
  async function readForward(): Promise<string | null> {
    try {
      return await readFile(includeFile, 'utf8');
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw refusedFile('read', includeFile, error);
    }
  }

  async function put(text: string | null): Promise<void> {
    // Not beside it under a name that an include of *.conf would match.
    const draft = `${includeFile}.qys-e10-draft`;
    try {
      if (text === null) return await rm(includeFile, { force: true });
      await mkdir(dirname(includeFile), { recursive: true });
      await writeFile(draft, text, { mode: 0o644 });
      await rename(draft, includeFile);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw refusedFile('write', includeFile, error);
    }
  }

  async function checkAndReload(): Promise<void> {
    await command('check', [nginx, '-t', '-c', configFile]);
    await command('reload', reload);
  }

  return {
    readForward,
    async applyForward(text) {
      const before = await readForward();
      if (before !== text) await put(text);
      try {
        await checkAndReload();
      } catch (error) {
        if (before !== text) await put(before);
        throw error;
      }
    },
  };
}

async function command(what: string, [file = '', ...args]: readonly string[]): Promise<void> {
  const call: FailedCall = { system: 'proxy', method: what, path: file };
  try {
    await run(file, args, { timeout: TIMEOUT_MS });
  } catch (error) {
    if (isErrno(error, 'ENOENT')) {
      const text = 'not found: install nginx at this worker, or correct QYS_E10_NGINX_BIN and QYS_E10_NGINX_RELOAD';
      throw new Rejected(call, { text });
    }
    throw new Rejected(call, { text: complaintOf(error) });
  }
}

/** The line that names the fault, if there is one, without the warnings around it. */
function complaintOf(error: unknown): string {
  const { stderr, killed, message } = error as { stderr?: string; killed?: boolean; message?: string };
  if (killed === true) return `not done within ${TIMEOUT_MS} ms`;
  const fault = stderr?.split('\n').find((line) => line.includes('[emerg]'));
  return (fault ?? (stderr || message) ?? '').trim();
}

function refusedFile(what: string, path: string, error: unknown): Rejected {
  const { message } = error as { message?: string };
  return new Rejected({ system: 'proxy', method: what, path }, { text: message });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
