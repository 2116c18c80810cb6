import { expect, it } from 'vitest';
import { foundRunning, type RunElsewhere } from '../../../src/domain/batch/adoption.js';
import { stateAt } from '../../../src/domain/batch/ledger.js';
import { tenantEnded, waveOf } from '../../../src/domain/batch/state.js';
import { aBatch, NOW, start } from './a-batch.js';

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
