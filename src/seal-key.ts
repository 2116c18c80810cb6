import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.js';
import { createSeal, loadSealKey, SealBroken, type Seal } from './gateways/seal.js';

export { SealBroken } from './gateways/seal.js';

/**
 * The 32 bytes by which this installation seals; made at the first use where the environment has none. Throws `SealBroken` where
 * something was sealed already and the key is gone: another one would open nothing of it.
 */
export async function sealKeyOf({ sealKey, dataDir }: Config): Promise<Buffer> {
  const file = join(dataDir, 'seal.key');
  if (sealKey === null && !existsSync(file) && (await hasSealed(join(dataDir, 'people')))) {
    throw new SealBroken(
      `${file} is gone, and what was sealed with it lies in ${dataDir}. Put it back, or set QYS_E10_SEAL_KEY to it; ` +
        `if it is lost for good, delete ${join(dataDir, 'people')} and begin anew.`,
    );
  }
  return loadSealKey({ ...(sealKey === null ? {} : { envValue: sealKey }), file });
}

export async function sealOf(config: Config): Promise<Seal> {
  return createSeal(await sealKeyOf(config));
}

async function hasSealed(folder: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.some((name) => name.endsWith('.sealed'));
}
