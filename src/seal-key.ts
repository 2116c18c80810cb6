import { join } from 'node:path';
import type { Config } from './config.js';
import { createSeal, loadSealKey, type Seal } from './gateways/seal.js';

/** The 32 bytes by which this installation seals; made at the first use where the environment has none. */
export async function sealKeyOf({ sealKey, dataDir }: Config): Promise<Buffer> {
  return loadSealKey({ ...(sealKey === null ? {} : { envValue: sealKey }), file: join(dataDir, 'seal.key') });
}

export async function sealOf(config: Config): Promise<Seal> {
  return createSeal(await sealKeyOf(config));
}
