import { readFile } from 'node:fs/promises';
import { DOCUMENTED_ENCRYPTION_KEY } from '../domain/wanted.js';
import type { WorkOrder } from '../domain/work-orders/work-order.js';

/**
 * The secrets that an order asks to type in, by field: resolved here, at the operator's side, to be shown once and kept nowhere.
 * One whose reference leads nowhere at this machine is left out. `env`: where references of the kind `{env}` are looked up.
 */
export async function secretsOf(
  { tasks }: Pick<WorkOrder, 'tasks'>,
  env: Record<string, string | undefined>,
): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const { field, secret } of tasks) {
    if (!secret || secret.word === 'empty') continue;
    const { ref } = secret;
    const value = !ref
      ? DOCUMENTED_ENCRYPTION_KEY
      : 'env' in ref
        ? env[ref.env]
        : (await readFile(ref.file, 'utf8').catch(() => undefined))?.replace(/\r?\n$/, '');
    if (value !== undefined && value !== '') values.set(field, value);
  }
  return values;
}
