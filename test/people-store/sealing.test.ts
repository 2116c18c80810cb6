import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fill, person, RUN, someStores } from './a-store.js';

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

it('leaves one sealed file, which several may open again at once', async () => {
  const { dataDir, stores } = await someStores();
  const store = await stores.open(RUN);
  await fill(store, 'e10-people', [person('e1', { mobile: '13899990001' })]);
  store.close();

  await stores.seal(RUN);
  await stores.seal(RUN);

  expect(await filesBelow(dataDir)).toEqual(['people.sealed']);
  const folder = join(dataDir, 'people');
  const [sealed = ''] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.sealed'));
  expect((await readFile(join(folder, sealed))).includes('13899990001')).toBe(false);

  const opened = await Promise.all([stores.open(RUN), stores.open(RUN), stores.open(RUN)]);
  for (const one of opened) expect((await one.report('e10-people')).people).toBe(1);
  for (const one of opened) one.close();
  await stores.seal(RUN);
  expect(await filesBelow(dataDir)).toEqual(['people.sealed']);

  const [reference = ''] = await stores.referencesOf(RUN.tenantId);
  expect(reference).toBe(stores.referenceOf(RUN));
  const again = await stores.open({ tenantId: RUN.tenantId, reference });
  expect((await again.position('e10-people')).ended).toBe(true);
  again.close();
});

it('takes no path for a reference', async () => {
  const { stores } = await someStores();

  await expect(stores.open({ tenantId: RUN.tenantId, reference: '../../elsewhere' })).rejects.toThrow(RangeError);
});
