import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { World } from './world.js';

/** The batch file of a world, and the variables that its references name. */
export function batchFileOf(
  world: World,
  batch: string,
  more: Record<string, unknown> = {},
): { yaml: string; env: Record<string, string> } {
  const tenants = world.tenants.map((tenant) => tenant.entry());
  return {
    yaml: stringify({ batch, ...more, tenants }, { lineWidth: 0 }),
    env: Object.assign({}, ...world.tenants.map(({ env }) => env)) as Record<string, string>,
  };
}

/** The same with its secrets as files, so that no shell has to load anything. */
export async function writeBatch(world: World, batch: string, folder: string): Promise<string> {
  const { yaml, env } = batchFileOf(world, batch);
  const secrets = join(folder, 'secrets');
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  for (const [name, value] of Object.entries(env)) await writeFile(join(secrets, name), value, { mode: 0o600 });
  const file = join(folder, `${batch}.batch.yaml`);
  await writeFile(file, yaml.replaceAll(/^(\s+)env: ([A-Z0-9_]+)$/gm, '$1file: secrets/$2'));
  return file;
}
