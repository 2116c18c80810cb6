import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SealBroken } from './seal.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Each piece goes to a thread and back: in larger ones a file takes a third less. */
const PIECE_BYTES = 256 * 1024;

/** Seals files of any size, and opens them again. */
export interface FileSeal {
  /** `to` appears whole or not at all, for its owner only. `boundTo` says whose it is; it opens with the same word only. */
  seal(from: string, to: string, boundTo: string): Promise<void>;
  /**
   * Leaves a file alone that is there already. Throws `SealBroken` where key, file or `boundTo` are not the ones of the sealing;
   * what the disk says, as it is.
   */
  open(from: string, to: string, boundTo: string): Promise<void>;
}

export function createFileSeal(key: Buffer): FileSeal {
  return {
    seal: (from, to, boundTo) => sealFile(from, to, key, boundTo),
    open: (from, to, boundTo) => openSealedFile(from, to, key, boundTo),
  };
}

/** IV, then AES-256-GCM over the file as it is, then the tag: a column store is packed already. */
async function sealFile(from: string, to: string, key: Buffer, boundTo: string): Promise<void> {
  const draft = `${to}.part`;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(boundTo));
  await rm(draft, { force: true });
  await pipeline(
    createReadStream(from, { highWaterMark: PIECE_BYTES }),
    cipher,
    async function* (chunks: AsyncIterable<Buffer>) {
      yield iv;
      yield* chunks;
      yield cipher.getAuthTag();
    },
    createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }),
  );
  await rename(draft, to);
}

async function openSealedFile(from: string, to: string, key: Buffer, boundTo: string): Promise<void> {
  const draft = `${to}.${randomUUID()}`;
  const { size } = await stat(from);
  const ends = await endsOf(from, size);
  const decipher = createDecipheriv(CIPHER, key, ends.iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(ends.tag);
  try {
    await pipeline(sealedPart(from, size), decipher, createWriteStream(draft, { mode: 0o600 }));
  } catch (error) {
    await rm(draft, { force: true });
    // A full disk is no wrong key.
    if (error instanceof Error && 'syscall' in error) throw error;
    throw broken(from);
  }
  try {
    // Unlike a rename it never takes the place of a file that somebody has opened meanwhile.
    await link(draft, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** What is between IV and tag. */
function sealedPart(from: string, size: number): Readable {
  // A stream has no way to say that it begins behind its end.
  if (size === IV_BYTES + TAG_BYTES) return Readable.from([]);
  return createReadStream(from, { start: IV_BYTES, end: size - TAG_BYTES - 1, highWaterMark: PIECE_BYTES });
}

async function endsOf(from: string, size: number): Promise<{ iv: Buffer; tag: Buffer }> {
  if (size < IV_BYTES + TAG_BYTES) throw broken(from);
  const file = await open(from, 'r');
  try {
    const [iv, tag] = [Buffer.alloc(IV_BYTES), Buffer.alloc(TAG_BYTES)];
    await file.read(iv, 0, IV_BYTES, 0);
    await file.read(tag, 0, TAG_BYTES, size - TAG_BYTES);
    return { iv, tag };
  } finally {
    await file.close();
  }
}

function broken(file: string): SealBroken {
  return new SealBroken(
    `${file} cannot be opened: it was sealed with another key, or it was changed. ` +
      'Give this worker the QYS_E10_SEAL_KEY (or the key file) that sealed it, and start it again; if that key is lost for good, delete the file.',
  );
}
