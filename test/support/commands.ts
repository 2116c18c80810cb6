import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { inject } from 'vitest';
import { stringify } from 'yaml';
import type { Context, Register, Run } from '../../src/cli/context.js';
import { createOutput, type Format } from '../../src/cli/output.js';
import { loadConfig } from '../../src/config.js';
import type { Lang } from '../../src/domain/said.js';
import type { Rig } from './rig.js';

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * The real commands in this process, against the workers of a rig that polls the queue where the CLI has its coordinators. One rig at
 * a time, so one test file: another one's worker would be given its batches, and not find them in its folder.
 */
export interface Commands {
  /** Writes a file of these tenants of the rig, and of others after them; answers its path. */
  fileOf(
    batch: string,
    tenants: readonly string[],
    more?: Record<string, unknown>,
    others?: readonly object[],
  ): Promise<string>;
  run(
    of: (register: Register) => Command,
    args: readonly string[],
    how?: { format?: Format; lang?: Lang },
  ): Promise<Said>;
}

export function commandsOf(rig: Rig): Commands {
  const config = loadConfig({ TEMPORAL_ADDRESS: inject('temporalAddress'), QYS_E10_DATA: rig.dataDir });

  return {
    async fileOf(batch, tenants, more = {}, others = []) {
      const path = join(rig.dataDir, `${batch}.batch.yaml`);
      const defaults = { site: rig.site, people: { compare: 'count' } };
      const entries = [...tenants.map((id) => rig.world.tenant(id).entry()), ...others];
      await writeFile(path, stringify({ batch, defaults, ...more, tenants: entries }, { lineWidth: 0 }));
      return path;
    },

    async run(of, args, { format = 'text', lang = 'en' } = {}) {
      let run: Run | undefined;
      await of((given) => (run = given)).parseAsync([...args], { from: 'user' });
      if (!run) throw new Error(`${args.join(' ')}: nothing to run`);
      const stdout = new PassThrough();
      const stderr = new PassThrough();
      const context: Context = {
        config,
        out: createOutput(format, lang, { stdout, stderr, color: false, now: Date.now }),
        env: rig.secrets,
        startWorkers: () => Promise.reject(new Error('the workers are elsewhere')),
        interrupted: new AbortController().signal,
        by: 'tester',
      };
      const code = await run(context);
      const read = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
      return { code, stdout: read(stdout), stderr: read(stderr) };
    },
  };
}
