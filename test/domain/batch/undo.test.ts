import { describe, expect, it } from 'vitest';
import { obey, refusalOf } from '../../../src/domain/batch/control.js';
import { nextMove } from '../../../src/domain/batch/schedule.js';
import { entered, tenantEnded, waveOf, waveVerified, type BatchState } from '../../../src/domain/batch/state.js';
import { batchStatus } from '../../../src/domain/batch/status.js';
import {
  leaveOut,
  rollbackOrdered,
  undoBegun,
  undoRefused,
  undosUnderWay,
  UNDOS_ORDERED,
} from '../../../src/domain/batch/undo.js';
import { explain } from '../../../src/domain/batch/why.js';
import { aBatch, BY, candidate, NOW, runs, start } from './a-batch.js';

const AT = new Date(NOW).toISOString();

/** What comes of the order; `nothing`: its runs left nothing. */
function order(
  state: BatchState,
  at: number,
  more: { endpoints?: string[]; targets?: string[] } = {},
  nothing: string | null = null,
): string | null {
  const tenantId = `w0t${at}`;
  const waited = leaveOut(state, [{ tenantId, wave: 0, at }]).has(tenantId);
  const { leftOut, refused } = rollbackOrdered(state, [{ ...candidate(0, at, more), nothing, waited }], BY);
  return leftOut.length > 0 ? 'left out' : (refused[0]?.why ?? null);
}

const undosOf = (state: BatchState): string[] => {
  const { begun, queued } = undosUnderWay(state);
  return [...begun, ...queued.map(({ id }) => id)];
};

function begin(state: BatchState): string {
  const move = nextMove(state, NOW);
  if (move.do !== 'undo') throw new Error(`nobody is undone: ${JSON.stringify(move)}`);
  undoBegun(state, move.undo, NOW);
  return move.undo.id;
}

describe('an order to undo tenants of a batch that runs', () => {
  it('leaves out who has not started, and cancels who runs, once', () => {
    const state = aBatch([{}]);
    start(state);
    expect([order(state, 0), order(state, 2, {}, 'nothing')]).toEqual([null, 'left out']);
    expect(waveOf(state, 0).ledger.counts).toEqual({ running: 1, 'not-started': 1, skipped: 1 });
    const cancel = nextMove(state, NOW);
    expect(cancel).toMatchObject({ do: 'cancel', tenants: [{ id: 'w0t0', rollback: BY }] });
    for (const one of state.inFlight) one.cancelled = true;
    expect(nextMove(state, NOW)).toMatchObject({ do: 'start' });
    expect(order(state, 0)).toBeNull();
    tenantEnded(state, { tenantId: 'w0t0', ending: 'cancelled' }, NOW);
    expect(waveOf(state, 0).limits).toMatchObject({ failed: 0, running: 0 });
  });

  it('undoes who has not started where an earlier run left something, and refuses who has ended and holds nothing', () => {
    const state = aBatch([{}]);
    expect(order(state, 0)).toBeNull();
    expect(begin(state)).toBe('w0t0');
    tenantEnded(state, { tenantId: 'w0t0', ending: 'rolled-back' }, NOW);
    expect(order(state, 0, {}, 'it holds nothing')).toBe('it holds nothing');
    expect(waveOf(state, 0).limits).toMatchObject({ failed: 1, recent: [] });
  });

  it('undoes afterwards who ends before it can be told', () => {
    const state = aBatch([{}]);
    start(state);
    order(state, 0);
    tenantEnded(state, { tenantId: 'w0t0', ending: 'migrated' }, NOW);
    expect(begin(state)).toBe('w0t0');
    start(state);
    order(state, 1);
    tenantEnded(state, { tenantId: 'w0t1', ending: 'skipped' }, NOW);
    expect(waveOf(state, 0).ledger.counts).toEqual({ running: 1, skipped: 1, 'not-started': 1 });
    expect(undosOf(state)).toEqual(['w0t0']);
  });

  it('undoes who has ended, counts it as failed, and is not over before', () => {
    const state = aBatch([{ maxErrors: { count: 0 } }]);
    runs(state, 'migrated', 'migrated', 'migrated');
    expect([order(state, 1), order(state, 1)]).toEqual([null, null]);
    expect(undosOf(state)).toEqual(['w0t1']);
    expect(batchStatus('b', state, NOW, false)).toMatchObject({ toUndo: 1, undoing: 0 });
    expect(begin(state)).toBe('w0t1');
    expect(batchStatus('b', state, NOW, false)).toMatchObject({ toUndo: 0, undoing: 1 });
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    tenantEnded(state, { tenantId: 'w0t1', ending: 'rolled-back' }, NOW);
    expect(state.stoppedBy).toBe('max-errors of wave one');
    expect(undosOf(state)).toEqual([]);
  });

  it('waits for no resume and for no window, but for a place and a shared endpoint', () => {
    const state = aBatch([{ maxConcurrency: 1, size: 4 }]);
    runs(state, 'migrated', 'migrated');
    order(state, 0, { endpoints: ['x'] });
    order(state, 1);
    start(state);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    expect(undosOf(state)).toEqual(['w0t0', 'w0t1']);

    tenantEnded(state, { tenantId: 'w0t2', ending: 'migrated' }, NOW);
    for (const on of [{ endpoint: 'x' }, { tenant: 'w0t1' }, { batch: true as const }])
      obey(state, { do: 'pause', on, ...BY }, AT);
    expect(explain(state, candidate(0, 0), NOW).reasons.map(({ because }) => because)).toEqual(['undo', 'endpoint']);
    expect(begin(state)).toBe('w0t1');
    const text = 'it is being undone: tester ordered it: test';
    expect(explain(state, candidate(0, 1), NOW).reasons).toMatchObject([{ because: 'undo', text }]);
  });

  it('takes no account of who is paused: they do nothing', () => {
    const state = aBatch([{ maxConcurrency: 1 }], { targets: { A: 1 } });
    runs(state, 'migrated');
    start(state, 0, { targets: ['A'] });
    order(state, 0, { targets: ['A'] });
    obey(state, { do: 'pause', on: { batch: true }, ...BY }, AT);
    expect(nextMove(state, NOW)).toMatchObject({ do: 'tell', tenants: [{ id: 'w0t1' }] });
    for (const one of state.inFlight) one.paused = true;
    expect(begin(state)).toBe('w0t0');
  });

  it('frees the gate of a tenant that it found changed', () => {
    const state = aBatch([{ soakMs: 0, gate: 'stop', size: 1 }, {}]);
    runs(state, 'migrated');
    entered(state, 'verifying', NOW);
    waveVerified(state, 1, [{ id: 'w0t0', at: 0, code: 'SETTING-DIFFERS' }]);
    expect(nextMove(state, NOW)).toMatchObject({ do: 'stop' });
    order(state, 0);
    begin(state);
    tenantEnded(state, { tenantId: 'w0t0', ending: 'rolled-back' }, NOW);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'next-wave' });
  });

  it('puts back what a tenant had counted as where its undo cannot begin', () => {
    const state = aBatch([{}]);
    runs(state, 'migrated', 'blocked', 'rolled-back');
    const before = structuredClone(waveOf(state, 0));
    for (const at of [0, 1, 2]) {
      order(state, at);
      undoRefused(state, begin(state), 'nothing is left');
    }
    expect(waveOf(state, 0)).toEqual(before);
    expect(state.drifted).toEqual([]);
  });

  it('is given up where the batch is aborted', () => {
    const state = aBatch([{}]);
    runs(state, 'migrated');
    order(state, 0);
    obey(state, { do: 'abort', how: 'undo', ...BY }, AT);
    expect([undosOf(state), nextMove(state, NOW)]).toEqual([[], { do: 'over' }]);
    expect(refusalOf(state, { do: 'resume', on: { batch: true }, ...BY })).toBe('the batch is being aborted');
  });

  it('holds so many at once as may travel from run to run', () => {
    const state = aBatch([{ size: UNDOS_ORDERED + 1 }]);
    runs(state, ...Array.from({ length: UNDOS_ORDERED + 1 }, () => 'migrated' as const));
    for (let at = 0; at < UNDOS_ORDERED; at += 1) expect(order(state, at)).toBeNull();
    expect(order(state, UNDOS_ORDERED)).toBe('1000 others wait to be undone: order it again later');
  });
});
