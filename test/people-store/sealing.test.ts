import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill, person, RUN, someStores } from './a-store.js';

async function fileOf(dataDir: string): Promise<string> {
  const files = await readdir(dataDir, { recursive: true });
  return join(dataDir, files.find((name) => /people\.(duckdb|sealed)$/.test(name)) ?? '');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

it('leaves one sealed file, which several may open again at once', async () => {
  const { dataDir, stores } = await someStores();
  const store = await stores.open(RUN);
  await fill(store, 'e10-people', [person('e1', { mobile: '13899990001' })]);
  await store.close();

  await stores.seal(RUN);
  await stores.seal(RUN);

  expect(await filesBelow(dataDir)).toEqual(['people.sealed']);
  const folder = join(dataDir, 'people');
  const [sealed = ''] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.sealed'));
  expect((await readFile(join(folder, sealed))).includes('13899990001')).toBe(false);

  const opened = await Promise.all([stores.open(RUN), stores.open(RUN), stores.open(RUN)]);
  for (const one of opened) expect((await one.report('e10-people')).people).toBe(1);
  for (const one of opened) await one.close();
  await stores.seal(RUN);
  expect(await filesBelow(dataDir)).toEqual(['people.sealed']);

  const [reference = ''] = await stores.referencesOf(RUN.tenantId);
  expect(reference).toBe(stores.referenceOf(RUN));
  const again = await stores.open({ tenantId: RUN.tenantId, reference });
  expect((await again.position('e10-people')).ended).toBe(true);
  await again.close();
});

it('takes no path for a reference', async () => {
  const { stores } = await someStores();

  await expect(stores.open({ tenantId: RUN.tenantId, reference: '../../elsewhere' })).rejects.toThrow(RangeError);
});

it('is opened once, however many ask for a sealed file at a time', async () => {
  const { stores } = await someStores();
  const store = await stores.open(RUN);
  const rows = Array.from({ length: 900 }, (_, index) => person(`e${index}`));
  await fill(store, 'e10-people', rows);
  await store.close();
  await stores.seal(RUN);

  const opened = await Promise.all(Array.from({ length: 6 }, () => stores.open(RUN)));

  for (const one of opened) {
    expect((await one.position('e10-people')).rows).toBe(900);
    await one.close();
  }
});

it('leaves a file alone that somebody has open', async () => {
  const { stores, dataDir } = await someStores();
  const store = await stores.open(RUN);
  await fill(store, 'e10-people', [person('e1')]);

  await expect(stores.seal(RUN)).rejects.toThrow(/in use/);
  expect((await store.position('e10-people')).rows).toBe(1);
  await store.close();
  expect(await fileOf(dataDir)).toMatch(/people\.duckdb$/);

  await stores.seal(RUN);
  expect(await fileOf(dataDir)).toMatch(/people\.sealed$/);
});

it('leaves a file alone that another process has open', async () => {
  const { stores, dataDir } = await someStores();
  const store = await stores.open(RUN);
  await fill(store, 'e10-people', [person('e1')]);
  await store.close();
  const file = await fileOf(dataDir);
  const program = `
    import { DuckDBInstance } from '@duckdb/node-api';
    await DuckDBInstance.create(${JSON.stringify(file)});
    console.log('open');
    setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');

  await expect(stores.seal(RUN)).rejects.toThrow();
  expect(existsSync(file)).toBe(true);
  other.kill('SIGKILL');
  await once(other, 'close');

  await stores.seal(RUN);
  expect(existsSync(file)).toBe(false);
});

it('seals what a killed process had not yet put into the file', async () => {
  const { stores, dataDir } = await someStores();
  const store = await stores.open(RUN);
  await fill(store, 'e10-people', [person('e1'), person('e2')]);
  const file = await fileOf(dataDir);
  // As a kill leaves them behind: the file as it was, and its log.
  await copyFile(file, `${file}.kept`);
  await copyFile(`${file}.wal`, `${file}.log`);
  await store.close();
  await copyFile(`${file}.kept`, file);
  await copyFile(`${file}.log`, `${file}.wal`);
  await writeFile(`${file}.draft`, 'of an opening that was killed');

  await stores.seal(RUN);

  expect(await filesBelow(dataDir)).toEqual(['people.sealed']);

  const again = await stores.open(RUN);
  expect((await again.position('e10-people')).rows).toBe(2);
  await again.close();
});

it('of several runs the newest is the one that was made last, whichever was opened since', async () => {
  const { stores } = await someStores();
  const newer = { ...RUN, runId: 'run-2' };
  for (const run of [RUN, newer]) {
    await (await stores.open(run)).close();
    await stores.seal(run);
  }
  await (await stores.open(RUN)).close();
  await stores.seal(RUN);

  expect(await stores.referencesOf(RUN.tenantId)).toEqual([stores.referenceOf(newer), stores.referenceOf(RUN)]);
});

describe('tidying up', () => {
  const HOUR_MS = 3_600_000;

  /** Two runs whose sync was terminated: one long ago, one a moment ago. */
  async function left() {
    const { dataDir, stores } = await someStores();
    const old = { ...RUN, runId: 'old' };
    for (const run of [old, RUN]) {
      const store = await stores.open(run);
      await fill(store, 'e10-people', [person('e1', { mobile: '13899990001' })]);
      await store.close();
    }
    const longAgo = new Date(Date.now() - 2 * HOUR_MS);
    const folder = join(dataDir, 'people');
    for (const name of await readdir(folder, { recursive: true }))
      if (name.includes(stores.referenceOf(old))) await utimes(join(folder, name), longAgo, longAgo);
    return { dataDir, stores, old };
  }

  it('seals what nobody has touched for an hour, and whoever goes on opens it again', async () => {
    const { dataDir, stores, old } = await left();

    expect(await stores.tidy({ untouchedMs: HOUR_MS, keepMs: null })).toEqual({
      sealed: 1,
      forgotten: 0,
      problems: [],
    });

    expect((await filesBelow(dataDir)).toSorted()).toEqual(['people.duckdb', 'people.sealed']);
    const again = await stores.open(old);
    expect((await again.position('e10-people')).rows).toBe(1);
    await again.close();
  });

  it('leaves alone what is open', async () => {
    const { stores, old } = await left();
    const store = await stores.open(old);

    expect(await stores.tidy({ untouchedMs: 0, keepMs: 0 })).toEqual({ sealed: 0, forgotten: 1, problems: [] });
    expect((await store.position('e10-people')).rows).toBe(1);
    await store.close();
  });

  it('deletes what is older than it may become', async () => {
    const { dataDir, stores } = await left();
    await stores.tidy({ untouchedMs: 0, keepMs: null });

    expect(await stores.tidy({ untouchedMs: 0, keepMs: 2 * HOUR_MS })).toMatchObject({ forgotten: 0 });
    expect(await stores.tidy({ untouchedMs: 0, keepMs: 0 })).toMatchObject({ forgotten: 2 });
    expect(await filesBelow(dataDir)).toEqual([]);
  });
});
