import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../src/data-folder.js';

it('makes a folder with those above it, and leaves one that is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'qys-e10-folder-'));
  try {
    const deep = join(folder, 'a', 'b');
    makeFolder(deep);
    makeFolder(deep);
    expect(existsSync(deep)).toBe(true);

    await writeFile(join(folder, 'file'), '');
    expect(() => makeFolder(join(folder, 'file', 'c'))).toThrow(/ENOTDIR/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.runIf(existsSync('/proc/self'))('says at once that nothing can be made there', () => {
  expect(() => makeFolder('/proc/nope/data')).toThrow(/ENOENT.*'\/proc\/nope'/);
});
