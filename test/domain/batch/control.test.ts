import { describe, expect, it } from 'vitest';
import { obey, refusalOf } from '../../../src/domain/batch/control.js';
import { endpointRefused } from '../../../src/domain/batch/places.js';
import { refusalOfLimits } from '../../../src/domain/batch/limits.js';
import type { LimitChange } from '../../../src/domain/batch/orders.js';
import { nextMove, shouldPause } from '../../../src/domain/batch/schedule.js';
import { foundRunning, toldAnew } from '../../../src/domain/batch/adoption.js';
import { usualDuration } from '../../../src/domain/batch/reasons.js';
import {
  cameLate,
  entered,
  tenantEnded,
  tenantParked,
  tenantReopened,
  tenantTold,
  tenantWoken,
  waveVerified,
  type BatchState,
} from '../../../src/domain/batch/state.js';
import { leaveOut, rollbackOrdered } from '../../../src/domain/batch/undo.js';
import { stateAt } from '../../../src/domain/batch/ledger.js';
import { aBatch, BY, candidate, NOW, runs, start } from './a-batch.js';

const AT = new Date(NOW).toISOString();
const HOUR = 3_600_000;
const resume = (limits?: LimitChange) => ({
  do: 'resume' as const,
  on: { batch: true as const },
  ...BY,
  ...(limits ? { limits } : {}),
});

describe('resume with a new limit', () => {
  it.each([
    ['the batch', aBatch([{ size: 9 }], { limits: { maxErrors: { count: 0 } } })],
    ['the wave under way', aBatch([{ size: 9, maxErrors: { count: 0 } }])],
  ])('raises the one that stopped: of %s', (_, state) => {
    runs(state, 'rolled-back');
    expect(refusalOf(state, resume())).toMatch(/^max-errors of .* is still exceeded: give --max-errors 1 or more$/);
    const order = resume({ maxErrors: { count: 1 } });
    expect(refusalOf(state, order)).toBeNull();
    obey(state, order, AT);
    expect(state.stoppedBy).toBeNull();
    expect(state.trail.at(-1)?.what).toBe('resumed the batch: maxErrors {"count":1}');
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [0] });
  });

  it('refuses strict where it would hold nobody', () => {
    const state = aBatch([{ size: 9 }, { maxErrors: { count: 1 } }]);
    const limits = (wave: string | null, change: LimitChange) =>
      refusalOf(state, { do: 'limits', wave, change, ...BY });
    expect(limits('one', { strict: true })).toBe('strict needs maxErrors: give --max-errors as well');
    expect(limits(null, { strict: true })).toMatch(/^strict needs maxErrors/);
    expect(limits('one', { strict: true, maxErrors: { count: 0 } })).toBeNull();
    expect(limits('two', { strict: true })).toBeNull();
    obey(state, { do: 'pause', on: { batch: true }, ...BY }, AT);
    expect(refusalOf(state, resume({ strict: true }))).toMatch(/^strict needs maxErrors/);
    expect(state.limits).toEqual({});
  });

  it('limits nothing else where a rollback is incomplete as well, which counts everywhere', () => {
    const state = aBatch([{ size: 9, maxErrors: { count: 2 } }, { size: 90 }]);
    runs(state, 'rolled-back', 'rolled-back', 'rollback-incomplete');
    obey(state, resume({ maxErrors: { count: 3 } }), AT);
    expect(state.stoppedBy).toBeNull();
    expect(state.waves.map(({ settings }) => settings.maxErrors)).toEqual([{ count: 3 }, undefined]);
    expect(state.limits).toEqual({});
  });

  it('raises that of an earlier wave, of which somebody took back tenants', () => {
    const state = aBatch([{ size: 1, maxErrors: { count: 0 } }, {}]);
    runs(state, 'rolled-back');
    entered(state, 'next-wave', NOW);
    obey(state, resume({ maxErrors: { count: 1 }, maxConcurrency: 7 }), AT);
    expect(state.stoppedBy).toBeNull();
    expect(state.waves.map(({ settings }) => [settings.maxErrors, settings.maxConcurrency])).toEqual([
      [{ count: 1 }, 2],
      [undefined, 7],
    ]);
  });
});

describe('a wave that was rejected', () => {
  it('may be approved after all, without a resume', () => {
    const state = aBatch([{ size: 1, approval: true }, {}]);
    runs(state, 'migrated');
    entered(state, 'approval', NOW);
    obey(state, { do: 'reject', wave: 'one', ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    obey(state, { do: 'approve', wave: 'one', ...BY }, AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [1] });
  });
});

describe('an order is refused', () => {
  it.each<[LimitChange, RegExp | null]>([
    [{ maxConcurrency: 0 }, /^maxConcurrency/],
    [{ maxConcurrency: 1.5 }, /^maxConcurrency/],
    [{ consecutive: 0 }, /^consecutive/],
    [{ consecutive: 201 }, /^consecutive/],
    [{ maxErrors: { count: -1 } }, /^maxErrors/],
    [{ maxErrors: { percent: 101 } }, /^maxErrors/],
    [{ maxBlocked: { percent: Number.NaN } }, /^maxBlocked/],
    [{ maxErrorRate: { percent: 20, last: 201 } }, /^maxErrorRate/],
    [{ maxErrorRate: { percent: 20, last: 200 }, consecutive: 1, maxErrors: { count: 0 }, maxConcurrency: 1 }, null],
  ])('whose numbers hold nothing: %j', (change, words) => {
    const state = aBatch([{}]);
    const refusals = [refusalOf(state, { do: 'limits', wave: null, change, ...BY }), refusalOfLimits(change)];
    for (const refusal of refusals) {
      if (words === null) expect(refusal).toBeNull();
      else expect(refusal).toMatch(words);
    }
  });

  it('whose words would fill the state of the batch', () => {
    const order = { do: 'abort' as const, how: 'undo' as const, by: 'ada', reason: 'x'.repeat(1_000) };
    expect(refusalOf(aBatch([{}]), order)).toBe(
      'a reason is kept in the audit trail: give one of at most 997 characters',
    );
    expect(refusalOf(aBatch([{}]), { ...order, reason: 'x'.repeat(997) })).toBeNull();
  });
});

describe('endpoints that refuse their credentials', () => {
  it('stop the batch once they are so many that they may have one cause', () => {
    const state = aBatch([{ size: 9 }]);
    for (let index = 1; index < 50; index += 1) endpointRefused(state, `e${index}`, 'x'.repeat(2_000), AT);
    expect(state.stoppedBy).toBeNull();
    expect(state.holds.every(({ reason }) => reason.length <= 500)).toBe(true);
    endpointRefused(state, 'e50', '401', AT);
    expect(state.stoppedBy).toBe('50 endpoints refuse their credentials, which may have one cause; the last is e50');
    obey(state, resume(), AT);
    expect(nextMove(state, NOW).do).toBe('start');
    endpointRefused(state, 'e51', '401', AT);
    expect(nextMove(state, NOW).do).toBe('wait');
  });
});

describe('what a tenant usually takes', () => {
  const stands: Record<string, (state: BatchState, id: string) => void> = {
    paused: (state, id) => {
      tenantTold(state, id, true);
      tenantTold(state, id, false);
    },
    'at an endpoint': (state, id) => {
      tenantParked(state, id, 'e');
      tenantWoken(state, id);
    },
    'for its first look': (state, id) => {
      tenantParked(state, id, 'first look');
      tenantWoken(state, id);
    },
    'for its window': (state, id) => {
      tenantParked(state, id, 'maintenance window');
      tenantWoken(state, id);
    },
    'without a worker': (state) => cameLate(state, 60_001),
  };
  it.each(Object.keys(stands))('is not told by those that stood still: %s', (how) => {
    const state = aBatch([{ size: 60, maxConcurrency: 60 }]);
    for (let index = 0; index < 40; index += 1) {
      const tenantId = start(state);
      const stood = index % 2 === 0;
      if (stood) stands[how]?.(state, tenantId);
      tenantEnded(state, { tenantId, ending: 'migrated' }, NOW + (stood ? 18 * HOUR : 60_000));
    }
    expect(usualDuration(state)).toBe(60_000);
  });
});

describe('a batch whose limit is reached by the last of a wave that soaks', () => {
  it('is not over before the migrated ones have been looked at again', () => {
    const state = aBatch([{ size: 2, maxErrors: { count: 0 }, soakMs: 0, gate: 'undo' }]);
    runs(state, 'migrated', 'rolled-back');
    expect(nextMove(state, NOW)).toEqual({ do: 'wait', until: null });
    obey(state, resume({ maxErrors: { count: 1 } }), AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'soaking' });
  });

  it('is over where nobody is to be looked at', () => {
    const state = aBatch([{ size: 1, maxErrors: { count: 0 }, soakMs: 0, gate: 'undo' }]);
    runs(state, 'rolled-back');
    expect(nextMove(state, NOW)).toEqual({ do: 'over' });
  });
});

describe('a gate that stops', () => {
  it('says how many it found, however many', () => {
    const state = aBatch([{ size: 80, maxConcurrency: 80, soakMs: 0 }, {}]);
    runs(state, ...Array.from({ length: 80 }, () => 'migrated' as const));
    entered(state, 'soaking', NOW);
    entered(state, 'verifying', NOW);
    const drift = (at: number) => ({ id: `w0t${at}`, at, code: 'SETTING-DIFFERS' });
    for (let from = 0; from < 80; from += 20)
      waveVerified(
        state,
        from + 20,
        Array.from({ length: 20 }, (_, index) => drift(from + index)),
      );
    const because = 'gate of wave one: w0t0 is no longer as wanted (SETTING-DIFFERS) and 79 more';
    expect(nextMove(state, NOW)).toEqual({ do: 'stop', because });
    state.stoppedBy = because;
    obey(state, resume(), AT);
    expect(nextMove(state, NOW)).toEqual({ do: 'enter', phase: 'next-wave' });
  });
});

describe('an order to undo', () => {
  it('leaves out who was retried while it was looked what their runs left', () => {
    const state = aBatch([{}]);
    runs(state, 'blocked');
    const place = { id: 'w0t0', wave: 0, at: 0 };
    const waited = leaveOut(state, [{ tenantId: 'w0t0', wave: 0, at: 0 }]).has('w0t0');
    tenantReopened(state, 0, 0);
    const tenant = { ...place, endpoints: [], targets: [], nothing: 'nothing was written', waited };
    expect(rollbackOrdered(state, [tenant], BY)).toEqual({ accepted: ['w0t0'], leftOut: ['w0t0'], refused: [] });
    expect(stateAt(state.waves[0]!.ledger, 0)).toBe('skipped');
  });
});

describe('a tenant that an earlier start of the batch left running', () => {
  const found = (state: BatchState) => {
    const id = start(state);
    const run = { kind: 'migration' as const, batch: 'b' };
    expect(foundRunning(state, id, { run, was: 'not-started', batch: 'b', at: AT })).toBe('ours');
    toldAnew(state, id);
    return nextMove(state, NOW);
  };

  it('is told to go on, since it may have been left paused', () => {
    expect(found(aBatch([{}]))).toEqual({ do: 'tell', tenants: [{ id: 'w0t0', paused: false }] });
  });

  it('or to stop, where it is held here', () => {
    const state = aBatch([{}]);
    const id = candidate(0, 0).id;
    state.holds.push({ on: { tenant: id }, ...BY, at: AT });
    expect(found(state)).toEqual({ do: 'tell', tenants: [{ id, paused: true }] });
    expect(shouldPause(state, state.inFlight[0]!)).toBe(true);
  });
});
