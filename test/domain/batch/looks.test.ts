import { describe, expect, it } from 'vitest';
import { freeTargets, roundsOf } from '../../../src/domain/batch/looks.js';
import { aBatch, start } from './a-batch.js';

const against = (id: string, ...targets: string[]) => ({ id, targets });
const ids = (rounds: { id: string }[][]): string[] => rounds.map((round) => round.map(({ id }) => id).join(' '));

describe('second looks', () => {
  it('ask no target more at once than it takes', () => {
    const free = freeTargets(aBatch([{}], { targets: { A: 2, '*': 1 } }));
    const tenants = [
      against('1', 'A'),
      against('2', 'A'),
      against('3', 'A'),
      against('4', 'A', 'B'),
      against('5', 'B'),
    ];
    expect(ids(roundsOf(tenants, free))).toEqual(['1 2 5', '3 4']);
  });

  it('are all beside each other where no target has a limit', () => {
    const tenants = [against('1', 'A'), against('2', 'A'), against('3')];
    expect(ids(roundsOf(tenants, freeTargets(aBatch([{}]))))).toEqual(['1 2 3']);
  });

  it('leave room to those that run, and one goes on where there is none', () => {
    const state = aBatch([{}], { targets: { A: 2 } });
    start(state, 0, { targets: ['A'] });
    const tenants = [against('1', 'A'), against('2', 'A')];
    expect(ids(roundsOf(tenants, freeTargets(state)))).toEqual(['1', '2']);
    start(state, 0, { targets: ['A'] });
    expect(ids(roundsOf(tenants, freeTargets(state)))).toEqual(['1', '2']);
  });
});
