import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StormEdit } from '../../simulators/tenant/roster.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { PeopleSyncEnd } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { openPeopleStores } from '../../src/people-files.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const PEOPLE = 2_400;
const LISTS = ['e9', 'e10', 'qiyuesuo'] as const;
type Result = Extract<PeopleSyncEnd, { result: unknown }>['result'];

/** People come and leave in all three lists at once, so many times in each. */
function aStorm(id: string, seed: number, edits: number, kinds: StormEdit[]): TenantSpec {
  return {
    id,
    startsMigrated: true,
    people: { e9: PEOPLE, e10: PEOPLE },
    quirks: { storm: { edits, kinds, lists: LISTS, seed } },
  };
}

let rig: Rig;
beforeAll(async () => {
  rig = await aRig(
    [
      aStorm('ends-1', 1, 4, ['add', 'insert', 'remove']),
      aStorm('ends-2', 2, 4, ['add', 'insert', 'remove']),
      aStorm('endless', 3, 10_000, ['add', 'insert', 'remove']),
    ],
    {},
    { defaults: { people: { compare: 'everybody' } } },
  );
  for (const id of ['ends-1', 'ends-2', 'endless']) {
    rig.world.tenant(id).edit(({ people }) => people.forEach((_, index) => (people[index] = index % 40 === 7 ? 0 : 1)));
  }
});
afterAll(() => rig.close());

/** Looks at everybody, and gives the rows of both comparisons. */
async function looked(id: string): Promise<{ result: Result; rows: Record<string, string>[][] }> {
  const { people, ...tenant } = rig.tenant(id);
  const all = { percent: 100, count: 2 * PEOPLE };
  await rig.migrations.startPeopleSync(
    { ...tenant, people: { ...people, guard: all } },
    { until: 'guard', policy: IMPATIENT },
  );
  let end: PeopleSyncEnd | undefined;
  await until('it ends', async () => (end = await rig.migrations.peopleSyncEnd(tenant.id)) !== undefined, 60_000);
  const { result } = end as unknown as { result: Result };
  const stores = await openPeopleStores(loadConfig({ QYS_E10_DATA: rig.dataDir }));
  const store = await stores.open({ tenantId: tenant.id, reference: result.report?.reference ?? '' });
  const rows: Record<string, string>[][] = [];
  for (const comparison of ['baseline', 'foreseen'] as const) {
    const file = join(rig.dataDir, `${id}-${comparison}.csv`);
    await store.export({ comparison, file, format: 'csv', content: 'personal' });
    rows.push(parse<Record<string, string>>(await readFile(file), { columns: true }));
  }
  await store.close();
  return { result, rows };
}

/** Of E10's people: single rows are looks. */
function pagesOf(id: string): number {
  const pages = { tenant: rig.tenant(id).id, system: 'e10', path: /queryEmployee/, from: 'outside' } as const;
  return rig.world.journal.entries(pages).filter(({ rows }) => rows !== null && rows > 1).length;
}

function sorted(rows: Record<string, string>[][]): string[][] {
  return rows.map((comparison) => comparison.map((row) => JSON.stringify(row)).sort());
}

/** Job numbers of everybody whom a list has shown. */
function shown([baseline = [], foreseen = []]: Record<string, string>[][], list: (typeof LISTS)[number]): Set<string> {
  const numbers =
    list === 'e9'
      ? baseline
          .filter(({ reason }) => reason !== 'left' && reason !== 'secondary-account')
          .map((row) => row['before_job_number'])
      : foreseen.map((row) => row[list === 'e10' ? 'after_job_number' : 'before_job_number']);
  return new Set(numbers.filter((number): number is string => number !== undefined && number !== ''));
}

it.each(['ends-1', 'ends-2'])(
  'a storm that ends is read again: everybody as in an undisturbed look, row by row (%s)',
  async (id) => {
    const stormy = await looked(id);
    const pages = pagesOf(id);
    rig.world.tenant(id).calm();
    const calm = await looked(id);

    expect(pages).toBeGreaterThan(pagesOf(id) - pages);
    const states = (stormy.result.report?.readings ?? []).map(({ verdict }) => verdict.state);
    expect(states).toHaveLength(3);
    expect(states).not.toContain('disturbed');
    expect(sorted(stormy.rows)).toEqual(sorted(calm.rows));
    expect(stormy.result.report?.foreseen?.counts).toEqual(calm.result.report?.foreseen?.counts);
  },
  120_000,
);

it('a storm that does not end is told, with no fewer people than are wrong', async () => {
  const stormy = await looked('endless');
  rig.world.tenant('endless').calm();
  const calm = await looked('endless');

  expect(calm.result.findings.map(({ code }) => code)).not.toContain('PEOPLE-EDITED');
  for (const list of LISTS) {
    const verdict = (stormy.result.report?.readings ?? []).find((one) => one.list.startsWith(list))?.verdict;
    const [then, now] = [shown(stormy.rows, list), shown(calm.rows, list)];
    const wrong = [...then, ...now].filter((number) => !then.has(number) || !now.has(number)).length;
    // The last edit comes behind the last page.
    expect([list, 1 + (verdict?.state === 'disturbed' ? verdict.uncertain : 0)]).toEqual([
      list,
      expect.toSatisfy((uncertain: number) => uncertain >= wrong),
    ]);
  }
  const told = stormy.result.findings.filter(({ code }) => code === 'PEOPLE-EDITED').map(({ message }) => message);
  const disturbed = (stormy.result.report?.readings ?? []).filter(({ verdict }) => verdict.state === 'disturbed');
  expect(told).toEqual(disturbed.map(({ list }) => expect.stringContaining(`${list} was edited`) as unknown));
  expect(disturbed.length).toBeGreaterThan(0);
}, 120_000);
