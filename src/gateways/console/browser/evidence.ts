import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import { locate, type FieldAsk } from './engine.js';

/** Pictures by the SHA-256 of their content. The file stays here; its hash may stand in a history. */
export interface EvidenceStore {
  put(picture: Buffer): Promise<string>;
}

export function createEvidenceStore(folder: string): EvidenceStore {
  return {
    async put(picture) {
      const hash = createHash('sha256').update(picture).digest('hex');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, `${hash}.png`), picture, { mode: 0o600 });
      return hash;
    },
  };
}

export interface PictureRules {
  /** The secret fields that should stand on the page. Where one is not found, everything that can be typed into goes black. */
  secretFields: readonly FieldAsk[];
  /** Values that must not show anywhere. */
  secrets: readonly string[];
  /** Regions with persons. */
  blackout: readonly string[];
}

const PICTURE_MS = 10_000;

/** A picture of the whole page with everything secret black; undefined where that is not certain: then there is none. */
export async function takePicture(page: Page, rules: PictureRules): Promise<Buffer | undefined> {
  try {
    const masks = await Promise.all(page.frames().map((frame) => masksOf(frame, rules)));
    const found = await Promise.all(rules.secretFields.map((ask) => isFound(page, ask)));
    const inputs = found.every(Boolean) ? [] : page.frames().map((frame) => locate(frame, { what: 'inputs' }));
    return await page.screenshot({
      fullPage: true,
      animations: 'disabled',
      mask: [...masks.flat(), ...inputs],
      maskColor: '#000000',
      timeout: PICTURE_MS,
    });
  } catch {
    return undefined;
  }
}

async function isFound(page: Page, ask: FieldAsk): Promise<boolean> {
  const counts = await Promise.all(page.frames().map((frame) => locate(frame, { what: 'control', ...ask }).count()));
  return counts.reduce((total, one) => total + one, 0) > 0;
}

async function masksOf(frame: Frame, { secretFields, secrets, blackout }: PictureRules): Promise<Locator[]> {
  return [
    ...secretFields.map((ask) => locate(frame, { what: 'control', ...ask })),
    locate(frame, { what: 'passwords' }),
    ...(secrets.length > 0 ? [locate(frame, { what: 'holding', texts: secrets })] : []),
    ...(blackout.length > 0 ? [locate(frame, { what: 'region', regions: blackout })] : []),
  ];
}
