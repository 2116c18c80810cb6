import { createHmac } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { createOpaque } from '../../src/people-store/opaque.js';
import { aList, fill, person, RUN, someStores } from './a-store.js';

const CANARY = { name: 'canary-王', jobNumber: 'canary-job', mobile: '13899990001', email: 'canary@acme.example' };
const MARKS = ['canary', '13899990001', '9777000000000001'];

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function filesWithCanary(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of await filesBelow(folder)) {
    const bytes = await readFile(file);
    if (MARKS.some((mark) => bytes.includes(mark))) found.push(file);
  }
  return found;
}

it('a person is in the file of the run alone, in no result, and nowhere after it is forgotten', async () => {
  const { stores, dataDir } = await someStores();
  const store = await stores.open(RUN);
  const told: unknown[] = [];
  const canary = person('9777000000000001', { ...CANARY, units: ['u1'] });
  const read = {
    list: 'e10-people' as const,
    source: aList(() => [canary, person('e2', CANARY)]),
    pages: 9,
    after: null,
  };
  told.push(await store.readChunk(read));
  await fill(store, 'qiyuesuo-before', [person('q1', { ...CANARY, oaUserId: '17' }), person('q2', { jobNumber: 'x' })]);
  await fill(store, 'qiyuesuo-after', [person('q1', { ...CANARY, active: false })]);
  told.push(await store.report('e10-people'));
  told.push(await store.compare({ comparison: 'foreseen', scope: null }));
  told.push(await store.compare({ comparison: 'actual', scope: ['u1'] }));
  told.push(await store.massChange(), await store.foreseenAndActual(), await store.position('e10-people'));
  const drawn = await store.drawSample({
    seed: 's',
    confidence: { wrongPercent: 1, probabilityPercent: 99 },
    scope: null,
  });
  await store.recordLookUp(1, null);
  told.push(drawn, await store.sampleResult(drawn));
  const [csv, parquet] = [join(dataDir, 'out.csv'), join(dataDir, 'out.parquet')];
  told.push(await store.export({ comparison: 'foreseen', file: csv, format: 'csv', content: 'opaque' }));
  told.push(await store.export({ comparison: 'foreseen', file: parquet, format: 'parquet', content: 'opaque' }));
  await store.close();

  // Told without digests: sixteen hexadecimal digits may hold any number.
  expect(MARKS.filter((mark) => JSON.stringify(told).includes(mark))).toEqual([]);
  const holding = await filesWithCanary(dataDir);
  expect(holding.map((file) => file.split('/').at(-1))).toEqual(['people.duckdb']);
  expect(holding[0]).not.toMatch(/acme|run-1/);

  expect(await stores.forget(RUN)).toMatchObject({ runs: 1 });
  expect(await filesWithCanary(dataDir)).toEqual([]);
  expect(await stores.forget(RUN)).toEqual({ runs: 0, bytes: 0 });
});

it('forgets all runs of a tenant, and none of another', async () => {
  const { stores, dataDir } = await someStores();
  for (const run of [RUN, { ...RUN, runId: 'run-2' }, { tenantId: 'other', runId: 'run-1' }])
    await (await stores.open(run)).close();

  expect(await stores.forgetTenant('acme')).toMatchObject({ runs: 2 });

  expect((await filesBelow(dataDir)).filter((file) => file.endsWith('.duckdb'))).toHaveLength(1);
});

it('lies in folders and files that are the owner’s alone', async () => {
  const { stores, dataDir } = await someStores();
  const store = await stores.open(RUN);
  await fill(store, 'e10-people', [person('e1')]);
  await store.close();

  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  const [tenant = ''] = await readdir(join(dataDir, 'people'));
  const [run = ''] = await readdir(join(dataDir, 'people', tenant));
  expect(await mode(join(dataDir, 'people'))).toBe('700');
  expect(await mode(join(dataDir, 'people', tenant, run))).toBe('700');
  expect(await mode(join(dataDir, 'people', tenant, run, 'people.duckdb'))).toBe('600');
  expect(run).toBe(stores.referenceOf(RUN));
});

it('shows the fields before and after as fingerprints, unless an operator asks for them', async () => {
  const { stores, dataDir } = await someStores();
  const store = await stores.open(RUN);
  await fill(store, 'e10-people', [person('e1', { jobNumber: '1', email: 'new@acme.example' })]);
  await fill(store, 'qiyuesuo-before', [person('q1', { jobNumber: '1', email: 'old@acme.example' })]);
  await store.compare({ comparison: 'foreseen', scope: null });
  const [opaque, personal] = [join(dataDir, 'a.csv'), join(dataDir, 'b.csv')];
  await writeFile(opaque, 'what was there before');

  await store.export({ comparison: 'foreseen', file: opaque, format: 'csv', content: 'opaque' });
  await store.export({ comparison: 'foreseen', file: personal, format: 'csv', content: 'personal' });
  await store.close();

  const [header, row = ''] = (await readFile(personal, 'utf8')).split('\n');
  expect(header).toBe(
    // By which a spreadsheet knows the names for what they are.
    '\uFEFFperson,counterpart,outcome,reason,unit,changed,differs,before_name,after_name,before_job_number,after_job_number,' +
      'before_mobile,after_mobile,before_email,after_email',
  );
  expect(row).toMatch(/^p[0-9a-f]{16},p[0-9a-f]{16},updated,matched-by-job-number,,email,email,.*,old@.*,new@/);
  expect(await readFile(opaque, 'utf8')).toMatch(/\np[0-9a-f]{16},.*,updated,.*,p[0-9a-f]{16},p[0-9a-f]{16}\n$/);
  expect(await readFile(opaque, 'utf8')).not.toMatch(/acme\.example/);
  expect(((await stat(personal)).mode & 0o777).toString(8)).toBe('600');
});

it('makes the same opaque id in SQL and outside of it; another one for every tenant and system', async () => {
  const sealKey = Buffer.alloc(32, 7);
  const opaque = createOpaque(sealKey, 'acme');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const id = "977668748719054853'王";

  const reader = await connection.runAndReadAll(`SELECT ${opaque.sql('e10', '$1')} AS id`, [id]);

  expect(reader.getRows()[0]?.[0]).toBe(opaque.idOf('e10', id));
  const others = [opaque.idOf('e9', id), createOpaque(sealKey, 'other').idOf('e10', id)];
  expect(new Set([opaque.idOf('e10', id), ...others]).size).toBe(3);
  expect(opaque.idOf('e10', id)).not.toContain(
    createHmac('sha256', sealKey).update(`e10:${id}`).digest('hex').slice(0, 8),
  );
  connection.closeSync();
  instance.closeSync();
});

it('digests lists so that nobody without the key can try who is in them', () => {
  const [one, other] = ['acme', 'other'].map((tenant) => createOpaque(Buffer.alloc(32, 7), tenant).digest('', ['138']));

  expect(one).toMatch(/^[0-9a-f]{32}$/);
  expect(one).not.toBe(other);
});
