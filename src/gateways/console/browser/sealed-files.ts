import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Seal } from '../../seal.js';

const SealedFile = z.strictObject({ sealed: z.string(), hash: z.string() });

/** Values that must outlive a process and be read by nobody else: one sealed file each, mode 0600. */
export interface SealedFiles<T> {
  /** Undefined where there is none. Throws `SealBroken` where it was sealed for somebody else or with another key. */
  get(owner: string): Promise<T | undefined>;
  put(owner: string, value: T): Promise<void>;
  /** Answers whether there was one. */
  delete(owner: string): Promise<boolean>;
}

/** The file's name is a hash of its owner: the name of a tenant is nobody's business either. */
export function createSealedFiles<T>(folder: string, seal: Seal, schema: z.ZodType<T>): SealedFiles<T> {
  const fileOf = (owner: string): string =>
    join(folder, `${createHash('sha256').update(owner, 'utf8').digest('hex').slice(0, 32)}.sealed`);
  return {
    async get(owner) {
      const text = await readFile(fileOf(owner), 'utf8').catch(ignoreAbsent(undefined));
      return text === undefined ? undefined : seal.open(SealedFile.parse(JSON.parse(text)), schema, owner);
    },
    async put(owner, value) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(owner);
      const draft = `${file}.${randomUUID()}`;
      await writeFile(draft, JSON.stringify(seal.seal(value, owner)), { mode: 0o600 });
      await rename(draft, file);
    },
    delete: (owner) => rm(fileOf(owner)).then(() => true, ignoreAbsent(false)),
  };
}

function ignoreAbsent<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  };
}
