import type { SecretRef } from '../domain/tenant.js';

/** Turns references into values. Lives inside activities only; what it answers goes into a request and nowhere else. */
export interface SecretStore {
  /** Throws `SecretMissing` where the variable or file is absent, empty or unreadable. */
  resolve(ref: SecretRef): Promise<string>;
}

export interface SecretSources {
  env: Record<string, string | undefined>;
  readFile: (path: string) => Promise<string>;
}

/** A reference leads nowhere at this worker. Names the variable or the file, never a value. */
export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
  /** `ACME_TOKEN` or `/run/secrets/acme`. */
  readonly source: string;
  readonly reason: 'absent' | 'empty' | 'unreadable';

  constructor(ref: SecretRef, reason: 'absent' | 'empty' | 'unreadable') {
    const source = 'env' in ref ? ref.env : ref.file;
    const kind = 'env' in ref ? 'environment variable' : 'file';
    super(`The secret's ${kind} ${source} is ${reason} at this worker: provide it there and retry`);
    this.source = source;
    this.reason = reason;
  }
}

/**
 * Secrets from the worker's environment and files. One newline at the end of a file is not part of the secret: editors and
 * `echo` leave it there. Anything else, also white space, is.
 */
export function createSecretStore({ env, readFile }: SecretSources): SecretStore {
  return {
    async resolve(ref) {
      const value = 'env' in ref ? env[ref.env] : (await read(ref, readFile)).replace(/\r?\n$/, '');
      if (value === undefined) throw new SecretMissing(ref, 'absent');
      if (value === '') throw new SecretMissing(ref, 'empty');
      return value;
    },
  };
}

async function read(ref: { file: string }, readFile: SecretSources['readFile']): Promise<string> {
  try {
    return await readFile(ref.file);
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new SecretMissing(ref, absent ? 'absent' : 'unreadable');
  }
}
