import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Rejected } from '../errors.js';
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
 */
export function createNginx({ includeFile, configFile, nginx, reload }: NginxOptions): ReverseProxy {
  async function readForward(): Promise<string | null> {
    try {
      return await readFile(includeFile, 'utf8');
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw rejected('read', includeFile, error);
    }
  }

  async function put(text: string | null): Promise<void> {
    try {
      if (text === null) {
        await rm(includeFile, { force: true });
        return;
      }
      await mkdir(dirname(includeFile), { recursive: true });
      // Not beside it under a name that an include of *.conf would match.
      const draft = `${includeFile}.qys-e10-draft`;
      await writeFile(draft, text, { mode: 0o644 });
      await rename(draft, includeFile);
    } catch (error) {
      throw rejected('write', includeFile, error);
    }
  }

  async function command(what: string, [file, ...args]: readonly string[]): Promise<void> {
    try {
      await run(file ?? '', args, { timeout: TIMEOUT_MS });
    } catch (error) {
      throw rejected(what, file ?? '', error);
    }
  }

  return {
    readForward,
    async applyForward(text) {
      const before = await readForward();
      if (before === text) return;
      await put(text);
      try {
        await command('check', [nginx, '-t', '-c', configFile]);
        await command('reload', reload);
      } catch (error) {
        await put(before);
        throw error;
      }
    },
  };
}

function rejected(what: string, path: string, error: unknown): Rejected {
  const call = { system: 'proxy', method: what, path } as const;
  if (isErrno(error, 'ENOENT'))
    return new Rejected(call, {
      text: 'not found: install nginx at this worker, or correct QYS_E10_NGINX_BIN and QYS_E10_NGINX_RELOAD',
    });
  const said = error as { stderr?: string; message?: string };
  const complaint =
    said.stderr?.split('\n').find((line) => line.includes('[emerg]')) ?? said.stderr ?? said.message ?? '';
  return new Rejected(call, { text: complaint.trim() });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
