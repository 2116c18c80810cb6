import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Wave, WaveSize } from '../../../src/domain/batch/batch.js';
import type { Selectable } from '../../../src/domain/selectors.js';
import { assignWaves, narrowedBatch, withoutWave } from '../../../src/domain/batch/waves.js';

const name = fc.constantFrom('region', 'size');
const value = fc.constantFrom('east', 'west', 'large');
const tags = fc.dictionary(name, value);
const size: fc.Arbitrary<WaveSize> = fc.oneof(
  fc.record({ count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ match: fc.array(fc.record({ name, patterns: fc.array(value, { minLength: 1 }) })) }),
);
const tenants = fc.array(
  fc.record({ id: fc.uuid(), tags }).map(({ id, tags }) => aTenant(id, tags)),
  { maxLength: 20 },
);
const sizes = fc.array(size, { maxLength: 5 });

describe('narrowedBatch', () => {
  const named = (name: string, size: WaveSize): Wave => ({ ...aWave(size), name });
  const batch = {
    waves: [named('canary', { percent: 50 }), named('middle', { count: 1 }), named('rest', { rest: true })],
    tenants: ['a', 'b', 'c', 'd'].map((id) => aTenant(id)),
  };
  const dealt = (of: typeof batch) =>
    assignWaves(of).map(({ wave, tenants }) => [wave.name, tenants.map(({ id }) => id).join('')]);

  it('leaves everybody in the wave where the whole file has them', () => {
    expect(dealt(batch)).toEqual([
      ['canary', 'ab'],
      ['middle', 'c'],
      ['rest', 'd'],
    ]);
    expect(dealt(narrowedBatch(batch, new Set(['b', 'd'])))).toEqual([
      ['canary', 'b'],
      ['rest', 'd'],
    ]);
  });

  it('is the file itself where nobody is left out', () => {
    expect(narrowedBatch(batch, new Set(['a', 'b', 'c', 'd', 'gone']))).toBe(batch);
  });
});

describe('assignWaves', () => {
  it('takes by count, by share, by tags and the rest, each from what is left', () => {
    const all = [
      aTenant('a'),
      aTenant('b', { region: 'east' }),
      aTenant('c'),
      aTenant('d', { region: 'east' }),
      aTenant('e'),
      aTenant('f'),
    ];
    const waves = [
      aWave({ count: 1 }),
      aWave({ match: [{ name: 'region', patterns: ['east'] }] }),
      aWave({ percent: 34 }),
      aWave({ rest: true }),
    ];

    const taken = assignWaves({ waves, tenants: all }).map((wave) => wave.tenants.map(({ id }) => id).join(''));

    expect(taken).toEqual(['a', 'bd', 'ce', 'f']);
  });

  it('takes a share of all tenants, rounded down, but at least one', () => {
    expect(takenBy({ percent: 50 }, 5)).toBe(2);
    expect(takenBy({ percent: 4.1 }, 1000)).toBe(41);
    expect(takenBy({ percent: 1 }, 5)).toBe(1);
    expect(takenBy({ percent: 1 }, 0)).toBe(0);
  });

  it('takes only tenants that meet all conditions, on tags and on facts', () => {
    const all = [
      aTenant('a', { region: 'east' }),
      aTenant('b', { region: 'east' }, '4.3.10'),
      aTenant('c', {}, '4.3.10'),
    ];
    const match = [
      { name: 'region', patterns: ['east'] },
      { name: 'version', patterns: ['>4.3.9'] },
    ];

    const [first] = assignWaves({ waves: [aWave({ match })], tenants: all });

    expect(first?.tenants).toEqual([all[1]]);
  });

  it('puts every tenant into exactly one wave, or leaves it over, in the order of the file', () => {
    fc.assert(
      fc.property(tenants, sizes, (all, chosen) => {
        const batch = { waves: chosen.map(aWave), tenants: all };
        const taken = assignWaves(batch).map((wave) => wave.tenants);

        const everywhere = [...taken.flat(), ...withoutWave(batch)];
        expect(everywhere).toHaveLength(all.length);
        expect(new Set(everywhere)).toEqual(new Set(all));
        for (const group of taken) expect(group).toEqual(all.filter((tenant) => group.includes(tenant)));
      }),
    );
  });

  it('leaves nobody over when the last wave takes the rest', () => {
    fc.assert(
      fc.property(tenants, sizes, (all, chosen) => {
        expect(withoutWave({ waves: [...chosen, { rest: true } as const].map(aWave), tenants: all })).toEqual([]);
      }),
    );
  });
});

function takenBy(size: WaveSize, of: number): number | undefined {
  const all = Array.from({ length: of }, (_, index) => aTenant(String(index)));
  return assignWaves({ waves: [aWave(size)], tenants: all })[0]?.tenants.length;
}

function aWave(size: WaveSize): Wave {
  return { name: 'wave', size, maxConcurrency: 5, slowStart: true, order: 'file' };
}

function aTenant(id: string, tags: Record<string, string> = { region: 'west' }, version = '4.3.7'): Selectable {
  return {
    id,
    site: 'default',
    tags,
    priority: 3,
    qiyuesuo: { deployment: 'private', driver: 'manual', version },
    e10: { address: 'https://oa.example' },
  };
}
