import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Wave, WaveSize } from '../../../src/domain/batch/batch.js';
import { assignWaves, withoutWave } from '../../../src/domain/batch/waves.js';

const tags = fc.dictionary(fc.constantFrom('region', 'size'), fc.constantFrom('east', 'west', 'large'));
const size: fc.Arbitrary<WaveSize> = fc.oneof(
  fc.record({ count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ match: tags }),
);
const tenants = fc.array(fc.record({ id: fc.uuid(), tags }), { maxLength: 20 });
const sizes = fc.array(size, { maxLength: 5 });

describe('assignWaves', () => {
  it('takes by count, by share, by tags and the rest, each from what is left', () => {
    const all = [aTenant('a'), aTenant('b', 'east'), aTenant('c'), aTenant('d', 'east'), aTenant('e'), aTenant('f')];
    const waves = [
      aWave({ count: 1 }),
      aWave({ match: { region: 'east' } }),
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

  it('takes only tenants that have all of the tags', () => {
    const all = [{ tags: { region: 'east' } }, { tags: { region: 'east', size: 'large' } }, { tags: {} }];

    const [first] = assignWaves({ waves: [aWave({ match: { region: 'east', size: 'large' } })], tenants: all });

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

function aTenant(id: string, region = 'west'): { id: string; tags: Record<string, string> } {
  return { id, tags: { region } };
}
