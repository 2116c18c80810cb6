import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { PersonRow } from '../../src/domain/people/rows.js';
import { USUAL_LIMITS, type DatabaseLimits } from '../../src/people-store/database.js';
import type { PeopleStore } from '../../src/people-store/store.js';
import { fill, person, RUN, someStores } from './a-store.js';

/** People with every trouble there is: keys that are empty, shared, renewed and crossed, and people of one side only. */
function troubled(side: 'e' | 'q'): PersonRow[] {
  return Array.from({ length: 120 }, (_, at) => {
    const own = side === 'e' ? at : at + 7;
    const job = at % 11 === 0 ? null : at % 13 === 0 ? 'shared' : String(own);
    const mobile = at % 5 === 0 ? null : at % 17 === 0 ? '13800000000' : `139${String(own % 90).padStart(8, '0')}`;
    const email = at % 3 === 0 ? null : `u${(own * 7) % 110}@example.cn`;
    return person(`${side}${at}`, { jobNumber: job, mobile, email, name: `N${at % 9}`, active: at % 10 !== 3 });
  });
}

/** Everybody's outcome, as the file has it. */
async function outcomes(sliceRows: number): Promise<string[]> {
  const { stores, dataDir } = await someStores({ ...USUAL_LIMITS, sliceRows });
  const store = await stores.open(RUN);
  await fill(store, 'e10-people', troubled('e'));
  const before = troubled('q').map((one, at) => ({ ...one, oaUserId: at % 6 === 0 ? null : String(at) }));
  await fill(store, 'qiyuesuo-before', before);
  const after = before.map((one, at) => ({
    ...one,
    active: at % 4 !== 0,
    name: `N${at % 8}`,
    oaUserId: at % 5 === 0 ? one.oaUserId : `e${at % 7 === 0 ? at : at + 7}`,
  }));
  // Each in another place than before the run.
  await fill(store, 'qiyuesuo-after', after.slice(3).reverse());
  const lines: string[] = [];
  for (const comparison of ['foreseen', 'actual'] as const) {
    await store.compare({ comparison, scope: null });
    const file = join(dataDir, 'all.csv');
    await store.export({ comparison, file, format: 'csv', content: 'personal' });
    lines.push(...(await readFile(file, 'utf8')).split('\n').map((line) => `${comparison},${line}`));
    await store.writeAmbiguous(comparison, file);
    lines.push(...(await readFile(file, 'utf8')).split('\n').map((line) => `${comparison} to decide,${line}`));
  }
  await store.close();
  return lines.sort();
}

it('a large comparison goes by slices, and comes to the same for everybody', async () => {
  const whole = await outcomes(1_000);

  expect(await outcomes(25)).toEqual(whole);
  expect(await outcomes(90)).toEqual(whole);
  expect(new Set(whole.map((line) => line.split(',')[3])).size).toBeGreaterThan(6);
});

/** Everybody has a number that hundreds share. */
async function shared(limits: Pick<DatabaseLimits, 'memoryMiB' | 'mostMemoryMiB'>): Promise<PeopleStore> {
  const { stores } = await someStores({ ...limits, threads: 2, sliceRows: 15_000 });
  const store = await stores.open(RUN);
  onTestFinished(() => store.close());
  const many = (side: string): PersonRow[] =>
    Array.from({ length: 30_000 }, (_, at) =>
      person(`${side}${at}`, { mobile: `138000000${at % 50}`.padEnd(11, '0') }),
    );
  await fill(store, 'e10-people', many('e'));
  await fill(store, 'qiyuesuo-before', many('q'));
  return store;
}

it('a number that stands for many people takes no more memory than any other', async () => {
  const store = await shared({ memoryMiB: 32, mostMemoryMiB: 32 });
  const { counts } = await store.compare({ comparison: 'foreseen', scope: null });
  expect(counts).toMatchObject({ ambiguous: 60_000 });
});

it('a comparison that does not get by with its memory is given more, up to a limit', async () => {
  const few = await shared({ memoryMiB: 12, mostMemoryMiB: 12 });
  await expect(few.compare({ comparison: 'foreseen', scope: null })).rejects.toThrow('Out of Memory');

  const store = await shared({ memoryMiB: 12, mostMemoryMiB: 48 });
  const { counts } = await store.compare({ comparison: 'foreseen', scope: null });
  expect(counts).toMatchObject({ ambiguous: 60_000 });
});
