import { describe, expect, it } from 'vitest';
import { asksSeen, askingOf } from '../../../src/domain/batch/asking.js';
import { obey } from '../../../src/domain/batch/control.js';
import { endpointRefused, tenantStands } from '../../../src/domain/batch/places.js';
import {
  FIRST_LOOK,
  WINDOW,
  tenantEnded,
  tenantReady,
  tenantParked,
  tenantTold,
  tenantWoken,
  type BatchState,
  type SizedWave,
} from '../../../src/domain/batch/state.js';
import { nextOfBatch } from '../../../src/domain/batch/details.js';
import { batchStatus, isAtAnEnd, waitsForPeople } from '../../../src/domain/batch/status.js';
import { aBatch, BY, NOW, runs, start } from './a-batch.js';

/** A look at everybody who runs; these ones wait for a person. */
const look = (state: BatchState, ...ids: string[]): boolean => asksSeen(state, [...state.inFlight], new Set(ids));
const asking = (state: BatchState) => askingOf(state, NOW);

describe('who waits for a person', () => {
  it('is known from the last look, until the next one, or the end', () => {
    const state = aBatch([{}]);
    const [one, two] = [start(state), start(state)];
    expect([look(state), asking(state)]).toEqual([false, { count: 0, tenants: [], only: false }]);
    expect([look(state, one, two), asking(state)]).toEqual([true, { count: 2, tenants: [one, two], only: true }]);
    expect([look(state, one, two), look(state, two)]).toEqual([false, true]);
    expect(asking(state)).toEqual({ count: 1, tenants: [two], only: false });
    tenantEnded(state, { tenantId: two, ending: 'migrated' }, NOW);
    expect(asking(state).count).toBe(0);
  });

  it('is nobody who ended while it was looked, nor the run after', () => {
    const state = aBatch([{}]);
    const id = start(state);
    const looked = [...state.inFlight];
    tenantEnded(state, { tenantId: id, ending: 'migrated' }, NOW);
    start(state);
    for (const run of state.inFlight) run.id = id;
    expect([asksSeen(state, looked, new Set([id])), asking(state).count]).toEqual([false, 0]);
  });

  it('is told by name of a few', () => {
    const state = aBatch([{ size: 9, maxConcurrency: 9 }]);
    const ids = Array.from({ length: 9 }, () => start(state));
    look(state, ...ids);
    expect(asking(state)).toEqual({ count: 9, tenants: ids.slice(0, 5), only: true });
  });

  it('is not who stands paused, or waits for an endpoint: that is told as such', () => {
    const state = aBatch([{}]);
    const [paused, parked] = [start(state), start(state)];
    endpointRefused(state, 'console', 'refused', '2026-03-02T10:00:00Z');
    tenantParked(state, parked, 'console');
    tenantTold(state, paused, true);
    tenantStands(state, paused, 1);
    expect([look(state, paused, parked), asking(state).count]).toEqual([false, 0]);
  });

  it('is also who is told to stop while it asks, and who is undone', () => {
    const state = aBatch([{}]);
    const [paused, undone] = [start(state), start(state)];
    tenantTold(state, paused, true);
    tenantTold(state, undone, true);
    tenantStands(state, undone, 1);
    for (const one of state.inFlight) if (one.id === undone) one.cancelled = true;
    look(state, paused, undone);
    expect(asking(state).tenants).toEqual([paused, undone]);
  });

  it('is whose pages a person is to tell, before any look and until it has been told', () => {
    const state = aBatch([{}]);
    const id = start(state);
    tenantParked(state, id, FIRST_LOOK);
    expect(asking(state).tenants).toEqual([id]);
    look(state, id);
    tenantReady(state, id, FIRST_LOOK);
    expect(asking(state).count).toBe(0);
    look(state);
    tenantWoken(state, id);
    expect(asking(state).count).toBe(0);
  });
});

describe('whether something goes on without them', () => {
  it('is so while a closed window opens by itself, and not while it only waits for room', () => {
    const state = aBatch([{ size: 2, maxConcurrency: 1 }]);
    const id = start(state);
    tenantParked(state, id, WINDOW);
    look(state, start(state));
    expect(asking(state)).toMatchObject({ count: 1, only: false });
    tenantReady(state, id, WINDOW);
    expect(asking(state)).toMatchObject({ count: 1, only: true });
  });

  it('is so beside a held endpoint, too; but not while the batch is held, or that tenant', () => {
    const state = aBatch([{ size: 2 }]);
    const [outside, parked] = [start(state), start(state)];
    tenantParked(state, outside, WINDOW);
    tenantParked(state, parked, 'console');
    state.holds.push({ on: { endpoint: 'console' }, ...BY, at: '' });
    const waits = (): boolean => waitsForPeople(batchStatus('b', state, NOW, false));
    expect(waits()).toBe(false);
    expect(batchStatus('b', state, NOW, false).etaMs).toBeNull();
    state.holds.push({ on: { tenant: outside }, ...BY, at: '' });
    tenantTold(state, outside, true);
    expect(waits()).toBe(true);
  });

  it('is not so where nobody who is left can ever start', () => {
    const state = aBatch([{ size: 2 }]);
    runs(state, 'migrated');
    const status = batchStatus('b', state, NOW, false, [0]);
    expect([isAtAnEnd(status), waitsForPeople(status)]).toEqual([true, true]);
    expect(nextOfBatch(status)).toContain('qys-e10 why');
    expect(isAtAnEnd(batchStatus('b', state, NOW, false))).toBe(false);
  });

  const onlyAsking = (waves: Partial<SizedWave>[], exhausted: number[] = []): boolean => {
    const state = aBatch(waves);
    look(state, start(state));
    return askingOf(state, NOW, exhausted).only;
  };

  it('is so while somebody else may start, now or when its time comes', () => {
    expect(onlyAsking([{ size: 2 }])).toBe(false);
    expect(onlyAsking([{ size: 2, startAfter: '2026-03-02T11:00:00Z' }])).toBe(false);
  });

  it('is not so where the window is full, the wave waits for them, or everybody else is held back', () => {
    expect(onlyAsking([{ size: 2, maxConcurrency: 1 }])).toBe(true);
    expect(onlyAsking([{ size: 1 }, {}])).toBe(true);
    expect(onlyAsking([{ size: 1 }, { startAfter: '2026-03-02T11:00:00Z' }])).toBe(true);
    expect(onlyAsking([{ size: 1 }, { completeAfter: '2026-03-02T11:00:00Z' }])).toBe(false);
    expect(onlyAsking([{ size: 2 }], [0])).toBe(true);
  });
});

describe('what waits for people alone', () => {
  const waits = (state: BatchState): boolean => waitsForPeople(batchStatus('b', state, NOW, false));

  it('is a batch whose every tenant asks, but not one that somebody holds', () => {
    const state = aBatch([{ size: 1 }]);
    const id = start(state);
    expect(waits(state)).toBe(false);
    look(state, id);
    expect(waits(state)).toBe(true);
    obey(state, { do: 'pause', on: { batch: true }, by: 'li', reason: 'lunch' }, '2026-03-02T10:00:00Z');
    expect(waits(state)).toBe(false);
  });

  it('is one of which somebody holds another tenant', () => {
    const state = aBatch([{ size: 2, maxConcurrency: 1 }]);
    look(state, start(state));
    obey(state, { do: 'pause', on: { tenant: 'w0t1' }, by: 'li', reason: 'not yet' }, '2026-03-02T10:00:00Z');
    expect(waits(state)).toBe(true);
  });

  it('is no matter of time: nothing is estimated while nobody moves', () => {
    const state = aBatch([{ size: 4 }]);
    runs(state, 'migrated');
    const id = start(state);
    const eta = () => batchStatus('b', state, NOW, false).etaMs;
    expect(eta()).toBeGreaterThan(0);
    tenantTold(state, id, true);
    tenantStands(state, id, 1);
    expect(eta()).toBeNull();
    tenantTold(state, id, false);
    look(state, id);
    expect(eta()).toBeNull();
  });

  it('is one whose endpoint refuses everybody who is under way', () => {
    const state = aBatch([{ size: 1 }]);
    const id = start(state);
    endpointRefused(state, 'console', 'refused', '2026-03-02T10:00:00Z');
    expect(waits(state)).toBe(false);
    tenantParked(state, id, 'console');
    expect(waits(state)).toBe(true);
  });
});
