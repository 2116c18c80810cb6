import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createFileSeal } from '../../src/gateways/sealed-file.js';
import { SealBroken } from '../../src/gateways/seal.js';

const KEY = Buffer.alloc(32, 7);
const files = createFileSeal(KEY);

async function sealedFile(plain: Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'sealed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [from, sealed, opened] = ['plain', 'sealed', 'opened'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(from, plain);
  await files.seal(from, sealed, 'acme');
  return { folder, sealed, opened };
}

it.each([0, 1, 300_000])('opens again what was sealed: %i bytes', async (bytes) => {
  const plain = randomBytes(bytes);
  const { sealed, opened } = await sealedFile(plain);

  await files.open(sealed, opened, 'acme');

  expect((await readFile(opened)).equals(plain)).toBe(true);
  expect((await stat(sealed)).mode & 0o777).toBe(0o600);
});

it('leaves a file alone that is there already', async () => {
  const { sealed, opened } = await sealedFile(Buffer.from('old'));
  await writeFile(opened, 'newer');

  await files.open(sealed, opened, 'acme');

  expect(await readFile(opened, 'utf8')).toBe('newer');
});

it('shows nothing of what it holds', async () => {
  const { sealed } = await sealedFile(Buffer.from('王伟 13800000000 '.repeat(100)));

  expect((await readFile(sealed)).includes('13800000000')).toBe(false);
});

it.each<[string, (sealed: string) => Promise<void>, string, Buffer]>([
  ['another key', async () => undefined, 'acme', Buffer.alloc(32, 8)],
  ['another owner', async () => undefined, 'other', KEY],
  ['a changed byte', (file) => changed(file), 'acme', KEY],
  ['a file that is cut off', (file) => writeFile(file, 'short'), 'acme', KEY],
])('opens nothing with %s, and leaves nothing behind', async (_what, spoil, owner, key) => {
  const { folder, sealed, opened } = await sealedFile(randomBytes(5_000));
  await spoil(sealed);

  await expect(createFileSeal(key).open(sealed, opened, owner)).rejects.toThrow(SealBroken);

  expect((await readdir(folder)).sort()).toEqual(['plain', 'sealed']);
});

async function changed(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await writeFile(file, bytes);
}
