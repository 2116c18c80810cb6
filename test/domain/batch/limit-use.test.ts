import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorLimit, Limits } from '../../../src/domain/batch/batch.js';
import { limitUses, limitUseWords, type LimitUse } from '../../../src/domain/batch/limit-use.js';
import {
  ended,
  mayStart,
  noneStarted,
  resumed,
  started,
  tripped,
  type Ending,
} from '../../../src/domain/batch/limits.js';
import { batchStatus } from '../../../src/domain/batch/status.js';
import { aBatch, NOW, runs } from './a-batch.js';

const after = (endings: readonly Ending[], size: number) =>
  endings.reduce((state, ending) => ended(started(state), ending), noneStarted(size));

const holds = ({ used, stopsAt, among }: LimitUse): boolean =>
  used >= stopsAt && (among === undefined || among.ended === among.last);

describe('what is used of the limits', () => {
  it('is told of every limit that is set, and of no other', () => {
    const state = after(['migrated', 'rolled-back', 'blocked', 'rolled-back', 'terminated'], 50);
    const limits: Limits = {
      maxErrors: { percent: 10 },
      maxErrorRate: { percent: 50, last: 6 },
      consecutive: 4,
      maxBlocked: { count: 2 },
    };

    expect(limitUses(state, limits)).toEqual([
      { limit: 'maxErrors', used: 3, stopsAt: 6 },
      { limit: 'maxErrorRate', used: 3, stopsAt: 4, among: { ended: 4, last: 6 } },
      { limit: 'consecutive', used: 3, stopsAt: 4 },
      { limit: 'maxBlocked', used: 1, stopsAt: 3 },
    ]);
    expect(limitUses(state, { consecutive: 4 })).toEqual([{ limit: 'consecutive', used: 3, stopsAt: 4 }]);
    expect(limitUses(state, { strict: true })).toEqual([]);
  });

  it('says which limit can never be reached', () => {
    const state = after(['rolled-back'], 20);
    const limits: Limits = {
      maxErrors: { percent: 100 },
      strict: true,
      maxErrorRate: { percent: 100, last: 5 },
      maxBlocked: { count: 20 },
    };
    expect(limitUses(state, limits).map(limitUseWords)).toEqual([
      { en: 'maxErrors 1 so far, cannot be reached', zh: 'maxErrors 已有 1，不可能达到' },
      { en: 'maxErrorRate 1 of the last 1, cannot be reached', zh: 'maxErrorRate 最近 1 个中 1，不可能达到' },
      { en: 'maxBlocked 0 so far, cannot be reached', zh: 'maxBlocked 已有 0，不可能达到' },
    ]);
    expect(limitUses(state, { maxBlocked: { count: 19 } }).map(limitUseWords)[0]?.en).toBe(
      'maxBlocked 0 so far, stops at 20',
    );
  });

  it('says where strict holds starts back', () => {
    const limits: Limits = { maxErrors: { count: 2 }, strict: true };
    const state = started(started(after(['rolled-back'], 20)));
    expect(mayStart(state, limits).start).toBe(false);
    expect(limitUses(state, limits).map(limitUseWords)).toEqual([
      {
        en: 'maxErrors 1 so far, stops at 3 (strict: 3 failed or running, starts wait at 3)',
        zh: 'maxErrors 已有 1，到 3 停止（strict：失败与运行中共 3，到 3 暂缓启动）',
      },
    ]);
    expect(limitUses(state, { maxErrors: { count: 2 } })[0]).not.toHaveProperty('atRisk');
  });

  it('tells of an undo that is not complete, without any limit, until an operator has resumed', () => {
    const state = after(['rollback-incomplete'], 20);
    expect(limitUses(state, {}).map(limitUseWords)).toEqual([
      { en: 'rollback-incomplete 1 so far, stops at 1', zh: 'rollback-incomplete 已有 1，到 1 停止' },
    ]);
    expect(limitUses(resumed(state), {})).toEqual([]);
  });

  it('reaches a limit when that limit holds the batch, and not before', () => {
    const endings = fc.array(
      fc.constantFrom<Ending[]>(
        'migrated',
        'migrated-with-warnings',
        'rolled-back',
        'rollback-incomplete',
        'terminated',
        'blocked',
        'cancelled',
      ),
      { maxLength: 12 },
    );
    const limit: fc.Arbitrary<ErrorLimit> = fc.oneof(
      fc.record({ count: fc.nat(5) }),
      fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
    );
    const limits = fc.record(
      {
        maxErrors: limit,
        maxErrorRate: fc.record({ percent: fc.integer({ min: 0, max: 100 }), last: fc.integer({ min: 1, max: 6 }) }),
        consecutive: fc.integer({ min: 1, max: 5 }),
        maxBlocked: limit,
      },
      { requiredKeys: [] },
    );
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(endings, limits, (ends, set) => {
        const state = after(ends, 12);
        const isHeld = tripped(state, set) !== null;
        seen.add(isHeld);
        const uses = limitUses(state, set);
        expect(uses.some(holds)).toBe(isHeld);
        expect(uses.some((use) => use.never && holds(use))).toBe(false);
      }),
    );
    expect(seen.size).toBe(2);
  });

  it('begins anew where an operator resumed what no higher number answers', () => {
    const state = resumed(after(['rolled-back', 'rolled-back'], 9));
    expect(limitUses(state, { maxErrors: { count: 5 }, consecutive: 2 })).toMatchObject([{ used: 2 }, { used: 0 }]);
  });

  it('is in the status of each wave and of the whole batch', () => {
    const state = aBatch([{ maxErrors: { count: 1 } }, { consecutive: 2 }], {
      limits: { maxBlocked: { percent: 50 } },
    });
    runs(state, 'rolled-back', 'blocked');

    const { waves, limits } = batchStatus('b', state, NOW, false);
    expect(waves.map((wave) => wave.limits)).toEqual([
      [{ limit: 'maxErrors', used: 1, stopsAt: 2 }],
      [{ limit: 'consecutive', used: 0, stopsAt: 2 }],
    ]);
    expect(limits).toEqual([{ limit: 'maxBlocked', used: 1, stopsAt: 4 }]);
  });

  it('is said in both languages, with the names that the file has', () => {
    expect(limitUseWords({ limit: 'maxErrors', used: 1, stopsAt: 3 })).toEqual({
      en: 'maxErrors 1 so far, stops at 3',
      zh: 'maxErrors 已有 1，到 3 停止',
    });
    const rate = { limit: 'maxErrorRate', used: 2, stopsAt: 5, among: { ended: 12, last: 20 } } as const;
    expect(limitUseWords(rate).en).toBe('maxErrorRate 2 of the last 12, stops at 5 of 20');
    expect(limitUseWords(rate).zh).toBe('maxErrorRate 最近 12 个中 2，20 个中到 5 停止');
  });
});
