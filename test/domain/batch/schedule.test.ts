import { describe, expect, it } from 'vitest';
import { obey, refusalOf } from '../../../src/domain/batch/control.js';
import { endpointRefused, tenantStands } from '../../../src/domain/batch/places.js';
import { holdingOf, reasonsOfTenant, usualDuration } from '../../../src/domain/batch/reasons.js';
import { nextMove } from '../../../src/domain/batch/schedule.js';
import { room, widthOf } from '../../../src/domain/batch/room.js';
import { explain } from '../../../src/domain/batch/why.js';
import {
  entered,
  targetThrottled,
  tenantEnded,
  tenantParked,
  tenantReopened,
  tenantsAdded,
  tenantTold,
  undoLater,
  waveOf,
  waveVerified,
} from '../../../src/domain/batch/state.js';
import { undoBegun } from '../../../src/domain/batch/undo.js';
import type { WindowNow } from '../../../src/domain/maintenance-window.js';
import { aBatch, BY, candidate, NOW, runs, start } from './a-batch.js';

const MINUTE = 60_000;
const AT = new Date(NOW).toISOString();

describe('what a tenant usually takes', () => {
  const finished = (durations: number[], wholeWay = true) =>
    durations.map((minutes) => ({ at: NOW, ms: minutes * MINUTE, wholeWay }));

  it.each([
    ['nothing before ten have gone the whole way', [1, 2, 3, 4, 5, 6, 7, 8, 9], 0],
    ['the ninth of ten', [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 9],
    ['the tenth of eleven', [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 10],
    ['not the one that took a day', [5, 5, 5, 5, 5, 5, 5, 5, 5, 1_440], 5],
  ])('%s', (_, durations, minutes) => {
    expect(usualDuration({ finished: finished(durations) })).toBe(minutes * MINUTE);
  });

  it('is of those that went the whole way: who had nothing to do was quick', () => {
    const quick = finished([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], false);
    expect(usualDuration({ finished: quick })).toBe(0);
    expect(usualDuration({ finished: [...quick, ...finished([7, 7, 7, 7, 7, 7, 7, 7, 7, 7])] })).toBe(7 * MINUTE);
  });

  it('is of the newest fifty', () => {
    const state = aBatch([{ size: 100 }]);
    for (let at = 0; at < 70; at += 1) {
      const id = start(state, 0, {}, NOW);
      tenantEnded(state, { tenantId: id, ending: 'migrated' }, NOW + (at < 20 ? 60 : 3) * MINUTE);
    }
    expect(state.finished).toHaveLength(50);
    expect(usualDuration(state)).toBe(3 * MINUTE);
  });
});

describe('a maintenance window', () => {
  const state = aBatch([{}]);
  const held = (window: WindowNow | null, usual: number) =>
    reasonsOfTenant(holdingOf(state), candidate(0, 0, { window }), NOW, usual).map(({ because, until }) => [
      because,
      until,
    ]);

  it.each([
    ['none', null, 0, []],
    ['closed', { opensAt: NOW + 1 }, 0, [['window', NOW + 1]]],
    ['opens now', { opensAt: NOW }, 0, []],
    ['open to its last millisecond while nobody knows how long one takes', { closesAt: NOW + 1 }, 0, []],
    ['closes now', { closesAt: NOW }, 0, [['window', NOW]]],
    ['as long as one takes', { closesAt: NOW + 5 * MINUTE }, 5 * MINUTE, []],
    ['never long enough', { closesAt: NOW + 5 * MINUTE, openMs: 9 * MINUTE }, 10 * MINUTE, [['window', undefined]]],
    ['as long as one takes, and just opened', { closesAt: NOW + MINUTE, openMs: MINUTE }, MINUTE, []],
    ['too short', { closesAt: NOW + 5 * MINUTE }, 5 * MINUTE + 1, [['window', NOW + 5 * MINUTE]]],
  ])('%s', (_, window, usual, expected) => {
    expect(held(window, usual)).toEqual(expected);
  });
});

describe('the next move', () => {
  it('goes through the phases of a wave', () => {
    const state = aBatch([{ size: 1, soakMs: 1_000, approval: true }, { size: 1 }]);
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [0] });
    const id = start(state);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    tenantEnded(state, { tenantId: id, ending: 'migrated' }, NOW);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'soaking' });
    entered(state, 'soaking', NOW);
    expect(nextMove(state, NOW + 999)).toEqual({ do: 'wait', until: NOW + 1_000 });
    expect(nextMove(state, NOW + 1_000)).toEqual({ do: 'enter', phase: 'verifying' });
    entered(state, 'verifying', NOW + 1_000);
    expect(nextMove(state, NOW)).toEqual({ do: 'verify' });
    waveVerified(state, 1, []);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'approval' });
    entered(state, 'approval', NOW);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    obey(state, { do: 'approve', wave: 'one', ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [1] });
    runs(state, 'migrated');
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'next-wave' });
    entered(state, 'next-wave', NOW);
    expect(nextMove(state, NOW)).toEqual({ do: 'over' });
  });

  it('lets those that were paused go on beside the undos that took their places meanwhile', () => {
    const state = aBatch([{ size: 4 }]);
    runs(state, 'migrated', 'migrated');
    const running = [start(state), start(state)];
    obey(state, { do: 'pause', on: { batch: true }, ...BY }, AT);
    for (const id of running) tenantTold(state, id, true);
    for (const at of [0, 1]) {
      undoLater(state, { id: `w0t${at}`, wave: 0, at, endpoints: [], targets: [] }, BY);
      const move = nextMove(state, NOW);
      if (move.do === 'undo') undoBegun(state, move.undo, NOW);
    }
    expect(state.inFlight).toHaveLength(4);
    obey(state, { do: 'resume', on: { batch: true }, ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    expect(explain(state, candidate(0, 2), NOW).reasons).toMatchObject([{ because: 'concurrency' }]);
    tenantEnded(state, { tenantId: 'w0t0', ending: 'rolled-back' }, NOW);
    expect(nextMove(state, NOW)).toEqual({ do: 'tell', tenants: [{ id: running[0], paused: false }] });
  });

  it('neither soaks nor asks for a wave of nobody, nor where nobody is in any later one', () => {
    const led = { soakMs: 1_000, approval: true };
    const state = aBatch([{ size: 0, ...led }, { size: 1, ...led }, { size: 0 }]);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'next-wave' });
    entered(state, 'next-wave', NOW);
    runs(state, 'migrated');
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'next-wave' });
  });

  it('lets nobody approve who started the batch, where four eyes are wanted', () => {
    const state = aBatch([{ size: 1, approval: true, fourEyes: true }, { size: 1 }]);
    runs(state, 'migrated');
    entered(state, 'approval', NOW);
    const approval = { do: 'approve', wave: 'one', reason: 'looks good' } as const;
    expect(refusalOf(state, { ...approval, by: 'starter' })).toBe(
      'starter started this batch, so somebody else has to approve',
    );
    expect(refusalOf(state, { ...approval, by: 'somebody else' })).toBeNull();
    expect(refusalOf(aBatch([{ fourEyes: true }]), { ...approval, by: 'somebody else' })).toMatch(
      /waits for no approval/,
    );
  });

  it('asks for approval only where some have warnings, if that is how it is set', () => {
    for (const [ending, phase] of [
      ['migrated', 'next-wave'],
      ['migrated-with-warnings', 'approval'],
    ] as const) {
      const state = aBatch([{ size: 1, approval: 'warnings' }, {}]);
      runs(state, ending);
      expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase });
    }
  });

  it('waits for the start of a wave, and passes an empty one', () => {
    const state = aBatch([{ size: 0 }, { startAfter: new Date(NOW + MINUTE).toISOString() }]);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'next-wave' });
    entered(state, 'next-wave', NOW);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: NOW + MINUTE });
    expect(nextMove(state, NOW + MINUTE)).toEqual({ do: 'start', waves: [1] });
  });

  it('migrates while later waves prepare, goes on without those that are held, and wakes up for each cut-over', () => {
    const later = new Date(NOW + MINUTE).toISOString();
    const state = aBatch([
      { size: 2, maxConcurrency: 1 },
      { size: 3, completeAfter: later, maxConcurrency: 2 },
    ]);
    for (const id of [start(state, 1), start(state, 1)]) {
      for (const one of state.inFlight.filter((running) => running.id === id)) one.prepares = true;
    }
    // Whoever is only prepared takes no place.
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [0] });
    runs(state, 'migrated', 'migrated');
    for (const id of ['w1t0', 'w1t1']) tenantEnded(state, { tenantId: id, ending: 'skipped' }, NOW);
    // The third of the later wave is held: that keeps nobody from the next phase, nor from the cut-over.
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [1] });
    expect(nextMove(state, NOW, [1])).toEqual({ do: 'enter', phase: 'next-wave' });
    entered(state, 'next-wave', NOW);
    expect(nextMove(state, NOW, [1])).toEqual({ do: 'wait', until: NOW + MINUTE });
  });

  it('neither soaks nor undoes before it is time to write, and is over where there is nothing to cut over', () => {
    const state = aBatch([{ size: 1, soakMs: 1_000, gate: 'undo' }]);
    state.until = 'snapshot';
    runs(state, 'already-migrated');
    expect(nextMove(state, NOW)).toEqual({ do: 'over' });
    const timed = aBatch([
      { size: 1, soakMs: 1_000, gate: 'undo', completeAfter: new Date(NOW + MINUTE).toISOString() },
    ]);
    runs(timed, 'already-migrated');
    expect(nextMove(timed, NOW)).toEqual({ do: 'wait', until: NOW + MINUTE });
    expect(nextMove(timed, NOW + MINUTE)).toEqual({ do: 'enter', phase: 'soaking' });
  });

  it('prepares fewer at once where a target throttles, and does not narrow the cut-over by it', () => {
    const state = aBatch([{ size: 9, maxConcurrency: 4 }]);
    state.until = 'snapshot';
    for (let tenant = 0; tenant < 4; tenant += 1) start(state, 0);
    for (const one of state.inFlight) one.prepares = true;
    targetThrottled(state);
    tenantEnded(state, { tenantId: 'w0t0', ending: 'blocked' }, NOW);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    expect(widthOf(waveOf(state, 0))).toBe(4);
  });

  it('prepares later waves beside the first at full width, and writes them in their turn', () => {
    const later = new Date(NOW + MINUTE).toISOString();
    const state = aBatch([{ size: 1 }, { completeAfter: later, slowStart: true, maxConcurrency: 2 }]);
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [0, 1] });
    start(state, 0);
    start(state, 1);
    for (const one of state.inFlight.filter(({ wave }) => wave === 1)) one.prepares = true;
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [1] });
    start(state, 1);
    for (const one of state.inFlight.filter(({ wave }) => wave === 1)) one.prepares = true;
    expect(nextMove(state, NOW)).toMatchObject({ do: 'wait' });
    for (const id of ['w1t0', 'w1t1']) tenantEnded(state, { tenantId: id, ending: 'skipped' }, NOW);
    expect(waveOf(state, 1).ledger.counts).toEqual({ 'not-started': 1, prepared: 2 });
    // The first wave has not ended: nobody of the second is written.
    expect(nextMove(state, NOW + MINUTE)).toEqual({ do: 'wait', until: null });
    tenantEnded(state, { tenantId: 'w0t0', ending: 'migrated' }, NOW + MINUTE);
    expect(nextMove(state, NOW + MINUTE)).toEqual({ do: 'enter', phase: 'next-wave' });
    entered(state, 'next-wave', NOW + MINUTE);
    expect(nextMove(state, NOW + MINUTE)).toEqual({ do: 'start', waves: [1] });
  });

  it('starts a tenant of an earlier wave again before it goes on', () => {
    const state = aBatch([{ size: 1 }, { size: 1 }]);
    runs(state, 'blocked');
    entered(state, 'next-wave', NOW);
    tenantReopened(state, 0, 0);
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [0, 1] });
  });

  it('soaks again after tenants have joined', () => {
    const state = aBatch([{ size: 1, soakMs: 1_000 }, { size: 1 }]);
    runs(state, 'migrated');
    entered(state, 'soaking', NOW);
    tenantsAdded(state, 0, { reference: 'added', wave: 0, size: 1 }, 'content-2');
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [0] });
    runs(state, 'migrated');
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'soaking' });
    expect(refusalOf(state, { do: 'approve', wave: 'one', content: 'content', ...BY })).toMatch(
      /waits for no approval/,
    );
  });

  it('tells those that run of a pause, and of its end, before anything else', () => {
    const state = aBatch([{}]);
    const id = start(state);
    obey(state, { do: 'pause', on: { tenant: id }, ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'tell', tenants: [{ id, paused: true }] });
    const [tenant] = state.inFlight;
    if (tenant) tenant.paused = true;
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [0] });
    obey(state, { do: 'resume', on: { tenant: id }, ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'tell', tenants: [{ id, paused: false }] });
  });
});

describe('an endpoint that refuses everybody', () => {
  const shared = { endpoints: ['console x'] };

  it('is held once, gives the places of those that wait to others, and wakes them one by one', () => {
    const state = aBatch([{ size: 5, maxConcurrency: 2 }]);
    const [first, second] = [start(state, 0, shared), start(state, 0, shared)];
    expect(room(state)).toBe(0);
    for (const id of [first, second]) {
      endpointRefused(state, 'console x', 'token refused', AT);
      tenantParked(state, id, 'console x');
    }
    expect(state.holds).toHaveLength(1);
    expect(state.trail).toHaveLength(1);
    expect(room(state)).toBe(2);
    expect(reasonsOfTenant(holdingOf(state), candidate(0, 2, shared), NOW, 0).map(({ because }) => because)).toEqual([
      'endpoint',
    ]);
    expect(reasonsOfTenant(holdingOf(state), candidate(0, 2), NOW, 0)).toEqual([]);

    for (const one of state.inFlight) one.paused = true;
    start(state);
    obey(state, { do: 'resume', on: { endpoint: 'console x' }, ...BY }, AT);
    for (const one of state.inFlight) one.paused = false;
    expect(nextMove(state, NOW)).toEqual({ do: 'wake', ids: [first] });
  });

  it('has the place of who stands for it as well; whoever has a place again goes on then', () => {
    const state = aBatch([{ size: 6, maxConcurrency: 2 }]);
    const [refused, stands] = [start(state, 0, shared), start(state, 0, shared)];
    endpointRefused(state, 'console x', 'token refused', AT);
    tenantParked(state, refused, 'console x');
    expect(nextMove(state, NOW)).toMatchObject({ do: 'tell', tenants: [{ paused: true }, { paused: true }] });
    for (const id of [refused, stands]) tenantTold(state, id, true);
    // What it tells of an earlier time is not so any more.
    tenantStands(state, stands, 0);
    expect(nextMove(state, NOW)).toMatchObject({ do: 'start' });
    expect(room(state)).toBe(1);
    tenantStands(state, stands, 1);
    expect(room(state)).toBe(2);

    const others = [start(state), start(state)];
    obey(state, { do: 'resume', on: { endpoint: 'console x' }, ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    for (const tenantId of others) tenantEnded(state, { tenantId, ending: 'migrated' }, NOW);
    expect(nextMove(state, NOW)).toEqual({ do: 'wake', ids: [refused, stands] });
  });

  it('has it also where they had stood for another pause before', () => {
    const state = aBatch([{ size: 5, maxConcurrency: 2 }]);
    const id = start(state, 0, shared);
    obey(state, { do: 'pause', on: { wave: 'one' }, ...BY }, AT);
    tenantTold(state, id, true);
    tenantStands(state, id, 1);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    expect(room(state)).toBe(1);
    endpointRefused(state, 'console x', 'token refused', AT);
    expect(room(state)).toBe(2);
  });

  it('keeps nobody who is undone', () => {
    const state = aBatch([{ size: 5, maxConcurrency: 2 }]);
    const id = start(state, 0, shared);
    tenantTold(state, id, true);
    for (const one of state.inFlight) one.rollback = BY;
    endpointRefused(state, 'console x', 'token refused', AT);
    tenantStands(state, id, 1);
    expect(nextMove(state, NOW)).toMatchObject({ do: 'cancel', tenants: [{ id }] });
    expect(room(state)).toBe(1);
  });

  it('wakes nobody whose wave is paused, or against a target that is full', () => {
    const opened = (targets: Record<string, number>) => {
      const state = aBatch([{ size: 3, maxConcurrency: 2 }], { targets });
      const id = start(state, 0, { ...shared, targets: ['https://seal'] });
      endpointRefused(state, 'console x', 'token refused', AT);
      tenantParked(state, id, 'console x');
      const other = start(state, 0, { targets: ['https://seal'] });
      obey(state, { do: 'resume', on: { endpoint: 'console x' }, ...BY }, AT);
      return { state, id, other };
    };
    const paused = opened({});
    obey(paused.state, { do: 'pause', on: { wave: 'one' }, ...BY }, AT);
    for (const one of paused.state.inFlight) one.paused = true;
    expect(nextMove(paused.state, NOW)).toEqual({ do: 'wait', until: null });

    const full = opened({ 'https://seal': 1 });
    expect(nextMove(full.state, NOW)).not.toMatchObject({ do: 'wake' });
    const why = explain(full.state, candidate(0, 0), NOW).reasons;
    expect(why.map(({ because }) => because)).toEqual(['endpoint', 'target']);
    tenantEnded(full.state, { tenantId: full.other, ending: 'migrated' }, NOW);
    expect(nextMove(full.state, NOW)).toEqual({ do: 'wake', ids: [full.id] });
  });
});

describe('width', () => {
  it('is all at once without slow start, and still halved by throttling', () => {
    const state = aBatch([{ size: 20, maxConcurrency: 8 }]);
    expect(widthOf(waveOf(state, 0))).toBe(8);
    targetThrottled(state);
    targetThrottled(state);
    expect(widthOf(waveOf(state, 0))).toBe(4);
    runs(state, 'migrated', 'migrated', 'migrated', 'migrated');
    expect(widthOf(waveOf(state, 0))).toBe(5);
  });
});

describe('a resume', () => {
  it('forgives what the batch stopped for, not what a second look found meanwhile', () => {
    const state = aBatch([{ size: 2 }, { size: 1, soakMs: 0 }, { size: 1 }]);
    runs(state, 'blocked', 'migrated');
    entered(state, 'next-wave', NOW);
    runs(state, 'migrated');
    entered(state, 'verifying', NOW);
    tenantReopened(state, 0, 0);
    const retried = start(state, 0);
    waveVerified(state, 1, [{ id: 'w1t0', code: 'SETTING-DIFFERS' }]);
    tenantEnded(state, { tenantId: retried, ending: 'rollback-incomplete' }, NOW);
    expect(state.stoppedBy).toMatch(/^rollback-incomplete/);

    obey(state, { do: 'resume', on: { batch: true }, ...BY }, AT);
    expect(state.stoppedBy).toBeNull();
    const gate = { do: 'stop', because: 'gate of wave two: w1t0 is no longer as wanted (SETTING-DIFFERS)' } as const;
    expect(nextMove(state, NOW)).toEqual(gate);
    state.stoppedBy = gate.because;
    obey(state, { do: 'resume', on: { batch: true }, ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'next-wave' });
  });
});
