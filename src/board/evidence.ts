import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from '../domain/work-orders/work-order.js';

/** Name and hash of a file that somebody gave. Kept only where there is a folder, under its hash: no name from outside becomes a path. */
export async function evidenceOf(file: File, folder: string | null): Promise<Evidence> {
  const bytes = Buffer.from(await file.arrayBuffer());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (folder !== null) {
    const [ending = ''] = /\.[a-z0-9]{1,8}$/i.exec(file.name) ?? [];
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, sha256 + ending.toLowerCase()), bytes, { mode: 0o600 });
  }
  return { name: shortName(file.name), sha256 };
}

/** Browsers send the bare name; others may send a path. */
function shortName(name: string): string {
  return (name.split(/[/\\]/).at(-1) ?? '').slice(0, LONGEST_NAME) || 'evidence';
}

const LONGEST_NAME = 200;
