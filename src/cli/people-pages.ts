import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../data-folder.js';
import type { Finding } from '../domain/findings.js';
import type { PeopleReport } from '../domain/people/report.js';
import { peopleHtml } from '../reports/people-html.js';
import type { Output } from './output.js';
import { UsageError } from './usage-error.js';

/** Makes a folder for pages before anything else is done. Throws `UsageError` where that is none, or cannot be made. */
export function usableFolder(folder: string, out: Output): void {
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw new Error('this is a file');
  } catch (error) {
    throw new UsageError(out.text.cannotUse(folder, error instanceof Error ? error.message : String(error)));
  }
}

/** Writes a page with plots for every tenant whose people were synced, and says where. */
export async function writePeoplePages(
  folder: string,
  tenants: readonly { tenant: string; name: string; people: PeopleReport | null; findings: readonly Finding[] }[],
  out: Output,
): Promise<void> {
  for (const { tenant, name, people, findings } of tenants) {
    if (!people) continue;
    const file = join(folder, `${tenant}.people.html`);
    await writeFile(file, peopleHtml(people, { tenant, name, findings }, out.lang));
    out.say(file);
  }
}
