import { describe, expect, it } from 'vitest';
import { auditUndo, obey } from '../../../src/domain/batch/control.js';
import { nextMove, type Move } from '../../../src/domain/batch/schedule.js';
import {
  entered,
  tenantEnded,
  tenantsAdded,
  toVerify,
  waveOf,
  waveVerified,
  type BatchState,
  type SizedWave,
} from '../../../src/domain/batch/state.js';
import type { Ending } from '../../../src/domain/batch/limits.js';
import { undoBegun, undoRefused } from '../../../src/domain/batch/undo.js';
import { batchStatus } from '../../../src/domain/batch/status.js';
import { aBatch, BY, NOW, runs } from './a-batch.js';

const AT = new Date(NOW).toISOString();

/** A wave of three that is through, and whose second look found these of it changed. */
function lookedAt(changed: number[], wave: Partial<SizedWave> = {}, more: Partial<SizedWave>[] = [{}]): BatchState {
  const state = aBatch([{ soakMs: 0, gate: 'undo', ...wave }, ...more]);
  runs(state, 'migrated', 'migrated-with-warnings', 'migrated');
  entered(state, 'verifying', NOW);
  expect(toVerify(state, 9)).toEqual([0, 1, 2]);
  waveVerified(
    state,
    3,
    changed.map((at) => ({ id: `w0t${at}`, at, code: 'SETTING-DIFFERS' })),
  );
  return state;
}

it('is not over while somebody is to be undone, also where tenants have joined since and failed', () => {
  const state = lookedAt([1], { maxErrors: { count: 0 } }, []);
  tenantsAdded(state, 0, { reference: 'added', wave: 0, size: 1 }, 'longer');
  runs(state, 'timed-out');
  expect(state.stoppedBy).not.toBeNull();
  expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });

  obey(state, { do: 'resume', on: { batch: true }, limits: { maxErrors: { count: 2 } }, ...BY }, AT);
  expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'soaking' });
});

function begin(state: BatchState): Extract<Move, { do: 'undo' }>['undo'] {
  const move = nextMove(state, NOW);
  if (move.do !== 'undo') throw new Error(`nobody is undone: ${JSON.stringify(move)}`);
  undoBegun(state, move.undo, NOW);
  return move.undo;
}

function undo(state: BatchState, ending: Ending): void {
  tenantEnded(state, { tenantId: begin(state).id, ending }, NOW);
}

describe('a gate that undoes', () => {
  it('lets the next wave start where the limit tolerates those that were undone', () => {
    const state = lookedAt([0, 2], { maxErrors: { count: 2 } });
    undo(state, 'rolled-back');
    undo(state, 'rolled-back');
    expect(waveOf(state, 0).ledger.counts).toEqual({ 'migrated-with-warnings': 1, 'rolled-back': 2 });
    expect(waveOf(state, 0).limits).toMatchObject({ failed: 2, running: 0 });
    expect([state.stoppedBy, nextMove(state, NOW)]).toEqual([null, { do: 'enter', phase: 'next-wave' }]);
  });

  it('stops at the first that the limit does not tolerate; the others wait for somebody to resume', () => {
    const state = lookedAt([0, 2], { maxErrors: { count: 0 }, maxConcurrency: 1 });
    undo(state, 'rolled-back');
    expect(state.stoppedBy).toBe('max-errors of wave one');
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    obey(state, { do: 'resume', on: { batch: true }, limits: { maxErrors: { count: 2 } }, ...BY }, AT);
    expect(begin(state).id).toBe('w0t2');
  });

  it('stops at once where an undo is incomplete, whatever is tolerated', () => {
    const state = lookedAt([0], { maxErrors: { count: 3 } });
    undo(state, 'rollback-incomplete');
    expect(state.stoppedBy).toBe('rollback-incomplete of wave one');
  });

  it('takes places of the wave, and with strict none above its limit', () => {
    const wide = lookedAt([0, 1, 2], { maxConcurrency: 2 });
    expect([begin(wide).id, begin(wide).id]).toEqual(['w0t0', 'w0t1']);
    expect(nextMove(wide, NOW)).toEqual({ do: 'wait', until: null });
    expect(batchStatus('b', wide, NOW, false)).toMatchObject({ running: 2, undoing: 2 });

    const strict = lookedAt([0, 1], { maxErrors: { count: 0 }, strict: true });
    begin(strict);
    expect(nextMove(strict, NOW)).toEqual({ do: 'wait', until: null });
  });

  it('stops for one that cannot be undone, which stands as it did', () => {
    const state = lookedAt([1]);
    const drift = begin(state);
    const left = 'it holds nothing that a run of ours wrote';
    undoRefused(state, drift.id, left);
    auditUndo(state, drift, AT, left);
    const what = 'w0t1 is no longer as wanted (SETTING-DIFFERS)';
    const because = `gate of wave one: ${what} and is not undone: ${left}`;
    expect(nextMove(state, NOW)).toEqual({ do: 'stop', because });
    expect(waveOf(state, 0).limits).toMatchObject({ failed: 0, running: 0 });
    expect(waveOf(state, 0).ledger.counts).toEqual({ migrated: 2, 'migrated-with-warnings': 1 });
    expect(state.trail.at(-1)).toMatchObject({ what: 'could not undo w0t1', by: 'qys-e10' });

    state.stoppedBy = because;
    obey(state, { do: 'resume', on: { batch: true }, ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'next-wave' });
  });

  it('undoes nobody who is paused, nor tells somebody who is undone to pause', () => {
    const state = lookedAt([0, 1]);
    obey(state, { do: 'pause', on: { tenant: 'w0t0' }, ...BY }, AT);
    expect(begin(state).id).toBe('w0t1');
    obey(state, { do: 'pause', on: { batch: true }, ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
  });

  it('comes after the last wave as well, and is not over before all are undone', () => {
    const last = aBatch([{ soakMs: 0, gate: 'undo' }]);
    runs(last, 'migrated', 'migrated', 'migrated');
    expect(nextMove(last, NOW)).toEqual({ do: 'enter', phase: 'soaking' });

    const state = lookedAt([0, 1], { maxErrors: { count: 0 } }, []);
    undo(state, 'rolled-back');
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
  });
});
