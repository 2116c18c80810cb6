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
