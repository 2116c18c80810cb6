import { describe, expect, it, onTestFinished } from 'vitest';
import { remapScope, scopeUnits } from '../../src/domain/people.js';
import type { ListName, PagedList, PersonRow, UnitRow } from '../../src/domain/people/rows.js';
import type { ChunkResult } from '../../src/people-store/reading.js';
import type { PeopleStore } from '../../src/people-store/store.js';
import type { StormEdit } from '../../simulators/tenant/roster.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { startWorld } from '../../simulators/world.js';
import { openGateways } from '../support/gateways.js';
import { aStore } from './a-store.js';

/** A simulated tenant with its systems, and its people in a store. */
async function aTenant(spec: Partial<TenantSpec> = {}) {
  const world = await startWorld({ seed: 7, tenants: [{ id: 'acme', ...spec }] });
  onTestFinished(() => world.close());
  const tenant = world.tenant('acme');
  const { at, env } = tenant;
  const deployment = tenant.spec.deployment;
  return { world, tenant, store: await aStore(), ...openGateways({ at, env, entry: tenant.entry(), deployment }) };
}

async function read(
  store: PeopleStore,
  list: ListName,
  source: PagedList<PersonRow> | PagedList<UnitRow> | undefined,
): Promise<ChunkResult> {
  if (source === undefined) throw new Error(`${list} cannot be read`);
  let after: ChunkResult | null = null;
  do after = await store.readChunk<PersonRow | UnitRow>({ list, source, pages: 2, after });
  while (!after.done);
  return after;
}

it('reads the people of all systems, and finds everybody again', async () => {
  const { store, e9, e10, console } = await aTenant({ people: { e9: 2_500, e10: 2_500, units: 30, leavers: 7 } });

  expect(await read(store, 'e9-people', e9.people())).toMatchObject({ rows: 2_509, verdict: { state: 'settled' } });
  expect(await read(store, 'e10-people', e10.people())).toMatchObject({ rows: 2_500, verdict: { state: 'settled' } });
  expect(await read(store, 'qiyuesuo-before', console.people?.())).toMatchObject({ rows: 2_500 });
  await read(store, 'e10-units', e10.units());

  const baseline = await store.compare({ comparison: 'baseline', scope: null });
  expect(baseline.counts).toMatchObject({ unchanged: 2_500, skipped: 9, ambiguous: 0, missing: 0, created: 0 });
  const foreseen = await store.compare({ comparison: 'foreseen', scope: null, mostUnits: 3 });
  expect(foreseen.counts).toMatchObject({ linked: 2_500 });
  expect(foreseen.units).toHaveLength(3);
  expect(foreseen.units[0]?.unit).toMatch(/^D\d{4}$/);
});

it('reads the people of the public cloud', async () => {
  const { store, qiyuesuo } = await aTenant({ deployment: 'public', people: { e9: 1_500 } });

  expect(await read(store, 'qiyuesuo-before', qiyuesuo.people())).toMatchObject({
    rows: 1_500,
    verdict: { state: 'settled' },
    facts: { lastTotal: null },
  });
});

it('maps the scope of E9 to E10 by codes and paths', async () => {
  const { store, e9, e10 } = await aTenant({ people: { e9: 10, units: 45 } });
  await read(store, 'e9-subcompanies', e9.subcompanies());
  await read(store, 'e9-departments', e9.departments());
  await read(store, 'e10-units', e10.units());
  const old = await store.units('e9');
  const tree = await store.units('e10');

  const { scope, unmapped } = remapScope(
    scopeUnits(
      old.map(({ id }) => id),
      old,
    ),
    tree,
  );

  expect([old.length, tree.length]).toEqual([45, 45]);
  expect(unmapped).toEqual([]);
  expect(scope).toHaveLength(45);
});

describe('untidy people', () => {
  it('are counted: empty and shared keys', async () => {
    const { store, e10 } = await aTenant({ people: { e9: 2_000, untidy: 100 } });
    await read(store, 'e10-people', e10.people());

    const { people, keys } = await store.report('e10-people');

    expect(people).toBe(2_000);
    const by = Object.fromEntries(keys.map((one) => [one.key, one]));
    // A hundred of a thousand, each trouble in turn; every seventeenth has no address anyway.
    expect(by['jobNumber']).toMatchObject({ empty: 33, sharedValues: 34, sharedBy: 68 });
    expect(by['mobile']?.empty).toBeGreaterThan(20);
    expect(by['email']?.empty).toBeGreaterThan(117);
    expect(by['login']).toMatchObject({ empty: 0, sharedValues: 0 });
    expect(by['mobile']?.examples[0]).toMatch(/^p[0-9a-f]{16}$/);
  });

  it('are ambiguous where nothing decides, and never guessed', async () => {
    const { store, e10, console } = await aTenant({ people: { e9: 2_000, untidy: 100 } });
    await read(store, 'e10-people', e10.people());
    await read(store, 'qiyuesuo-before', console.people?.());

    const { counts, reasons } = await store.compare({ comparison: 'foreseen', scope: null });

    expect(counts.created + counts.disabled + counts.updated).toBe(0);
    expect(counts.linked + counts.ambiguous / 2).toBe(2_000);
    expect(reasons.map(({ reason }) => reason)).toContain('shared-job-number');
    expect(reasons.map(({ reason }) => reason)).toContain('matched-by-mobile');
  });
});

describe.each(['e9', 'e10'] as const)('a storm in %s', (system) => {
  it.each<[string, StormEdit[], number]>([
    ['people leave', ['remove'], -3],
    ['people come to the front', ['insert'], 3],
    ['people come and leave, so that the total stays', ['remove', 'add'], 0],
    ['people come, move and leave', ['add', 'move', 'remove'], 0],
  ])('%s: noticed and read again, until it is over', async (_what, kinds, change) => {
    const edits = kinds.length === 1 ? 3 : kinds.length * 2 - (kinds.length === 2 ? 0 : 3);
    const { store, world, ...systems } = await aTenant({
      people: { e9: 3_500, e10: 3_500, leavers: 0, secondary: 0 },
      quirks: { storm: { edits, kinds } },
    });
    const list = system === 'e9' ? ('e9-people' as const) : ('e10-people' as const);

    const end = await read(store, list, systems[system].people());

    expect(end).toMatchObject({ pass: 2, verdict: { state: 'settled' } });
    expect(end.rows).toBe(3_500 + change);
    expect(world.journal.times({ system })).toBeGreaterThan(8);
  });
});

it('reads smaller pages where E10 wants them', async () => {
  const { store, e10 } = await aTenant({ people: { e9: 700, e10: 700 }, quirks: { employeePageMax: 200 } });

  const end = await read(store, 'e10-people', e10.people());

  expect(end).toMatchObject({ rows: 700, page: 6, verdict: { state: 'settled' } });
});

it('goes on at the page that was throttled or broken off', async () => {
  const { store, world, e10 } = await aTenant({ people: { e9: 6_000 } });
  for (const kind of ['throttle-seconds', 'truncated', 'reset', 'html'] as const) {
    world.fault({ kind, system: 'e10', path: /queryEmployee/, after: 1 });
  }
  let failures = 0;
  let end: ChunkResult | undefined;
  while (end?.done !== true) {
    try {
      end = await store.readChunk({ list: 'e10-people', source: e10.people(), pages: 50, after: end ?? null });
    } catch (error) {
      failures++;
      expect(error).toHaveProperty('retryable');
    }
  }

  // An answer that is cut off has claimed success, so that a look has followed it: what befell that is nobody's failure.
  expect(failures).toBe(3);
  expect(end).toMatchObject({ rows: 6_000, pass: 1, restarted: false, verdict: { state: 'settled' } });
});

it('looks up a sample of the private cloud, and says who is missing', async () => {
  const { store, tenant, e10, qiyuesuo } = await aTenant({ people: { e9: 1_000, e10: 1_000 } });
  tenant.edit((live) => live.people.fill(0, 0, 50));
  await read(store, 'e10-people', e10.people());
  const usual = { wrongPercent: 1, probabilityPercent: 99 };
  const drawn = await store.drawSample({ seed: 'run-1', confidence: usual, scope: null });
  expect(await store.drawSample({ seed: 'run-1', confidence: usual, scope: null })).toEqual(drawn);

  for (;;) {
    const batch = await store.nextToLookUp(50);
    if (batch.length === 0) break;
    for (const { position, contact } of batch) {
      await store.recordLookUp(position, (await qiyuesuo.findPerson(contact))?.id ?? null);
    }
  }
  const { people, size, lookedUp, missing, sentence, examples } = await store.sampleResult(drawn);

  expect({ people, size, lookedUp }).toEqual({ people: 1_000, size: 368, lookedUp: 368 });
  expect(sentence.en).toContain('368 of 1000 people');
  // Five of a hundred are missing; the seed decides which of them are drawn.
  expect(missing).toBeGreaterThan(5);
  expect(missing).toBeLessThan(40);
  expect(examples[0]).toMatch(/^p[0-9a-f]{16}$/);
});
