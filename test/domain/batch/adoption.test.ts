import { expect, it } from 'vitest';
import { foundRunning, type RunElsewhere } from '../../../src/domain/batch/adoption.js';
import { obey } from '../../../src/domain/batch/control.js';
import { nextMove } from '../../../src/domain/batch/schedule.js';
import { isDone } from '../../../src/domain/batch/trail.js';
import { stateAt } from '../../../src/domain/batch/ledger.js';
import { tenantEnded, tenantTold, waveOf } from '../../../src/domain/batch/state.js';
import { aBatch, BY, NOW, start } from './a-batch.js';

const AT = new Date(NOW).toISOString();

function found(run: RunElsewhere | null, was: 'not-started' | 'prepared' = 'not-started') {
  const state = aBatch([{ maxErrors: { count: 0 } }]);
  const id = start(state);
  foundRunning(state, id, { run, was, batch: 'ours', at: AT });
  return { state, id, stands: stateAt(waveOf(state, 0).ledger, 0) };
}

it('takes a migration of somebody else for its own, and says whose it was', () => {
  const reasons = [null, 'ours', 'theirs'].map((batch) => {
    const { state, stands } = found({ kind: 'migration', batch });
    expect(stands).toBe('running');
    return state.trail[0]?.reason;
  });
  expect(reasons).toEqual(
    ['of no batch', 'of this batch', 'of batch theirs'].map((of) => `a migration ${of} was under way already`),
  );
});

it('leaves out who is being undone: no failure, whatever becomes of that', () => {
  const { state, id, stands } = found({ kind: 'undo', batch: null });
  tenantEnded(state, { tenantId: id, ending: 'rolled-back' }, NOW);
  expect(stands).toBe('skipped');
  expect([state.inFlight, state.stoppedBy, state.whole.failed, state.whole.running]).toEqual([[], null, 0, 0]);
});

it('starts a tenant again whose run has ended meanwhile', () => {
  for (const was of ['not-started', 'prepared'] as const) {
    const { state, stands } = found(null, was);
    expect(stands).toBe(was);
    expect([state.inFlight, state.trail, state.whole.running]).toEqual([[], [], 0]);
  }
});

it('says nothing of a tenant that ended while it was looked at', () => {
  const state = aBatch([{}]);
  const id = start(state);
  tenantEnded(state, { tenantId: id, ending: 'migrated' }, NOW);
  foundRunning(state, id, { run: { kind: 'undo', batch: null }, was: 'not-started', batch: 'ours', at: AT });
  expect([stateAt(waveOf(state, 0).ledger, 0), state.trail]).toEqual(['migrated', []]);
});

it('keeps the orders of people, however many tenants it adopts', () => {
  const state = aBatch([{ size: 900, maxConcurrency: 900 }]);
  const adopt = (count: number, kind: RunElsewhere['kind'] = 'migration') => {
    for (let index = 0; index < count; index += 1) {
      foundRunning(state, start(state), { run: { kind, batch: 'theirs' }, was: 'not-started', batch: 'ours', at: AT });
    }
  };
  adopt(1);
  obey(state, { do: 'pause', on: { wave: 'one' }, ...BY }, AT, 'an-update');
  adopt(400);
  adopt(2, 'undo');
  adopt(400);

  expect(state.trail.map(({ what }) => what)).toEqual([
    'adopted w0t0',
    'paused wave one',
    'adopted w0t1, w0t2, w0t3, w0t4, w0t5 and 795 more',
    'left out w0t401, w0t402',
  ]);
  expect(new Set(state.trail.map(({ by }) => by))).toEqual(new Set(['qys-e10', BY.by]));
});

it('carries no Update out twice that has left the trail, nor one of an older version', () => {
  const state = aBatch([{}]);
  const turn = (index: number) =>
    obey(state, { do: index % 2 === 0 ? 'pause' : 'resume', on: { wave: 'one' }, ...BY }, AT, `update-${index}`);
  for (let index = 0; index < 1_200; index += 1) turn(index);
  expect(state.trail).toHaveLength(200);
  expect([199, 200, 1_199].map((index) => isDone(state, `update-${index}`))).toEqual([false, true, true]);
  expect(isDone(state, undefined)).toBe(false);

  const { done: _, ...older } = state;
  expect([1_199, 999].map((index) => isDone(older, `update-${index}`))).toEqual([true, false]);
});

it.each(['undo', 'finish-step'] as const)('goes on when the batch that took it over ends by %s', (how) => {
  const state = aBatch([{ size: 2 }]);
  const [theirs, own] = [start(state), start(state)];
  const run = { kind: 'migration', batch: 'theirs' } as const;
  foundRunning(state, theirs, { run, was: 'not-started', batch: 'ours', at: AT });
  obey(state, { do: 'pause', on: { batch: true }, ...BY }, AT);
  for (const id of [theirs, own]) tenantTold(state, id, true);
  obey(state, { do: 'abort', how, ...BY }, AT);
  if (how === 'undo') for (const one of state.inFlight) if (one.id === own) one.cancelled = true;
  expect(nextMove(state, NOW)).toEqual({ do: 'tell', tenants: [{ id: theirs, paused: false }] });
  tenantTold(state, theirs, false);
  expect(nextMove(state, NOW)).toEqual(how === 'undo' ? { do: 'wait', until: null } : { do: 'over' });
});

it('is not undone with the batch that only took it over, but by an order for it', () => {
  const state = aBatch([{ size: 2 }]);
  const [theirs, own] = [start(state), start(state)];
  const run = { kind: 'migration', batch: 'theirs' } as const;
  foundRunning(state, theirs, { run, was: 'not-started', batch: 'ours', at: AT });
  obey(state, { do: 'abort', how: 'undo', ...BY }, AT);
  expect(nextMove(state, NOW)).toMatchObject({ do: 'cancel', tenants: [{ id: own }] });
  tenantEnded(state, { tenantId: own, ending: 'cancelled' }, NOW);
  expect(nextMove(state, NOW)).toEqual({ do: 'over' });
  for (const one of state.inFlight) one.rollback = BY;
  expect(nextMove(state, NOW)).toMatchObject({ do: 'cancel', tenants: [{ id: theirs }] });
});
