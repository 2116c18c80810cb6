import { describe, expect, it } from 'vitest';
import {
  MOST_TENANTS_HELD,
  obey,
  pauseTenant,
  refusalOfWords,
  resumeTenant,
  TOO_MANY_HELD,
} from '../../../src/domain/batch/control.js';
import { batchDetails } from '../../../src/domain/batch/details.js';
import { heldTogether, liftedBy } from '../../../src/domain/batch/held.js';
import { holdingOf, reasonsOfTenant, withoutWords } from '../../../src/domain/batch/reasons.js';
import { nextMove } from '../../../src/domain/batch/schedule.js';
import type { BatchState } from '../../../src/domain/batch/state.js';
import { undoBegun } from '../../../src/domain/batch/undo.js';
import { batchStatus } from '../../../src/domain/batch/status.js';
import { aBatch, BY, candidate, NOW, runs, start } from './a-batch.js';

const AT = new Date(NOW).toISOString();

function pause(state: BatchState, ids: readonly string[], order = BY): void {
  for (const id of ids) expect(pauseTenant(state, id, 'not-started', order, AT)).toBeNull();
}

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `t${index}`);

describe('tenants that are paused', () => {
  it('are told like one that is paused alone, and go on when they are resumed', () => {
    const state = aBatch([{ size: 3, maxConcurrency: 3 }]);
    const [first, second] = [start(state), start(state)];
    for (const id of [first, second]) expect(pauseTenant(state, id, 'running', BY, AT)).toBeNull();
    const told = [first, second].map((id) => ({ id, paused: true }));
    expect(nextMove(state, NOW)).toEqual({ do: 'tell', tenants: told });

    expect(resumeTenant(state, first, 'running')).toBeNull();
    expect(nextMove(state, NOW)).toEqual({ do: 'tell', tenants: told.slice(1) });
  });

  it.each(['migrated', 'rolled-back', 'skipped', 'terminated'] as const)('are none that ended as %s', (ending) => {
    const state = aBatch([{}]);
    expect(pauseTenant(state, 'x', ending, BY, AT)).toBe(`it is ${ending}`);
    expect(resumeTenant(state, 'x', ending)).toBe(`it is ${ending}`);
    expect(state.holds).toEqual([]);
  });

  it('are not paused twice, and not resumed where only their wave is paused', () => {
    const state = aBatch([{}]);
    pause(state, ['x']);
    expect(pauseTenant(state, 'x', 'prepared', BY, AT)).toBe('it is paused already');
    obey(state, { do: 'pause', on: { wave: 'one' }, ...BY }, AT);
    expect(resumeTenant(state, 'other', 'running')).toBe('it is not paused itself');
    expect(state.holds).toHaveLength(2);
  });

  it('that ended while they were paused can still be resumed, so that no hold stays behind', () => {
    const state = aBatch([{}]);
    pause(state, ['x']);
    expect(resumeTenant(state, 'x', 'terminated')).toBeNull();
    expect(state.holds).toEqual([]);
  });

  it('are none that the gate undoes', () => {
    const state = aBatch([{ size: 1, soakMs: 1, gate: 'undo' }]);
    runs(state, 'migrated');
    const cause = { code: 'SETTING-DIFFERS' };
    undoBegun(state, { id: 'w0t0', wave: 0, at: 0, endpoints: [], targets: [], cause }, NOW);
    expect(pauseTenant(state, 'w0t0', 'running', BY, AT)).toBe('it is being undone, which nothing stops');
  });

  it('are a thousand at most, beside waves and endpoints', () => {
    const state = aBatch([{}]);
    obey(state, { do: 'pause', on: { wave: 'one' }, ...BY }, AT);
    pause(state, many(MOST_TENANTS_HELD));
    expect(pauseTenant(state, 'x', 'not-started', BY, AT)).toBe(TOO_MANY_HELD);
    expect(resumeTenant(state, 't0', 'not-started')).toBeNull();
    expect(pauseTenant(state, 'x', 'not-started', BY, AT)).toBeNull();
  });

  it('are given a reason that can be kept with each', () => {
    expect(refusalOfWords({ by: 'tester', reason: '停'.repeat(294) })).toBeNull();
    expect(refusalOfWords({ by: 'tester', reason: '停'.repeat(295) })).toBe(
      'a reason is kept with each tenant: give one of at most 294 characters',
    );
  });
});

describe('holds as they are told', () => {
  it('are one line for tenants that somebody paused for one reason', () => {
    const state = aBatch([{}]);
    pause(state, many(7));
    obey(state, { do: 'pause', on: { wave: 'one' }, ...BY }, AT);
    pause(state, ['x'], { by: 'tester', reason: 'another' });
    pause(state, ['y']);

    const told = heldTogether(state.holds);
    expect(told.map(({ name, reason }) => [name, reason])).toEqual([
      ['tenants t0, t1, t2, t3, t4 and 3 more', 'test'],
      ['wave one', 'test'],
      ['tenant x', 'another'],
    ]);
    expect(told.map(({ on }) => liftedBy(on))).toEqual([
      ' --tenant t0 t1 t2 t3 t4 t5 t6 y',
      ' --wave one',
      ' --tenant x',
    ]);
  });

  it.each([
    [{ batch: true } as const, ''],
    [{ endpoint: 'console https://x 1' }, " --endpoint 'console https://x 1'"],
  ])('%j is lifted by resume%s', (on, option) => {
    expect(liftedBy([on])).toBe(option);
  });

  it('stay small on the page of the batch and in its history, however many tenants are held', () => {
    const state = aBatch([{}]);
    pause(state, many(MOST_TENANTS_HELD), { by: 'tester', reason: 'r'.repeat(290) });

    const [told] = heldTogether(state.holds);
    expect(liftedBy(told!.on)).toBe(' --tenant …');
    expect(batchDetails(batchStatus('b', state, NOW, false), NOW).length).toBeLessThan(2_000);

    const sent = withoutWords(holdingOf(state));
    expect(JSON.stringify(sent).length).toBeLessThan(100_000);
    const held = (id: string) => reasonsOfTenant(sent, candidate(0, 0, { id }), NOW, 0).map(({ because }) => because);
    expect(held('t999')).toEqual(['paused']);
    expect(held('t1000')).toEqual([]);
  });
});
