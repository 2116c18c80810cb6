import { describe, expect, it } from 'vitest';
import { foundRunning } from '../../../src/domain/batch/adoption.js';
import { obey } from '../../../src/domain/batch/control.js';
import { endpointRefused, tenantStands } from '../../../src/domain/batch/places.js';
import { audit } from '../../../src/domain/batch/trail.js';
import { shortList } from '../../../src/domain/batch/orders.js';
import {
  holdingOf,
  reasonIn,
  reasonsOfTenant,
  usualDuration,
  type Candidate,
} from '../../../src/domain/batch/reasons.js';
import { nextMove } from '../../../src/domain/batch/schedule.js';
import {
  entered,
  tenantDropped,
  tenantParked,
  tenantReopened,
  tenantTold,
  tenantWoken,
  waveVerified,
  type BatchState,
} from '../../../src/domain/batch/state.js';
import { beforeIn } from '../../../src/domain/batch/candidate.js';
import type { Tenant } from '../../../src/domain/tenant.js';
import { leaveOut, undoBegun } from '../../../src/domain/batch/undo.js';
import { explain } from '../../../src/domain/batch/why.js';
import { aBatch, BY, candidate, NOW, runs, start, prepares } from './a-batch.js';

const AT = new Date(NOW).toISOString();
const LATER = NOW + 60_000;

/** Names and the texts of people stay; the words between them are Chinese. */
const CHINESE = /^(?!.*\b(the|wave|tenant|endpoint|batch|its?|paused)\b).*\p{Script=Han}/u;

interface Case {
  state: BatchState;
  of?: Candidate;
  because: string[];
  text: RegExp;
  until?: number;
}

/** One for each reason there is. */
const CASES: Record<string, () => Case> = {
  paused: () => {
    const state = aBatch([{}]);
    obey(state, { do: 'pause', on: { wave: 'one' }, ...BY }, AT);
    return { state, because: ['paused'], text: /^wave one is paused by tester: test$/ };
  },
  'paused as a batch': () => {
    const state = aBatch([{}]);
    obey(state, { do: 'pause', on: { batch: true }, ...BY }, AT);
    return { state, because: ['paused'], text: /^the batch is paused by tester: test$/ };
  },
  'paused as a tenant': () => {
    const state = aBatch([{}]);
    obey(state, { do: 'pause', on: { tenant: 'w0t0' }, ...BY }, AT);
    return { state, because: ['paused'], text: /^w0t0 is paused by tester: test$/ };
  },
  stopped: () => {
    const state = aBatch([{ maxErrors: { count: 0 } }]);
    runs(state, 'rolled-back');
    return {
      state,
      of: candidate(0, 1),
      because: ['stopped', 'limit'],
      text: /^stopped: max-errors of wave one; max-errors of wave one: 1 failed, 0 running$/,
    };
  },
  aborted: () => {
    const state = aBatch([{}]);
    obey(state, { do: 'abort', how: 'finish-step', ...BY }, AT);
    return { state, because: ['aborted'], text: /being aborted/ };
  },
  limit: () => {
    const state = aBatch([{ maxErrors: { count: 0 }, strict: true }]);
    start(state);
    return { state, of: candidate(0, 1), because: ['limit'], text: /^max-errors of wave one: 0 failed, 1 running$/ };
  },
  'limit of the batch': () => {
    const state = aBatch([{}], { limits: { maxErrors: { percent: 34 }, strict: true } });
    start(state);
    expect(nextMove(state, NOW)).toMatchObject({ do: 'start' });
    runs(state, 'rolled-back');
    return { state, of: candidate(0, 2), because: ['limit'], text: /^max-errors of the batch: 1 failed, 1 running$/ };
  },
  concurrency: () => {
    const state = aBatch([{ maxConcurrency: 1 }]);
    start(state);
    return { state, of: candidate(0, 1), because: ['concurrency'], text: /^1 of at most 1 tenants run already$/ };
  },
  'concurrency of a wave that widens': () => {
    const state = aBatch([{ maxConcurrency: 5, slowStart: true }]);
    start(state);
    const text = /^1 of at most 5 tenants run already: it widens from 1 while results are clean$/;
    return { state, of: candidate(0, 1), because: ['concurrency'], text };
  },
  'earlier-wave': () => ({
    state: aBatch([{}, {}]),
    of: candidate(1, 0),
    because: ['earlier-wave'],
    text: /^wave one comes first: 3 of its 3 tenants have not ended$/,
  }),
  soak: () => {
    const state = aBatch([{ size: 1, soakMs: 60_000 }, {}]);
    runs(state, 'migrated');
    entered(state, 'soaking', NOW);
    return { state, of: candidate(1, 0), because: ['soak'], text: /^wave one soaks$/, until: LATER };
  },
  'second look': () => {
    const state = aBatch([{ size: 1, soakMs: 0 }, {}]);
    runs(state, 'migrated');
    entered(state, 'verifying', NOW);
    return { state, of: candidate(1, 0), because: ['soak'], text: /looked at again/ };
  },
  approval: () => {
    const state = aBatch([{ size: 1, approval: true }, {}]);
    runs(state, 'migrated');
    entered(state, 'approval', NOW);
    return { state, of: candidate(1, 0), because: ['approval'], text: /^wave one waits for approval$/ };
  },
  'start-after': () => ({
    state: aBatch([{ startAfter: new Date(LATER).toISOString() }]),
    because: ['start-after'],
    text: /^wave one starts after 2026-03-02T10:01:00/,
    until: LATER,
  }),
  'complete-after': () => {
    const state = aBatch([{ size: 1, completeAfter: new Date(LATER).toISOString() }]);
    prepares(state);
    return { state, because: ['complete-after'], text: /^nothing of wave one is written before 2026-/, until: LATER };
  },
  'only prepared': () => {
    const state = aBatch([{ size: 1 }], { until: 'snapshot' });
    prepares(state);
    return { state, because: ['complete-after'], text: /apply it without --until$/ };
  },
  window: () => ({
    state: aBatch([{}]),
    of: candidate(0, 0, { window: { opensAt: LATER } }),
    because: ['window'],
    text: /^its maintenance window opens at 2026-03-02T10:01:00/,
    until: LATER,
  }),
  endpoint: () => {
    const state = aBatch([{}]);
    endpointRefused(state, 'console x', 'token refused', AT);
    const of = candidate(0, 0, { endpoints: ['console x'] });
    return { state, of, because: ['endpoint'], text: /^console x is paused by qys-e10: token refused$/ };
  },
  target: () => {
    const state = aBatch([{}], { targets: { '*': 1 } });
    start(state, 0, { targets: ['https://a.example'] });
    const of = candidate(0, 1, { targets: ['https://a.example'] });
    return { state, of, because: ['target'], text: /^1 of at most 1 tenants run against https:\/\/a.example$/ };
  },
};

describe('why a tenant does not start', () => {
  it.each(Object.entries(CASES))('%s', (_, aCase) => {
    const { state, of = candidate(0, 0), because, text, until } = aCase();
    const { reasons, state: standing } = explain(state, of, NOW);

    expect(standing).toBe(because[0] === 'complete-after' ? 'prepared' : 'not-started');
    expect(reasons.map((reason) => reason.because)).toEqual(because);
    expect(reasons.map((reason) => reason.text).join('; ')).toMatch(text);
    // What stopped a batch stands there as the trail says it.
    for (const reason of reasons.filter((one) => one.because !== 'stopped'))
      expect(reasonIn(reason, 'zh')).toMatch(CHINESE);
    expect(reasons.find((reason) => reason.until !== undefined)?.until).toBe(until);
    // The scheduler is held back by the same.
    const move = nextMove(state, NOW);
    const starts = move.do === 'start' && move.waves.includes(of.wave);
    expect(starts && reasonsOfTenant(holdingOf(state), of, NOW, usualDuration(state)).length === 0).toBe(false);
  });

  it('is nothing at all where the scheduler would start it; how many stand before it', () => {
    const state = aBatch([{ size: 5 }]);
    runs(state, 'migrated');
    expect(explain(state, candidate(0, 3), NOW)).toEqual({
      tenantId: 'w0t3',
      wave: 'one',
      position: 4,
      state: 'not-started',
      reasons: [],
      ahead: 2,
    });
    expect(nextMove(state, NOW)).toEqual({ do: 'start', waves: [0] });
  });

  it('is told for those that run as well: parked, waiting for room, told to pause', () => {
    const state = aBatch([{}]);
    const id = start(state, 0, { endpoints: ['console x'] });
    const of = candidate(0, 0);
    expect(explain(state, of, NOW)).toMatchObject({ state: 'running', reasons: [], ahead: 0 });
    endpointRefused(state, 'console x', 'token refused', AT);
    tenantParked(state, id, 'console x');
    expect(explain(state, of, NOW).reasons.map(({ text }) => text)).toEqual(['console x refuses its credentials']);
    obey(state, { do: 'resume', on: { endpoint: 'console x' }, ...BY }, AT);
    expect(explain(state, of, NOW).reasons.map(({ text }) => text)).toEqual(['it goes on as soon as there is room']);
    tenantWoken(state, id);
    obey(state, { do: 'pause', on: { endpoint: 'console x' }, ...BY }, AT);
    const paused = [
      'it stops before its next step until it is resumed',
      'endpoint console x is paused by tester: test',
    ];
    expect(explain(state, of, NOW).reasons.map(({ text }) => text)).toEqual(paused);
    tenantTold(state, id, true);
    tenantStands(state, id, 1);
    const [, by = ''] = paused;
    const stands = ['it stands before its next step until it is resumed', by];
    expect(explain(state, of, NOW)).toMatchObject({ state: 'parked', reasons: stands.map((text) => ({ text })) });
  });

  it('is told for one that the gate of its wave undoes', () => {
    const state = aBatch([{ size: 1, soakMs: 0, gate: 'undo' }, {}]);
    runs(state, 'migrated');
    entered(state, 'verifying', NOW);
    undoBegun(
      state,
      { id: 'w0t0', wave: 0, at: 0, endpoints: [], targets: [], cause: { code: 'SETTING-DIFFERS' } },
      NOW,
    );
    const text = 'it is being undone: the second look found it changed (SETTING-DIFFERS)';
    expect(explain(state, candidate(0, 0), NOW)).toMatchObject({
      state: 'running',
      reasons: [{ because: 'undo', text }],
    });
  });

  it('is nothing for those that ended, until they are retried', () => {
    const state = aBatch([{ maxErrors: { count: 2 } }]);
    runs(state, 'rolled-back');
    expect(explain(state, candidate(0, 0), NOW)).toMatchObject({ state: 'rolled-back', reasons: [] });
    tenantReopened(state, 0, 0);
    expect(explain(state, candidate(0, 0), NOW)).toMatchObject({ state: 'not-started', reasons: [], ahead: 0 });
  });

  it('is who left it out, and why, where the trail names it', () => {
    const why = (left: (state: BatchState) => void): string => {
      const state = aBatch([{ size: 20 }]);
      left(state);
      const { state: standing, reasons } = explain(state, candidate(0, 0), NOW);
      expect([standing, reasons.map(({ because }) => because)]).toEqual(['skipped', ['left-out']]);
      return reasons[0]?.text ?? '';
    };
    const drop = (state: BatchState, reason = 'no contract') => {
      tenantDropped(state, 0, 0);
      audit(state, 'dropped w0t1, w0t0', { by: 'ann', reason }, AT);
    };
    const others = (state: BatchState, did: string) =>
      audit(state, `${did} ${shortList(Array.from({ length: 9 }, (_, at) => `w0t${at + 1}`))}`, BY, AT);
    expect(why(drop)).toBe('ann dropped it before it started: no contract');
    expect(
      why((state) => {
        leaveOut(state, [{ tenantId: 'w0t0', wave: 0, at: 0 }]);
        audit(state, 'ordered to undo w0t0', BY, AT);
      }),
    ).toBe('tester ordered to undo it before anything was written: test');
    expect(
      why((state) => {
        const id = start(state);
        foundRunning(state, id, { run: { kind: 'undo', batch: null }, was: 'not-started', batch: 'ours', at: AT });
      }),
    ).toBe('left out: it is being undone by a run of no batch: retry it afterwards');

    expect(
      why((state) => {
        drop(state);
        others(state, 'dropped');
      }),
    ).toMatch(/^ann dropped it/);
    // It may be one of those that are not named.
    const unknown = /^left out before anything was written: .*retry starts it$/;
    expect(
      why((state) => {
        drop(state);
        others(state, 'retried');
      }),
    ).toMatch(unknown);
    expect(
      why((state) => {
        tenantDropped(state, 0, 0);
        audit(state, 'dropped w0t01', BY, AT);
      }),
    ).toMatch(unknown);
    expect(
      why((state) => {
        drop(state, 'first');
        audit(state, 'retried w0t0', BY, AT);
        drop(state, 'second');
      }),
    ).toBe('ann dropped it before it started: second');
  });
});

it('tells the place in a wave by the order in which its tenants start', () => {
  const tenants = [3, 1, 2, 1].map((priority) => ({ priority })) as Tenant[];
  const state = aBatch([{ size: 4, order: 'priority' }]);
  const of = (at: number) => {
    const { position, ahead } = explain(state, { ...candidate(0, at), before: beforeIn(tenants, at) }, NOW);
    return [position, ahead];
  };
  expect([0, 1, 2, 3].map(of)).toEqual([
    [4, 3],
    [1, 0],
    [3, 2],
    [2, 1],
  ]);
  tenantDropped(state, 0, 1);
  expect([0, 2].map(of)).toEqual([
    [4, 2],
    [3, 1],
  ]);
  expect(explain(aBatch([{ size: 4 }]), { ...candidate(0, 2), before: beforeIn(tenants, 2) }, NOW).position).toBe(3);
});

it('tells of one that was stopped in the middle who paused it, and why', () => {
  const state = aBatch([{}]);
  const id = start(state);
  obey(state, { do: 'pause', on: { tenant: id }, ...BY }, AT);
  tenantTold(state, id, true);
  const { reasons } = explain(state, candidate(0, 0), NOW);
  expect(reasons.map((reason) => reasonIn(reason, 'en'))).toEqual([
    'it stops before its next step until it is resumed',
    'tenant w0t0 is paused by tester: test',
  ]);
  expect(reasons.map((reason) => reasonIn(reason, 'zh'))).toEqual([
    '在下一步之前停下，直到恢复',
    '租户 w0t0 由 tester 暂停：test',
  ]);
});

describe('one that could go on', () => {
  it('is told what holds the whole batch back', () => {
    const state = aBatch([{}]);
    const id = start(state);
    tenantParked(state, id, 'e');
    obey(state, { do: 'pause', on: { batch: true }, ...BY }, AT);
    expect(explain(state, candidate(0, 0), NOW).reasons.map(({ because }) => because)).toEqual(['paused', 'paused']);
  });

  it('and what a gate found waits for', () => {
    const state = aBatch([{ size: 1, soakMs: 0, gate: 'undo' }]);
    runs(state, 'migrated');
    entered(state, 'soaking', NOW);
    entered(state, 'verifying', NOW);
    waveVerified(state, 1, [{ id: 'w0t0', at: 0, code: 'SETTING-DIFFERS', endpoints: ['e'] }]);
    endpointRefused(state, 'e', '401', AT);
    expect(explain(state, candidate(0, 0), NOW).reasons.map(({ because }) => because)).toEqual(['undo', 'endpoint']);
  });
});
