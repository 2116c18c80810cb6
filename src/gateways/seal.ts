import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ZodType } from 'zod';
import { canonicalJson } from '../domain/canonical-json.js';
import type { Sealed } from '../domain/outcomes.js';

/** Closes what must not be readable in a history, and opens it again. Lives inside activities only. */
export interface Seal {
  /** `boundTo`: whose it is, such as a tenant; it opens with the same words only. */
  seal(value: unknown, boundTo?: string): Sealed;
  /** Throws `SealBroken` where key, text or `boundTo` are not the ones of the sealing, and `ZodError` where the value is of another shape. */
  open<T>(sealed: Sealed, schema: ZodType<T>, boundTo?: string): T;
}

/** A sealed value cannot be opened, or there is no usable key. Says what to do; holds no value and no key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * gzip, then AES-256-GCM with a fresh IV; Base64 of IV, tag and ciphertext. `hash` is the SHA-256 of the canonical plain JSON,
 * so two seals of equal values have equal hashes; it is authenticated too, so a swapped hash is noticed.
 */
export function createSeal(key: Buffer): Seal {
  if (key.length !== KEY_BYTES)
    throw new SealBroken(`The seal key must have ${KEY_BYTES} bytes, this one has ${key.length}`);
  return {
    seal(value, boundTo) {
      const json = canonicalJson(value);
      const hash = createHash('sha256').update(json, 'utf8').digest('hex');
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv).setAAD(associated(hash, boundTo));
      const body = Buffer.concat([cipher.update(gzipSync(json)), cipher.final()]);
      return { sealed: Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64'), hash };
    },
    open(sealed, schema, boundTo) {
      return schema.parse(JSON.parse(decrypt(sealed, key, boundTo)));
    },
  };
}

/** The hash alone where nothing is bound: so was everything sealed that stands in older histories. */
function associated(hash: string, boundTo: string | undefined): Buffer {
  return Buffer.from(boundTo === undefined ? hash : `${hash}\n${boundTo}`);
}

function decrypt({ sealed, hash }: Sealed, key: Buffer, boundTo: string | undefined): string {
  const bytes = Buffer.from(sealed, 'base64');
  const iv = bytes.subarray(0, IV_BYTES);
  const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
      .setAAD(associated(hash, boundTo))
      .setAuthTag(tag);
    const body = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return gunzipSync(body).toString('utf8');
  } catch {
    // GCM cannot tell a wrong key from a changed text. The cause is left out: it says nothing more.
    throw new SealBroken(
      'The sealed value cannot be opened: it was sealed with another key, or it was changed, or it is somebody else’s. ' +
        'Give this worker the QYS_E10_SEAL_KEY (or the key file) that sealed it.',
    );
  }
}

/**
 * The 32 bytes of the seal key: from `envValue` (the value of QYS_E10_SEAL_KEY, 64 hexadecimal digits or 44 characters of Base64),
 * else from `file`, which is made once, with mode 0600. Workers that start together get the same key.
 */
export async function loadSealKey({ envValue, file }: { envValue?: string; file: string }): Promise<Buffer> {
  if (envValue !== undefined && envValue !== '') return parseKey(envValue, 'QYS_E10_SEAL_KEY');
  const found = await readIfThere(file);
  if (found !== undefined) return parseKey(found, file);
  await createOnce(file, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
  return parseKey(await readFile(file, 'utf8'), file);
}

function parseKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[A-Za-z0-9+/]{43}=$/.test(trimmed)) return Buffer.from(trimmed, 'base64');
  throw new SealBroken(
    `${source} is not a seal key: it must be 64 hexadecimal digits or 44 characters of Base64 (openssl rand -hex 32)`,
  );
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new SealBroken(
      `${file} cannot be read (${code}): let the user of this process read it, or set QYS_E10_SEAL_KEY to the key`,
    );
  }
}

/**
 * A link appears whole or not at all, and fails where the name is taken: so nobody ever reads half a key, and the first writer
 * wins. An exclusive `open` would show an empty file to the second worker for a moment.
 */
export async function createOnce(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
