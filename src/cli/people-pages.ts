import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeopleReport } from '../domain/people/report.js';
import { peopleHtml } from '../reports/people-html.js';
import type { Output } from './output.js';

/** Writes a page with plots for every tenant whose people were synced, and says where. */
export async function writePeoplePages(
  folder: string,
  tenants: readonly { tenant: string; name: string; people: PeopleReport | null }[],
  out: Output,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { tenant, name, people } of tenants) {
    if (!people) continue;
    const file = join(folder, `${tenant}.people.html`);
    await writeFile(file, peopleHtml(people, { tenant, name }, out.lang));
    out.say(file);
  }
}
