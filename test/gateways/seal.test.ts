import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSeal, loadSealKey } from '../../src/gateways/seal.js';

const key = randomBytes(32);
const Snapshot = z.object({ oaVersion: z.string(), note: z.string() });
const snapshot = { oaVersion: 'E9', note: '契约锁 canary-4711' };

describe('the seal', () => {
  it('opens what it sealed, whatever it is', () => {
    const seal = createSeal(key);
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(seal.open(seal.seal(value), z.unknown())).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  it('hides the value, differs at each sealing, and keeps its hash', () => {
    const seal = createSeal(key);
    const first = seal.seal(snapshot);
    const second = seal.seal({ note: snapshot.note, oaVersion: snapshot.oaVersion });

    expect(first.sealed).not.toBe(second.sealed);
    expect(first.hash).toBe(second.hash);
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.from(first.sealed, 'base64').toString('latin1')).not.toContain('canary');
  });

  it('packs large values', () => {
    const categories = Array.from({ length: 5_000 }, (_, id) => ({
      id,
      url: 'https://oa.example/QYSPrivateCallbackServlet',
    }));

    expect(createSeal(key).seal(categories).sealed.length).toBeLessThan(60_000);
  });

  it('opens what is bound to somebody for nobody else', () => {
    const seal = createSeal(key);
    const sealed = seal.seal(snapshot, 'acme|https://seal.acme.example');

    expect(seal.open(sealed, Snapshot, 'acme|https://seal.acme.example')).toEqual(snapshot);
    expect(() => seal.open(sealed, Snapshot, 'other|https://seal.acme.example')).toThrow('cannot be opened');
    expect(() => seal.open(sealed, Snapshot)).toThrow('cannot be opened');
    expect(() => seal.open(seal.seal(snapshot), Snapshot, 'acme')).toThrow('cannot be opened');
  });

  it('refuses another key', () => {
    const sealed = createSeal(key).seal(snapshot);

    expect(() => createSeal(randomBytes(32)).open(sealed, Snapshot)).toThrow(/another key, or it was changed/);
  });

  it.each([0, 12, 30, -1])('notices a changed byte at %i', (at) => {
    const seal = createSeal(key);
    const { sealed, hash } = seal.seal(snapshot);
    const bytes = Buffer.from(sealed, 'base64');
    const index = at < 0 ? bytes.length + at : at;
    bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);

    expect(() => seal.open({ sealed: bytes.toString('base64'), hash }, Snapshot)).toThrow('cannot be opened');
  });

  it('notices another hash, and text that is no seal at all', () => {
    const seal = createSeal(key);
    const { sealed } = seal.seal(snapshot);

    expect(() => seal.open({ sealed, hash: '0'.repeat(64) }, Snapshot)).toThrow('cannot be opened');
    expect(() => seal.open({ sealed: 'AAAA', hash: '' }, Snapshot)).toThrow('cannot be opened');
    expect(() => seal.open({ sealed: '', hash: '' }, Snapshot)).toThrow('cannot be opened');
  });

  it('refuses a value of another shape', () => {
    const seal = createSeal(key);

    expect(() => seal.open(seal.seal({ other: 1 }), Snapshot)).toThrow(z.ZodError);
  });

  it('refuses a short key without printing it', () => {
    expect(() => createSeal(Buffer.from('canary-key'))).toThrow('must have 32 bytes');
    expect(() => createSeal(Buffer.from('canary-key'))).not.toThrow('canary');
  });
});

describe('the seal key', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qys-e10-seal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('comes from the variable, as hexadecimal or Base64', async () => {
    const file = join(folder, 'unused');

    expect(await loadSealKey({ envValue: key.toString('hex'), file })).toEqual(key);
    expect(await loadSealKey({ envValue: `${key.toString('base64')}\n`, file })).toEqual(key);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is named, not printed, when it is unusable', async () => {
    const failure = loadSealKey({ envValue: 'canary-key', file: join(folder, 'unused') });

    await expect(failure).rejects.toThrow('QYS_E10_SEAL_KEY is not a seal key');
    await expect(failure).rejects.not.toThrow('canary-key');
  });

  it('is made once, for its owner only, also when many start together', async () => {
    const file = join(folder, '.qys-e10', 'seal.key');
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadSealKey({ file })));

    expect(new Set(keys.map((one) => one.toString('hex'))).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, '.qys-e10'))).toEqual(['seal.key']);
    expect(await loadSealKey({ envValue: '', file })).toEqual(keys[0]);
  });

  it('is never replaced: a damaged file is an error', async () => {
    const file = join(folder, 'seal.key');
    await writeFile(file, 'damaged');

    await expect(loadSealKey({ file })).rejects.toThrow(`${file} is not a seal key`);
  });

  it('that cannot be read is told with what to do', async () => {
    const file = join(folder, 'seal.key');
    await mkdir(file);

    await expect(loadSealKey({ file })).rejects.toThrow(`${file} cannot be read (EISDIR): `);
    await expect(loadSealKey({ file })).rejects.toThrow('QYS_E10_SEAL_KEY');
  });
});
