import { readFile, stat } from 'node:fs/promises';
import { BatchFileInvalid } from './errors.js';
import type { BatchFileCode } from './errors.js';
import { parseBatch } from './parse.js';
import type { ParsedBatch } from './parse.js';

/** Ten thousand tenants with all fields need about 15 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads and checks a batch file. Whatever is wrong with it, or with finding it, is a `BatchFileInvalid`. */
export async function readBatchFile(path: string): Promise<ParsedBatch> {
  return parseBatch(decoded(await bytesOf(path), path), path);
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES)
      throw invalid(path, 'FILE-TOO-LARGE', 'the file is larger than 64 MiB', 'split it into several batches');
    return await readFile(path);
  } catch (error) {
    throw error instanceof BatchFileInvalid ? error : unreadable(path, (error as NodeJS.ErrnoException).code);
  }
}

function unreadable(path: string, code: string | undefined): BatchFileInvalid {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return invalid(path, 'FILE-MISSING', 'there is no such file', 'check the path after -f');
  }
  const message = code === 'EISDIR' ? 'this is a folder' : `the file cannot be read (${code ?? 'unknown reason'})`;
  return invalid(path, 'FILE-UNREADABLE', message, 'give the path of a file that this user may read');
}

/** Strict, since a name in GBK would otherwise be migrated as question marks. A byte order mark is dropped. */
function decoded(bytes: Buffer, path: string): string {
  const text = utf8(bytes);
  if (text !== undefined) return text;
  const line = lineOfFirstFault(bytes);
  throw invalid(
    path,
    'FILE-NOT-UTF8',
    'the file is not UTF-8 here',
    'save it as UTF-8; it may be GBK or UTF-16 now',
    line,
  );
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A line feed is never part of a longer UTF-8 character, so lines can be tried one by one. */
function lineOfFirstFault(bytes: Buffer): number {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1 || utf8(bytes.subarray(start, end)) === undefined) return line;
    start = end + 1;
  }
}

function invalid(file: string, code: BatchFileCode, message: string, fix: string, line = 1): BatchFileInvalid {
  return new BatchFileInvalid([{ code, message, file, line, column: 1, path: '', fix }]);
}
