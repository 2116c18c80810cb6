import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A file that the pages need, as it is served. */
export interface Asset {
  body: string;
  type: string;
}

const TYPES = {
  'board.css': 'text/css; charset=utf-8',
  'board.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;
export type AssetName = keyof typeof TYPES;

/** The files of the board, read once when it starts. */
export interface Assets {
  /** Under its content's hash, so that a browser may keep it for good. */
  urlOf(name: AssetName): string;
  /** Undefined for a name that is none of ours. */
  named(name: string): Asset | undefined;
}

export function createAssets(): Assets {
  const names = Object.keys(TYPES) as AssetName[];
  const assets = new Map<string, Asset & { hash: string }>(
    names.map((name) => {
      const body = readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
      return [name, { body, type: TYPES[name], hash }];
    }),
  );

  return {
    urlOf: (name) => `/assets/${assets.get(name)?.hash ?? ''}/${name}`,
    named: (name) => assets.get(name),
  };
}
