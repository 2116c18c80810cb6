import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What one process tells the next about the embedded server: where it is, and who uses it. */
export const ServerRecord = z.object({
  /** Kept when the server stops: links to its Web UI stay the same. */
  port: z.number(),
  uiPort: z.number(),
  dbFilename: z.string(),
  /** Null: stopped. */
  pid: z.number().nullable(),
  /** Process ids; the last one that lives stops the server. */
  users: z.array(z.number()),
});
export type ServerRecord = z.infer<typeof ServerRecord>;

/** Null where there is none, or none that can be read: then the server starts anew. */
export async function readServerRecord(dataDir: string): Promise<ServerRecord | null> {
  try {
    return ServerRecord.parse(JSON.parse(await readFile(recordFile(dataDir), 'utf8')));
  } catch {
    return null;
  }
}

/** Written aside and moved: a reader sees the old record or the new one. */
export async function writeServerRecord(dataDir: string, record: ServerRecord): Promise<void> {
  const aside = `${recordFile(dataDir)}.${process.pid}`;
  await writeFile(aside, JSON.stringify(record, null, 2) + '\n');
  await rename(aside, recordFile(dataDir));
}

function recordFile(dataDir: string): string {
  return join(dataDir, 'server.json');
}
